import { createHash } from "node:crypto";
import type { KnownMails } from "./known-mail.ts";
import type { Mail } from "./mail/parse-mail.ts";
import { peerOf } from "./peer.ts";

export interface ThreadPlace {
  peerId: string;
  /** Empty: the conversation without a thread. */
  threadId: string;
}

/** Of a thread nobody here knows yet: always the same for its first mail. */
export const threadIdOf = (messageId: string): string =>
  createHash("sha256").update(messageId).digest("base64url").replace(/[-_]/g, "").slice(0, 16).toLowerCase();

/**
 * The conversation a mail belongs to: that of the mail it answers, when that was with the same peer; else one of its own. Ids decide and
 * never the subject. Whoever quotes an id of somebody else's thread is in a thread of their own.
 */
export async function placeOf(mail: Mail & { from: NonNullable<Mail["from"]> }, proven: boolean, known: KnownMails): Promise<ThreadPlace> {
  const answered = [...mail.inReplyTo, ...[...mail.references].reverse()];
  const found = new Map((await known.among(answered)).map((one) => [one.messageId, one]));
  for (const id of answered) {
    const before = found.get(id);
    if (before && before.peerId === peerOf(mail.from.address, proven, before.threadId)) return { peerId: before.peerId, threadId: before.threadId };
  }
  const threadId = threadIdOf(mail.references[0] ?? mail.inReplyTo[0] ?? mail.messageId);
  return { peerId: peerOf(mail.from.address, proven, threadId), threadId };
}
