import { type Booking, type Money, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock, type Work, type WorkResult } from "@travelagent/protocol/ports";
import { type AfterSale, type CancelTerms, type ChangePlan, checkSettled, createAfterSale } from "./after-sale.ts";
import { toBooking } from "./booking-view.ts";
import { fanOut, type Search, type SearchOutcome, type SupplierAnswer } from "./fan-out.ts";
import { newOrderId, newReference, shortHash } from "./ids.ts";
import { zero } from "./money.ts";
import { isPaidHere } from "./offer-facts.ts";
import { createOfferStore, type FoundOffer } from "./offer-store.ts";
import { type Order, statusOf } from "./order.ts";
import { createOrderStore, type HistoryRow, type OrderFilter, type OrderWork, type StoredOrder } from "./order-store.ts";
import type { PaymentProvider } from "./payment.ts";
import { createPaymentStore, type LedgerLine, type Payment } from "./payment-store.ts";
import { createPreparation, type PreparedTrip, type TripRequest } from "./preparation.ts";
import { bookingSaga } from "./saga/booking-saga.ts";
import { type AfterSaleResult, type CancelInput, cancelSaga } from "./saga/cancel-saga.ts";
import { type ChangeInput, changeSaga } from "./saga/change-saga.ts";
import { defaultTiming, type SagaParts, type SagaTiming, sagaWork } from "./saga/saga.ts";
import type { Reprice, Supplier } from "./supplier.ts";
import { bookingMigrations } from "./tables.ts";

/** Makes sure that somebody who buys is a customer on record. */
export interface CustomerDirectory {
  /** Finds the customer of the conversation or of the contact data, else makes one. Safe to call again with the same values. */
  ensure(person: {
    sessionKey: string;
    customerId?: string;
    channel: string;
    peerId: string;
    name: string;
    email: string;
    phone?: string;
  }): Promise<{ customerId: string }>;
}

export interface BookingsOptions {
  db: Database;
  work: Work;
  suppliers: readonly Supplier[];
  payments: PaymentProvider;
  customers: CustomerDirectory;
  clock?: Clock;
  log?: Logger;
  /** After every commit that changed a booking. What it throws is logged and stops nothing. */
  onChange?(booking: Booking): void;
  /** How long each supplier may take for a search. Default 8 s. */
  searchDeadlineMs?: number;
  timing?: Partial<SagaTiming>;
}

/** Whose conversation it is. */
export interface Buyer {
  sessionKey: string;
  customerId?: string;
  channel: string;
  peerId: string;
}

/** How a request ends up outside: `requestId` goes to suppliers and logs. */
export interface RequestCall {
  requestId: string;
  signal: AbortSignal;
}

/** A confirmed write and how long its caller waits. It goes on after that. */
export interface WriteCall {
  /** The same request again returns what the first one did. */
  idempotencyKey: string;
  waitMs: number;
  signal: AbortSignal;
}

export interface AfterSaleOutcome {
  stored: StoredOrder;
  /** Absent while the outcome is not known. */
  terms?: { penalty: Money; refund: Money };
}

export interface SupplierStatus {
  id: string;
  live: boolean;
  kinds: ("flight" | "hotel" | "car")[];
  /** Since this process started. */
  lastSearch?: SupplierAnswer & { at: string };
}

