import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { type CloudNumbers, cloudNumbers, createWhatsAppCloud, whatsappPersonalData } from "@travelagent/channel-whatsapp";
import type { GatewayConfig } from "@travelagent/config";
import { json } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import type { ChannelContext, ChannelParts, OpenChannel } from "./channel-parts.ts";

/** What WhatsApp sends in one post at most. */
const maxBodyBytes = 3 * 1024 * 1024;

type Given = NonNullable<GatewayConfig["channels"]["whatsapp"]>;

/** One post may be for several numbers: the accounts of an installation know each other. */
const numbersOf = new WeakMap<Database, CloudNumbers>();

export const openWhatsApp: OpenChannel<Given> = async ({ mode, cloud, web }, context): Promise<ChannelParts | undefined> => {
  if (mode === "web" || (mode === undefined && web && !cloud)) return onPhone(web ?? {}, context);
  if (cloud) return onCloud(cloud, context);
  if (mode === "cloud") throw new TravelAgentError("CONFIG_INVALID", `${context.path}.cloud is missing: the Cloud API needs a number and its secrets`);
  return undefined;
};

/** As a device of a phone. */
async function onPhone({ url }: NonNullable<Given["web"]>, { accountId, db, paths, credentials, clock, agencyOf }: ChannelContext): Promise<ChannelParts> {
  const { baileysLink, createWhatsAppWeb } = await import("@travelagent/channel-whatsapp/web");
  const whatsapp = createWhatsAppWeb({
    link: baileysLink({ clock, ...(url === undefined ? {} : { url }) }),
    db,
    accountId,
    clock,
    versionFile: join(paths.credentials, "whatsapp", accountId, "session-version"),
    async secret() {
      const name = `whatsapp-session-${accountId}`;
      const known = await credentials.get(name).catch((error: unknown) => {
        if (TravelAgentError.is(error, "NOT_FOUND")) return undefined;
        throw error;
      });
      if (known !== undefined) return Buffer.from(known, "base64");
      const made = randomBytes(32);
      await credentials.set(name, made.toString("base64"));
      return made;
    },
  });
  return { adapter: whatsapp, personalData: [whatsappPersonalData({ db, accountId, agencyOf })] };
}

async function onCloud(cloud: NonNullable<Given["cloud"]>, { accountId, db, clock, agencyOf }: ChannelContext): Promise<ChannelParts> {
  const numbers = numbersOf.get(db) ?? cloudNumbers();
  numbersOf.set(db, numbers);
  const { businessAccountId, templates, chooseLabel, mediaHosts, ...number } = cloud;
  const whatsapp = createWhatsAppCloud({
    ...number,
    accountId,
    db,
    clock,
    numbers,
    ...(businessAccountId === undefined ? {} : { businessAccountId }),
    ...(templates === undefined ? {} : { templates }),
    ...(chooseLabel === undefined ? {} : { chooseLabel }),
    ...(mediaHosts === undefined ? {} : { mediaHosts }),
  });
  const address = accountId === "default" ? "/webhooks/whatsapp" : `/webhooks/whatsapp/${accountId}`;
  return {
    adapter: whatsapp,
    personalData: [whatsappPersonalData({ db, accountId, agencyOf })],
    routes: [
      {
        method: "GET",
        path: address,
        auth: "none",
        handle: ({ url }) => ({
          headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
          body: whatsapp.verifyWebhook(url.searchParams),
        }),
      },
      {
        method: "POST",
        path: address,
        auth: "none",
        async handle(request) {
          await whatsapp.receiveWebhook(request.headers, await request.body(maxBodyBytes, 10_000));
          return json({ ok: true });
        },
      },
    ],
  };
}
