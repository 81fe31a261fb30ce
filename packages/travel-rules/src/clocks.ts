import { plusDays, plusMonths } from "./calendar.ts";
import type { Answer, Source } from "./source.ts";

/** What has to be done by when, after something happened. */
export interface Deadline extends Answer {
  what: string;
  /** YYYY-MM-DD, the last day. */
  dueOn: string;
}

type Clock = { what: string; due(date: string): string; source: Source; note: string };

/** The next `count` days that are neither Saturday nor Sunday; public holidays are not known here. */
function plusWorkingDays(date: string, count: number): string {
  let at = date;
  for (let left = count; left > 0; ) {
    at = plusDays(at, 1);
    const weekday = new Date(`${at}T00:00:00Z`).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return at;
}

const package2015: Source = { name: "Directive (EU) 2015/2302 on package travel, Article 12(4)", asOf: "2026-11-21" };
const package2026: Source = { name: "Directive (EU) 2026/1024 amending 2015/2302; applies after national law has taken it over", asOf: "2026-11-21" };
const dot: Source = { name: "US DOT, 14 CFR 259.5 and 260 (automatic refunds, rule of April 2024)", asOf: "2026-11-21" };

const clocks = {
  /** An organiser pays back a cancelled package. From the day it ended. */
  "package-refund": {
    what: "refund of a cancelled package",
    due: (date) => plusDays(date, 14),
    source: package2015,
    note: "14 days after the contract ended.",
  },
  /** A voucher a customer took of their own will instead. From the day it was given. */
  "package-voucher": {
    what: "end of a voluntary voucher",
    due: (date) => plusMonths(date, 12),
    source: package2026,
    note: "At most 12 months; what is not used is then paid out.",
  },
  "complaint-acknowledgement": {
    what: "acknowledgement of a complaint",
    due: (date) => plusDays(date, 7),
    source: package2026,
    note: "7 days after it arrived.",
  },
  "complaint-answer": { what: "answer to a complaint", due: (date) => plusDays(date, 60), source: package2026, note: "60 days after it arrived." },
  /** A cancelled flight whose traveller chose money. From the day of that choice. */
  "eu261-refund": {
    what: "refund of a cancelled flight by the airline",
    due: (date) => plusDays(date, 7),
    source: { name: "Regulation (EC) No 261/2004, Article 8(1)(a)", asOf: "2026-11-21" },
    note: "The airline owes it, also where an agency sold the ticket.",
  },
  "us-refund-card": {
    what: "refund by a US rule, paid by card",
    due: (date) => plusWorkingDays(date, 7),
    source: dot,
    note: "Seven working days; public holidays are not counted here.",
  },
  "us-refund-other": { what: "refund by a US rule, paid otherwise", due: (date) => plusDays(date, 20), source: dot, note: "Twenty days." },
} satisfies Record<string, Clock>;

export type ClockName = keyof typeof clocks;
export const clockNames = Object.keys(clocks) as ClockName[];

/** The last day of a legal time limit that began on `date`, the day itself not counted. */
export function deadline(name: ClockName, date: string): Deadline {
  const { what, due, source, note }: Clock = clocks[name];
  return { what, dueOn: due(date), sources: [source], note: `${note} Where two rules apply, the shorter limit is the safe one.` };
}

/** The carrier's 24-hour rule of US DOT: it binds airlines and not agencies, so it is told and never promised. */
export function usTwentyFourHours({ bookedAt, departsAt, touchesUs }: { bookedAt: string; departsAt: string; touchesUs: boolean }): Answer & {
  /** Whether the airline has to hold or refund by this rule, if the ticket is bought of it. */
  mayApply: boolean;
  until?: string;
} {
  const booked = Date.parse(bookedAt);
  const mayApply = touchesUs && Date.parse(departsAt) - booked >= 7 * 86_400_000;
  return {
    mayApply,
    ...(mayApply ? { until: new Date(booked + 86_400_000).toISOString() } : {}),
    sources: [{ name: "14 CFR 259.5(b)(4)", asOf: "2026-11-21" }],
    note: "The rule binds airlines on tickets bought of them a week or more ahead, and an airline may offer a free hold instead. It does not bind agencies.",
  };
}
