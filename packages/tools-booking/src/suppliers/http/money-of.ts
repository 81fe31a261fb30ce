import type { Money } from "@travelagent/protocol";
import { currencyDigits, money } from "../../money.ts";

/**
 * A vendor's amount as money, exactly: `"189.4"`, `"189.400"` or the JSON number `189.4`. A number is read by its shortest
 * decimal form, which is what stood in the reply. What lies beyond the minor unit is rounded half up. Raises `RangeError` for
 * what is no amount, so that a reply that cannot be understood is never taken for a price.
 */
export function moneyOf(amount: string | number, currency: string): Money {
  const text = typeof amount === "number" ? decimalText(amount) : amount.trim();
  const match = /^([+-]?)(\d{1,15})(?:\.(\d+))?$/.exec(text);
  if (!match || !/^[A-Z]{3}$/.test(currency)) throw new RangeError(`"${text} ${currency}" is not an amount of money`);
  const digits = currencyDigits(currency);
  const decimals = match[3] ?? "";
  const minor = BigInt(match[2] + decimals.slice(0, digits).padEnd(digits, "0")) + (Number(decimals[digits] ?? "0") >= 5 ? 1n : 0n);
  return money(match[1] === "-" ? -minor : minor, currency);
}

function decimalText(amount: number): string {
  const text = String(amount);
  // Amounts of travel are neither so small nor so large that JavaScript writes an exponent.
  if (!Number.isFinite(amount) || text.includes("e")) throw new RangeError(`${text} is not an amount of money`);
  return text;
}
