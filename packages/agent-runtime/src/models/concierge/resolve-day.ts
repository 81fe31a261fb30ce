import { addDays, day, weekdayOf, yearOf } from "./calendar.ts";
import type { DaySpec } from "./dates.ts";

/** A day that is known, or why not, with the days it could be. */
type Resolved = { day: string; until?: string } | { why: "ambiguous" | "past" | "month" | "invalid"; options: string[]; month?: number };

const recentlyDays = 31;

function next(dayOfMonth: number, monthNumber: number, from: string): string | undefined {
  for (let year = yearOf(from); year <= yearOf(from) + 8; year++) {
    const made = day(year, monthNumber, dayOfMonth);
    if (made && made >= from) return made;
  }
  return undefined;
}

function resolveDayMonth(spec: { dayOfMonth: number; month: number; year?: number }, today: string, from: string): Resolved {
  if (spec.year !== undefined) {
    const made = day(spec.year, spec.month, spec.dayOfMonth);
    if (!made) return { why: "invalid", options: [] };
    const again = next(spec.dayOfMonth, spec.month, today);
    return made < today ? { why: "past", options: again && yearOf(made) >= yearOf(today) - 1 ? [again] : [] } : { day: made };
  }
  const made = next(spec.dayOfMonth, spec.month, from);
  if (!made) return { why: "invalid", options: [] };
  // Days that have just passed are more often a slip than a plan for next year.
  const thisYear = day(yearOf(today), spec.month, spec.dayOfMonth);
  if (from === today && thisYear && thisYear < today && addDays(thisYear, recentlyDays) >= today) return { why: "past", options: [made] };
  return { day: made };
}

/** Which day is meant. `notBefore`: an end is never before its start. */
export function resolveDay(spec: DaySpec, today: string, notBefore?: string): Resolved {
  const from = notBefore && notBefore > today ? notBefore : today;
  switch (spec.kind) {
    case "day":
      return { day: spec.day };
    case "dayMonth":
      return resolveDayMonth(spec, today, from);
    case "numeric": {
      const dayFirst = resolveDayMonth({ dayOfMonth: spec.first, month: spec.second, ...(spec.year === undefined ? {} : { year: spec.year }) }, today, from);
      const monthFirst = resolveDayMonth({ dayOfMonth: spec.second, month: spec.first, ...(spec.year === undefined ? {} : { year: spec.year }) }, today, from);
      const options = [dayFirst, monthFirst].flatMap((reading) => ("day" in reading ? [reading.day] : []));
      if (options.length === 2) return { why: "ambiguous", options };
      return options[0] ? { day: options[0] } : dayFirst;
    }
    case "dayOfMonth": {
      for (let ahead = 0; ahead < 62; ahead++) {
        const made = addDays(from, ahead);
        if (Number(made.slice(8)) === spec.dayOfMonth) return { day: made };
      }
      return { why: "invalid", options: [] };
    }
    case "weekday": {
      if (spec.next && !notBefore) {
        const monday = addDays(today, 7 - ((weekdayOf(today) + 6) % 7));
        return { day: addDays(monday, (spec.weekday + 6) % 7) };
      }
      const ahead = (spec.weekday - weekdayOf(from) + 7) % 7;
      return { day: addDays(from, ahead === 0 ? 7 : ahead) };
    }
    case "weekend": {
      const saturday = addDays(today, (6 - weekdayOf(today) + 7) % 7);
      const start = spec.next ? addDays(saturday, 7) : saturday;
      return { day: start, until: addDays(start, 1) };
    }
    case "month":
      return { why: "month", options: [], month: spec.month };
    case "invalid":
      return { why: "invalid", options: [] };
  }
}
