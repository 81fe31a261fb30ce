import type { Money, TravelTime } from "@travelagent/protocol";

/** The amount as it was given, never through a float: `1,234.50 EUR` in the reader's grouping. */
export function money({ amount, currency }: Money, locale?: string): string {
  const [whole = "0", minor] = amount.replace("-", "").split(".");
  const parts = new Intl.NumberFormat(locale).formatToParts(1234567.5);
  const group = parts.find((part) => part.type === "group")?.value ?? ",";
  const decimal = parts.find((part) => part.type === "decimal")?.value ?? ".";
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, group);
  return `${amount.startsWith("-") ? "−" : ""}${grouped}${minor === undefined ? "" : decimal + minor} ${currency}`;
}

/** What the clock on the wall shows at the place, as on a ticket. */
export function wallClock({ local }: TravelTime, locale?: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local)) return local;
  const instant = new Date(`${local.slice(0, 16)}:00Z`);
  return new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "UTC" }).format(
    instant,
  );
}

/** `4 min 05 s`, `2 h 10 min`, `3 days`; null when the time is over or is no time. */
export function remaining(untilIso: string, now: number): string | null {
  const seconds = Math.ceil((Date.parse(untilIso) - now) / 1000);
  if (!(seconds > 0)) return null;
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  if (days >= 2) return `${days} days`;
  if (hours >= 1) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  if (minutes >= 1) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${seconds} s`;
}

/** A time of today as `14:05`, one of this year as `12 Mar`, an older one with its year. */
export function shortTime(at: number, now: number, locale?: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }).format(date);
  const sameYear = date.getFullYear() === today.getFullYear();
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) }).format(date);
}

export function fullTime(iso: string, locale?: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(date);
}
