import type { CatchUp } from "./job.ts";
import type { Occurrences } from "./occurrences.ts";
import type { Missed } from "./run-ledger.ts";

/** Counting what was missed stops here: a job of every second that stood still for a year is told as "at least". */
export const mostCounted = 10_000;

export interface CatchUpRequest {
  policy: CatchUp;
  occurrences: Occurrences;
  /** Every time up to this one is dealt with. */
  cursorMs: number;
  /** The first time that is not. */
  slotMs: number;
  /** When the scheduler saw that it was due, and when it decides. */
  noticedAt: number;
  now: number;
  /** A run that begins so much later than its time has missed it. */
  lateAfterMs: number;
  /** The most times of the past that `all` runs. */
  cap: number;
}

/** What to run now, if anything, and what is passed over for good. Undefined when nothing is due. */
export interface CatchUpDecision {
  run?: number;
  missed?: Missed;
  /** The job's next position; at least `run`. */
  cursorMs: number;
}

export function catchUp({ policy, occurrences, cursorMs, slotMs, noticedAt, now, lateAfterMs, cap }: CatchUpRequest): CatchUpDecision | undefined {
  // The clock went back between noticing and deciding: it will be due again.
  if (now < slotMs) return undefined;
  const passed = (untilMs: number, toMs: number): { missed?: Missed } =>
    slotMs < untilMs ? { missed: { fromMs: slotMs, toMs, count: 1 + occurrences.count(slotMs, untilMs, mostCounted) } } : {};
  const lastBefore = (ms: number): number => occurrences.last(cursorMs, ms - 1, 1)[0] ?? slotMs;

  if (policy === "skip") {
    if (noticedAt - slotMs <= lateAfterMs) return { run: slotMs, cursorMs: slotMs };
    const [latest = slotMs] = occurrences.last(cursorMs, now, 1);
    if (now - latest <= lateAfterMs) return { run: latest, cursorMs: latest, ...passed(latest, lastBefore(latest)) };
    return { cursorMs: latest, ...passed(latest + 1, latest) };
  }
  // The usual case, without looking for more than one time.
  const following = occurrences.next(slotMs);
  if (following === undefined || following > now) return { run: slotMs, cursorMs: slotMs };
  const [run = slotMs] = occurrences.last(cursorMs, now, policy === "all" ? cap : 1);
  return { run, cursorMs: run, ...passed(run, lastBefore(run)) };
}
