import { chunkText, type Pace, renderText } from "@travelagent/channel-kit";
import type { Address, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import type { Api } from "grammy";
import { keyboardOf } from "./buttons.ts";
import { failureOf, isMarkupError, waitOf } from "./failure.ts";
import { plainText, telegramHtml } from "./telegram-html.ts";

/** Of a text, after markup is read (https://core.telegram.org/bots/api#sendmessage). */
export const maxTextLength = 4096;
/** Longer than that nobody waits for the pace: it is tried again later. */
const patienceMs = 20_000;

export interface SenderOptions {
  api: Pick<Api, "sendMessage">;
  pace: Pace;
  clock: Clock;
}

export interface Sender {
  /** Never rejects. The same `id` again goes on behind the parts that were sent. */
  send(to: Address, message: OutboundMessage, id: string, signal: AbortSignal): Promise<Receipt>;
}

/** Parts of long messages that went out before something failed. */
interface Progress {
  sent: number;
  lastId: string;
}

export function createSender({ api, pace, clock }: SenderOptions): Sender {
  const progress = new Map<string, Progress>();

  /** Resolves with whether it is our turn. */
  async function turn(chat: string, signal: AbortSignal): Promise<boolean> {
    const own = new AbortController();
    const disarm = clock.after(patienceMs, () => own.abort());
    try {
      await pace.turn(chat, AbortSignal.any([signal, own.signal]));
      return true;
    } catch {
      return false;
    } finally {
      disarm();
    }
  }

  async function part(to: Address, text: string, extra: Record<string, unknown>, signal: AbortSignal): Promise<string> {
    const place = to.threadId === undefined ? {} : { message_thread_id: Number(to.threadId) };
    const options = { ...place, link_preview_options: { is_disabled: true }, ...extra };
    try {
      const sent = await api.sendMessage(to.peerId, telegramHtml(text), { ...options, parse_mode: "HTML" }, signal as never);
      return `${to.peerId}:${sent.message_id}`;
    } catch (error) {
      if (!isMarkupError(error)) throw error;
      const sent = await api.sendMessage(to.peerId, plainText(text), options, signal as never);
      return `${to.peerId}:${sent.message_id}`;
    }
  }

  return {
    async send(to, message, id, signal) {
      const parts = chunkText(renderText(message), { maxLength: maxTextLength });
      const keyboard = keyboardOf(message.cards ?? []);
      const before = progress.get(id) ?? { sent: 0, lastId: "" };
      const quoted = message.replyTo?.split(":").at(-1);
      for (let at = before.sent; at < parts.length; at += 1) {
        if (!(await turn(to.peerId, signal)))
          return { status: "failed", reason: "Telegram's limit of messages is reached; it is tried again", retryable: true };
        try {
          before.lastId = await part(
            to,
            parts[at]!,
            {
              ...(at === 0 && quoted !== undefined && /^\d+$/.test(quoted)
                ? { reply_parameters: { message_id: Number(quoted), allow_sending_without_reply: true } }
                : {}),
              ...(at === parts.length - 1 && keyboard.length > 0 ? { reply_markup: { inline_keyboard: keyboard } } : {}),
            },
            signal,
          );
          before.sent = at + 1;
        } catch (error) {
          const wait = waitOf(error);
          if (wait !== undefined) pace.hold(wait, to.peerId);
          const failed = failureOf(error);
          if (failed.status === "failed" && failed.retryable && before.sent > 0) progress.set(id, before);
          else progress.delete(id);
          return failed;
        }
      }
      progress.delete(id);
      return { status: "sent", externalId: before.lastId };
    },
  };
}
