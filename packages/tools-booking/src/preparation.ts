import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { withDeadline } from "./deadline.ts";
import { attemptKey } from "./ids.ts";
import { sum } from "./money.ts";
import type { Offer } from "./offer.ts";
import { isPaidHere } from "./offer-facts.ts";
import type { FoundOffer, OfferStore } from "./offer-store.ts";
import type { OrderStore, StoredOrder } from "./order-store.ts";
import type { PaymentProvider } from "./payment.ts";
import { portOf } from "./saga/saga.ts";
import type { Contact, Reprice, Supplier, Traveller } from "./supplier.ts";
import { checkNotStarted, checkTravellers, type TravellerInput } from "./travellers.ts";

/** What somebody wants to buy. */
export interface TripRequest {
  offerIds: readonly string[];
  travellers: readonly TravellerInput[];
  contact: Contact;
}

/** A trip that could be bought as it stands. */
export interface PreparedTrip {
  offers: Offer[];
  travellers: Traveller[];
  total: Money;
  attempt: string;
  /** The booking of the same offers for the same travellers that is there already. */
  existing?: StoredOrder;
}

interface PreparationParts {
  offers: OfferStore;
  orders: OrderStore;
  suppliers: readonly Supplier[];
  payments: readonly PaymentProvider[];
  clock: Clock;
  readTimeoutMs: number;
}

export interface Preparation {
  /** An offer that is still valid. Raises `OFFER_NOT_FOUND` and `OFFER_EXPIRED`. */
  validOffer(id: string): Promise<FoundOffer>;
  /** Asks the supplier for the price of now, and keeps it under the same id. */
  reprice(found: FoundOffer, signal: AbortSignal, requestId: string): Promise<Reprice>;
  /** Checks everything that needs no supplier. */
  check(request: TripRequest): Promise<PreparedTrip>;
  /** The same with prices of now. Raises `SOLD_OUT` and `OFFER_EXPIRED`. */
  price(request: TripRequest, signal: AbortSignal, requestId: string): Promise<PreparedTrip>;
}

const expired = (id: string): TravelAgentError =>
  new TravelAgentError("OFFER_EXPIRED", "this offer is no longer valid; search again for today's prices", { details: { offerId: id } });

export function createPreparation({ offers, orders, suppliers, payments, clock, readTimeoutMs }: PreparationParts): Preparation {
  async function find(id: string): Promise<FoundOffer> {
    const found = await offers.get(id);
    if (!found)
      throw new TravelAgentError("OFFER_NOT_FOUND", `there is no offer ${id}; search again and use an id from the result`, { details: { offerId: id } });
    return found;
  }

  function checkTogether(trip: readonly Offer[]): void {
    if (new Set(trip.map((offer) => offer.id)).size !== trip.length) throw new TravelAgentError("INVALID_REQUEST", "an offer is given twice; give each once");
    if (new Set(trip.map((offer) => offer.price.total.currency)).size > 1)
      throw new TravelAgentError("INVALID_REQUEST", "these offers are priced in different currencies; search them in one currency or book them one by one");
    if (new Set(trip.map((offer) => offer.sandbox)).size > 1)
      throw new TravelAgentError("INVALID_REQUEST", "sandbox offers and real ones cannot be booked together");
    if (trip.some(isPaidHere) && !payments.some(({ live }) => live !== trip[0]!.sandbox))
      throw new TravelAgentError(
        "CONFLICT",
        trip[0]!.sandbox
          ? "sandbox offers are not paid with real money; set up a sandbox payment provider for them"
          : "real travel needs a live payment provider; set one up under payments",
      );
  }

  async function check(request: TripRequest): Promise<PreparedTrip> {
    const found = await Promise.all(request.offerIds.map(find));
    const trip = found.map(({ offer }) => offer);
    checkTogether(trip);
    const travellers = checkTravellers(request.travellers, trip, new Date(clock.now()).toISOString().slice(0, 10), request.contact);
    const attempt = attemptKey(found[0]!.customerId ?? found[0]!.sessionKey, request.offerIds, travellers);
    const existing = await orders.byAttempt(attempt);
    if (!existing) {
      for (const offer of trip) {
        checkNotStarted(offer, clock.now());
        if (Date.parse(offer.offerExpiresAt) <= clock.now()) throw expired(offer.id);
      }
    }
    return {
      offers: trip,
      travellers,
      total: sum(
        trip.map((offer) => offer.price.total),
        trip[0]!.price.total.currency,
      ),
      attempt,
      ...(existing ? { existing } : {}),
    };
  }

  async function reprice({ offer, ...owner }: FoundOffer, signal: AbortSignal, requestId: string): Promise<Reprice> {
    const outcome = await withDeadline(clock, readTimeoutMs, signal, (own) => portOf(suppliers, offer).reprice(offer, { signal: own, requestId }));
    if (outcome.status === "sold-out" || outcome.status === "expired") return outcome;
    const kept = { ...outcome, offer: { ...outcome.offer, id: offer.id } };
    await offers.keep([kept.offer], owner, clock.now());
    return kept;
  }

  return {
    async validOffer(id) {
      const found = await find(id);
      if (Date.parse(found.offer.offerExpiresAt) <= clock.now()) throw expired(id);
      return found;
    },
    reprice,
    check,
    async price(request, signal, requestId) {
      const prepared = await check(request);
      if (prepared.existing) return prepared;
      const outcomes = await Promise.all(request.offerIds.map(async (id) => reprice(await find(id), signal, requestId)));
      for (const [index, outcome] of outcomes.entries()) {
        const offerId = request.offerIds[index]!;
        if (outcome.status === "sold-out") throw new TravelAgentError("SOLD_OUT", "this offer is sold out; search again for others", { details: { offerId } });
        if (outcome.status === "expired") throw expired(offerId);
      }
      // With the prices of now in the store, everything is checked once more on what will be shown.
      return check(request);
    },
  };
}
