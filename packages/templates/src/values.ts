import { TravelAgentError } from "@travelagent/protocol";
import type { Variables, VariableType } from "./template.ts";

/** A value in the words of a language. Plain text: whoever puts it somewhere escapes it. */
export interface Shown {
  text: string;
  /** Of a count: what picks the form. */
  number?: number;
}

export interface ShownFor {
  /** BCP 47. */
  locale: string;
  /** IANA zone of the customer. */
  timeZone: string;
}

/** What steers a terminal, a mail header or the direction of text is no part of a message. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const steering = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
const cleaned = (text: string): string => text.replace(/\r\n?/g, "\n").replace(steering, "");
const isText = (value: unknown): value is string => typeof value === "string" && value.length <= 4000 && cleaned(value).trim() !== "";

type Show = (value: unknown, at: ShownFor) => Shown | undefined;

const moment = { year: "numeric", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" } as const;

const show: Readonly<Record<VariableType, Show>> = {
  text: (value) => (isText(value) ? { text: cleaned(value).trim() } : undefined),

  date(value, { locale }) {
    if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
    const day = new Date(`${value}T00:00:00Z`);
    if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== value) return undefined;
    return { text: new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(day) };
  },

  dateTime(value, { locale, timeZone }) {
    // A time of travel is shown as the clock at the place shows it, any other one as the customer's does.
    if (typeof value === "object" && value !== null && "utc" in value && "timeZone" in value) {
      const at = new Date(String(value.utc));
      if (Number.isNaN(at.getTime()) || typeof value.timeZone !== "string") return undefined;
      try {
        return { text: new Intl.DateTimeFormat(locale, { ...moment, timeZone: value.timeZone }).format(at) };
      } catch {
        return undefined;
      }
    }
    if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(value)) return undefined;
    const at = new Date(value);
    if (Number.isNaN(at.getTime())) return undefined;
    return { text: new Intl.DateTimeFormat(locale, { ...moment, timeZone, timeZoneName: "short" }).format(at) };
  },

  money(value, { locale }) {
    if (typeof value !== "object" || value === null) return undefined;
    const { amount, currency } = value as { amount?: unknown; currency?: unknown };
    if (typeof amount !== "string" || !/^-?\d{1,15}(\.\d{1,4})?$/.test(amount)) return undefined;
    if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency)) return undefined;
    const format = new Intl.NumberFormat(locale, { style: "currency", currency });
    // More digits than the currency has would be rounded away.
    if ((amount.split(".")[1]?.length ?? 0) > (format.resolvedOptions().maximumFractionDigits ?? 2)) return undefined;
    return { text: format.format(amount as `${number}`) };
  },

  count: (value, { locale }) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? { text: new Intl.NumberFormat(locale).format(value), number: value } : undefined,

  url(value) {
    if (typeof value !== "string" || value.length > 2000 || !/^https?:\/\/[^\s<>"'`{}\\]+$/.test(value)) return undefined;
    const parsed = URL.parse(value);
    // What stands before an @ is taken for the address by people.
    return parsed && parsed.username === "" && parsed.password === "" ? { text: value } : undefined;
  },

  list(value, { locale }) {
    if (!Array.isArray(value) || value.length === 0 || value.length > 100 || !value.every(isText)) return undefined;
    return { text: new Intl.ListFormat(locale, { type: "conjunction" }).format(value.map((one) => cleaned(one).trim())) };
  },
};

const wanted: Readonly<Record<VariableType, string>> = {
  text: "text that is not empty",
  date: "a date such as 2027-03-28",
  dateTime: "a time such as 2027-03-28T08:15:00Z, or { local, timeZone, utc }",
  money: '{ amount: "120.00", currency: "EUR" } with no more digits than the currency has',
  count: "a whole number that is not negative",
  url: "an address that begins with https://",
  list: "a list of texts that is not empty",
};

/** All values in the words of a language. Raises `INVALID_REQUEST` for what is missing, is no such value, or is not asked for; `details` names each. */
export function shownValues(template: string, variables: Variables, values: Readonly<Record<string, unknown>>, at: ShownFor): ReadonlyMap<string, Shown> {
  const shown = new Map<string, Shown>();
  const missing: string[] = [];
  const mistyped: string[] = [];
  for (const [name, type] of Object.entries(variables)) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === null) missing.push(name);
    else {
      const text = show[type](value, at);
      if (text) shown.set(name, text);
      else mistyped.push(name);
    }
  }
  const unknown = Object.keys(values).filter((name) => !Object.hasOwn(variables, name));
  if (missing.length + mistyped.length + unknown.length > 0)
    throw new TravelAgentError(
      "INVALID_REQUEST",
      [
        ...missing.map((name) => `the template ${template} needs ${name}: ${wanted[variables[name]!]}`),
        ...mistyped.map((name) => `${name} of the template ${template} must be ${wanted[variables[name]!]}`),
        ...unknown.map((name) => `the template ${template} has no variable ${name}`),
      ].join("; "),
      { details: { template, missing, mistyped, unknown } },
    );
  return shown;
}

/** Values to look at a template with, before there are any. */
export const exampleValues = (variables: Variables): Record<string, unknown> => {
  const examples: Readonly<Record<VariableType, (name: string) => unknown>> = {
    text: (name) => ({ name: "Ana Silva", reference: "K7QPLM", code: "482913" })[name] ?? name,
    date: () => "2027-03-28",
    dateTime: () => "2027-03-28T08:15:00Z",
    money: () => ({ amount: "1240.50", currency: "EUR" }),
    count: () => 2,
    url: () => "https://example.com/trip",
    list: () => ["passport", "visa"],
  };
  return Object.fromEntries(Object.entries(variables).map(([name, type]) => [name, examples[type](name)]));
};
