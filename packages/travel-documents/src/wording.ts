import type { Money, TravelTime } from "@travelagent/protocol";

/** `189.40 EUR` with the thousands of the locale. Written from the decimal string: an amount is never a float here. */
export function sayMoney({ amount, currency }: Money, locale: string): string {
  const parts = new Intl.NumberFormat(locale, { minimumFractionDigits: 1 }).formatToParts(-12_345.5);
  const sign = (type: Intl.NumberFormatPartTypes, otherwise: string) => parts.find((part) => part.type === type)?.value ?? otherwise;
  const [whole = "0", decimals] = amount.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, sign("group", ","));
  return `${amount.startsWith("-") ? "-" : ""}${grouped}${decimals === undefined ? "" : sign("decimal", ".") + decimals} ${currency}`;
}

/** A local wall clock in words: `Fri 12 Mar 2027, 10:15`. The clock stays as it is written, whatever the zone. */
export function sayLocal({ local }: Pick<TravelTime, "local">, locale: string): string {
  const at = new Date(`${local.slice(0, 19)}Z`);
  const date = new Intl.DateTimeFormat(locale, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(at);
  return `${date}, ${local.slice(11, 16)}`;
}

/** `12 March 2027` of `2027-03-12`. */
export const sayDate = (date: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" }).format(new Date(`${date.slice(0, 10)}T00:00:00Z`));
