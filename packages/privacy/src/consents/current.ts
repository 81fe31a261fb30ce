import type { ContactPurpose } from "@travelagent/protocol";

/** What of a line of the ledger decides. */
export interface ConsentLine {
  kind: "consent" | "withdrawal";
  channel: string;
  purpose: ContactPurpose | "*";
  at: number;
  /** Order of writing. */
  seq: number;
  /** The record it was written for. */
  origin: string | null;
  /** When a merge handed it over to the record it belongs to now. */
  movedAt: number | null;
}

export type ConsentState = "consent" | "withdrawn" | "none";

export type OptIn = "required" | "soft" | "none";

export type Verdict =
  | { allowed: true; basis: "consent" | "soft-opt-in" | "not-needed" }
  | { allowed: false; code: "opted-out" | "withdrawn" | "no-consent"; reason: string };

const newestFirst = (a: ConsentLine, b: ConsentLine): number => b.at - a.at || b.seq - a.seq;

/** The newest line counts. Of two records that became one the stricter counts, until the person says something new. */
export function saidLast(lines: readonly ConsentLine[]): { state: ConsentState; by?: ConsentLine } {
  const sorted = [...lines].sort(newestFirst);
  const newest = sorted[0];
  if (!newest) return { state: "none" };
  const as = (line: ConsentLine) => ({ state: line.kind === "consent" ? ("consent" as const) : ("withdrawn" as const), by: line });
  const mergedAt = Math.max(...sorted.map(({ movedAt }) => movedAt ?? Number.NEGATIVE_INFINITY));
  if (mergedAt === Number.NEGATIVE_INFINITY || newest.at > mergedAt) return as(newest);
  const heads = [...new Map([...sorted].reverse().map((line) => [line.origin, line])).values()];
  return as(heads.find(({ kind }) => kind === "withdrawal") ?? newest);
}

const on = (channel: string) => (line: ConsentLine) => line.channel === channel || line.channel === "*";

/** Whether nothing at all may go out on the channel: the person said STOP, and not START since. */
export const isOptedOut = (lines: readonly ConsentLine[], channel: string): boolean =>
  saidLast(lines.filter((line) => line.purpose === "*").filter(on(channel))).state === "withdrawn";

/**
 * What the person said of one purpose. STOP takes back what was consented to before it; START opens the channel again and consents
 * to nothing that needs a consent of its own.
 */
export function stateOf(lines: readonly ConsentLine[], channel: string, purpose: ContactPurpose): { state: ConsentState; by?: ConsentLine } {
  const said = lines.filter(on(channel));
  const own = saidLast(said.filter((line) => line.purpose === purpose));
  const stopped = said.filter((line) => line.purpose === "*" && line.kind === "withdrawal").sort(newestFirst)[0];
  return own.state === "consent" && stopped && newestFirst(stopped, own.by!) < 0 ? { state: "none" } : own;
}

/** `existing`: a customer already, which a soft opt-in is enough for. */
export function verdictOf(
  lines: readonly ConsentLine[],
  { channel, purpose, optIn, existing }: { channel: string; purpose: ContactPurpose; optIn: OptIn; existing: boolean },
): Verdict {
  if (isOptedOut(lines, channel)) return { allowed: false, code: "opted-out", reason: `the person wants no messages on ${channel}` };
  const { state } = stateOf(lines, channel, purpose);
  if (state === "withdrawn") return { allowed: false, code: "withdrawn", reason: `the person does not want ${purpose} on ${channel}` };
  if (state === "consent") return { allowed: true, basis: "consent" };
  if (optIn === "none") return { allowed: true, basis: "not-needed" };
  if (optIn === "soft" && existing) return { allowed: true, basis: "soft-opt-in" };
  return { allowed: false, code: "no-consent", reason: `the person has not consented to ${purpose} on ${channel}` };
}
