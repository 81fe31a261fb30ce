import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { withDeadline } from "./deadline.ts";
import { type Candidate, candidate, merge } from "./merge.ts";
import { compare } from "./money.ts";
import type { CarQuery, FlightQuery, HotelQuery, Offer } from "./offer.ts";
import type { RankedOffer } from "./ranking.ts";
import type { SearchCache } from "./search-cache.ts";
import type { Supplier } from "./supplier.ts";

/** A search of one kind of travel. */
export type Search = { kind: "flight"; query: FlightQuery } | { kind: "hotel"; query: HotelQuery } | { kind: "car"; query: CarQuery };

export interface SupplierAnswer {
  id: string;
  status: "ok" | "error" | "timeout";
  error?: string;
  /** How long it took, milliseconds. */
  ms: number;
  /** ISO UTC: its offers are those of an earlier answer. With status `ok` that was moments ago, otherwise they stand in for it. */
  answeredAt?: string;
}

export interface SearchOutcome {
  offers: RankedOffer[];
  suppliers: SupplierAnswer[];
}

export interface FanOutOptions {
  suppliers: readonly Supplier[];
  clock: Clock;
  log: Logger;
  /** Each supplier gets this long. */
  deadlineMs: number;
  /** Answers of live suppliers; without it each search asks anew. */
  cache?: SearchCache;
}

/** What a supplier sells of this kind; undefined when nothing. */
function searchAt(supplier: Supplier, search: Search, signal: AbortSignal, requestId: string): (() => Promise<Offer[]>) | undefined {
  const call = { signal, requestId };
  if (search.kind === "flight") return supplier.flights && (() => supplier.flights!.search(search.query, call));
  if (search.kind === "hotel") return supplier.hotels && (() => supplier.hotels!.search(search.query, call));
  return supplier.cars && (() => supplier.cars!.search(search.query, call));
}

/** What a supplier lets through although it was not asked for, such as one that cannot filter by vendor. */
const fits = (offer: Offer, { currency, maxTotal, vendors }: { currency: string; maxTotal?: Money; vendors?: readonly string[] }): boolean =>
  offer.price.total.currency === currency &&
  (!maxTotal || compare(offer.price.total, maxTotal) <= 0) &&
  (!vendors || offer.vertical !== "car" || vendors.includes(offer.vendor.code));

/**
 * Asks every supplier of this kind at once, each with the same deadline; merges what came, keeps the cheapest of equal offers,
 * and ranks. A supplier that fails or is late is named in the answer and spoils nothing. Rejects only with the reason of `signal`.
 */
export async function fanOut(
  { suppliers, clock, log, deadlineMs, cache }: FanOutOptions,
  search: Search,
  requestId: string,
  signal: AbortSignal,
): Promise<SearchOutcome> {
  const able = suppliers.filter((supplier) => searchAt(supplier, search, signal, requestId) !== undefined);
  const answers = await Promise.all(
    able.map(async (supplier): Promise<{ candidates: Candidate[]; answer: SupplierAnswer }> => {
      const { id } = supplier;
      // A sandbox is asked each time: its prices move on purpose.
      const kept = supplier.live ? cache : undefined;
      const recent = kept?.fresh(id, search);
      if (recent) return { candidates: recent.offers.map(candidate), answer: { id, status: "ok", ms: 0, answeredAt: new Date(recent.at).toISOString() } };
      const started = clock.now();
      try {
        const found = await withDeadline(clock, deadlineMs, signal, (own) => searchAt(supplier, search, own, requestId)!());
        const offers = found.filter((offer) => fits(offer, search.query));
        kept?.keep(id, search, offers);
        return { candidates: offers.map(candidate), answer: { id, status: "ok", ms: clock.now() - started } };
      } catch (thrown) {
        if (signal.aborted) throw signal.reason;
        const error = TravelAgentError.from(thrown);
        log.warn("a supplier did not answer a search", { supplier: id, kind: search.kind, code: error.code, requestId });
        const earlier = kept?.stale(id, search);
        return {
          candidates: (earlier?.offers ?? []).map(candidate),
          answer: {
            id,
            status: error.code === "TIMEOUT" ? "timeout" : "error",
            error: error.message,
            ms: clock.now() - started,
            ...(earlier ? { answeredAt: new Date(earlier.at).toISOString() } : {}),
          },
        };
      }
    }),
  );
  return {
    offers: merge(
      answers.flatMap(({ candidates }) => candidates),
      search.query.limit,
      clock.now(),
    ),
    suppliers: answers.map(({ answer }) => answer),
  };
}
