import type { Money } from "@travelagent/protocol";
import { matches, type Span } from "./text.ts";

export interface Budget {
  /** Decimal as said, without grouping. */
  amount: string;
  /** ISO 4217; absent when no currency was named. */
  currency?: string;
  per: "total" | "person" | "night";
  span: Span;
}

const names: Record<string, string> = {
  "€": "EUR",
  eur: "EUR",
  euro: "EUR",
  euros: "EUR",
  $: "USD",
  us$: "USD",
  usd: "USD",
  dollar: "USD",
  dollars: "USD",
  bucks: "USD",
  "£": "GBP",
  gbp: "GBP",
  pound: "GBP",
  pounds: "GBP",
  quid: "GBP",
  "¥": "JPY",
  jpy: "JPY",
  yen: "JPY",
  chf: "CHF",
  francs: "CHF",
  sek: "SEK",
  nok: "NOK",
  dkk: "DKK",
  pln: "PLN",
  czk: "CZK",
  cad: "CAD",
  aud: "AUD",
  nzd: "NZD",
  brl: "BRL",
  reais: "BRL",
  mxn: "MXN",
  inr: "INR",
  "₹": "INR",
  rupees: "INR",
  aed: "AED",
  sgd: "SGD",
  hkd: "HKD",
  try: "TRY",
  zar: "ZAR",
  thb: "THB",
  krw: "KRW",
  "₩": "KRW",
};
const literal = (text: string) => text.replace(/[$]/g, "\\$&");
const currency = `(?:${Object.keys(names)
  .toSorted((a, b) => b.length - a.length)
  .map((name) => (/^[a-z]+$/.test(name) ? `${name}\\b` : literal(name)))
  .join("|")})`;
const figure = "\\d{1,3}(?:[.,' ]\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,2})?";
const limit =
  "(?:under|below|less\\s+than|no\\s+more\\s+than|not\\s+more\\s+than|up\\s+to|at\\s+most|max(?:imum)?(?:\\s+of)?|within|budget(?:\\s+(?:is|of|around|about))*|spend(?:\\s+(?:about|around|up\\s+to))?|cheaper\\s+than|around|about|for\\s+less\\s+than)\\s*:?\\s*";
const figureWithCurrency = new RegExp(`(?:${limit})?(?:(${currency})\\s*(${figure})(k?)|(?<![\\d.,])(${figure})(k?)\\s*(${currency}))`);
const figureWithLimit = new RegExp(
  `\\b(?:under|below|less\\s+than|no\\s+more\\s+than|(?<!pick[\\s-]*)up\\s+to|at\\s+most|max(?:imum)?(?:\\s+of)?|budget(?:\\s+(?:is|of|around|about))*|cheaper\\s+than)\\s*:?\\s*(${figure})(k?)(?!\\s*(?:(?:st|nd|rd|th)\\b|(?:of\\s+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|stops?|stars?|nights?|days?|weeks?|people|adults?|hours?|[:/]|\\*|km|bags?))`,
);

/** `1,200` and `1.200` are twelve hundred, `1.20` and `1,20` one and a fifth. */
function plain(text: string): string {
  const tail = /[.,](\d{1,2})$/.exec(text);
  const whole = (tail ? text.slice(0, tail.index) : text).replace(/[.,' ]/g, "");
  return tail ? `${whole}.${tail[1]}` : whole;
}

function per(text: string, span: Span): { per: Budget["per"]; end: number } {
  const after = /^\s*(?:per|a|each|\/|pp|p\.p\.)\s*(?:per\s+)?(night|person|head|traveller|pax|adult|each)?\b/.exec(text.slice(span.end));
  if (!after || (after[1] === undefined && !/each|pp|p\.p\./.test(after[0]))) return { per: "total", end: span.end };
  return { per: after[1] === "night" ? "night" : "person", end: span.end + after[0].length };
}

/** The budget in a text in `normalise` form. A sum with a currency counts as one, whatever stands before it. */
export function readBudget(text: string): Budget | undefined {
  for (const match of matches(figureWithCurrency, text)) {
    const thousands = (match[3] ?? match[5]) === "k";
    const amount = plain((match[2] ?? match[4])!) + (thousands ? "000" : "");
    if (Number(amount) <= 0 || amount.length > 12) continue;
    const unit = per(text, match.span);
    return { amount, currency: names[(match[1] ?? match[6])!]!, per: unit.per, span: { start: match.span.start, end: unit.end } };
  }
  for (const match of matches(figureWithLimit, text)) {
    const amount = plain(match[1]!) + (match[2] === "k" ? "000" : "");
    if (Number(amount) <= 0 || amount.length > 12) continue;
    const unit = per(text, match.span);
    return { amount, per: unit.per, span: { start: match.span.start, end: unit.end } };
  }
  return undefined;
}

const withoutMinorUnits = new Set(["JPY", "KRW", "CLP", "ISK", "VND", "XAF", "XOF", "XPF", "PYG", "UGX", "RWF", "KMF", "GNF", "DJF", "BIF", "VUV"]);
const threeMinorUnits = new Set(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]);
const digitsOf = (currency: string): number => (withoutMinorUnits.has(currency) ? 0 : threeMinorUnits.has(currency) ? 3 : 2);

const minor = (amount: string, digits: number): bigint => {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(digits, "0").slice(0, digits));
};
const major = (units: bigint, digits: number): string => {
  const text = units.toString().padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
};

/** The sum for everybody and all nights, in the minor units of its currency. */
export function toMoney(amount: string, currency: string, times = 1): Money {
  const digits = digitsOf(currency);
  return { amount: major(minor(amount, digits) * BigInt(Math.max(1, Math.trunc(times))), digits), currency };
}

/** The greatest sum below this one; undefined at zero. */
export function justBelow({ amount, currency }: Money): Money | undefined {
  const digits = digitsOf(currency);
  if (!/^\d+(\.\d+)?$/.test(amount)) return undefined;
  const units = minor(amount, digits);
  return units > 1n ? { amount: major(units - 1n, digits), currency } : undefined;
}

export const compareMoney = (a: Money, b: Money): number => (a.currency === b.currency ? Number(a.amount) - Number(b.amount) : 0);
export const spokenMoney = ({ amount, currency }: Money): string => `${amount} ${currency}`;
