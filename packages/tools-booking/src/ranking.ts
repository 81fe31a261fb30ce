import type { Money } from "@travelagent/protocol";
import { minorUnits } from "./money.ts";
import type { Offer } from "./offer.ts";
import { isFreeToCancel } from "./offer-facts.ts";

export interface RankedOffer {
  offer: Offer;
  /** Why it stands where it does: `cheapest`, `fastest`, `best value`, `free cancellation`, `direct`. */
  tags: string[];
  /** The same travel under the same conditions at other suppliers, cheapest first; none of them is cheaper. */
  alsoAt?: { supplier: string; total: Money }[];
}

/** Minutes under way; hotels and cars have none. */
const durationOf = (offer: Offer): number => (offer.vertical === "flight" ? offer.journeys.reduce((total, journey) => total + journey.duration, 0) : 0);
const isDirect = (offer: Offer): boolean => offer.vertical === "flight" && offer.journeys.every((journey) => journey.segments.length === 1);

/** An offer with what it is compared by, worked out once: thousands of offers are compared many times each. */
interface Measured {
  offer: Offer;
  /** Total in minor units; all offers are in one currency. */
  price: number;
  minutes: number;
}

const measure = (offer: Offer): Measured => ({ offer, price: Number(minorUnits(offer.price.total)), minutes: durationOf(offer) });
const cheaper = (a: Measured, b: Measured): number => a.price - b.price || a.minutes - b.minutes || (a.offer.id < b.offer.id ? -1 : 1);

/** What one money unit more or one quality unit less weighs: price against time under way, or against stars. Lower is better. */
function worthOf({ offer, price: minor, minutes }: Measured, cheapest: number, fastest: number): number {
  const price = minor / Math.max(1, cheapest);
  if (offer.vertical === "flight") return price + 0.6 * (minutes / Math.max(1, fastest));
  if (offer.vertical === "hotel") return price / (1 + 0.25 * offer.property.stars);
  return price / (1 + 0.05 * offer.vehicle.seats);
}

/** The first by `less`, without sorting the rest. */
const best = (all: readonly Measured[], less: (a: Measured, b: Measured) => boolean): Measured =>
  all.reduce((leader, one) => (less(one, leader) ? one : leader));

/**
 * The best `limit` offers, cheapest first, with the reasons that tell them apart. The cheapest, the fastest and the best value
 * are always among them. All offers are in one currency.
 */
export function rank(offers: readonly Offer[], limit: number, now: number): RankedOffer[] {
  const sorted = offers.map(measure).sort(cheaper);
  const cheapest = sorted[0];
  if (!cheapest) return [];
  const fastest = best(sorted, (a, b) => a.minutes < b.minutes);
  const worth = new Map(sorted.map((one) => [one, worthOf(one, cheapest.price, fastest.minutes)]));
  const value = best(sorted, (a, b) => worth.get(a)! < worth.get(b)!);
  const wanted = new Set([cheapest, value, fastest].slice(0, Math.max(1, limit)));
  for (const one of sorted) {
    if (wanted.size >= limit) break;
    wanted.add(one);
  }
  return [...wanted].sort(cheaper).map((one) => ({
    offer: one.offer,
    tags: [
      ...(one === cheapest ? ["cheapest"] : []),
      ...(one === fastest && one.offer.vertical === "flight" ? ["fastest"] : []),
      ...(one === value ? ["best value"] : []),
      ...(isDirect(one.offer) ? ["direct"] : []),
      ...(isFreeToCancel(one.offer, now) ? ["free cancellation"] : []),
    ],
  }));
}
