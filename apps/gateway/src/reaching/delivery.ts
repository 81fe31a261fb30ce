import type { GatewayConfig } from "@travelagent/config";
import type { GatewayOptions, PlatformTemplate } from "@travelagent/gateway-core";
import { mannersOf } from "../configuration/manners.ts";

type DeliveryOptions = Required<Pick<GatewayOptions, "manners" | "idleOwnerMs" | "onChannelState" | "qrPicture" | "platformTemplates">>;

/** How messages go out, as the configuration says at that time. */
export function deliveryOf({ config, onChannelState }: { config: () => GatewayConfig; onChannelState: () => void }): DeliveryOptions {
  return {
    manners: (channel, accountId) => mannersOf(config(), channel, accountId),
    idleOwnerMs: () => (config().messages.idleOwnerMinutes ?? 15) * 60_000,
    onChannelState,
    platformTemplates: (channel, accountId) => approvedTemplates(config(), channel, accountId),
    // Rarely asked for: its library is loaded then.
    qrPicture: async (text) => (await import("qrcode")).toDataURL(text, { errorCorrectionLevel: "L", margin: 2 }),
  };
}

/** What the platform of an account has approved, by the name our texts have. */
function approvedTemplates({ channels: { whatsapp } }: GatewayConfig, channel: string, accountId: string): PlatformTemplate[] {
  if (channel !== "whatsapp" || !whatsapp) return [];
  const templates = whatsapp.accounts?.[accountId]?.cloud?.templates ?? whatsapp.cloud?.templates ?? {};
  return Object.entries(templates).map(([name, { header = [], body = [], urlButtons = [], languages }]) => ({
    name,
    variables: [...new Set([...header, ...body, ...urlButtons])],
    locales: Object.keys(languages),
  }));
}
