import { TravelAgentError } from "@travelagent/protocol";
import { currencyDigits } from "../../../money.ts";

/** What one euro buys in the sandbox. Fixed on purpose, so that a price moves only for reasons of this world; not for use with real money. */
const perEuro: Readonly<Record<string, number>> = {
  EUR: 1,
  USD: 1.1,
  GBP: 0.86,
  CHF: 0.95,
  SEK: 11.2,
  NOK: 11.6,
  DKK: 7.46,
  ISK: 150,
  PLN: 4.3,
  CZK: 25,
  HUF: 395,
  RON: 4.97,
  BGN: 1.96,
  TRY: 45,
  UAH: 45,
  GEL: 3,
  CAD: 1.52,
  MXN: 20.5,
  BRL: 6,
  ARS: 1500,
  CLP: 1030,
  COP: 4500,
  PEN: 4.1,
  UYU: 44,
  CRC: 560,
  DOP: 66,
  JPY: 165,
  CNY: 7.9,
  HKD: 8.6,
  TWD: 35,
  KRW: 1500,
  SGD: 1.45,
  MYR: 4.9,
  THB: 38,
  IDR: 17800,
  PHP: 63,
  VND: 27800,
  INR: 93,
  LKR: 330,
  PKR: 310,
  AUD: 1.68,
  NZD: 1.84,
  AED: 4.04,
  SAR: 4.13,
  QAR: 4,
  KWD: 0.338,
  BHD: 0.415,
  OMR: 0.424,
  JOD: 0.78,
  ILS: 4,
  EGP: 54,
  MAD: 10.8,
  TND: 3.4,
  ZAR: 20,
  KES: 142,
  NGN: 1700,
  GHS: 16,
};

export interface Exchange {
  currency: string;
  /** Euro cents as minor units of the currency. */
  minor(cents: number): bigint;
}

/** Raises `SUPPLIER_REJECTED` for a currency the sandbox does not sell in. */
export function exchange(currency: string): Exchange {
  const rate = Object.hasOwn(perEuro, currency) ? perEuro[currency]! : undefined;
  if (rate === undefined) {
    throw new TravelAgentError("SUPPLIER_REJECTED", `the sandbox does not sell in ${currency}; ask for EUR`, { details: { code: "currency_not_supported" } });
  }
  const scale = 10 ** (currencyDigits(currency) - 2);
  return { currency, minor: (cents) => BigInt(Math.round(cents * rate * scale)) };
}
