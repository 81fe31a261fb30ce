import { type Money, TravelAgentError } from "@travelagent/protocol";

/** ISO 4217 minor units of the currencies that do not have two. Pinned: what `Intl` says follows local habits (HUF 0, IDR 0), not the standard. */
const exponents: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"].map((code) => [code, 0]),
  ),
  ...Object.fromEntries(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"].map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

/** Digits after the point that ISO 4217 gives the currency. Raises `INVALID_REQUEST` for what is no currency code. */
export function currencyDigits(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) throw new TravelAgentError("INVALID_REQUEST", `"${currency}" is not a currency; give its three letters, such as EUR`);
  return Object.hasOwn(exponents, currency) ? exponents[currency]! : 2;
}

/** Money from a whole number of minor units: `money(18940n, "EUR")` is 189.40 EUR. */
export function money(minor: bigint, currency: string): Money {
  const digits = currencyDigits(currency);
  const sign = minor < 0n ? "-" : "";
  const figures = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  const whole = figures.slice(0, figures.length - digits);
  if (whole.length > 15) throw new TravelAgentError("INVALID_REQUEST", `an amount of ${figures.length} digits is more than money can hold`);
  return { amount: digits === 0 ? `${sign}${whole}` : `${sign}${whole}.${figures.slice(-digits)}`, currency };
}

/** The amount as a whole number of minor units. Raises `INVALID_REQUEST` for more decimals than the currency has. */
export function minorUnits({ amount, currency }: Money): bigint {
  const digits = currencyDigits(currency);
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,4}))?$/.exec(amount);
  const decimals = match?.[3] ?? "";
  if (!match || !/^0*$/.test(decimals.slice(digits))) {
    throw new TravelAgentError("INVALID_REQUEST", `"${amount}" is not an amount in ${currency}; write it with ${digits} decimals`);
  }
  const minor = BigInt(match[2] + decimals.slice(0, digits).padEnd(digits, "0"));
  return match[1] === "-" ? -minor : minor;
}

/** The currency both have; raises `INVALID_REQUEST` when they differ, since nothing here converts. */
function sameCurrency(a: Money, b: Money): string {
  if (a.currency !== b.currency)
    throw new TravelAgentError("INVALID_REQUEST", `${a.currency} and ${b.currency} cannot be combined; ask for prices in one currency`);
  return a.currency;
}

export const zero = (currency: string): Money => money(0n, currency);
export const add = (a: Money, b: Money): Money => money(minorUnits(a) + minorUnits(b), sameCurrency(a, b));
export const subtract = (a: Money, b: Money): Money => money(minorUnits(a) - minorUnits(b), sameCurrency(a, b));

/** -1, 0 or 1, as a sort wants it. */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  sameCurrency(a, b);
  const difference = minorUnits(a) - minorUnits(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Total of `amounts`; `currency` says what none is worth in. */
export const sum = (amounts: readonly Money[], currency: string): Money => amounts.reduce(add, zero(currency));

/** `m` times a fraction, rounded half to even, so that rounding has no bias over many amounts. */
export function multiply(m: Money, { numerator, denominator }: { numerator: bigint; denominator: bigint }): Money {
  if (denominator === 0n) throw new TravelAgentError("INVALID_REQUEST", "money cannot be divided by zero");
  const sign = denominator < 0n ? -1n : 1n;
  const product = minorUnits(m) * numerator * sign;
  const divisor = denominator * sign;
  let quotient = product / divisor;
  let rest = product % divisor;
  if (rest < 0n) {
    rest += divisor;
    quotient -= 1n;
  }
  const twice = rest * 2n;
  const up = twice > divisor || (twice === divisor && quotient % 2n !== 0n);
  return money(up ? quotient + 1n : quotient, m.currency);
}

/** For people: `189.40 EUR`, with thousands separated: `1,240.00 EUR`. */
export function formatMoney(m: Money): string {
  const [whole, decimals] = money(minorUnits(m), m.currency).amount.split(".") as [string, string?];
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${decimals === undefined ? "" : `.${decimals}`} ${m.currency}`;
}
