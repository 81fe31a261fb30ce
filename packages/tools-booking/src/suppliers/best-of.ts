import { compare } from "../money.ts";
import type { Offer } from "../offer.ts";

/** At most `limit` offers, cheapest first: each group (a house, a class of cars) once at its lowest before any comes twice. */
export function bestOf<O extends Offer>(offers: readonly O[], limit: number, groupOf: (offer: O) => string): O[] {
  const byPrice = [...offers].sort((a, b) => compare(a.price.total, b.price.total));
  const seen = new Set<string>();
  const lowest = byPrice.filter((offer) => !seen.has(groupOf(offer)) && seen.add(groupOf(offer)));
  const rest = byPrice.filter((offer) => !lowest.includes(offer));
  const groups = Math.max(1, Math.ceil(limit * 0.6));
  return [...lowest.slice(0, groups), ...rest, ...lowest.slice(groups)].slice(0, limit).sort((a, b) => compare(a.price.total, b.price.total));
}
