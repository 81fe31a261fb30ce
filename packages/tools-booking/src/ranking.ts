import { compare, minorUnits } from "./money.ts";
import type { Offer } from "./offer.ts";
import { isFreeToCancel } from "./offer-facts.ts";

export interface RankedOffer {
  offer: Offer;
  /** Why it stands where it does: `cheapest`, `fastest`, `best value`, `free cancellation`, `direct`. */
  tags: string[];
}

/** Minutes under way; hotels and cars have none. */
const durationOf = (offer: Offer): number => (offer.vertical === "flight" ? offer.journeys.reduce((total, journey) => total + journey.duration, 0) : 0);
const isDirect = (offer: Offer): boolean => offer.vertical === "flight" && offer.journeys.every((journey) => journey.segments.length === 1);

/** What one money unit more or one quality unit less weighs: price against time under way, or against stars. Lower is better. */
function worthOf(offer: Offer, cheapest: number, fastest: number): number {
  const price = Number(minorUnits(offer.price.total)) / Math.max(1, cheapest);
  if (offer.vertical === "flight") return price + 0.6 * (durationOf(offer) / Math.max(1, fastest));
  if (offer.vertical === "hotel") return price / (1 + 0.25 * offer.property.stars);
  return price / (1 + 0.05 * offer.vehicle.seats);
}

/**
 * The best `limit` offers, cheapest first, with the reasons that tell them apart. The cheapest, the fastest and the best value
 * are always among them. All offers are in one currency.
 */
export function rank(offers: readonly Offer[], limit: number, now: number): RankedOffer[] {
  const sorted = offers.toSorted((a, b) => compare(a.price.total, b.price.total) || durationOf(a) - durationOf(b) || (a.id < b.id ? -1 : 1));
  const cheapest = sorted[0];
  if (!cheapest) return [];
  const fastest = sorted.reduce((best, offer) => (durationOf(offer) < durationOf(best) ? offer : best), cheapest);
  const [low, quick] = [Number(minorUnits(cheapest.price.total)), durationOf(fastest)];
  const best = sorted.reduce((leader, offer) => (worthOf(offer, low, quick) < worthOf(leader, low, quick) ? offer : leader), cheapest);
  const wanted = new Set([cheapest, best, fastest].slice(0, Math.max(1, limit)));
  for (const offer of sorted) {
    if (wanted.size >= limit) break;
    wanted.add(offer);
  }
  return sorted
    .filter((offer) => wanted.has(offer))
    .map((offer) => ({
      offer,
      tags: [
        ...(offer === cheapest ? ["cheapest"] : []),
        ...(offer === fastest && offer.vertical === "flight" ? ["fastest"] : []),
        ...(offer === best ? ["best value"] : []),
        ...(isDirect(offer) ? ["direct"] : []),
        ...(isFreeToCancel(offer, now) ? ["free cancellation"] : []),
      ],
    }));
}
