import type { Receipt } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import type { Sends, SentPart } from "./sends.ts";

type Failed = Exclude<Receipt, { status: "sent" }>;

const failure = ({ reason = "WhatsApp could not deliver it", code }: SentPart): Failed => ({
  status: "failed",
  reason,
  retryable: false,
  ...(code === undefined ? {} : { code }),
});

/** What WhatsApp says by itself of a message nobody knows the outcome of, if it does so in time. */
export async function proven(
  { sends, clock, patienceMs }: { sends: Sends; clock: Clock; patienceMs: number },
  sendId: string,
  part: number,
  signal: AbortSignal,
): Promise<{ messageId: string } | Failed | undefined> {
  const until = clock.now() + patienceMs;
  for (;;) {
    const done = new AbortController();
    // Listening begins before looking: nothing falls in between.
    const news = sends.news(sendId, Math.max(0, until - clock.now()), AbortSignal.any([signal, done.signal]));
    const row = (await sends.of(sendId)).find((one) => one.part === part);
    const known = row?.state === "accepted" || row?.state === "failed";
    if (known || signal.aborted || clock.now() >= until) done.abort();
    await news;
    if (row?.state === "accepted" && row.messageId !== undefined) return { messageId: row.messageId };
    if (row?.state === "failed") return failure(row);
    if (done.signal.aborted) return undefined;
  }
}

/** The whole of it is with WhatsApp; its last message. */
export const wholeOf = (rows: readonly SentPart[]): string | undefined =>
  rows.length > 0 && rows.length === rows[0]?.parts && rows.every(({ state }) => state === "accepted") ? rows.at(-1)?.messageId : undefined;

/** See `ChannelAdapter.reconcile`. */
export async function reconciled(known: { sends: Sends; clock: Clock; patienceMs: number }, sendId: string, signal: AbortSignal): Promise<Receipt | null> {
  const { sends } = known;
  for (const { part, state } of await sends.of(sendId)) {
    if (state === "attempting" && (await proven(known, sendId, part, signal)) === undefined)
      return { status: "unknown", reason: "the gateway stopped while this was being sent, and WhatsApp has not said yet whether it has it" };
  }
  const rows = await sends.of(sendId);
  const failed = rows.find(({ state }) => state === "failed");
  if (failed) return failure(failed);
  const externalId = wholeOf(rows);
  // Where parts are missing, sending it again goes on behind those that WhatsApp has.
  return externalId === undefined ? null : { status: "sent", externalId };
}
