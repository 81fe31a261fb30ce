import { createHash } from "node:crypto";
import { chunkText, type Pace, renderText, type SendContext } from "@travelagent/channel-kit";
import type { Address, Attachment, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import { proven, wholeOf } from "../proof.ts";
import type { Sends } from "../sends.ts";
import { whatsappMarkup } from "../whatsapp-markup.ts";
import { isGroup, jidOf, jidOfPeer } from "./jids.ts";
import type { Connection, WebContent, WebMessage } from "./link.ts";

export const maxTextLength = 4096;
const MiB = 1024 * 1024;
export const mediaLimits: Record<Attachment["kind"], number> = { image: 16 * MiB, audio: 16 * MiB, video: 64 * MiB, document: 100 * MiB };
/** Longer than that nobody waits for the pace: it is tried again later. */
const turnWithinMs = 20_000;

type Failed = Exclude<Receipt, { status: "sent" }>;

/** Our own id of a message, the same whenever it is tried again, in the form of WhatsApp's client. */
export const messageIdOf = (accountId: string, sendId: string, part: number): string =>
  `3EB0${createHash("sha256").update(`${accountId}\n${sendId}\n${part}`).digest("hex").slice(0, 18).toUpperCase()}`;

async function contentsOf(message: OutboundMessage, read: SendContext["read"]): Promise<WebContent[]> {
  const text = [whatsappMarkup(message.text), renderText({ text: "", ...(message.cards ? { cards: message.cards } : {}) })]
    .filter((part) => part !== "")
    .join("\n\n");
  const files: WebContent[] = [];
  for (const file of message.attachments ?? []) {
    if (!read) throw new Error("this gateway keeps no files");
    const { kind, mimeType, fileName, voice } = file;
    files.push({ kind: "file", as: kind, bytes: await read(file), mimeType, ...(fileName === undefined ? {} : { fileName }), ...(voice ? { voice } : {}) });
  }
  const { location } = message;
  return [
    ...chunkText(text, { maxLength: maxTextLength }).map((piece): WebContent => ({ kind: "text", text: piece })),
    ...files,
    ...(location
      ? [
          {
            kind: "location" as const,
            latitude: location.latitude,
            longitude: location.longitude,
            ...(location.name === undefined ? {} : { name: location.name }),
          },
        ]
      : []),
  ];
}

/** What is answered, as far as WhatsApp needs it to show a quote. */
function quotedOf(to: Address, replyTo: string | undefined, known: WebMessage | undefined): { quoted?: WebMessage } {
  if (replyTo === undefined || !/^[\w-]{4,64}$/.test(replyTo)) return {};
  return { quoted: known ?? { key: { remoteJid: jidOfPeer(to.peerId), id: replyTo, fromMe: false }, message: { conversation: "" } } };
}

export interface WebSenderOptions {
  accountId: string;
  sends: Sends;
  pace: Pace;
  clock: Clock;
  connection(): Connection | undefined;
  /** A customer's message that came since the start. */
  recent(externalId: string): WebMessage | undefined;
  /** How long the server's word is waited for. */
  patienceMs: number;
}

/** Sends over the web protocol, one message after the other of a delivery. Never rejects but for a store that fails. */
export function createWebSender({ accountId, sends, pace, clock, connection, recent, patienceMs }: WebSenderOptions) {
  const known = { sends, clock, patienceMs };

  async function turn(chat: string, signal: AbortSignal): Promise<boolean> {
    const own = new AbortController();
    const disarm = clock.after(turnWithinMs, () => own.abort());
    try {
      await pace.turn(chat, AbortSignal.any([signal, own.signal]));
      return true;
    } catch {
      return false;
    } finally {
      disarm();
    }
  }

  async function give(
    to: Address,
    content: WebContent,
    at: { sendId: string; part: number; parts: number },
    quoted: { quoted?: WebMessage },
    signal: AbortSignal,
  ): Promise<{ messageId: string } | Failed> {
    if (!(await turn(to.peerId, signal)))
      return { status: "failed", reason: signal.aborted ? "cancelled before it was sent" : "too many messages at once; it is tried again", retryable: true };
    const open = connection();
    if (!open) return { status: "failed", reason: "WhatsApp is not connected; it is tried again", retryable: true };
    const messageId = messageIdOf(accountId, at.sendId, at.part);
    await sends.begin({ ...at, peerId: to.peerId, messageId });
    // What the library rejects with may have gone out, and what it resolves with may have not: WhatsApp's word counts.
    const rejected = await open.send(jidOfPeer(to.peerId), content, { messageId, ...quoted }).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    return (
      (await proven(known, at.sendId, at.part, signal)) ?? {
        status: "unknown",
        reason: rejected === undefined ? "WhatsApp has not confirmed it" : `WhatsApp has not confirmed it (${rejected})`,
      }
    );
  }

  return async (to: Address, message: OutboundMessage, { id: sendId, signal, read }: SendContext): Promise<Receipt> => {
    if (signal.aborted) return { status: "failed", reason: "cancelled before it was sent", retryable: false };
    const jid = jidOf(jidOfPeer(to.peerId));
    if (!jid || isGroup(jid) !== (to.chatType === "group"))
      return { status: "failed", reason: "this is no address of WhatsApp", retryable: false, code: "no-such-recipient" };
    const externalId = wholeOf(await sends.of(sendId));
    if (externalId !== undefined) return { status: "sent", externalId };
    let contents: WebContent[];
    try {
      contents = await contentsOf(message, read);
    } catch {
      return { status: "failed", reason: "a file of this message cannot be read; it is tried again", retryable: true };
    }
    if (contents.length === 0) return { status: "failed", reason: "there is nothing in this message that WhatsApp could show", retryable: false };
    const before = new Map((await sends.of(sendId)).map((row) => [row.part, row]));
    for (const [part, content] of contents.entries()) {
      if (before.get(part)?.state === "accepted") continue;
      const quoted = part === 0 ? quotedOf(to, message.replyTo, message.replyTo === undefined ? undefined : recent(message.replyTo)) : {};
      const outcome = await give(to, content, { sendId, part, parts: contents.length }, quoted, signal);
      if ("status" in outcome) return outcome;
    }
    return { status: "sent", externalId: messageIdOf(accountId, sendId, contents.length - 1) };
  };
}
