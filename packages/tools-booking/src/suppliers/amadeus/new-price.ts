import { type Money, TravelAgentError } from "@travelagent/protocol";
import { minorUnits } from "../../money.ts";
import { moneyOf } from "../http/index.ts";

/**
 * A price discrepancy as the port wants it. Amadeus names two totals without a currency, or none at all; the one that is not what we
 * sent is the new one. Other errors stay as they are.
 */
export function withNewPrice(error: unknown, sent: Money): unknown {
  if (!TravelAgentError.is(error, "PRICE_CHANGED")) return error;
  const { totals = [], ...details } = (error.details ?? {}) as { totals?: string[] };
  const now = totals.map((one) => moneyOf(one, sent.currency)).find((one) => minorUnits(one) !== minorUnits(sent));
  const message = now
    ? `the price is now ${now.amount} ${now.currency}; ask the customer again`
    : "the price changed while it was booked; price the offer again";
  return new TravelAgentError("PRICE_CHANGED", message, { details: { ...details, was: sent, ...(now ? { now } : {}) }, cause: error });
}
