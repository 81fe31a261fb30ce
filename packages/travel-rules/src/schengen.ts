import { TravelAgentError } from "@travelagent/protocol";
import { dateOf, dayNumber } from "./calendar.ts";
import type { Answer } from "./source.ts";

/** A stay in the Schengen area. The days of entry and of exit both count. */
export interface Stay {
  entry: string;
  exit: string;
}

export interface SchengenAnswer extends Answer {
  /** Days counted in the 180 that end with the last day of the trip. */
  daysUsed: number;
  /** False when on some day of the trip more than 90 of the 180 days before it, itself included, are spent inside. */
  allowed: boolean;
  /** Last day somebody who enters as planned may stay; undefined when not even the first is allowed. */
  latestExit?: string;
  /** First day somebody could enter and stay as long as planned; undefined when the trip is longer than 90 days. */
  earliestEntry?: string;
}

const window = 180;
const most = 90;

const source = { name: "Schengen Borders Code, Regulation (EU) 2016/399, Article 6(1)", asOf: "2026-11-21" };
const note =
  "For people who need no visa or have one for short stays. Borders count by the Entry/Exit System since 2026; a residence permit, a long-stay visa or a bilateral agreement changes the count, and the officer at the border decides.";

/** Day numbers spent inside: overlapping stays count once. */
function daysInside(stays: readonly Stay[]): Set<number> {
  const inside = new Set<number>();
  for (const { entry, exit } of stays) {
    const [first, last] = [dayNumber(entry), dayNumber(exit)];
    if (last < first) throw new TravelAgentError("INVALID_REQUEST", `the stay from ${entry} to ${exit} ends before it begins; swap the dates`);
    if (last - first > 400) throw new TravelAgentError("INVALID_REQUEST", `the stay from ${entry} to ${exit} is longer than a year; check the years`);
    for (let at = first; at <= last; at += 1) inside.add(at);
  }
  return inside;
}

const usedOn = (inside: ReadonlySet<number>, at: number): number => {
  let days = 0;
  for (let back = 0; back < window; back += 1) if (inside.has(at - back)) days += 1;
  return days;
};

/** Days somebody could stay who enters on `first`, given where they were before; at most 90. */
function stayFrom(before: ReadonlySet<number>, first: number): number {
  let used = 0;
  for (let at = first - window + 1; at < first; at += 1) if (before.has(at)) used += 1;
  // Each day of the stay adds itself; the day that falls out of the window goes.
  for (let days = 0; days < most; days += 1) {
    const leaving = first + days - window;
    if (days > 0 && before.has(leaving)) used -= 1;
    used += 1;
    if (used > most) return days;
  }
  return most;
}

/** 90 days in any 180: whether a trip fits what was spent inside before it. `before` may hold any stays, in any order. */
export function schengenStay(trip: Stay, before: readonly Stay[]): SchengenAnswer {
  const past = daysInside(before);
  const planned = daysInside([trip]);
  const [first, last] = [dayNumber(trip.entry), dayNumber(trip.exit)];
  const all = new Set([...past, ...planned]);
  let allowed = true;
  for (let at = first; at <= last; at += 1) allowed &&= usedOn(all, at) <= most;
  const possible = stayFrom(past, first);
  const length = last - first + 1;
  let entry: number | undefined;
  for (let at = first; length <= most && entry === undefined; at += 1) if (stayFrom(past, at) >= length) entry = at;
  return {
    daysUsed: usedOn(all, last),
    allowed,
    ...(possible > 0 ? { latestExit: dateOf(first + possible - 1) } : {}),
    ...(entry === undefined ? {} : { earliestEntry: dateOf(entry) }),
    sources: [source],
    note,
  };
}
