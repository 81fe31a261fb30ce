import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { GatewayConfig } from "@travelagent/config";
import { type AdmissionRules, type HttpRoute, json } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";

export interface ConfiguredChannels {
  adapters: ChannelAdapter[];
  /** By channel. */
  admission: Record<string, AdmissionRules>;
  /** Where platforms post to. */
  routes: HttpRoute[];
}

type Given = NonNullable<GatewayConfig["channels"]["telegram"]>;

/** An update has one message in it. */
const maxBodyBytes = 1024 * 1024;

/** The platforms the configuration names. Each one's library is loaded when it is used, and none calls anybody that was not configured. */
export async function configuredChannels(config: GatewayConfig, { clock, log }: { clock: Clock; log: Logger }): Promise<ConfiguredChannels> {
  const found: ConfiguredChannels = { adapters: [], admission: {}, routes: [] };
  const { telegram } = config.channels;
  if (telegram?.botToken !== undefined && telegram.enabled !== false) await addTelegram(telegram, telegram.botToken, found, { clock, log });
  return found;
}

async function addTelegram(
  given: Given,
  botToken: string,
  { adapters, admission, routes }: ConfiguredChannels,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<void> {
  const { createTelegram } = await import("@travelagent/channel-telegram");
  const { webhook, apiRoot } = given;
  if (webhook && webhook.secret === undefined)
    throw new TravelAgentError(
      "CONFIG_INVALID",
      "channels.telegram.webhook.secret is missing: anybody could post in Telegram's name; give it 16 characters or more",
    );
  const telegram = createTelegram({
    botToken,
    clock,
    ...(apiRoot === undefined ? {} : { apiRoot }),
    ...(webhook?.secret === undefined ? {} : { webhook: { url: webhook.url, secret: webhook.secret } }),
  });
  adapters.push(telegram);
  admission.telegram = admissionOf("telegram", given, log);
  if (webhook)
    routes.push({
      method: "POST",
      path: "/webhooks/telegram",
      auth: "none",
      async handle(request) {
        const body = await request.body(maxBodyBytes, 10_000);
        await telegram.receiveWebhook(request.headers, body.toString("utf8"));
        return json({ ok: true });
      },
    });
}

/** Who may write. A channel that says nothing about it is closed: strangers get in because somebody said so. */
function admissionOf(channel: string, { dmPolicy, allowFrom, groups, groupPolicy }: Given, log: Logger): AdmissionRules {
  const policy = dmPolicy === "pairing" ? "allowlist" : (dmPolicy ?? (allowFrom ? "allowlist" : "disabled"));
  if (policy === "disabled" && dmPolicy === undefined)
    log.warn("nobody may write on this channel: set its dmPolicy to open, or name people in allowFrom", { channel });
  if (dmPolicy === "pairing") log.warn("pairing by code is not there yet: only the people in allowFrom may write", { channel });
  const listed: Record<string, { requireMention?: boolean | undefined }> | undefined = Array.isArray(groups)
    ? Object.fromEntries(groups.map((id) => [id, {}]))
    : groups;
  const served: typeof listed = groupPolicy === "disabled" ? undefined : groupPolicy === "open" ? { "*": {}, ...listed } : listed;
  return {
    dmPolicy: policy,
    ...(allowFrom ? { allowFrom } : {}),
    ...(served
      ? {
          groups: Object.fromEntries(Object.entries(served).map(([id, { requireMention }]) => [id, requireMention === undefined ? {} : { requireMention }])),
        }
      : {}),
  };
}
