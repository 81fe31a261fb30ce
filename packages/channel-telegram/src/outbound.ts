import type { Pace, SendContext } from "@travelagent/channel-kit";
import type { Address, Attachment, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import { type Api, InputFile } from "grammy";
import { keyboardOf } from "./buttons.ts";
import { failureOf, isMarkupError, waitOf } from "./failure.ts";
import { type Piece, piecesOf } from "./pieces.ts";
import { plainText, telegramHtml } from "./telegram-html.ts";

/** Longer than that nobody waits for the pace: it is tried again later. */
const patienceMs = 20_000;

export interface SenderOptions {
  api: Pick<Api, "sendMessage" | "sendPhoto" | "sendVideo" | "sendVoice" | "sendAudio" | "sendDocument" | "sendLocation">;
  pace: Pace;
  clock: Clock;
}

export interface Sender {
  /** Never rejects. The same `id` again goes on behind the parts that were sent. */
  send(to: Address, message: OutboundMessage, context: Pick<SendContext, "id" | "signal" | "read">): Promise<Receipt>;
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

  async function text(to: Address, words: string, options: Record<string, unknown>, signal: AbortSignal): Promise<number> {
    const plain = { link_preview_options: { is_disabled: true }, ...options };
    try {
      return (await api.sendMessage(to.peerId, telegramHtml(words), { ...plain, parse_mode: "HTML" }, signal as never)).message_id;
    } catch (error) {
      if (!isMarkupError(error)) throw error;
      return (await api.sendMessage(to.peerId, plainText(words), plain, signal as never)).message_id;
    }
  }

  async function file(
    to: Address,
    { kind, voice, mimeType, fileName }: Attachment,
    bytes: Uint8Array,
    options: Record<string, unknown>,
    signal: AbortSignal,
  ): Promise<number> {
    const input = new InputFile(bytes, fileName ?? defaultName(mimeType));
    const stop = signal as never;
    // A voice note is Opus; what is no picture to Telegram goes as a document.
    if (kind === "audio" && voice && mimeType === "audio/ogg") return (await api.sendVoice(to.peerId, input, options, stop)).message_id;
    if (kind === "audio" && /mpeg|mp4|m4a/.test(mimeType)) return (await api.sendAudio(to.peerId, input, options, stop)).message_id;
    if (kind === "video" && mimeType === "video/mp4") return (await api.sendVideo(to.peerId, input, options, stop)).message_id;
    if (kind === "image" && /jpeg|png|webp/.test(mimeType)) return (await api.sendPhoto(to.peerId, input, options, stop)).message_id;
    return (await api.sendDocument(to.peerId, input, options, stop)).message_id;
  }

  async function one(to: Address, piece: Piece, options: Record<string, unknown>, { signal, read }: Pick<SendContext, "signal" | "read">): Promise<string> {
    const place = to.threadId === undefined ? options : { message_thread_id: Number(to.threadId), ...options };
    const id = async (): Promise<number> => {
      if (piece.kind === "text") return text(to, piece.text, place, signal);
      if (piece.kind === "place") return (await api.sendLocation(to.peerId, piece.place.latitude, piece.place.longitude, place, signal as never)).message_id;
      return file(to, piece.attachment, await readFile(piece.attachment, read), place, signal);
    };
    return `${to.peerId}:${await id()}`;
  }

  return {
    async send(to, message, { id, signal, read }) {
      const pieces = piecesOf(message);
      const keyboard = keyboardOf(message);
      const lastText = pieces.findLastIndex(({ kind }) => kind === "text");
      const before = progress.get(id) ?? { sent: 0, lastId: "" };
      const quoted = message.replyTo?.split(":").at(-1);
      for (let at = before.sent; at < pieces.length; at += 1) {
        if (!(await turn(to.peerId, signal)))
          return { status: "failed", reason: "Telegram's limit of messages is reached; it is tried again", retryable: true };
        const options = {
          ...(at === 0 && quoted !== undefined && /^\d+$/.test(quoted)
            ? { reply_parameters: { message_id: Number(quoted), allow_sending_without_reply: true } }
            : {}),
          ...(at === lastText && keyboard.length > 0 ? { reply_markup: { inline_keyboard: keyboard } } : {}),
        };
        try {
          before.lastId = await one(to, pieces[at]!, options, { signal, ...(read ? { read } : {}) });
          before.sent = at + 1;
        } catch (error) {
          const wait = waitOf(error);
          if (wait !== undefined) pace.hold(wait, to.peerId);
          const failed = error instanceof UnreadFile ? unread(error) : failureOf(error);
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

/** Nothing was sent: the file is ours to read, not Telegram's. */
class UnreadFile extends Error {}
const unread = ({ message }: UnreadFile): Receipt & { status: "failed" } => ({ status: "failed", reason: message, retryable: true });

async function readFile(attachment: Attachment, read: SendContext["read"]): Promise<Uint8Array> {
  if (!read) throw new UnreadFile("this gateway keeps no files");
  return read(attachment).catch((error: unknown) => {
    throw new UnreadFile(`the file could not be read: ${error instanceof Error ? error.message : String(error)}`);
  });
}

const defaultName = (mimeType: string): string =>
  `file.${
    mimeType
      .split("/")[1]
      ?.replace(/[^a-z0-9]/g, "")
      .slice(0, 8) ?? "bin"
  }`;
