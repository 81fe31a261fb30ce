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

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** In English dates are written as in the lines of cards; elsewhere as readers there know them. */
const isEnglish = (locale: string): boolean => locale.startsWith("en");
const withTime = (locale: string, timeZone?: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(timeZone === undefined ? {} : { timeZone }),
  });
const two = (n: number): string => String(n).padStart(2, "0");
const clock = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`;

/** What the clock on the wall shows at the place, in the words of the lines of a card: `Fri 12 Mar 2027 10:15`. */
export function wallClock({ local }: TravelTime, locale = "en"): string {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)/.exec(local) ?? [];
  if (time === undefined) return local;
  if (!isEnglish(locale)) return withTime(locale, "UTC").format(new Date(`${year}-${month}-${day}T${time}:00Z`));
  const weekday = days[new Date(Date.UTC(Number(year), Number(month) - 1, Number(day))).getUTCDay()];
  return `${weekday} ${Number(day)} ${months[Number(month) - 1]} ${year} ${time}`;
}

/** `4 min 05 s`, `2 h 10 min`, `3 days`; null when the time is over or is no time. */
export function remaining(untilIso: string, now: number, inDays: (count: number) => string = (count) => `${count} days`): string | null {
  const seconds = Math.ceil((Date.parse(untilIso) - now) / 1000);
  if (!(seconds > 0)) return null;
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  if (days >= 2) return inDays(days);
  if (hours >= 1) return `${hours} h ${two(minutes % 60)} min`;
  if (minutes >= 1) return `${minutes} min ${two(seconds % 60)} s`;
  return `${seconds} s`;
}

/** A time of today as `14:05`, one of this year as `12 Mar`, an older one with its year. */
export function shortTime(at: number, now: number, locale = "en"): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "";
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return clock(date);
  if (!isEnglish(locale))
    return new Intl.DateTimeFormat(locale, {
      day: "numeric",
      month: "short",
      ...(date.getFullYear() === today.getFullYear() ? {} : { year: "numeric" }),
    }).format(date);
  const day = `${date.getDate()} ${months[date.getMonth()]}`;
  return date.getFullYear() === today.getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

/** An instant by the reader's own clock: `Fri 12 Mar 2027 10:15`. */
export function fullTime(iso: string, locale = "en"): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  if (!isEnglish(locale)) return withTime(locale).format(date);
  return `${days[date.getDay()]} ${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()} ${clock(date)}`;
}
