import type { TravelTime } from "@travelagent/protocol";
import { Temporal } from "temporal-polyfill";

const minute = 60_000;
const day = 86_400_000;

/** Offsets of a zone on the days somebody asked for: `undefined` for a day on which it changes. */
const days = new Map<string, Map<number, number | undefined>>();

function exactOffset(timeZone: string, utcMs: number): number {
  return Temporal.Instant.fromEpochMilliseconds(utcMs).toZonedDateTimeISO(timeZone).offsetNanoseconds / 60e9;
}

/** Minutes east of UTC. Raises `RangeError` for what is no zone. */
export function offsetMinutes(timeZone: string, utcMs: number): number {
  const zone = days.get(timeZone) ?? new Map<number, number | undefined>();
  days.set(timeZone, zone);
  const number = Math.floor(utcMs / day);
  if (!zone.has(number)) {
    if (zone.size > 800) zone.clear();
    const first = exactOffset(timeZone, number * day);
    zone.set(number, first === exactOffset(timeZone, (number + 1) * day - 1) ? first : undefined);
  }
  return zone.get(number) ?? exactOffset(timeZone, utcMs);
}

/** Milliseconds since the epoch of a wall clock read as if it were UTC. Raises `RangeError` for what is no date and time. */
export function wallClock(local: string): number {
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  // Date.parse lets 31 February pass as 3 March in some forms; a date that does not survive the round trip is none.
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 16) !== local.slice(0, 16))
    throw new RangeError(`"${local}" is not a date and time; write 2027-03-28T10:15`);
  return ms;
}

/**
 * The instant, in milliseconds, of a wall clock (`2027-03-28T02:30`). In a gap (clocks go forward) the time moves on by the
 * length of the gap; in a fold (clocks go back) the first of the two is meant.
 */
export function localToUtc(local: string, timeZone: string): number {
  const wall = wallClock(local);
  const before = offsetMinutes(timeZone, wall - day);
  const after = offsetMinutes(timeZone, wall + day);
  if (before === after) {
    const utc = wall - before * minute;
    if (offsetMinutes(timeZone, utc) === before) return utc;
  }
  return Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone, { disambiguation: "compatible" }).epochMilliseconds;
}

/** An instant as a traveller at the place reads it. */
export function travelTime(utcMs: number, timeZone: string): TravelTime {
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 19);
  return { local: iso(utcMs + offsetMinutes(timeZone, utcMs) * minute), timeZone, utc: `${iso(utcMs)}Z` };
}

/** A wall clock at a place, gaps and folds as in `localToUtc`. */
export function localTravelTime(local: string, timeZone: string): TravelTime {
  return travelTime(localToUtc(local, timeZone), timeZone);
}

/** `2027-03-28` plus `count` days. */
export function addDays(date: string, count: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + count * day).toISOString().slice(0, 10);
}

/** Whole days from `from` to `to`, both `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / day);
}

/** A date that exists, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10) === text;
}
