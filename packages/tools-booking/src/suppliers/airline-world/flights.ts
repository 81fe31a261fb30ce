import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { Itinerary } from "../../desk.ts";
import { shortHash } from "../../ids.ts";
import { add, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { OrderChange, Quote, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import type { Books } from "./books.ts";
import { usd } from "./dollars.ts";
import { offerOf } from "./offers.ts";
import type { ReservedFlight } from "./record.ts";
import { findTrips } from "./search.ts";
import { localOf } from "./times.ts";
import { type Fees, totalOf, tripOf } from "./trip.ts";
import { cancel, priceOf, type Rebooking, rebook, sell } from "./writes.ts";

export const supplierId = "airline-world";

/** What an offer stands for; opaque to everybody else. */
export interface Composed {
  /** Whose booking or profile it is; absent in what a search found. */
  customerId?: string;
  /** The booking it would replace. */
  reference?: string;
  itinerary: Itinerary;
  travellers: number;
}

export interface FlightParts {
  books: Books;
  fees(): Fees;
  now(): number;
  /** Orders by the keys of the writes that made them what they are. */
  keys: Map<string, string>;
  /** Flights that were in a booking before it was changed. */
  former: Map<string, ReservedFlight[]>;
}

const refuse = (message: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", message);

/** The offer for exactly this. Raises `SUPPLIER_REJECTED` for what cannot be sold. */
export function offerFor({ books, fees, now }: FlightParts, composed: Composed): FlightOffer {
  const { itinerary, travellers, reference } = composed;
  const booked = reference === undefined ? undefined : books.get("reservations", reference);
  const trip = tripOf(books, itinerary, travellers, booked);
  const total = totalOf(trip, fees());
  if (total === undefined || trip.legs.some((leg) => !leg.known)) throw refuse("one of these flights cannot be sold in this cabin");
  const seats = trip.legs.filter((leg) => !leg.kept).map((leg) => leg.seats ?? 0);
  const supplierRef = canonicalJson(composed);
  return offerOf(books, {
    id: `${supplierId}-${shortHash(supplierRef)}`,
    supplier: supplierId,
    supplierRef,
    cabin: trip.cabin,
    tripType: trip.tripType,
    destination: trip.destination,
    legs: trip.legs,
    travellers,
    total,
    ...(seats.length === 0 ? {} : { seatsRemaining: Math.min(...seats) }),
    now: now(),
  });
}

const composedOf = (offer: FlightOffer): Composed => JSON.parse(offer.supplierRef) as Composed;

export function orderOf({ books, keys }: FlightParts, reference: string): SupplierOrder {
  const booked = books.get("reservations", reference);
  if (!booked) throw new TravelAgentError("NOT_FOUND", `there is no booking ${reference}`);
  const cancelled = booked.status === "cancelled";
  const paid = usd(booked.payment_history.reduce((sum, { amount }) => sum + (cancelled ? Math.max(amount, 0) : amount), 0));
  return {
    reference,
    key: [...keys].find(([, other]) => other === reference)?.[0] ?? "",
    status: cancelled ? "cancelled" : "confirmed",
    locators: [reference],
    total: paid,
    documents: [],
    ...(cancelled ? { refund: paid, penalty: zero("USD") } : {}),
  };
}

/** A change that keeps the flights, in the airline's terms. */
const rebookingOf = ({ travellers, checkedBags, method, cabin }: OrderChange): Rebooking => {
  if (cabin) throw refuse("this airline sells cabins under its own names; ask for the same flights in another one");
  return {
    itinerary: { ...(checkedBags ? { checkedBags } : {}), ...(method === undefined ? {} : { payments: [{ method }] }) },
    ...(travellers ? { travellers } : {}),
  };
};

const quoteLifeMs = 15 * 60_000;

export function flightPort(parts: FlightParts): VerticalSupplier<FlightQuery, FlightOffer> {
  const { books, fees, keys } = parts;
  const tokenOf = (reference: string, due: number): string => `${reference} ${due}`;
  const quote = (reference: string, due: number): Quote => ({
    token: tokenOf(reference, due),
    penalty: zero("USD"),
    refund: usd(Math.max(-due, 0)),
    due: usd(Math.max(due, 0)),
    expiresAt: new Date(parts.now() + quoteLifeMs).toISOString(),
  });
  /** Each key once: the same one again gives the order as it is. */
  const once = (key: string, write: () => string): SupplierOrder => {
    if (!keys.has(key)) keys.set(key, write());
    return orderOf(parts, keys.get(key)!);
  };
  const changed = (reference: string, rebooking: Rebooking, token: string, key: string): SupplierOrder =>
    once(key, () => {
      const due = priceOf(books, reference, rebooking, fees());
      if (token !== tokenOf(reference, due)) throw refuse("these terms are not those of now; ask for them again");
      const before = books.get("reservations", reference)?.flights ?? [];
      rebook(books, reference, rebooking, fees());
      parts.former.set(reference, [...(parts.former.get(reference) ?? []), ...before]);
      return reference;
    });

  return {
    search: async (query) => findTrips(books, query).map((found) => offerFor(parts, found)),
    reprice: async (offer) => {
      const now = { ...offerFor(parts, composedOf(offer)), id: offer.id, supplierRef: offer.supplierRef };
      const was = offer.price.total;
      return now.price.total.amount === was.amount ? { status: "available", offer: now } : { status: "price-changed", offer: now, was };
    },
    book: async ({ offer, travellers, key, maxTotal }) => {
      const { customerId, reference, itinerary } = composedOf(offer);
      if (reference !== undefined) throw refuse("this offer is for a change of a booking; change that one");
      return once(key, () => {
        const { total } = offerFor(parts, composedOf(offer)).price;
        if (customerId === undefined) throw refuse("this airline sells to customers of its own; say who buys and how it is paid");
        if (Number(total.amount) > Number(maxTotal.amount))
          throw new TravelAgentError("PRICE_CHANGED", "it costs more by now; ask again with the new price", { details: { total } });
        return sell(books, customerId, itinerary, travellers, fees(), localOf(parts.now()));
      });
    },
    find: async (key) => (keys.has(key) ? orderOf(parts, keys.get(key)!) : null),
    read: async (reference) => orderOf(parts, reference),
    quoteCancel: async (reference) => {
      const { status, total } = orderOf(parts, reference);
      if (status === "cancelled") throw refuse(`booking ${reference} is cancelled already`);
      return { ...quote(reference, 0), refund: add(total, zero("USD")) };
    },
    cancel: async (reference, token, key) =>
      once(key, () => {
        if (token !== tokenOf(reference, 0)) throw refuse("these terms are for another booking; ask for those of this one");
        cancel(books, reference);
        return reference;
      }),
    quoteChange: async (reference, to) => {
      const { itinerary, reference: meant } = composedOf(to);
      if (meant !== undefined && meant !== reference) throw refuse("this offer is for another booking; ask for one that changes this booking");
      return quote(reference, priceOf(books, reference, { itinerary }, fees()));
    },
    change: async (reference, to, token, key) => changed(reference, { itinerary: composedOf(to).itinerary }, token, key),
    quoteModify: async (reference, change) => quote(reference, priceOf(books, reference, rebookingOf(change), fees())),
    modify: async (reference, change, token, key) => changed(reference, rebookingOf(change), token, key),
  };
}
