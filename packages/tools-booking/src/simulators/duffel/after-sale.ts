import { TravelAgentError } from "@travelagent/protocol";
import { add, minorUnits, money, multiply, subtract, sum } from "../../money.ts";
import type { Route, World } from "../kit/index.ts";
import type { Announce } from "./announcing.ts";
import { type Answers, type Body, duffelRoute } from "./answers.ts";
import type { CancellationDoc, ChangeDoc, DuffelBooks, SoldService } from "./books.ts";
import { sliceId, slicesOf } from "./itineraries.ts";
import { type DuffelOrders, ownerOf } from "./orders.ts";
import { bagsFor, call, type DuffelOffers, queryOf, serviceBody } from "./searching.ts";

export function afterSaleRoutes(
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
  const cancelled = () => answers.state("already_cancelled", "The order has already been cancelled");

  const cancellationRoutes: Route[] = [
    duffelRoute(answers, "POST", "/air/order_cancellations", "create-cancellation", (_request, data) =>
      inTurn(async () => {
        const { doc, record, dead } = await orders.load(String(data.order_id));
        if (dead) return cancelled();
        const quote = await flights!.quoteCancel(doc.world, call());
        const made: CancellationDoc = {
          id: newId("ore"),
          order: doc.id,
          token: quote.token,
          refund: quote.refund,
          refundTo: record.status === "held" ? "awaiting_payment" : doc.route?.does === "refund-in-credits" ? "airline_credits" : "balance",
          createdAt: world.clock.now(),
          expiresAt: quote.expiresAt,
        };
        await books.cancellations.put(made.id, made);
        await books.orders.put(doc.id, { ...doc, cancellation: made.id });
        return answers.data(orders.cancellationBody(made), { status: 201 });
      }),
    ),
    duffelRoute(answers, "GET", "/air/order_cancellations", "list-cancellations", async (request) => {
      const all = await books.cancellations.all();
      const of = request.query.get("order_id");
      return answers.data(
        all.filter(({ order }) => of === null || order === of).map((doc) => orders.cancellationBody(doc)),
        { limit: 50 },
      );
    }),
    duffelRoute(answers, "GET", "/air/order_cancellations/:id", "get-cancellation", async (request) => {
      const doc = await books.cancellations.get(request.params.id!);
      return doc ? answers.data(orders.cancellationBody(doc)) : answers.notFound();
    }),
    duffelRoute(answers, "POST", "/air/order_cancellations/:id/actions/confirm", "confirm-cancellation", (request) =>
      inTurn(async () => {
        const asked = await books.cancellations.get(request.params.id!);
        if (!asked) return answers.notFound();
        const { doc, dead } = await orders.load(asked.order);
        if (dead) return cancelled();
        if (doc.cancellation !== asked.id || Date.parse(asked.expiresAt) <= world.clock.now())
          return answers.state("order_cancellation_stale", "The cancellation you tried to confirm is not the latest");
        await flights!.cancel(doc.world, asked.token, asked.id, call());
        const confirmedAt = world.clock.now();
        const done = { ...asked, confirmedAt };
        await books.cancellations.put(done.id, done);
        await books.orders.put(doc.id, { ...doc, cancelledAt: confirmedAt });
        return answers.data(orders.cancellationBody(done));
      }),
    ),
  ];

  const changeBody = (doc: ChangeDoc, owner: string) => ({
    id: doc.id,
    order_id: doc.order,
    live_mode: false,
    created_at: new Date(doc.createdAt).toISOString(),
    updated_at: new Date(doc.createdAt).toISOString(),
    expires_at: doc.expiresAt,
    confirmed_at: doc.confirmedAt === undefined ? null : new Date(doc.confirmedAt).toISOString(),
    change_total_amount: doc.amount.amount,
    change_total_currency: doc.amount.currency,
    penalty_total_amount: doc.penalty.amount,
    penalty_total_currency: doc.penalty.currency,
    new_total_amount: doc.newTotal.amount,
    new_total_currency: doc.newTotal.currency,
    refund_to: "original_form_of_payment",
    slices: { add: slicesOf(doc.shown, { owner, passengers: [], route: undefined, search: false }), remove: [] },
  });

  const changeRoutes: Route[] = [
    duffelRoute(answers, "POST", "/air/order_change_requests", "create-change-request", async (request, data) => {
      const { doc, record, total } = await orders.load(String(data.order_id));
      if (record.status !== "ticketed") return cancelled();
      const { remove, add: added } = (data.slices ?? {}) as { remove?: { slice_id?: unknown }[]; add?: Body[] };
      const known = doc.shown.journeys.map((_, j) => sliceId(ownerOf(doc), j));
      if (!remove?.length || !remove.every(({ slice_id }) => known.includes(String(slice_id)))) return answers.invalid("slices/remove", "validation_inclusion");
      const query = queryOf(answers, added, doc.passengers, added?.[0]?.cabin_class, false, total.currency);
      const { found } = request.has("sold_out") ? { found: [] } : await offers.sold(query);
      const made: { doc: ChangeDoc; body: unknown }[] = [];
      for (const { offer, shown } of found) {
        const quote = await flights!.quoteChange!(doc.world, offer, call()).catch((error: unknown) => {
          if (TravelAgentError.is(error)) return undefined;
          throw error;
        });
        if (!quote) continue;
        const amount = subtract(quote.due, quote.refund);
        const change: ChangeDoc = {
          id: newId("oco"),
          order: doc.id,
          to: offer,
          shown,
          amount,
          penalty: quote.penalty,
          newTotal: add(total, amount),
          token: quote.token,
          expiresAt: quote.expiresAt,
          createdAt: world.clock.now(),
        };
        await books.changeOffers.put(change.id, change);
        made.push({
          doc: change,
          body: {
            ...changeBody(change, change.id.slice(4)),
            order_change_id: null,
            penalty_amount: change.penalty.amount,
            penalty_currency: change.penalty.currency,
          },
        });
      }
      return answers.data(
        { id: newId("ocr"), live_mode: false, order_id: doc.id, slices: data.slices, order_change_offers: made.map(({ body }) => body) },
        { status: 201 },
      );
    }),
    duffelRoute(answers, "GET", "/air/order_change_offers/:id", "get-change-offer", async (request) => {
      const doc = await books.changeOffers.get(request.params.id!);
      return doc ? answers.data(changeBody(doc, doc.id.slice(4))) : answers.notFound();
    }),
    duffelRoute(answers, "POST", "/air/order_changes", "create-change", async (_request, data) => {
      const selected = await books.changeOffers.get(String(data.selected_order_change_offer));
      if (!selected) return answers.notFound();
      const pending: ChangeDoc = { ...selected, id: newId("oce"), createdAt: world.clock.now() };
      await books.changes.put(pending.id, pending);
      return answers.data(changeBody(pending, pending.id.slice(4)), { status: 201 });
    }),
    duffelRoute(answers, "GET", "/air/order_changes/:id", "get-change", async (request) => {
      const doc = await books.changes.get(request.params.id!);
      if (!doc) return answers.notFound();
      if (!request.has("price_changed")) return answers.data(changeBody(doc, doc.id.slice(4)));
      const dearer = { ...doc, amount: add(doc.amount, money(1000n, doc.amount.currency)) };
      await books.changes.put(doc.id, dearer);
      return answers.data(changeBody(dearer, doc.id.slice(4)));
    }),
    duffelRoute(answers, "POST", "/air/order_changes/:id/actions/confirm", "confirm-change", (request) =>
      inTurn(async () => {
        const change = await books.changes.get(request.params.id!);
        if (!change) return answers.notFound();
        if (change.confirmedAt !== undefined) return answers.state("order_change_already_actioned", "The order change has already been actioned");
        if (Date.parse(change.expiresAt) <= world.clock.now()) return answers.state("order_change_expired", "The order change has expired");
        const data = ((request.json as { data?: Body } | undefined)?.data ?? {}) as Body;
        const { doc, dead } = await orders.load(change.order);
        if (dead) return cancelled();
        if (minorUnits(change.amount) > 0n) orders.checkPayment(data.payment, change.amount, "payment");
        await flights!.change!(doc.world, change.to, change.token, change.id, call());
        const confirmedAt = world.clock.now();
        await books.changes.put(change.id, { ...change, confirmedAt });
        await books.orders.put(doc.id, { ...doc, shown: change.shown, version: doc.version + 1, services: [], offered: [], changes: [] });
        return answers.data(changeBody({ ...change, confirmedAt }, change.id.slice(4)));
      }),
    ),
  ];

  const serviceRoutes: Route[] = [
    duffelRoute(answers, "GET", "/air/orders/:id/available_services", "available-services", async (request) => {
      const { doc, dead } = await orders.load(request.params.id!);
      const offered = dead || doc.route?.does === "no-services" ? [] : bagsFor(newId, doc.passengers, doc.shown.journeys.length, doc.extra.currency);
      const priced = request.has("price_changed") ? offered.map((one) => ({ ...one, price: add(one.price, money(500n, one.price.currency)) })) : offered;
      await books.orders.put(doc.id, { ...doc, offered: priced });
      return answers.data(priced.map((service) => serviceBody(service, ownerOf(doc), doc.shown)));
    }),
    duffelRoute(answers, "POST", "/air/orders/:id/services", "add-services", (request, data) =>
      inTurn(async () => {
        const { doc, dead } = await orders.load(request.params.id!);
        if (dead) return cancelled();
        const chosen: SoldService[] = [];
        for (const { id, quantity } of (data.add_services ?? []) as { id?: unknown; quantity?: unknown }[]) {
          const service = doc.offered.find((one) => one.id === id);
          if (!service || Number(quantity) > service.quantity)
            return answers.error(
              422,
              "airline_error",
              "ancillary_service_not_available",
              "Requested ancillary service item(s) are no longer available",
              "add_services",
            );
          chosen.push({ ...service, id: newId("ser"), quantity: Number(quantity ?? 1) });
        }
        const prices = chosen.map(({ price, quantity }) => multiply(price, { numerator: BigInt(quantity), denominator: 1n }));
        orders.checkPayment(data.payment, sum(prices, doc.extra.currency), "payment");
        await books.orders.put(doc.id, { ...doc, services: [...doc.services, ...chosen], offered: [] });
        return answers.data(await orders.body(await orders.load(doc.id)));
      }),
    ),
  ];

  /** The airline moves the first flight; the world outside of Duffel goes on as before. */
  async function airlineChanges(orderId: string, minutes = 95): Promise<string> {
    const doc = await books.orders.get(orderId);
    if (!doc) throw new Error(`there is no order ${orderId}`);
    const change = { id: newId("aic"), createdAt: world.clock.now(), actionTaken: null, actionTakenAt: null, minutes };
    await books.orders.put(doc.id, { ...doc, changes: [...doc.changes, change] });
    announce("order.airline_initiated_change_detected", change.id, { id: change.id, order_id: doc.id });
    return change.id;
  }

  async function act(id: string, action: string) {
    const doc = (await books.orders.all()).find(({ changes }) => changes.some((change) => change.id === id));
    if (!doc) return answers.notFound();
    const last = doc.changes.at(-1)!;
    if (last.id !== id) return answers.state("stale_airline_initiated_change_accept", "The change you tried to accept is not the latest");
    if (last.actionTaken !== null) return answers.state("already_actioned", "The change has been acted on already");
    const taken = { ...last, actionTaken: action, actionTakenAt: world.clock.now() };
    const after = { ...doc, changes: [...doc.changes.slice(0, -1), taken] };
    await books.orders.put(doc.id, after);
    return answers.data(orders.airlineChange(after, taken));
  }

  const airlineRoutes: Route[] = [
    duffelRoute(answers, "GET", "/air/airline_initiated_changes", "list-airline-changes", async (request) => {
      const id = request.query.get("order_id") ?? "";
      const { doc } = await orders.load(id);
      if (doc.route?.does === "airline-changes") await airlineChanges(id);
      const latest = (await books.orders.get(id))!;
      return answers.data(
        latest.changes.map((change) => orders.airlineChange(latest, change)),
        { limit: 50 },
      );
    }),
    duffelRoute(answers, "POST", "/air/airline_initiated_changes/:id/actions/accept", "accept-airline-change", (request) =>
      act(request.params.id!, "accepted"),
    ),
    duffelRoute(answers, "PATCH", "/air/airline_initiated_changes/:id", "update-airline-change", (request, data) =>
      act(request.params.id!, String(data.action_taken)),
    ),
  ];

  return { routes: [...cancellationRoutes, ...changeRoutes, ...serviceRoutes, ...airlineRoutes], airlineChanges };
}