/** Everything that searches, buys and keeps travel. */
export interface Bookings {
  readonly clock: Clock;
  /** Brings the tables up to date. Before the engine starts and before any other call. */
  migrate(): Promise<void>;
  /** Takes up what the last process left, puts what is stuck before a person, prunes old offers. After the engine started; safe at any time. */
  resume(): Promise<void>;
  search(search: Search, owner: { sessionKey: string; customerId?: string }, call: RequestCall): Promise<SearchOutcome>;
  getOffer(id: string): Promise<FoundOffer | null>;
  /** Asks for the price of now. Raises `OFFER_NOT_FOUND`. */
  checkAvailability(offerId: string, call: RequestCall): Promise<{ outcome: Reprice; was: Money }>;
  /** What booking this would mean, with prices of now. Changes nothing. */
  prepareBooking(request: TripRequest, call: RequestCall): Promise<PreparedTrip>;
  /** Buys, or returns the booking that exists for the same request or the same offers and travellers. `maxTotal` is what was confirmed. */
  book(request: TripRequest & { buyer: Buyer; maxTotal?: Money }, call: WriteCall): Promise<StoredOrder>;
  quoteCancel(reference: string, call: RequestCall): Promise<CancelTerms & { stored: StoredOrder }>;
  /** Raises `PRICE_CHANGED` when it costs more than `confirmed`; nothing is cancelled then. */
  cancel(request: { reference: string; confirmed: { penalty: Money; refund: Money } }, call: WriteCall): Promise<AfterSaleOutcome>;
  quoteChange(reference: string, newOfferId: string, call: RequestCall): Promise<ChangePlan & { stored: StoredOrder }>;
  change(
    request: { reference: string; newOfferId: string; confirmed: { penalty: Money; refund: Money; due: Money } },
    call: WriteCall,
  ): Promise<AfterSaleOutcome>;
  list(filter: OrderFilter): Promise<{ bookings: Booking[]; nextCursor?: string }>;
  get(id: string): Promise<StoredOrder | null>;
  byReference(reference: string): Promise<StoredOrder | null>;
  timeline(id: string): Promise<HistoryRow[]>;
  payments(id: string): Promise<Payment[]>;
  ledger(id: string): Promise<LedgerLine[]>;
  /** Compares with suppliers and payment provider and goes on from there. Returns what is known after `waitMs`. Raises `NOT_FOUND`. */
  reconcile(id: string, call: { waitMs: number; signal: AbortSignal }): Promise<StoredOrder>;
  suppliers(): SupplierStatus[];
}

const dayMs = 86_400_000;

