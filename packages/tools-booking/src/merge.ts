import { minorUnits } from "./money.ts";
import type { Offer } from "./offer.ts";
import { type RankedOffer, rank } from "./ranking.ts";
import { samenessOf } from "./same-offer.ts";

/** An offer with what it is compared by: worked out as each supplier answers, so that nothing is left to do when the last one has. */
export interface Candidate {
  offer: Offer;
  sameness: string;
  /** Total in minor units. */
  minor: bigint;
}

export const candidate = (offer: Offer): Candidate => ({ offer, sameness: samenessOf(offer), minor: minorUnits(offer.price.total) });

/**
 * Offers of many suppliers as one list: of the same travel under the same conditions the cheapest stays and names the suppliers
 * of the others, the rest is ranked. All offers are in one currency.
 */
export function merge(candidates: readonly Candidate[], limit: number, now: number): RankedOffer[] {
  const groups = new Map<string, Candidate[]>();
  for (const one of candidates) {
    const group = groups.get(one.sameness);
    if (!group) groups.set(one.sameness, [one]);
    else if (one.minor < group[0]!.minor) group.unshift(one);
    else group.push(one);
  }
  const others = new Map<Offer, RankedOffer["alsoAt"]>();
  const cheapest = [...groups.values()].map(([first, ...rest]) => {
    const elsewhere = new Map<string, Candidate>();
    for (const one of rest) {
      const known = elsewhere.get(one.offer.supplier);
      if (one.offer.supplier !== first!.offer.supplier && (!known || one.minor < known.minor)) elsewhere.set(one.offer.supplier, one);
    }
    if (elsewhere.size > 0) {
      const sorted = [...elsewhere.values()].sort((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0));
      others.set(
        first!.offer,
        sorted.map(({ offer }) => ({ supplier: offer.supplier, total: offer.price.total })),
      );
    }
    return first!.offer;
  });
  return rank(cheapest, limit, now).map((ranked) => {
    const alsoAt = others.get(ranked.offer);
    return alsoAt ? { ...ranked, alsoAt } : ranked;
  });
}
