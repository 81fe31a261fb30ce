import { renderText, type SendContext } from "@travelagent/channel-kit";
import type { Address, Attachment, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Clock, Database } from "@travelagent/protocol/ports";
import type { KnownMail, KnownMails } from "../known-mail.ts";
import { domainOf, mailAddressOf, plainAddress } from "../peer.ts";
import type { Smtp } from "../smtp/smtp.ts";
import { compose } from "./compose.ts";
import { markOf, messageIdOf } from "./own-mark.ts";

/** Of all files of one mail: what most servers take, with what base64 adds. */
export const mostFileBytes = 18 * 1024 * 1024;

export interface SenderOptions {
  /** With its name. */
  from: string;
  fromAddress: string;
  accountId: string;
  subject: string;
  smtp: Smtp;
  known: KnownMails;
  db: Database;
  clock: Clock;
  /** The mail went out: its copy may be put away. Best effort. */
  onSent(messageId: string, raw: Buffer): void;
  /** Looks for a mail among those sent; undefined when nobody can look. */
  isInSent(messageId: string): Promise<boolean | undefined>;
}

export interface Sender {
  send(to: Address, message: OutboundMessage, context: SendContext): Promise<Receipt>;
  reconcile(deliveryId: string): Promise<Receipt | null>;
}

/**
 * Mail to customers. That a mail is about to go out is durable before anything is said to the server: after a crash it is looked for
 * among the mail sent, and where it is not found there nobody says that it did not go.
 */
export function createSender(options: SenderOptions): Sender {
  const { from, fromAddress, accountId, subject, smtp, known, db, clock, onSent, isInSent } = options;
  const idOf = (deliveryId: string): string => messageIdOf(accountId, deliveryId, domainOf(fromAddress));

  async function reconcile(deliveryId: string): Promise<Receipt | null> {
    const messageId = idOf(deliveryId);
    const before = await known.get(messageId);
    if (!before) return null;
    if (before.state === "done") return { status: "sent", externalId: messageId };
    const found = await isInSent(messageId).catch(() => undefined);
    if (!found) return { status: "unknown", reason: "the mail is not in the folder of sent mail; whether its server took it, only the recipient knows" };
    await known.sent(messageId);
    return { status: "sent", externalId: messageId };
  }

  /** The mail this one answers. A subject begins a thread, unless it stands in one already. */
  async function answeredBy({ peerId, threadId = "" }: Address, { replyTo, subject: begins }: OutboundMessage): Promise<KnownMail | undefined> {
    const named = replyTo === undefined ? undefined : await known.get(replyTo);
    if (named && named.peerId === peerId && named.threadId === threadId) return named;
    return threadId === "" && begins !== undefined ? undefined : known.newest(peerId, threadId);
  }

  async function filesOf(message: OutboundMessage, { read }: SendContext): Promise<{ files: { attachment: Attachment; bytes: Uint8Array }[]; left: string[] }> {
    const files: { attachment: Attachment; bytes: Uint8Array }[] = [];
    const left: string[] = [];
    let room = mostFileBytes;
    for (const attachment of message.attachments ?? []) {
      if (!read || attachment.bytes > room) {
        left.push(attachment.fileName ?? attachment.mimeType);
        continue;
      }
      room -= attachment.bytes;
      files.push({ attachment, bytes: await read(attachment) });
    }
    return { files, left };
  }

  return {
    reconcile,

    async send(to, message, context) {
      if (context.signal.aborted) return { status: "failed", reason: "it was cancelled before it was sent", retryable: true };
      const address = plainAddress(mailAddressOf(to.peerId));
      if (address === null) return { status: "failed", reason: "this is no address for mail", retryable: false, code: "no-such-recipient" };
      const messageId = idOf(context.id);
      const before = await reconcile(context.id);
      if (before) return before;
      const answers = await answeredBy(to, message);
      const at = clock.now();
      let mail: Awaited<ReturnType<typeof compose>>;
      try {
        const { files, left } = await filesOf(message, context);
        mail = await compose({
          from,
          to: address,
          messageId,
          mark: markOf(accountId, context.id),
          text: [renderText(message), ...left.map((name) => `(Not attached, since a mail cannot carry it: ${name})`)].join("\n\n"),
          answers,
          subject: message.subject ?? subject,
          files,
          automatic: context.author === "operator" ? undefined : answers ? "auto-replied" : "auto-generated",
          at: new Date(at),
        });
      } catch (error) {
        return { status: "failed", reason: `the mail could not be put together: ${error instanceof Error ? error.message : String(error)}`, retryable: true };
      }
      await db.transaction((tx) =>
        known.put(tx, {
          messageId,
          peerId: to.peerId,
          threadId: to.threadId ?? "",
          direction: "out",
          state: "sending",
          subject: mail.subject,
          parents: mail.parents,
          at,
        }),
      );
      const receipt = await smtp.send({ from: fromAddress, to: address, raw: mail.raw, messageId }, context.signal);
      if (receipt.status === "failed") await known.forget(messageId);
      if (receipt.status === "sent") {
        await known.sent(messageId);
        onSent(messageId, mail.raw);
      }
      return receipt;
    },
  };
}
