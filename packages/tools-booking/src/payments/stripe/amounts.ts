import { type Money, TravelAgentError } from "@travelagent/protocol";
import { currencyDigits, minorUnits, money } from "../../money.ts";

/** Currencies of which Stripe takes whole units. */
const whole = new Set(["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]);
/** Of these the last of three decimals must be zero. */
const three = new Set(["BHD", "JOD", "KWD", "OMR", "TND"]);

/** All others have two; also ISK and UGX, which have no decimals: Stripe wants two zeros there. */
const stripeDigits = (currency: string): number => (whole.has(currency) ? 0 : three.has(currency) ? 3 : 2);

/** Stripe's integer of an amount. Raises `SUPPLIER_REJECTED` for what Stripe cannot charge exactly. */
export function toStripe({ amount, currency }: Money): { amount: number; currency: string } {
  const minor = minorUnits({ amount, currency });
  const scale = stripeDigits(currency) - currencyDigits(currency);
  const given = scale >= 0 ? minor * 10n ** BigInt(scale) : minor / 10n ** BigInt(-scale);
  const exact = scale >= 0 || given * 10n ** BigInt(-scale) === minor;
  if (!exact || (three.has(currency) && given % 10n !== 0n) || given > 999_999_999_999n)
    throw new TravelAgentError("SUPPLIER_REJECTED", `Stripe cannot charge exactly ${amount} ${currency}; round it to what the currency allows there`, {
      details: { code: "amount_not_chargeable" },
    });
  return { amount: Number(given), currency: currency.toLowerCase() };
}

export function fromStripe(amount: number, currency: string): Money {
  const code = currency.toUpperCase();
  const scale = stripeDigits(code) - currencyDigits(code);
  const minor = scale >= 0 ? BigInt(amount) / 10n ** BigInt(scale) : BigInt(amount) * 10n ** BigInt(-scale);
  return money(minor, code);
}
