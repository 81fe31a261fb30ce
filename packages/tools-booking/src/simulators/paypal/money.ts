import type { Money } from "@travelagent/protocol";
import type { Amount } from "./books.ts";
import { invalid, unprocessable } from "./refusal.ts";

const currencies = new Set("AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP SGD SEK CHF THB USD".split(" "));
const whole = new Set(["HUF", "JPY", "TWD"]);

/** In hundredths, or in units of currencies that PayPal takes whole. */
export function read(given: unknown): { units: bigint; currency: string } {
  const { currency_code: currency, value } = (given ?? {}) as Partial<Amount>;
  if (typeof currency !== "string" || typeof value !== "string" || !/^\d{1,12}(\.\d+)?$/.test(value))
    throw invalid("INVALID_PARAMETER_VALUE", "The value of an amount is missing or not a number.");
  if (!currencies.has(currency)) throw unprocessable("CURRENCY_NOT_SUPPORTED", "Currency code is not currently supported.");
  const [units = "0", decimals = ""] = value.split(".");
  if (decimals.length > (whole.has(currency) ? 0 : 2)) throw unprocessable("DECIMAL_PRECISION", "The value of the field should not have that many decimals.");
  return { units: whole.has(currency) ? BigInt(units) : BigInt(units + decimals.padEnd(2, "0")), currency };
}

export function write(units: bigint, currency: string): Amount {
  if (whole.has(currency)) return { currency_code: currency, value: String(units) };
  const text = String(units).padStart(3, "0");
  return { currency_code: currency, value: `${text.slice(0, -2)}.${text.slice(-2)}` };
}

/** For the ledger; only the yen has no decimals in the standard as well. */
export const realMoney = (units: bigint, currency: string): Money => {
  const { value } = write(units, currency);
  return { amount: whole.has(currency) && currency !== "JPY" ? `${value}.00` : value, currency };
};

/** What the simulator keeps: 3.4 per cent and 35 hundredths. */
export const feeOf = (units: bigint, currency: string): bigint => (units * 34n) / 1000n + (whole.has(currency) ? 10n : 35n);
