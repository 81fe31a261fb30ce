import { addDays, day, weekdayOf, yearOf } from "./calendar.ts";
import type { DaySpec } from "./dates.ts";

/** A day that is known, or why not, with the days it could be. */
type Resolved = { day: string; until?: string } | { why: "ambiguous" | "around" | "past" | "month" | "invalid"; options: string[]; month?: number };

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

/** Easter Sunday by the Gregorian rule. */
function easter(year: number): string {
  const golden = year % 19;
  const century = Math.floor(year / 100);
  const epact = (century - Math.floor(century / 4) - Math.floor((8 * century + 13) / 25) + 19 * golden + 15) % 30;
  const moon = epact - Math.floor(epact / 28) * (1 - Math.floor(29 / (epact + 1)) * Math.floor((21 - golden) / 11));
  const sunday = moon - ((year + Math.floor(year / 4) + moon + 2 - century + Math.floor(century / 4)) % 7);
  const month = 3 + Math.floor((sunday + 40) / 44);
  return day(year, month, sunday + 28 - 31 * Math.floor(month / 4))!;
}

const mainDay: Record<"Christmas" | "New Year" | "Easter", (year: number) => string> = {
  Christmas: (year) => day(year, 12, 25)!,
  "New Year": (year) => day(year, 1, 1)!,
  Easter: easter,
};

/** The three days up to the feast that comes next, as far as they are still to come. */
function around(feast: keyof typeof mainDay, from: string): string[] {
  const year = yearOf(from);
  const main = [year, year + 1].map(mainDay[feast]).find((one) => one >= from)!;
  return [addDays(main, -2), addDays(main, -1), main].filter((one) => one >= from);
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
    case "around": {
      const options = around(spec.feast, from);
      return { why: "around", options };
    }
    case "invalid":
      return { why: "invalid", options: [] };
  }
}
