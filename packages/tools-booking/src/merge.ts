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

/** What its supplier calls it. */
const nameOf = (offer: Offer): string =>
  offer.vertical === "flight" ? offer.fareComponents.map(({ fareBrand }) => fareBrand).join("/") : offer.vertical === "hotel" ? offer.ratePlan.name : "";

/**
 * Offers of many suppliers as one list: of the same travel under the same conditions those of the cheapest supplier stay and name the
 * others, the rest is ranked. All offers are in one currency.
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
  const kept = [...groups.values()].flatMap((group) => {
    const { supplier } = group[0]!.offer;
    const elsewhere = new Map<string, Candidate>();
    for (const one of group) {
      const known = elsewhere.get(one.offer.supplier);
      if (one.offer.supplier !== supplier && (!known || one.minor < known.minor)) elsewhere.set(one.offer.supplier, one);
    }
    if (elsewhere.size > 0) {
      const sorted = [...elsewhere.values()].sort((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0));
      others.set(
        group[0]!.offer,
        sorted.map(({ offer }) => ({ supplier: offer.supplier, total: offer.price.total })),
      );
    }
    // What one supplier names apart is two products, however alike they look here. The cheapest of each came first.
    const products = new Map<string, Offer>();
    for (const { offer } of group.toSorted((a, b) => (a.minor < b.minor ? -1 : a.minor > b.minor ? 1 : 0)))
      if (offer.supplier === supplier && !products.has(nameOf(offer))) products.set(nameOf(offer), offer);
    return [...products.values()];
  });
  return rank(kept, limit, now).map((ranked) => {
    const alsoAt = others.get(ranked.offer);
    return alsoAt ? { ...ranked, alsoAt } : ranked;
  });
}
