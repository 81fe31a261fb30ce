import { Temporal } from "temporal-polyfill";
import type { TimeWords } from "./language.ts";

export interface Deadline {
  /** Milliseconds since the epoch, later than the message. */
  at: number;
  /** Nothing in the sentence named a time. */
  assumed: boolean;
}

/** When a day is over for somebody who was promised something on it. */
const endOfWork = 18;
const hours = { morning: 12, noon: 13, afternoon: endOfWork, evening: 21 } as const;

type Zoned = Temporal.ZonedDateTime;
type Time = { hour: number; minute: number };

const isWeekend = ({ dayOfWeek }: { dayOfWeek: number }): boolean => dayOfWeek > 5;

/** The same time of day, that many working days later. */
function afterBusinessDays(from: Zoned, days: number): Zoned {
  let day = from;
  for (let left = days; left > 0; ) {
    day = day.add({ days: 1 });
    if (!isWeekend(day)) left -= 1;
  }
  return day;
}

/** A pattern is compiled once; there are few of them. */
const compiled = new Map<string, RegExp>();
function find(source: string, text: string): RegExpExecArray | null {
  let expression = compiled.get(source);
  if (!expression) {
    expression = new RegExp(source, "u");
    compiled.set(source, expression);
  }
  return expression.exec(text);
}
const word = (source: string): string => `(?<![\\p{L}\\d])(?:${source})(?![\\p{L}\\d])`;

function clockIn(text: string, words: TimeWords): Time | undefined {
  for (const source of words.clock) {
    const found = find(`(?<![\\p{L}\\d])${source}(?![\\d])`, text);
    const { hour, minute, half } = found?.groups ?? {};
    if (hour === undefined) continue;
    const stated = Number(hour);
    const twelve = half === undefined ? stated : (stated % 12) + (half === "p" ? 12 : 0);
    // An hour before work begins, without am or pm, is one of the afternoon.
    const bare = half === undefined && minute === undefined && stated < 8 && source.includes("o'clock") ? stated + 12 : twelve;
    if (bare > 24 || Number(minute ?? 0) > 59) continue;
    return bare === 24 ? { hour: 23, minute: 59 } : { hour: bare, minute: Number(minute ?? 0) };
  }
  return undefined;
}

function partOfDay(text: string, words: TimeWords): Time | undefined {
  for (const part of ["noon", "evening", "afternoon", "morning"] as const) if (find(word(words[part]), text)) return { hour: hours[part], minute: 0 };
  return undefined;
}

function spanIn(text: string, words: TimeWords, from: Zoned): Zoned | undefined {
  const numbers = Object.keys(words.numbers).sort((a, b) => b.length - a.length);
  const amount = `(?<amount>\\d{1,3}|${numbers.join("|")})`;
  const of = (unit: string) => {
    const found = find(`${word(words.within)} ?${amount} ?(?:${unit})(?![\\p{L}\\d])`, text);
    const said = found?.groups?.amount;
    return said === undefined ? undefined : (words.numbers[said] ?? Number(said));
  };
  const endOf = (day: Zoned): Zoned => {
    const end = day.withPlainTime({ hour: endOfWork });
    return Temporal.ZonedDateTime.compare(end, day) > 0 ? end : day;
  };
  const { minute, hour, day, businessDay, week } = words.units;
  const minutes = of(minute);
  if (minutes !== undefined) return from.add({ minutes: Math.max(1, Math.round(minutes)) });
  const inHours = of(hour);
  if (inHours !== undefined) return from.add({ minutes: Math.round(inHours * 60) });
  const working = of(businessDay);
  if (working !== undefined) return endOf(afterBusinessDays(from, Math.ceil(working)));
  const days = of(day);
  if (days !== undefined) return endOf(from.add({ days: Math.ceil(days) }));
  const weeks = of(week);
  if (weeks !== undefined) return endOf(from.add({ days: Math.ceil(weeks * 7) }));
  return undefined;
}

interface NamedDay {
  day: Temporal.PlainDate;
  /** A day of the week or the year that may also be meant for the next time round. */
  again?: Temporal.DurationLike;
  /** Where it stands in the sentence. */
  index: number;
}