export function createBookings(options: BookingsOptions): Bookings {
  const { db, work, suppliers, payments, customers, clock = systemClock, log = silentLogger, onChange, searchDeadlineMs = 8000 } = options;
  const timing: SagaTiming = { ...defaultTiming, ...options.timing };
  const offers = createOfferStore(db);
  const orders = createOrderStore(db, clock);
  const paymentStore = createPaymentStore(db, clock);
  const preparation = createPreparation({ offers, orders, suppliers, payments, clock, readTimeoutMs: timing.readTimeoutMs });
  const afterSale: AfterSale = createAfterSale({ suppliers, preparation, clock, readTimeoutMs: timing.readTimeoutMs });
  const lastSearch = new Map<string, SupplierAnswer & { at: string }>();
  const changed = (stored: StoredOrder) => {
    try {
      onChange?.(toBooking(stored));
    } catch (error) {
      log.error("a listener of bookings failed", { orderId: stored.order.id, cause: String(error) });
    }
  };
  const parts: SagaParts = { db, orders, paymentStore, suppliers, payments, clock, log, timing, onChange: changed };

  work.define("booking.saga", sagaWork(parts, bookingSaga), { maxCrashes: 10 });
  work.define("booking.cancel", sagaWork<CancelInput>(parts, cancelSaga), { maxCrashes: 10 });
  work.define("booking.change", sagaWork<ChangeInput>(parts, changeSaga), { maxCrashes: 10 });

  async function must(id: string): Promise<StoredOrder> {
    const stored = await orders.get(id);
    if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${id}`);
    return stored;
  }
  async function mustByReference(reference: string): Promise<StoredOrder> {
    const stored = await orders.byReference(reference);
    if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${reference}; check its six letters and digits`);
    return stored;
  }

  /** Work that ended without finishing the order: a person has to look. */
  async function putBeforePerson({ order, work: its }: StoredOrder): Promise<void> {
    if (!its) return;
    log.error("booking work did not finish", { orderId: order.id, work: its.id });
    const stored = await db.transaction(async (tx) => {
      const after = await orders.apply(tx, order.id, [
        { type: "needs-human", reason: "it stopped in the middle; compare our record with the supplier's, then reconcile" },
      ]);
      await orders.release(tx, order.id, its.id);
      return after;
    });
    changed(stored);
  }

  /** The result of a piece of work, or null when it is not there in time. */
  async function wait(id: string, { waitMs, signal }: { waitMs: number; signal: AbortSignal }): Promise<WorkResult | null> {
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    aborted.catch(() => undefined);
    try {
      return await Promise.race([work.result(id, waitMs), aborted]);
    } catch (error) {
      if (TravelAgentError.is(error, "TIMEOUT") && !signal.aborted) return null;
      throw error;
    }
  }

  async function finish(orderId: string, workId: string, call: { waitMs: number; signal: AbortSignal }): Promise<{ stored: StoredOrder; value: unknown }> {
    const result = await wait(workId, call);
    let stored = await must(orderId);
    if (result && result.state !== "done" && stored.work?.id === workId) {
      await putBeforePerson(stored);
      stored = await must(orderId);
    }
    return { stored, value: result?.value };
  }

  /** Starts work on a settled order, or joins the same request that is under way or over. */
  async function afterSaleWork(stored: StoredOrder, name: string, input: unknown, call: WriteCall): Promise<AfterSaleOutcome> {
    const { id } = stored.order;
    const request: OrderWork = { name, id: `${name}:${id}:${shortHash(call.idempotencyKey)}`, input };
    if (stored.work?.id !== request.id && (await work.state(request.id)) === null) {
      checkSettled(stored);
      const taken = await db.transaction(async (tx) => {
        const result = await orders.takeUp(tx, id, () => request);
        if (result) await work.submit(request, tx);
        return result;
      });
      if (!taken) throw new TravelAgentError("CONFLICT", `booking ${stored.order.reference} is still being processed; try again in a few minutes`);
    }
    await work.submit(request);
    const { stored: after, value } = await finish(id, request.id, call);
    const result = value as AfterSaleResult | null | undefined;
    if (result && "error" in result) throw TravelAgentError.fromShape(result.error);
    return { stored: after, ...(result ? { terms: result } : {}) };
  }

  function newOrder({ offers: trip, travellers, total }: PreparedTrip, request: TripRequest & { buyer: Buyer; maxTotal?: Money }, customerId: string): Order {
    const items = trip.map((offer, index) => ({
      no: index + 1,
      offer,
      quoted: offer.price.total,
      total: offer.price.total,
      paidHere: isPaidHere(offer),
      status: "pending" as const,
      locators: [],
      documents: [],
    }));
    const draft = {
      id: newOrderId(),
      reference: newReference(),
      customerId,
      sessionKey: request.buyer.sessionKey,
      travellers,
      contact: request.contact,
      currency: total.currency,
    };
    return { ...draft, maxTotal: request.maxTotal ?? total, items, paid: zero(total.currency), status: statusOf({ items }) };
  }

  async function startOrder(
    prepared: PreparedTrip,
    request: TripRequest & { buyer: Buyer; maxTotal?: Money },
    customerId: string,
    idempotencyKey: string,
  ): Promise<StoredOrder> {
    for (let tries = 0; ; tries += 1) {
      const order = newOrder(prepared, request, customerId);
      const first: OrderWork = { name: "booking.saga", id: `booking.saga:${order.id}:1`, input: { orderId: order.id } };
      try {
        const { stored, created } = await db.transaction(async (tx) => {
          const result = await orders.create(tx, order, { attempt: prepared.attempt, request: idempotencyKey }, first);
          if (result.created) await work.submit(first, tx);
          return result;
        });
        if (created) changed(stored);
        return stored;
      } catch (error) {
        // The reference was taken, or on another engine the same attempt was stored meanwhile: the second look finds it.
        if (!TravelAgentError.is(error, "CONFLICT") || tries >= 5) throw error;
      }
    }
  }

  async function startReconcile(stored: StoredOrder): Promise<OrderWork> {
    if (stored.work) {
      await work.submit(stored.work);
      return stored.work;
    }
    const { id } = stored.order;
    const taken = await db.transaction(async (tx) => {
      const result = await orders.takeUp(tx, id, (round) => ({ name: "booking.saga", id: `booking.saga:${id}:${round}`, input: { orderId: id } }));
      if (result) await work.submit(result.work!, tx);
      return result;
    });
    const next = taken ? taken.work! : (await must(id)).work;
    if (!next) throw new TravelAgentError("IN_PROGRESS", "this booking was just worked on; try again");
    await work.submit(next);
    return next;
  }

  async function resumeOne(stored: StoredOrder): Promise<void> {
    if (!stored.work) return void (await startReconcile(stored));
    const state = await work.state(stored.work.id);
    if (state === null) await work.submit(stored.work);
    else if (state === "failed" || state === "dead" || state === "cancelled") await putBeforePerson(stored);
  }

  return {
    clock,
    migrate: () => db.migrate("booking", bookingMigrations),

    async resume() {
      await offers.prune(clock.now() - dayMs);
      for (const stored of await orders.unfinished()) {
        await resumeOne(stored).catch((error: unknown) => log.error("a booking could not be taken up", { orderId: stored.order.id, cause: String(error) }));
      }
    },

    async search(search, owner, { requestId, signal }) {
      const outcome = await fanOut({ suppliers, clock, log, deadlineMs: searchDeadlineMs }, search, requestId, signal);
      for (const answer of outcome.suppliers) lastSearch.set(answer.id, { ...answer, at: new Date(clock.now()).toISOString() });
      await offers.keep(
        outcome.offers.map(({ offer }) => offer),
        owner,
        clock.now(),
      );
      return outcome;
    },

    getOffer: (id) => offers.get(id),

    async checkAvailability(offerId, { requestId, signal }) {
      const found = await offers.get(offerId);
      if (!found)
        throw new TravelAgentError("OFFER_NOT_FOUND", `there is no offer ${offerId}; search again and use an id from the result`, { details: { offerId } });
      const was = found.offer.price.total;
      if (Date.parse(found.offer.offerExpiresAt) <= clock.now()) return { outcome: { status: "expired" }, was };
      return { outcome: await preparation.reprice(found, signal, requestId), was };
    },

    prepareBooking: (request, { requestId, signal }) => preparation.price(request, signal, requestId),

    async book(request, call) {
      let stored = await orders.byRequest(call.idempotencyKey);
      if (!stored) {
        const prepared = await preparation.check(request);
        stored = prepared.existing ?? null;
        if (!stored) {
          const { buyer, contact } = request;
          const lead = prepared.travellers.find(({ ptc }) => ptc === "ADT")!;
          const { customerId } = await customers.ensure({
            ...buyer,
            name: `${lead.givenName} ${lead.familyName}`,
            email: contact.email,
            ...(contact.phone === undefined ? {} : { phone: contact.phone }),
          });
          stored = await startOrder(prepared, request, customerId, call.idempotencyKey);
        }
      }
      if (!stored.work) return stored;
      // Again, since an engine with a store of its own may have lost what it was given beside our commit.
      await work.submit(stored.work);
      return (await finish(stored.order.id, stored.work.id, call)).stored;
    },

    async quoteCancel(reference, { signal, requestId }) {
      const stored = await mustByReference(reference);
      return { ...(await afterSale.cancelTerms(stored, signal, requestId)), stored };
    },

    async cancel({ reference, confirmed }, call) {
      const stored = await mustByReference(reference);
      const input: CancelInput = { orderId: stored.order.id, confirmed };
      return afterSaleWork(stored, "booking.cancel", input, call);
    },

    async quoteChange(reference, newOfferId, { signal, requestId }) {
      const stored = await mustByReference(reference);
      return { ...(await afterSale.changePlan(stored, newOfferId, signal, requestId)), stored };
    },

    async change({ reference, newOfferId, confirmed }, call) {
      const stored = await mustByReference(reference);
      const known = `booking.change:${stored.order.id}:${shortHash(call.idempotencyKey)}`;
      if (stored.work?.id === known || (await work.state(known)) !== null) return afterSaleWork(stored, "booking.change", stored.work?.input ?? {}, call);
      const plan = await afterSale.changePlan(stored, newOfferId, call.signal, known);
      const input: ChangeInput = { orderId: stored.order.id, item: plan.item, to: plan.to, confirmed };
      return afterSaleWork(stored, "booking.change", input, call);
    },

    async list(filter) {
      const { orders: found, nextCursor } = await orders.list(filter);
      return { bookings: found.map(toBooking), ...(nextCursor === undefined ? {} : { nextCursor }) };
    },
    get: (id) => orders.get(id),
    byReference: (reference) => orders.byReference(reference),
    timeline: (id) => orders.history(id),
    payments: (id) => paymentStore.ofOrder(id),
    ledger: (id) => paymentStore.ledger(id),

    async reconcile(id, call) {
      const next = await startReconcile(await must(id));
      return (await finish(id, next.id, call)).stored;
    },

    suppliers: () =>
      suppliers.map((supplier) => {
        const last = lastSearch.get(supplier.id);
        const kinds = (
          [
            ["flight", supplier.flights],
            ["hotel", supplier.hotels],
            ["car", supplier.cars],
          ] as const
        )
          .filter(([, port]) => port !== undefined)
          .map(([kind]) => kind);
        return { id: supplier.id, live: supplier.live, kinds, ...(last ? { lastSearch: last } : {}) };
      }),
  };
}
