import { timingSafeEqual } from "node:crypto";
import { type ChannelAdapter, type ChannelHost, createPace, type Rate, renderText } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { Api } from "grammy";
import type { Update } from "grammy/types";
import { keyboardOf } from "./buttons.ts";
import { createDrafts } from "./drafts.ts";
import { failureOf, isRevoked } from "./failure.ts";
import { keepFile } from "./files-in.ts";
import { type Bot, inboundOf, telegramChannel } from "./inbound.ts";
import { createSender } from "./outbound.ts";
import { maxTextLength } from "./pieces.ts";
import { platformFetch } from "./platform-fetch.ts";
import { createPoller, updatesWanted } from "./poller.ts";
import { telegramHtml } from "./telegram-html.ts";

export interface TelegramOptions {
  /** From @BotFather. */
  botToken: string;
  /** Default `default`. */
  accountId?: string;
  /** Where the Bot API is; default Telegram's own. */
  apiRoot?: string;
  /** Telegram posts to us instead of being asked. `url` is public and leads to `webhook`; `secret` comes with every post. */
  webhook?: { url: string; secret: string };
  clock?: Clock;
  /** Telegram's limits: about 30 messages a second in all, one a second to a chat, 20 a minute to a group. */
  pace?: { account: Rate; chat: Rate };
  /** How long Telegram holds a question without news, in seconds. Default 30. */
  pollSeconds?: number;
}

export interface Telegram extends ChannelAdapter {
  /**
   * Takes a post of Telegram. Resolves when it is durable: answer 200 then. Raises `UNAUTHORIZED` for a wrong secret, `NOT_FOUND` where no
   * webhook is set, `INVALID_REQUEST` for what is no update.
   */
  receiveWebhook(headers: Readonly<Record<string, string | string[] | undefined>>, body: string): Promise<void>;
}

const defaultPace = { account: { burst: 20, everyMs: 34 }, chat: { burst: 3, everyMs: 1050 } };

