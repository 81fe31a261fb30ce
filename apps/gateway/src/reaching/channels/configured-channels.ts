import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { GatewayConfig } from "@travelagent/config";
import type { AdmissionRules, HttpRoute } from "@travelagent/gateway-core";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import { type AdmissionSection, admissionOf } from "./admission-of.ts";
import type { ChannelContext, OpenChannel } from "./channel-parts.ts";

export interface ConfiguredChannels {
  adapters: ChannelAdapter[];
  /** By channel, and by `channel/account` where an account has rules of its own. */
  admission: Record<string, AdmissionRules>;
  /** Where platforms post to. */
  routes: HttpRoute[];
  personalData: PersonalDataStore[];
}

type Section = AdmissionSection & { enabled?: boolean | undefined };
/** A channel whose section makes accounts of it, by its name; its library is loaded when the section is there. */
const kinds = {
  telegram: async () => (await import("./telegram.ts")).openTelegram,
} satisfies { [Name in keyof GatewayConfig["channels"]]?: () => Promise<OpenChannel<NonNullable<GatewayConfig["channels"][Name]>>> };

/** The platforms the configuration names. None calls anybody that was not configured. */
export async function configuredChannels(
  { channels }: Pick<GatewayConfig, "channels">,
  context: Omit<ChannelContext, "accountId" | "path">,
): Promise<ConfiguredChannels> {
  const found: ConfiguredChannels = { adapters: [], admission: {}, routes: [], personalData: [] };
  for (const [name, load] of Object.entries(kinds)) {
    const given = channels[name as keyof typeof kinds] as (Section & { accounts?: Record<string, Section> }) | undefined;
    if (!given) continue;
    const { accounts = {}, ...section } = given;
    const open = (await load()) as OpenChannel<Section>;
    for (const [accountId, own] of [["default", {}], ...Object.entries(accounts)] as const) {
      const account: Section = { ...section, ...own };
      if (account.enabled === false) continue;
      const path = accountId === "default" ? `channels.${name}` : `channels.${name}.accounts.${accountId}`;
      const parts = await open(account, { ...context, accountId, path });
      if (!parts) continue;
      found.adapters.push(parts.adapter);
      found.admission[accountId === "default" ? name : `${name}/${accountId}`] = admissionOf(name, account, context.log);
      found.routes.push(...(parts.routes ?? []));
      found.personalData.push(...(parts.personalData ?? []));
    }
  }
  return found;
}
