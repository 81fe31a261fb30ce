import { type Money, TravelAgentError } from "@travelagent/protocol";
import { compare } from "../money.ts";

/** Raises what the supplier port says for a price above what the caller allows. `was` is what the offer cost. */
export function withinLimit(price: Money, maxTotal: Money, was: Money): void {
  if (price.currency !== maxTotal.currency)
    throw new TravelAgentError("SUPPLIER_REJECTED", `the price is in ${price.currency} and the limit in ${maxTotal.currency}; search in ${maxTotal.currency}`, {
      details: { code: "currency_mismatch" },
    });
  if (compare(price, maxTotal) > 0)
    throw new TravelAgentError("PRICE_CHANGED", `the price is now ${price.amount} ${price.currency}; ask the customer again`, { details: { was, now: price } });
}