function dateIn(text: string, words: TimeWords, from: Zoned): NamedDay | undefined {
  const today = from.toPlainDate();
  const iso = find(word("(?<year>\\d{4})-(?<month>\\d{2})-(?<day>\\d{2})"), text);
  const on = (year: number, month: number, day: number): Temporal.PlainDate | undefined => {
    try {
      return Temporal.PlainDate.from({ year, month, day }, { overflow: "reject" });
    } catch {
      return undefined;
    }
  };
  if (iso?.groups) {
    const day = on(Number(iso.groups.year), Number(iso.groups.month), Number(iso.groups.day));
    if (day) return { day, index: iso.index };
  }
  const names = words.months.join("|");
  for (const source of words.dates) {
    const found = find(`(?<![\\p{L}\\d])${source.replace("MONTH", names)}(?![\\p{L}\\d])`, text);
    const { day, month } = found?.groups ?? {};
    if (!found || day === undefined || month === undefined) continue;
    const number = /^\d+$/.test(month) ? Number(month) : words.months.findIndex((name) => find(`^(?:${name})$`, month)) + 1;
    const date = on(today.year, number, Number(day));
    if (!date) continue;
    return { day: Temporal.PlainDate.compare(date, today) < 0 ? date.add({ years: 1 }) : date, index: found.index };
  }
  return undefined;
}

function dayIn(text: string, words: TimeWords, from: Zoned): NamedDay | undefined {
  const today = from.toPlainDate();
  const date = dateIn(text, words, from);
  if (date) return date;
  for (const [source, days] of [
    [words.dayAfterTomorrow, 2],
    [words.tomorrow, 1],
    [words.today, 0],
  ] as const) {
    const found = find(word(source), text);
    if (found) return { day: today.add({ days }), index: found.index };
  }
  for (const [number, source] of words.weekdays.entries()) {
    const found = find(`(?<![\\p{L}\\d])(?:${source})(?![\\p{L}\\d])`, text);
    if (found) return { day: today.add({ days: (number + 1 - today.dayOfWeek + 7) % 7 }), again: { days: 7 }, index: found.index };
  }
  const friday = (of: Temporal.PlainDate) => of.add({ days: (5 - of.dayOfWeek + 7) % 7 });
  const next = find(word(words.nextWeek), text);
  if (next) return { day: friday(today.add({ days: 8 - today.dayOfWeek })), index: next.index };
  const end = find(word(words.endOfWeek), text);
  if (end) return { day: friday(today), again: { days: 7 }, index: end.index };
  const evening = find(word(words.endOfDay), text);
  return evening ? { day: today, index: evening.index } : undefined;
}

/**
 * By when something is promised that was said at `saidAt`: as the clock goes where the customer is, in the words of one language. A day
 * without a time lasts until 18:00. Without any time it is one working day later, and so it says.
 */
export function deadlineIn(plain: string, words: TimeWords, { saidAt, timeZone }: { saidAt: number; timeZone: string }): Deadline {
  const from = Temporal.Instant.fromEpochMilliseconds(saidAt).toZonedDateTimeISO(timeZone);
  const given = (when: Zoned): Deadline => ({ at: when.epochMilliseconds, assumed: false });
  const isLater = (when: Zoned): boolean => when.epochMilliseconds > saidAt;

  const span = spanIn(plain, words, from);
  if (span) return given(span);

  const clock = clockIn(plain, words);
  const named = dayIn(plain, words, from);
  if (named) {
    const time = clock ?? partOfDay(plain, words);
    const isBefore = time === undefined && find(`(?:${words.before}) (?:\\p{L}{1,4} )?$`, plain.slice(0, named.index)) !== null;
    const wanted = (isBefore ? named.day.subtract({ days: 1 }) : named.day).toZonedDateTime({ timeZone, plainTime: time ?? { hour: endOfWork } });
    if (isLater(wanted)) return given(wanted);
    if (named.again) return given(wanted.add(named.again));
    // Today, and its hours of work are over.
    const midnight = from.toPlainDate().toZonedDateTime({ timeZone, plainTime: { hour: 23, minute: 59 } });
    return given(isLater(midnight) ? midnight : from.add({ hours: 1 }));
  }
  if (clock) {
    const wanted = from.withPlainTime(clock);
    return given(isLater(wanted) ? wanted : wanted.add({ days: 1 }));
  }
  if (find(word(words.now), plain)) return given(from.add({ hours: 1 }));
  return { at: afterBusinessDays(from, 1).epochMilliseconds, assumed: true };
}

/** One working day after an instant, at the same time of day. */
export const nextBusinessDay = (saidAt: number, timeZone: string): number =>
  afterBusinessDays(Temporal.Instant.fromEpochMilliseconds(saidAt).toZonedDateTimeISO(timeZone), 1).epochMilliseconds;