const same = (given: string, expected: string): boolean => {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** A Telegram bot as a channel. Needs nothing but its token; everything it does goes to `apiRoot` and nowhere else. */
export function createTelegram({ botToken, accountId = "default", apiRoot, webhook, clock = systemClock, pace, pollSeconds }: TelegramOptions): Telegram {
  if (!/^\d+:[\w-]{20,}$/.test(botToken))
    throw new TravelAgentError("CONFIG_INVALID", "the Telegram bot token has another form than 123456:ABC…; copy it from @BotFather once more");
  if (webhook && webhook.secret.length < 16)
    throw new TravelAgentError("CONFIG_INVALID", "the secret of a Telegram webhook needs at least 16 characters: letters, digits, - and _");
  const root = (apiRoot ?? "https://api.telegram.org").replace(/\/$/, "");
  const api = new Api(botToken, { apiRoot: root, timeoutSeconds: 60, fetch: platformFetch });
  const drafts = createDrafts({ api, clock });
  const sender = createSender({ api, clock, pace: createPace({ clock, ...(pace ?? defaultPace) }) });
  let host: ChannelHost | undefined;
  let bot: Bot | undefined;
  let poller: ReturnType<typeof createPoller> | undefined;

  async function take(update: Update): Promise<void> {
    if (!host || !bot) throw new TravelAgentError("UNAVAILABLE", "the channel is not running");
    const { media } = host;
    const inbound = inboundOf(update, { bot, accountId, now: clock.now(), keeps: media !== undefined });
    if (inbound) {
      const { message, file } = inbound;
      const came = file && media ? await keepFile(file, message, media, { api, apiRoot: root, botToken }) : {};
      await host.receive({ ...message, ...came }).catch(passOver);
    }
    const { callback_query: query } = update;
    if (!query) return;
    // The little clock on the button stops, and a button that was pressed is gone. Best effort.
    void api.answerCallbackQuery(query.id).catch(() => undefined);
    if (query.message) void api.editMessageReplyMarkup(query.message.chat.id, query.message.message_id).catch(() => undefined);
  }

  return {
    contract: 1,
    id: telegramChannel,
    accountId,
    // Cards are text with buttons here; that is done in one place, when they are sent.
    features: {
      maxTextLength,
      threads: true,
      cards: true,
      buttons: 50,
      locations: true,
      // https://core.telegram.org/bots/api#sending-files
      media: { image: 10_000_000, audio: 50_000_000, video: 50_000_000, document: 50_000_000 },
    },

    async start(given) {
      try {
        bot = await api.getMe();
      } catch (error) {
        if (isRevoked(error)) throw new TravelAgentError("CONFIG_INVALID", "Telegram does not know this bot token; copy it from @BotFather once more");
        throw new TravelAgentError("UNAVAILABLE", `Telegram cannot be reached: ${failureOf(error).reason}`);
      }
      host = given;
      if (webhook) {
        await api.setWebhook(webhook.url, { secret_token: webhook.secret, allowed_updates: updatesWanted });
        return;
      }
      // What waits is kept: customers wrote it.
      await api.deleteWebhook({ drop_pending_updates: false });
      poller = createPoller({
        api,
        take,
        clock,
        log: given.log,
        report: (state, reason) => given.report?.(state, reason),
        ...(pollSeconds === undefined ? {} : { holdSeconds: pollSeconds }),
      });
      poller.start();
    },

    async stop() {
      await poller?.stop();
      poller = undefined;
      host = undefined;
    },

    // Somebody who never wrote to a bot cannot be written to by it.
    recipient: () => null,

    async probe(signal) {
      try {
        await api.getMe(signal as never);
      } catch (error) {
        throw new TravelAgentError("UNAVAILABLE", failureOf(error).reason);
      }
    },

    async send(to, message, context) {
      if (!host) return { status: "failed", reason: "the Telegram channel is not running", retryable: true };
      if (context.runId !== undefined) drafts.end(context.runId);
      return sender.send(to, message, context);
    },

    async edit(to, externalId, message) {
      const messageId = Number(externalId.split(":").at(-1));
      const text = renderText(message);
      if (!Number.isSafeInteger(messageId) || text.length > maxTextLength)
        return { status: "failed", reason: "this message cannot take the place of that one", retryable: false };
      const keyboard = keyboardOf(message);
      const more = keyboard.length > 0 ? { reply_markup: { inline_keyboard: keyboard } } : {};
      try {
        await api.editMessageText(to.peerId, messageId, telegramHtml(text), { ...more, parse_mode: "HTML" });
        return { status: "sent", externalId };
      } catch (error) {
        // Telegram changes nothing that is as it should be already.
        return /message is not modified/.test(String(error)) ? { status: "sent", externalId } : failureOf(error);
      }
    },

    react(to, externalId, emoji) {
      const messageId = Number(externalId.split(":")[2]);
      if (!Number.isSafeInteger(messageId)) return;
      const reaction = emoji === null ? [] : [{ type: "emoji" as const, emoji: emoji as "👀" }];
      void api.setMessageReaction(to.peerId, messageId, reaction).catch(() => undefined);
    },

    preview: (to, text, runId) => drafts.show(to, text, runId),

    showTyping(to) {
      void api.sendChatAction(to.peerId, "typing", to.threadId === undefined ? {} : { message_thread_id: Number(to.threadId) }).catch(() => undefined);
    },

    async receiveWebhook(headers, body) {
      if (!webhook) throw new TravelAgentError("NOT_FOUND", "this bot has no webhook");
      const secret = headers["x-telegram-bot-api-secret-token"];
      if (typeof secret !== "string" || !same(secret, webhook.secret)) throw new TravelAgentError("UNAUTHORIZED", "the secret of the webhook is wrong");
      await take(updateOf(body));
    },
  };
}

/** Who is not admitted is on record; Telegram need not send it again. */
function passOver(error: unknown): void {
  if (!TravelAgentError.is(error) || error.retryable) throw error;
}

function updateOf(body: string): Update {
  try {
    const update = JSON.parse(body) as Update;
    if (Number.isSafeInteger(update?.update_id)) return update;
  } catch {
    // Told below.
  }
  throw new TravelAgentError("INVALID_REQUEST", "this is no update of Telegram");
}
