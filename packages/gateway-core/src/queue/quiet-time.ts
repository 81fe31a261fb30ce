import type { InboxRow } from "../inbox.ts";
import type { QueueSettings } from "../ports.ts";
import { batchOf, isPlain } from "./mergeable.ts";

/** However often somebody writes on, their first words wait no longer than this many quiet times. */
const mostQuietTimes = 10;

/**
 * How long the turn of `head` still waits for more words, in milliseconds; 0 when it begins. A backlog is left alone until
 * nothing came for `debounceMs`; a channel with a quiet time of its own waits for that also without a backlog.
 */
export function quietTime({
  head,
  rows,
  settings,
  inboundMs,
  now,
}: {
  head: InboxRow;
  /** Open ones of the session, in order of arrival. */
  rows: readonly InboxRow[];
  settings: QueueSettings;
  inboundMs: number;
  now: number;
}): number {
  if (!isPlain(head)) return 0;
  const { batch, cutShort } = batchOf(head, rows);
  // A button or a command behind it is not kept waiting.
  if (cutShort || batch.length >= settings.cap) return 0;
  const lastOf = (from: readonly InboxRow[]): number => Math.max(...from.map(({ receivedAt }) => receivedAt));
  const sameSender = batch.filter(({ message }) => message.senderId === head.message.senderId);
  const until = Math.max(
    inboundMs > 0 ? lastOf(sameSender) + inboundMs : 0,
    settings.mode === "collect" && batch.length > 1 ? lastOf(batch) + settings.debounceMs : 0,
  );
  const latest = head.receivedAt + mostQuietTimes * Math.max(inboundMs, settings.mode === "collect" ? settings.debounceMs : 0);
  return Math.max(0, Math.min(until, latest) - now);
}

/** What the turn of `head` answers: in `collect` all that belong together, otherwise what one sender wrote within the channel's quiet time. */
export function turnBatch({
  head,
  rows,
  settings,
  inboundMs,
}: {
  head: InboxRow;
  rows: readonly InboxRow[];
  settings: QueueSettings;
  inboundMs: number;
}): InboxRow[] {
  const { batch } = batchOf(head, rows);
  if (settings.mode === "collect") return batch;
  if (inboundMs <= 0) return [head];
  const taken = [head];
  for (const row of batch.slice(1)) {
    const before = taken.at(-1)!;
    if (row.message.senderId !== head.message.senderId || row.receivedAt - before.receivedAt > inboundMs) break;
    taken.push(row);
  }
  return taken;
}
