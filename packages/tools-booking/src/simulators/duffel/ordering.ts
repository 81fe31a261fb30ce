import { TravelAgentError } from "@travelagent/protocol";
import { add, multiply, sum } from "../../money.ts";
import type { Traveller } from "../../supplier.ts";
import { ageOn } from "../../travellers.ts";
import type { Route, SimulatedRequest, World } from "../kit/index.ts";
import type { Announce } from "./announcing.ts";
import { type Answers, type Body, duffelRoute, Refused } from "./answers.ts";
import type { DuffelBooks, OfferDoc, OrderDoc, SoldService } from "./books.ts";
import type { DuffelOrders } from "./orders.ts";
import { call, type DuffelOffers } from "./searching.ts";

const titles = new Set(["mr", "ms", "mrs", "miss", "dr"]);

export function orderRoutes(
  world: World,
  books: DuffelBooks,
  answers: Answers,
  offers: DuffelOffers,
  orders: DuffelOrders,
  announce: Announce,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
) {
  const { flights } = world.counter("duffel").supplier;
  const { newId } = offers;

  /** Passengers of the order as they were named, checked as Duffel checks them. */
  function partyOf(doc: OfferDoc, given: unknown): OrderDoc["passengers"] {
    const people = Array.isArray(given) ? (given as Body[]) : [];
    if (people.length !== doc.passengers.length) throw new Refused(answers.invalid("passengers", "validation_length"));
    const lastDay = doc.shown.journeys.at(-1)!.segments.at(-1)!.departure.time.local.slice(0, 10);
    const seen = new Set<string>();
    const party = people.map((details) => {
      const passenger = doc.passengers.find(({ id }) => id === details.id);
      if (!passenger || seen.has(passenger.id)) throw new Refused(answers.invalid("passengers/id", "validation_inclusion"));
      seen.add(passenger.id);
      for (const field of ["given_name", "family_name", "born_on", "gender", "title", "email", "phone_number"])
        if (typeof details[field] !== "string" || details[field] === "") throw new Refused(answers.invalid(`passengers/${field}`));
      if (!/^\+[1-9]\d{6,14}$/.test(String(details.phone_number)))
        throw new Refused(answers.error(422, "validation_error", "invalid_phone_number", "The phone number is not valid", "passengers/phone_number"));
      if (!titles.has(String(details.title)) || !["m", "f"].includes(String(details.gender)))
        throw new Refused(answers.invalid("passengers/title", "validation_inclusion"));
      const age = ageOn(String(details.born_on), lastDay);
      const fits = passenger.age === null ? age >= 18 || passenger.type === "adult" : age === passenger.age;
      if (!fits) throw new Refused(answers.invalid("passengers/born_on", "validation_inclusion"));
      return { ...passenger, details };
    });
    const infants = party.filter(({ type }) => type === "infant_without_seat");
    for (const { id } of infants) {
      const with_ = party.filter(({ details }) => details.infant_passenger_id === id);
      if (with_.length !== 1 || with_[0]!.type !== "adult") throw new Refused(answers.invalid("passengers/infant_passenger_id"));
    }
    return party;
  }

  function servicesOf(doc: OfferDoc, given: unknown): SoldService[] {
    return ((given ?? []) as { id?: unknown; quantity?: unknown }[]).map(({ id, quantity }) => {
      const service = doc.services.find((one) => one.id === id);
      if (!service) throw new Refused(answers.error(422, "airline_error", "ancillary_service_not_available", "The service is no longer available", "services"));
      return { ...service, id: newId("ser"), quantity: Number(quantity ?? 1) };
    });
  }

  /** Books in the world and writes the order down. Raises `Refused`. */
  async function make(doc: OfferDoc, data: Body): Promise<OrderDoc> {
    const type = data.type === "instant" ? "instant" : "hold";
    const passengers = partyOf(doc, data.passengers);
    const services = servicesOf(doc, data.services);
    if (type === "hold" && doc.offer.paymentTimeLimit === undefined)
      throw new Refused(answers.error(422, "validation_error", "validation_inclusion", "The offer requires instant payment", "type"));
    const metadata = (data.metadata ?? {}) as Record<string, string>;
    const id = newId("ord");
    const travellers = passengers.map(({ type: kind, details }, i): Traveller => {
      const ptc = kind === "infant_without_seat" ? "INF" : kind === "child" ? "CHD" : "ADT";
      return { id: String(i + 1), givenName: String(details.given_name), familyName: String(details.family_name), ptc, bornOn: String(details.born_on) };
    });
    const order = { offer: doc.offer, travellers, contact: { email: String(passengers[0]!.details.email) }, key: id, maxTotal: doc.offer.price.total };
    try {
      const record = await (type === "hold" ? flights!.hold!(order, call()) : flights!.book(order, call()));
      const createdAt = world.clock.now();
      const made: OrderDoc = {
        id,
        offerId: doc.id,
        world: record.reference,
        type,
        createdAt,
        metadata,
        shown: doc.shown,
        ...(doc.route ? { route: doc.route } : {}),
        passengers,
        services,
        offered: [],
        extra: doc.extra,
        ...(type === "instant" ? { paidAt: createdAt } : {}),
        version: 1,
        changes: [],
      };
      await books.orders.put(id, made);
      return made;
    } catch (error) {
      if (TravelAgentError.is(error, "SOLD_OUT")) throw new Refused(offers.gone());
      if (TravelAgentError.is(error, "OFFER_EXPIRED")) throw new Refused(answers.state("offer_expired", "The selected offer has already expired"));
      if (TravelAgentError.is(error, "PRICE_CHANGED")) throw new Refused(answers.error(422, "airline_error", "price_changed", "The price has changed"));
      throw error;
    }
  }

  async function create(request: SimulatedRequest, data: Body) {
    const selected = data.selected_offers;
    if (!Array.isArray(selected) || selected.length !== 1) return answers.invalid("selected_offers", "validation_length");
    if (!["instant", "hold", "pay_later"].includes(String(data.type))) return answers.invalid("type", "validation_inclusion");
    const doc = await books.offers.get(String(selected[0]));
    if (!doc) return answers.notFound();
    const search = (await books.requests.get(doc.request))!;
    if (search.booked)
      return answers.error(422, "invalid_state_error", "offer_request_already_booked", "An offer from this offer request has already been booked");
    if (Date.parse(doc.offer.offerExpiresAt) <= world.clock.now()) return answers.state("offer_expired", "The selected offer has already expired");
    partyOf(doc, data.passengers);
    if (data.type === "instant") {
      const paid = (data.payments as unknown[] | undefined)?.[0];
      const services = servicesOf(doc, data.services).map(({ price, quantity }) => multiply(price, { numerator: BigInt(quantity), denominator: 1n }));
      orders.checkPayment(paid, add(add(doc.offer.price.total, doc.extra), sum(services, doc.extra.currency)), "payments");
    } else if (data.payments !== undefined) return answers.invalid("payments", "validation_inclusion");
    if (request.has("sold_out")) return offers.gone();
    if (request.has("price_changed")) return answers.error(422, "airline_error", "price_changed", "The offer is no longer available for the same price");
    if (request.has("duplicate")) return answers.error(422, "airline_error", "duplicate_booking", "A booking with the same details was already found");
    if (request.has("card_declined") || doc.route?.does === "balance-too-low")
      return answers.state("insufficient_balance", "There was not enough balance in the wallet for the operation");
    if (request.has("partial")) return answers.error(502, "airline_error", "order_not_created", "The request to create an order was not successful");
    if (doc.route?.does === "order-fails") return answers.error(502, "airline_error", "airline_unknown", "The airline responded with an unexpected error");
    await books.requests.put(search.id, { ...search, booked: true });
    if (request.has("pending_then_webhook")) {
      await books.pending.put(doc.id, { offerId: doc.id, body: data });
      return answers.data(null, { status: 202 });
    }
    try {
      const made = await make(doc, data);
      announce("order.created", made.id, { order_id: made.id, offer_id: doc.id });
      return answers.data(await orders.body(await orders.load(made.id)), { status: 201 });
    } catch (error) {
      // A search from which nothing was booked can be booked from again.
      await books.requests.put(search.id, search);
      throw error;
    }
  }

  /** What became of an order that was accepted with 202. */
  async function settle(offerId: string, goes: "well" | "wrong"): Promise<void> {
    const waiting = await books.pending.get(offerId);
    const doc = await books.offers.get(offerId);
    if (!waiting || !doc) throw new Error(`no accepted order waits for the offer ${offerId}`);
    await books.pending.remove(offerId);
    if (goes === "wrong") return announce("order.creation_failed", offerId, { offer_id: offerId });
    const made = await make(doc, waiting.body);
    announce("order.created", made.id, { order_id: made.id, offer_id: offerId });
  }

  const routes: Route[] = [
    duffelRoute(answers, "POST", "/air/orders", "create-order", (request, data) => inTurn(() => create(request, data))),
    duffelRoute(answers, "GET", "/air/orders", "list-orders", async (request) => {
      const { query } = request;
      const limit = Math.min(200, Math.max(1, Number(query.get("limit") ?? 50)));
      const all = (await books.orders.all()).reverse();
      const names = query.getAll("passenger_name[]").map((name) => name.toLowerCase());
      const found = all.filter(
        ({ offerId, passengers }) =>
          (!query.has("offer_id") || offerId === query.get("offer_id")) &&
          names.every((name) => passengers.some(({ details }) => `${String(details.given_name)} ${String(details.family_name)}`.toLowerCase().includes(name))),
      );
      const loaded = [];
      for (const { id } of found) {
        const one = await orders.load(id);
        if (query.has("booking_reference") && one.record.locators[0] !== query.get("booking_reference")) continue;
        if (query.has("awaiting_payment") && String(one.record.status === "held") !== query.get("awaiting_payment")) continue;
        loaded.push(one);
      }
      const from = Number(query.get("after") ?? 0);
      const page = loaded.slice(from, from + limit);
      const after = from + limit < loaded.length ? String(from + limit) : null;
      return answers.data(await Promise.all(page.map((one) => orders.body(one))), { limit, after });
    }),
    duffelRoute(answers, "GET", "/air/orders/:id", "get-order", async (request) => {
      const loaded = await orders.load(request.params.id!);
      if (request.has("price_changed") && loaded.record.status === "held") {
        // The guarantee is over and the airline prices the hold anew.
        const extra = add(loaded.doc.extra, multiply(loaded.record.total, { numerator: 7n, denominator: 100n }));
        await books.orders.put(loaded.doc.id, { ...loaded.doc, extra });
        return answers.data(await orders.body(await orders.load(loaded.doc.id)));
      }
      return answers.data(await orders.body(loaded));
    }),
    duffelRoute(answers, "PATCH", "/air/orders/:id", "update-order", async (request, data) => {
      const { doc } = await orders.load(request.params.id!);
      // The official client wraps what it sends once more.
      const options = (data.options ?? data) as { metadata?: Record<string, string> };
      if (options.metadata) await books.orders.put(doc.id, { ...doc, metadata: options.metadata });
      return answers.data(await orders.body(await orders.load(doc.id)));
    }),
    duffelRoute(answers, "POST", "/air/payments", "create-payment", (request, data) =>
      inTurn(async () => {
        const { doc, record, total } = await orders.load(String(data.order_id));
        if (doc.cancelledAt !== undefined) return answers.state("already_cancelled", "The order has been cancelled");
        if (record.status === "cancelled") return answers.state("past_payment_required_by_date", "The order's payment_required_by date has elapsed");
        if (record.status !== "held") return answers.state("already_paid", "The order you're paying for has already been paid for");
        if (doc.changes.some(({ actionTaken }) => actionTaken === null))
          return answers.state("schedule_changed", "The order has been changed on the airline's side");
        if (request.has("price_changed"))
          return answers.error(422, "validation_error", "price_changed", "The price has changed from the time of booking", "payment/amount");
        if (request.has("card_declined")) return answers.state("insufficient_balance", "There was not enough balance in the wallet for the operation");
        orders.checkPayment(data.payment, total, "payment");
        const id = newId("pay");
        await flights!.ticket!(doc.world, id, call());
        const paidAt = world.clock.now();
        await books.orders.put(doc.id, { ...doc, paidAt });
        announce("payment.created", id, { order_id: doc.id, id });
        return answers.data(
          {
            id,
            type: (data.payment as Body).type,
            amount: total.amount,
            currency: total.currency,
            created_at: new Date(paidAt).toISOString(),
            live_mode: false,
            status: "succeeded",
          },
          { status: 201 },
        );
      }),
    ),
  ];
  return { routes, settle };
}
