import { canonicalJson } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Search } from "./fan-out.ts";
import type { Offer } from "./offer.ts";

/** What a supplier said to a search, and when. */
export interface Remembered {
  /** Those that can still be bought. */
  offers: Offer[];
  at: number;
}

export interface SearchCacheOptions {
  clock: Clock;
  /** How long an answer counts as the answer of now. */
  freshMs: number;
  /** How long it may stand in for a supplier that fails. */
  staleMs: number;
  /** Offers and answers kept altogether; the searches nobody repeated go first. */
  capacity: number;
}

/**
 * Answers of suppliers, so that the same search is not asked again within moments. It never makes an offer live longer: each keeps
 * its own end, and what has ended is left out.
 */
export interface SearchCache {
  fresh(supplier: string, search: Search): Remembered | undefined;
  /** An older answer, for when the supplier fails. Undefined when nothing of it can be bought any more. */
  stale(supplier: string, search: Search): Remembered | undefined;
  keep(supplier: string, search: Search, offers: readonly Offer[]): void;
  /** Something was bought or given back at this supplier: what it said before is no longer true. */
  forget(supplier: string): void;
}

export function createSearchCache({ clock, freshMs, staleMs, capacity }: SearchCacheOptions): SearchCache {
  const answers = new Map<string, { supplier: string; offers: readonly Offer[]; at: number }>();
  // An answer without offers takes room as well: nobody repeats most searches.
  const sizeOf = ({ offers }: { offers: readonly Offer[] }): number => offers.length + 1;
  let kept = 0;
  const keyOf = (supplier: string, search: Search) => `${supplier} ${canonicalJson(search)}`;
  const drop = (key: string): void => {
    const known = answers.get(key);
    if (known) kept -= sizeOf(known);
    answers.delete(key);
  };
  function within(supplier: string, search: Search, ms: number): Remembered | undefined {
    const key = keyOf(supplier, search);
    const known = answers.get(key);
    const now = clock.now();
    if (!known || now - known.at >= ms) return undefined;
    const offers = known.offers.filter(({ offerExpiresAt }) => Date.parse(offerExpiresAt) > now);
    if (offers.length === 0 && known.offers.length > 0) return undefined;
    // Read again: the last to go.
    answers.delete(key);
    answers.set(key, known);
    return { offers, at: known.at };
  }
  return {
    fresh: (supplier, search) => within(supplier, search, freshMs),
    stale(supplier, search) {
      const found = within(supplier, search, staleMs);
      return found && found.offers.length > 0 ? found : undefined;
    },
    keep(supplier, search, offers) {
      const key = keyOf(supplier, search);
      drop(key);
      answers.set(key, { supplier, offers: [...offers], at: clock.now() });
      kept += offers.length + 1;
      for (const oldest of [...answers.keys()]) {
        if (kept <= capacity || oldest === key) break;
        drop(oldest);
      }
    },
    forget(supplier) {
      for (const [key, answer] of [...answers]) if (answer.supplier === supplier) drop(key);
    },
  };
}
