import { TravelAgentError } from "@travelagent/protocol";
import { openPapers } from "../../documents/opened-papers.ts";
import { minorUnits } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { BookRequest, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { createPurchases, understand } from "../http/index.ts";
import { withinLimit } from "../within-limit.ts";
import { createAirlineChanges } from "./airline-changes.ts";
import type { Attempts } from "./attempts.ts";
import { createCancelling } from "./cancelling.ts";
import { createChanging } from "./changing.ts";
import { afterWrite, vendorCodeOf } from "./client.ts";
import { createBags } from "./flight-bags.ts";
import { searchFlights } from "./flight-search.ts";
import { flightOfferOf, flightRefOf } from "./map-flight-offer.ts";
import { keyField, keyIn, orderOf, totalOf, typeField } from "./map-order.ts";
import { type DuffelParts, expired, type FlightOrders, ownCall, rejected } from "./parts.ts";
import { createTicketing } from "./ticketing.ts";
import { passengersFor } from "./travellers.ts";
import { listedOrder, order, type WireOrder, offer as wireOffer } from "./wire-air.ts";

const lastDeparture = ({ journeys }: FlightOffer): string => journeys.at(-1)!.segments.at(-1)!.departure.time.local.slice(0, 10);

/** Refusals that say: an order was made from this search before. It may be ours. */
const spent: ReadonlySet<string> = new Set(["offer_request_already_booked", "order_creation_already_attempted"]);

export function duffelFlights(parts: DuffelParts, attempts: Attempts): VerticalSupplier<FlightQuery, FlightOffer> {
  const { client, memory, clock, live } = parts;
  const fetch = (reference: string, call: SupplierCall) =>
    client.read(order, { method: "GET", path: `air/orders/${encodeURIComponent(reference)}`, route: "air/orders/{id}" }, call);
  const fetchOffer = (id: string, call: SupplierCall) =>
    client.read(wireOffer, { method: "GET", path: `air/offers/${encodeURIComponent(id)}`, route: "air/offers/{id}" }, call);

  async function toOrder(wire: WireOrder, given?: string): Promise<SupplierOrder> {
    const key = given ?? ((await purchases.keyOf(wire.id)) || keyIn(wire.metadata));
    const travellers = (await attempts.get(key))?.travellers ?? {};
    return understand("duffel", "read", () => orderOf(wire, key, travellers, clock.now()));
  }

  /** The order made from this offer that carries our key. Duffel lists by offer, not by metadata. */
  async function listed(key: string, of: string, call: SupplierCall): Promise<string | undefined> {
    for await (const { id, metadata } of client.pages(listedOrder, "air/orders", { offer_id: of }, call)) if (keyIn(metadata) === key) return id;
    return undefined;
  }

  const purchases = createPurchases({
    supplier: "duffel",
    memory,
    kind: "flight",
    read: async (reference, key) => toOrder(await fetch(reference, ownCall(key)), key),
    lookUp: (key) => attempts.resolve(key, (of) => listed(key, of, ownCall(key))),
  });

  /** Sends the order once. Where the search is spent, an order of it that carries our key is ours: an attempt we forgot. */
  async function send(key: string, of: string, data: object, call: SupplierCall): Promise<WireOrder> {
    try {
      return await client.write(order, { method: "POST", path: "air/orders", route: "air/orders", json: { data } }, call);
    } catch (error) {
      const code = vendorCodeOf(error);
      if (code === "accepted") await attempts.accepted(key);
      if (code === undefined || !spent.has(code)) throw error;
      const reference = await afterWrite(() => listed(key, of, call));
      if (reference === undefined) throw error;
      return afterWrite(() => fetch(reference, call));
    }
  }

  async function create(type: "instant" | "hold", { offer, travellers, contact, key, maxTotal }: BookRequest<FlightOffer>, call: SupplierCall) {
    const ref = flightRefOf(offer);
    if (Date.parse(offer.offerExpiresAt) <= clock.now()) throw expired();
    // The payment has to be the price of this moment to the cent, so the offer is read again right before.
    const fresh = await fetchOffer(ref.offer, call);
    if (Date.parse(fresh.expires_at) <= clock.now()) throw expired();
    const total = understand("duffel", "read", () => totalOf(fresh));
    withinLimit(total, maxTotal, offer.price.total);
    if (type === "hold" && fresh.payment_requirements?.requires_instant_payment !== false)
      throw rejected("hold_not_available", "this fare has to be paid at once; book it or choose another");
    const passengers = passengersFor(ref, travellers, contact, lastDeparture(offer), await openPapers(travellers, call));
    await attempts.begin(key, { of: ref.offer, total, travellers: Object.fromEntries(passengers.map(({ id }, i) => [id, travellers[i]!.id])) });
    const { total_amount: amount, total_currency: currency } = fresh;
    const data = {
      type,
      selected_offers: [ref.offer],
      passengers,
      ...(type === "instant" ? { payments: [{ type: "balance", amount, currency }] } : {}),
      metadata: { [keyField]: key, [typeField]: type },
    };
    const made = await send(key, ref.offer, data, call);
    return afterWrite(() => toOrder(made, key));
  }

  const orders: FlightOrders = { fetch, toOrder, agreed: async (key) => (await attempts.get(key))?.total };
  return {
    search: (query, call) => searchFlights(parts, query, call),

    async reprice(offer, call) {
      const ref = flightRefOf(offer);
      if (Date.parse(offer.offerExpiresAt) <= clock.now()) return { status: "expired" };
      try {
        const fresh = await fetchOffer(ref.offer, call);
        if (Date.parse(fresh.expires_at) <= clock.now()) return { status: "expired" };
        const again = understand("duffel", "read", () => flightOfferOf(fresh, live));
        const was = offer.price.total;
        const moved = again.price.total.currency !== was.currency || minorUnits(again.price.total) !== minorUnits(was);
        return moved ? { status: "price-changed", offer: again, was } : { status: "available", offer: again };
      } catch (error) {
        if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
        if (TravelAgentError.is(error, "OFFER_EXPIRED") || vendorCodeOf(error) === "not_found") return { status: "expired" };
        throw error;
      }
    },

    hold: (request, call) => purchases.buy(request.key, () => create("hold", request, call)),
    book: (request, call) => purchases.buy(request.key, () => create("instant", request, call)),
    find: (key) => purchases.find(key),
    read: async (reference, call) => toOrder(await fetch(reference, call)),
    ...createTicketing(parts, orders),
    ...createCancelling(parts, orders),
    ...createChanging(parts, orders),
    ...createBags(parts, orders),
    ...createAirlineChanges(parts, orders),
  };
}
