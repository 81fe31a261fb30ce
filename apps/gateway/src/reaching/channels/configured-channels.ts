import type { ChannelAdapter, DeskSurface } from "@travelagent/channel-kit";
import type { GatewayConfig } from "@travelagent/config";
import type { AdmissionRules, HttpRoute } from "@travelagent/gateway-core";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import { agenciesOf } from "../../customers/agencies.ts";
import { deskRoomsOf } from "../../desk/desk-rooms.ts";
import { type AdmissionSection, admissionOf } from "./admission-of.ts";
import type { ChannelContext, OpenChannel } from "./channel-parts.ts";

export interface ConfiguredChannels {
  adapters: ChannelAdapter[];
  /** By channel, and by `channel/account` where an account has rules of its own. */
  admission: Record<string, AdmissionRules>;
  /** Where platforms post to. */
  routes: HttpRoute[];
  personalData: PersonalDataStore[];
  desks: DeskSurface[];
}

type Section = AdmissionSection & { enabled?: boolean | undefined };
/** A channel whose section makes accounts of it, by its name; its library is loaded when the section is there. */
const kinds = {
  email: async () => (await import("./email.ts")).openEmail,
  discord: async () => (await import("./discord.ts")).openDiscord,
  slack: async () => (await import("./slack.ts")).openSlack,
  sms: async () => (await import("./sms.ts")).openSms,
  telegram: async () => (await import("./telegram.ts")).openTelegram,
  whatsapp: async () => (await import("./whatsapp.ts")).openWhatsApp,
} satisfies { [Name in keyof GatewayConfig["channels"]]?: () => Promise<OpenChannel<NonNullable<GatewayConfig["channels"][Name]>>> };

/** The platforms the configuration names. None calls anybody that was not configured. */
export async function configuredChannels(
  { channels, agencies, desk }: Pick<GatewayConfig, "channels" | "agencies" | "desk">,
  context: Omit<ChannelContext, "accountId" | "path" | "agencyOf" | "deskRooms">,
): Promise<ConfiguredChannels> {
  const agencyOf = agenciesOf({ agencies });
  const found: ConfiguredChannels = { adapters: [], admission: {}, routes: [], personalData: [], desks: [] };
  for (const [name, load] of Object.entries(kinds)) {
    const given = channels[name as keyof typeof kinds] as (Section & { accounts?: Record<string, Section> }) | undefined;
    if (!given) continue;
    const { accounts = {}, ...section } = given;
    const open = (await load()) as OpenChannel<Section>;
    for (const [accountId, own] of [["default", {}], ...Object.entries(accounts)] as const) {
      const account: Section = { ...section, ...own };
      if (account.enabled === false) continue;
      const path = accountId === "default" ? `channels.${name}` : `channels.${name}.accounts.${accountId}`;
      const parts = await open(account, { ...context, agencyOf, accountId, path, deskRooms: deskRoomsOf({ desk }, name, accountId) });
      if (!parts) continue;
      found.adapters.push(parts.adapter);
      found.admission[accountId === "default" ? name : `${name}/${accountId}`] = admissionOf(name, account, {
        log: context.log,
        ...(channels.defaults ? { defaults: channels.defaults } : {}),
      });
      found.routes.push(...(parts.routes ?? []));
      found.personalData.push(...(parts.personalData ?? []));
      if (parts.desk) found.desks.push(parts.desk);
    }
  }
  return found;
}
