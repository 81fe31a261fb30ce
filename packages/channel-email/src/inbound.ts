import type { ChannelHost } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { MediaSource } from "@travelagent/protocol/media";
import type { InboundMessage } from "@travelagent/protocol/messages";
import type { KnownMail, KnownMails } from "./known-mail.ts";
import { attachedTo, nameOf } from "./mail/attached.ts";
import { automatedReason } from "./mail/automated.ts";
import { mailText } from "./mail/mail-text.ts";
import type { Mail } from "./mail/parse-mail.ts";
import { senderProof } from "./mail/sender-proof.ts";
import type { SenderAuthentication } from "./options.ts";
import { emailChannel } from "./peer.ts";
import { placeOf } from "./threads.ts";

export interface InboundContext {
  accountId: string;
  /** Our own addresses. */
  ours: ReadonlySet<string>;
  authentication: SenderAuthentication;
  maxTextLength: number;
  known: KnownMails;
  host: Pick<ChannelHost, "media">;
  /** When it came in, by the server's clock. */
  arrivedAt: number;
}

export interface Inbound {
  message: InboundMessage;
  known: KnownMail;
}

/** Undefined where no files are kept. A store that cannot write at present rejects: the mail comes again. */
async function keep({ media }: InboundContext["host"], base: Pick<InboundMessage, "address" | "senderId">, sources: readonly MediaSource[]) {
  try {
    return await media?.save(base, sources);
  } catch (error) {
    if (TravelAgentError.is(error, "INVALID_REQUEST") || TravelAgentError.is(error, "PAYLOAD_TOO_LARGE")) return undefined;
    throw error;
  }
}

/** What a mail says to us. Its files are kept before it is handed over, except those of machines. */
export async function inboundOf(mail: Mail, { accountId, ours, authentication, maxTextLength, known, host, arrivedAt }: InboundContext): Promise<Inbound> {
  const automated = automatedReason(mail, ours);
  const proof = senderProof(mail, authentication);
  const from = mail.from ?? { address: "unknown@invalid", name: "" };
  const place = await placeOf({ ...mail, from }, proof === "proven", known);
  const answered = (await known.among([...mail.inReplyTo, ...mail.references])).filter((one) => one.peerId === place.peerId && one.threadId === place.threadId);
  const { text, pictures, cut } = mailText(mail, maxTextLength);
  // Of a mail that was cut, nobody knows which of its files are whole.
  const { sources, left } = mail.damaged ? { sources: [], left: mail.files.map(nameOf) } : attachedTo(mail, pictures);
  const base = {
    address: {
      channel: emailChannel,
      accountId,
      chatType: "direct" as const,
      peerId: place.peerId,
      ...(place.threadId === "" ? {} : { threadId: place.threadId }),
    },
    senderId: place.peerId,
  };
  const kept = automated === undefined && sources.length > 0 ? await keep(host, base, sources) : undefined;
  const named = kept ? left : [...sources.map(({ fileName, declaredType }) => nameOf({ fileName, mimeType: declaredType ?? "unknown" })), ...left];
  // A thread says once what it is about.
  const subject = answered.length === 0 && !text.toLowerCase().includes(mail.subject.toLowerCase()) ? mail.subject : "";
  const notes = [
    ...(cut ? ["(The mail is longer; the rest was left out.)"] : []),
    ...(mail.damaged ? ["(The mail is damaged or too large; not all of it could be read.)"] : []),
    ...named.map((name) => `(Attached and not kept: ${name})`),
  ];
  const words = [subject, text, notes.join("\n")].filter((part) => part !== "").join("\n\n");
  return {
    message: {
      ...base,
      externalId: mail.messageId,
      senderName: proof === "proven" ? from.name || from.address : `${from.name || from.address} (sender not verified)`,
      text: words === "" ? (kept && kept.attachments.length > 0 ? "(sent a file without words)" : "(a mail without words of its own)") : words,
      sentAt: arrivedAt,
      // Whatever the proof: between the writer and us are servers, lists and whatever was pasted into it.
      tainted: true,
      subject: mail.subject,
      ...(answered[0] ? { replyTo: answered[0].messageId } : {}),
      ...(kept && kept.attachments.length > 0 ? { attachments: kept.attachments } : {}),
      ...(kept && kept.refused.length > 0 ? { refusedAttachments: kept.refused } : {}),
      ...(automated === undefined ? {} : { automated }),
    },
    known: {
      messageId: mail.messageId,
      peerId: place.peerId,
      threadId: place.threadId,
      direction: automated === undefined ? "in" : "machine",
      state: "done",
      subject: mail.subject,
      parents: mail.references.length > 0 ? mail.references : mail.inReplyTo,
      at: arrivedAt,
    },
  };
}
