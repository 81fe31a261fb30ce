import { add, formatMoney } from "../money.ts";
import type { Offer } from "../offer.ts";
import { sayInstant, sayPassengers, termLines, titleOf } from "../wording.ts";

/** One fact of all offers, side by side. */
export interface ComparisonRow {
  label: string;
  /** One for each offer, in their order; lines apart. Empty where an offer has no such fact. */
  values: string[][];
}

export interface Comparison {
  /** One heading for each offer. */
  titles: string[];
  rows: ComparisonRow[];
}

const starting = (offer: Offer, ...words: string[]): string[] =>
  termLines(offer)
    .filter((line) => words.some((word) => line.startsWith(word)))
    .map((line) => line.slice(line.indexOf(":") + 1).trim());

/** Times and places: what is left when conditions, bags and payment are told apart. */
const itinerary = (offer: Offer): string[] =>
  termLines(offer).filter((line) => !/^(Fare|Baggage|Refund|Change|Cancelling|Paid|To be paid|Deposit|Mileage)/.test(line));

const eachPrice = (offer: Offer): string[] =>
  offer.price.perPassenger.map(({ ptc, count, each }) =>
    offer.vertical === "flight" ? `${sayPassengers([{ ptc, count }])}: ${formatMoney(each)} each` : `${formatMoney(each)} each`,
  );

/** Offers as a customer compares them: the price for everybody with its taxes, times, bags, and what a change of mind costs. */
export function compareOffers(offers: readonly Offer[]): Comparison {
  const row = (label: string, of: (offer: Offer) => string[]): ComparisonRow => ({ label, values: offers.map(of) });
  const rows = [
    row("Price for everybody", ({ price }) => [formatMoney(price.total)]),
    row("Of it taxes and fees", ({ price }) => [formatMoney(add(price.taxes, price.fees))]),
    row("Each", eachPrice),
    row("To be paid there on top", (offer) => (offer.vertical === "hotel" && offer.mandatoryFees ? [formatMoney(offer.mandatoryFees)] : [])),
    row("Times and places", itinerary),
    row("Fare", (offer) => starting(offer, "Fare")),
    row("Baggage", (offer) => starting(offer, "Baggage")),
    row("Cancelling", (offer) => [...starting(offer, "Refund"), ...termLines(offer).filter((line) => line.startsWith("Cancelling"))]),
    row("Changing", (offer) => starting(offer, "Change")),
    row("Mileage and fuel", (offer) => starting(offer, "Mileage")),
    row("Deposit", (offer) => starting(offer, "Deposit")),
    row("Payment", (offer) => termLines(offer).filter((line) => line.startsWith("Paid"))),
    row("Can be held until", ({ paymentTimeLimit }) => (paymentTimeLimit === undefined ? [] : [sayInstant(paymentTimeLimit)])),
    row("Price stands until", ({ offerExpiresAt }) => [sayInstant(offerExpiresAt)]),
  ];
  return { titles: offers.map(titleOf), rows: rows.filter(({ values }) => values.some((lines) => lines.length > 0)) };
}
