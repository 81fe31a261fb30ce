import { createTelegram } from "@travelagent/channel-telegram";
import type { GatewayConfig } from "@travelagent/config";
import { json } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { ChannelParts, OpenChannel } from "./channel-parts.ts";

/** An update has one message in it. */
const maxBodyBytes = 1024 * 1024;

type Given = NonNullable<GatewayConfig["channels"]["telegram"]>;

export const openTelegram: OpenChannel<Given> = async ({ botToken, webhook, apiRoot }, { accountId, path, clock }): Promise<ChannelParts | undefined> => {
  if (botToken === undefined) return undefined;
  if (webhook && webhook.secret === undefined)
    throw new TravelAgentError("CONFIG_INVALID", `${path}.webhook.secret is missing: anybody could post in Telegram's name; give it 16 characters or more`);
  const telegram = createTelegram({
    botToken,
    accountId,
    clock,
    ...(apiRoot === undefined ? {} : { apiRoot }),
    ...(webhook?.secret === undefined ? {} : { webhook: { url: webhook.url, secret: webhook.secret } }),
  });
  return {
    adapter: telegram,
    routes: webhook
      ? [
          {
            method: "POST",
            path: accountId === "default" ? "/webhooks/telegram" : `/webhooks/telegram/${accountId}`,
            auth: "none",
            async handle(request) {
              const body = await request.body(maxBodyBytes, 10_000);
              await telegram.receiveWebhook(request.headers, body.toString("utf8"));
              return json({ ok: true });
            },
          },
        ]
      : [],
  };
};
