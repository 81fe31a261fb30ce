import type { Money } from "@travelagent/protocol";

const digitsOf = ({ amount }: Money): number => amount.split(".")[1]?.length ?? 0;

/** The amount in the smallest units it is written in. */
export const minor = ({ amount }: Money): bigint => BigInt(amount.replace(".", ""));

/** So many of the smallest units of `like`, in its currency. */
export function amountOf(units: bigint, like: Money): Money {
  const digits = digitsOf(like);
  const sign = units < 0n ? "-" : "";
  const figures = (units < 0n ? -units : units).toString().padStart(digits + 1, "0");
  return { amount: digits === 0 ? `${sign}${figures}` : `${sign}${figures.slice(0, -digits)}.${figures.slice(-digits)}`, currency: like.currency };
}

/** A whole number of the currency's main unit, in its smallest ones. */
export const mainUnits = (count: number, like: Money): bigint => BigInt(Math.round(count * 10 ** digitsOf(like)));

export const sayMoney = ({ amount, currency }: Money): string => `${amount} ${currency}`;
