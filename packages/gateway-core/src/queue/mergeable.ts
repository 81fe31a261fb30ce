import type { Address } from "@travelagent/protocol/messages";
import type { InboxRow } from "../inbox.ts";

/**
 * A message of words alone. Everything else is answered by itself: the button of a question, a command, what a program adds to
 * its message.
 */
export const isPlain = ({ kind, message }: Pick<InboxRow, "kind" | "message">): boolean =>
  kind !== "program" && !message.action && !message.program && !message.text.trimStart().startsWith("/");

const addressKey = ({ channel, accountId, chatType, peerId, threadId }: Address): string => JSON.stringify([channel, accountId, chatType, peerId, threadId]);

/** One answer can be for both: same place, same owner of the conversation, and words as trustworthy as the other's. */
const belongTogether = (a: InboxRow, b: InboxRow): boolean =>
  isPlain(b) &&
  a.epoch === b.epoch &&
  (a.message.tainted ?? false) === (b.message.tainted ?? false) &&
  addressKey(a.message.address) === addressKey(b.message.address);

/** Those of `rows` (in order of arrival) that may be answered with `head`, itself first. The first that may not ends it: nothing overtakes. */
export function batchOf(head: InboxRow, rows: readonly InboxRow[]): { batch: InboxRow[]; cutShort: boolean } {
  const batch = [head];
  if (!isPlain(head)) return { batch, cutShort: false };
  for (const row of rows) {
    if (row.seq <= head.seq) continue;
    if (!belongTogether(head, row)) return { batch, cutShort: true };
    batch.push(row);
  }
  return { batch, cutShort: false };
}
