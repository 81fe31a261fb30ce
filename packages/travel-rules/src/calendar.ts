import { TravelAgentError } from "@travelagent/protocol";

const day = 86_400_000;

/** Days since 1970 of `2027-03-28`. Raises `INVALID_REQUEST` for what is no date. */
export function dayNumber(date: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date)
    throw new TravelAgentError("INVALID_REQUEST", `"${date}" is not a date; write 2027-03-28`);
  return ms / day;
}

export const dateOf = (number: number): string => new Date(number * day).toISOString().slice(0, 10);

export const plusDays = (date: string, count: number): string => dateOf(dayNumber(date) + count);

/** `2027-01-31` plus one month is `2027-02-28`: a month that lacks the day ends on its last. */
export function plusMonths(date: string, count: number): string {
  dayNumber(date);
  const [year, month, dayOfMonth] = date.split("-").map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 + count, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(dayOfMonth, last));
  return first.toISOString().slice(0, 10);
}

/** Completed years on `date`; somebody born on 29 February is a year older on 1 March of other years. */
export function ageOn(bornOn: string, date: string): number {
  if (dayNumber(bornOn) > dayNumber(date)) throw new TravelAgentError("INVALID_REQUEST", `${bornOn} is after ${date}; check the date of birth`);
  const years = Number(date.slice(0, 4)) - Number(bornOn.slice(0, 4));
  return date.slice(5) < bornOn.slice(5) ? years - 1 : years;
}
