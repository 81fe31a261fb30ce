/** Days as `YYYY-MM-DD`; arithmetic in whole days, without clocks and zones. */

const dayMs = 86_400_000;
const weekdayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
export const longMonths = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

const stamp = (day: string): number => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Undefined when there is no such day, such as 31 February. */
export function day(year: number, month: number, dayOfMonth: number): string | undefined {
  if (!(year >= 1900 && year <= 2200) || !(month >= 1 && month <= 12) || !(dayOfMonth >= 1 && dayOfMonth <= 31)) return undefined;
  const made = new Date(Date.UTC(year, month - 1, dayOfMonth));
  return made.getUTCMonth() === month - 1 ? dayOf(made.getTime()) : undefined;
}

export const addDays = (from: string, days: number): string => dayOf(stamp(from) + days * dayMs);
export const daysBetween = (from: string, to: string): number => Math.round((stamp(to) - stamp(from)) / dayMs);
/** 0 is Sunday. */
export const weekdayOf = (of: string): number => new Date(stamp(of)).getUTCDay();
export const yearOf = (of: string): number => Number(of.slice(0, 4));
export const monthOf = (of: string): number => Number(of.slice(5, 7));

/** The same day of a later month, or that month's last. */
export function addMonths(from: string, months: number): string {
  const index = yearOf(from) * 12 + monthOf(from) - 1 + months;
  for (let d = Number(from.slice(8)); d > 27; d--) {
    const made = day(Math.floor(index / 12), (index % 12) + 1, d);
    if (made) return made;
  }
  return day(Math.floor(index / 12), (index % 12) + 1, Math.min(28, Number(from.slice(8)))) ?? from;
}

/** Whole years from birth to a day. */
export function ageOn(bornOn: string, on: string): number {
  const years = yearOf(on) - yearOf(bornOn);
  return on.slice(5) < bornOn.slice(5) ? years - 1 : years;
}

/** `Fri 12 Mar 2027`. */
export const spoken = (of: string): string => `${weekdayNames[weekdayOf(of)]} ${Number(of.slice(8))} ${monthNames[monthOf(of) - 1]} ${of.slice(0, 4)}`;

const formats = new Map<string, Intl.DateTimeFormat>();
function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  let made: Intl.DateTimeFormat;
  try {
    made = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  } catch {
    return formatFor("UTC");
  }
  if (formats.size > 500) formats.clear();
  formats.set(timeZone, made);
  return made;
}

/** The day it is there. An unknown zone counts as UTC. */
export const today = (now: number, timeZone: string): string => {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(now)
      .map((part) => [part.type, part.value]),
  );
  return `${parts.get("year")?.padStart(4, "0")}-${parts.get("month")}-${parts.get("day")}`;
};
