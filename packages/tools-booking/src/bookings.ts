import { type Booking, type Money, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock, type Work, type WorkResult } from "@travelagent/protocol/ports";
import { type AfterSale, type CancelTerms, type ChangePlan, checkSettled, createAfterSale, type ModifyTerms } from "./after-sale.ts";
import { type BookingDesk, createBookingDesk } from "./booking-desk.ts";
import { toBooking } from "./booking-view.ts";
import { fanOut, type Search, type SearchOutcome, type SupplierAnswer } from "./fan-out.ts";
import { newOrderId, newReference, shortHash } from "./ids.ts";
import type { AccountBalance, LedgerLine } from "./ledger.ts";
import { createLedgerStore } from "./ledger-store.ts";
import { zero } from "./money.ts";
import { type AnswerInput, type AnswerResult, answerSaga, timesOf } from "./news/answer-saga.ts";
import { type NewsInput, newsSaga } from "./news/news-saga.ts";
import { createNotices, type Notice } from "./news/notices.ts";
import { defaultReadingTimes, type ReadingTimes } from "./news/reading-times.ts";
import { createSuppliedItems } from "./news/supplied.ts";
import { createSupplierNews, defaultNewsTiming, isWatched, type NewsTiming } from "./news/supplier-news.ts";
import { type CustomerNews, createTelling } from "./news/telling.ts";
import type { Offer } from "./offer.ts";
import { isPaidHere } from "./offer-facts.ts";
import { createOfferStore, type FoundOffer } from "./offer-store.ts";
import { type ChangeTerms, isBooked, type Order, statusOf } from "./order.ts";
import { createOrderStore, type HistoryRow, type OrderFilter, type OrderWork, type StoredOrder } from "./order-store.ts";
import type { Delivery, PaymentProvider } from "./payment.ts";
import { createPaymentStore, type Payment } from "./payment-store.ts";
import { createPreparation, type PreparedTrip, type TripRequest } from "./preparation.ts";
import { type AttendInput, attendSaga, meantItem } from "./saga/attend-saga.ts";
import { bookingSaga, type RoundInput } from "./saga/booking-saga.ts";
import { type AfterSaleResult, type CancelInput, cancelSaga } from "./saga/cancel-saga.ts";
import { type ChangeInput, changeSaga } from "./saga/change-saga.ts";
import { defaultTiming, type SagaParts, type SagaTiming, sagaWork } from "./saga/saga.ts";
import { createSearchCache } from "./search-cache.ts";
import type { OrderChange, Reprice, Supplier } from "./supplier.ts";
import { bookingMigrations } from "./tables.ts";
import { createWatch } from "./watch.ts";

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
  /** The first one that fits is used: real money for real travel, a sandbox for the sandbox. */
  payments: PaymentProvider | readonly PaymentProvider[];
  customers: CustomerDirectory;
  clock?: Clock;
  log?: Logger;
  /** After every commit that changed a booking. What it throws is logged and stops nothing. */
  onChange?(booking: Booking): void;
  /** How long each supplier may take for a search. Default 8 s. */
  searchDeadlineMs?: number;
  /** How long a live supplier's answer is the answer to the same search. Default 60 s; 0 asks anew each time. */
  searchFreshMs?: number;
  timing?: Partial<SagaTiming>;
  /** What suppliers did by themselves, in words for the customer. What it raises is tried again; after `NOT_FOUND` a person tells the customer. */
  announce?(news: CustomerNews): Promise<void>;
  /** How suppliers are watched, and how often what is booked is read again at those that tell nothing. */
  news?: Partial<NewsTiming> & { readingTimes?: ReadingTimes };
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
  /** Absent while the outcome is not known, and while a payment is awaited (`stored.order.awaiting`). */
  terms?: { penalty: Money; refund: Money };
}

export interface SupplierStatus {
  id: string;
  live: boolean;
  kinds: ("flight" | "hotel" | "car")[];
  /** It sends them. */
  webhooks: boolean;
  /** Since this process started. */
  lastSearch?: SupplierAnswer & { at: string };
}

/** How a trip is paid, where there is a choice. */
export interface PaymentChoice {
  /** Id of a provider. Default the first that fits. */
  provider?: string;
  /** Means of payment the customer has on file there. */
  method?: string;
}

/** Everything that searches, buys and keeps travel. */
export interface Bookings {
  readonly clock: Clock;
  /** Brings the tables up to date. Before the engine starts and before any other call. */
  migrate(): Promise<void>;
  /**
   * Takes up what the last process left, puts what is stuck before a person, prunes old offers. After the engine started; safe at any
   * time. From then on what is in doubt or waits for a payment is gone on with by itself.
   */
  resume(): Promise<void>;
  /** Nothing is taken up any more by itself. Before the engine stops. */
  stop(): void;
  search(search: Search, owner: { sessionKey: string; customerId?: string }, call: RequestCall): Promise<SearchOutcome>;
  getOffer(id: string): Promise<FoundOffer | null>;
  /**
   * Offers that a person of the agency found, for a customer's conversation, which may buy them from then on. Offers of that
   * conversation are given as they are. Raises `OFFER_NOT_FOUND`, and `SCOPE_VIOLATION` for those of another customer.
   */
  giveOffers(ids: readonly string[], owner: { sessionKey: string; customerId?: string }): Promise<Offer[]>;
  /** Asks for the price of now. Raises `OFFER_NOT_FOUND`. */
  checkAvailability(offerId: string, call: RequestCall): Promise<{ outcome: Reprice; was: Money }>;
  /** What booking this would mean, with prices of now. Changes nothing. */
  prepareBooking(request: TripRequest, call: RequestCall): Promise<PreparedTrip>;
  /** Buys, or returns the booking that exists for the same request or the same offers and travellers. `maxTotal` is what was confirmed. */
  book(request: TripRequest & { buyer: Buyer; maxTotal?: Money; payment?: PaymentChoice }, call: WriteCall): Promise<StoredOrder>;
  quoteCancel(reference: string, call: RequestCall): Promise<CancelTerms & { stored: StoredOrder }>;
  /** Raises `PRICE_CHANGED` when it costs more than `confirmed`; nothing is cancelled then. */
  cancel(request: { reference: string; confirmed: { penalty: Money; refund: Money } }, call: WriteCall): Promise<AfterSaleOutcome>;
  quoteChange(reference: string, newOfferId: string, call: RequestCall): Promise<ChangePlan & { stored: StoredOrder }>;
  change(
    request: { reference: string; newOfferId: string; confirmed: { penalty: Money; refund: Money; due: Money } },
    call: WriteCall,
  ): Promise<AfterSaleOutcome>;
  /** What a change of names, cabin or bags costs, all items of the trip together. Raises `SUPPLIER_REJECTED` where a supplier cannot. */
  quoteModify(reference: string, change: OrderChange, call: RequestCall): Promise<ModifyTerms & { stored: StoredOrder }>;
  /** Raises `PRICE_CHANGED` when it costs more than `confirmed`; nothing is changed then. */
  modify(request: { reference: string; change: OrderChange; confirmed: ChangeTerms }, call: WriteCall): Promise<AfterSaleOutcome>;
  list(filter: OrderFilter): Promise<{ bookings: Booking[]; nextCursor?: string }>;
  /** The same with everything that is on record of each. */
  records(filter: OrderFilter): Promise<{ orders: StoredOrder[]; nextCursor?: string }>;
  get(id: string): Promise<StoredOrder | null>;
  byReference(reference: string): Promise<StoredOrder | null>;
  timeline(id: string): Promise<HistoryRow[]>;
  payments(id: string): Promise<Payment[]>;
  ledger(id: string): Promise<LedgerLine[]>;
  /** What stands on each account and in each currency, of one booking or of all. Adds up to zero in each currency. */
  accounts(id?: string): Promise<AccountBalance[]>;
  /**
   * A webhook of a payment provider. Resolves once what it says is durable; it is acted upon afterwards. Raises `NOT_FOUND` for a
   * provider without webhooks, `UNAUTHORIZED` for a wrong or old signature.
   */
  receivePayment(provider: string, delivery: Delivery, signal: AbortSignal): Promise<{ repeated: boolean }>;
  /** Something happened to these payments, by the keys of `authorise`; the provider is asked what. Unknown keys are ignored. */
  paymentNews(keys: readonly string[]): Promise<void>;
  /**
   * A webhook of a supplier. Resolves once what it tells is durable; the order is then read at the supplier, and what differs is
   * acted upon. Raises `NOT_FOUND` for a supplier without webhooks, `UNAUTHORIZED` for a wrong or old signature.
   */
  receiveSupplierNews(supplier: string, delivery: Delivery, signal: AbortSignal): Promise<{ repeated: boolean }>;
  /** Asks suppliers what is new and deals with what was heard, as far as it is due. From `resume` on that is done by itself. Never rejects. */
  hearSuppliers(): Promise<void>;
  /**
   * Reads one item at its supplier. `applied`: something differed and goes the way of all supplier news. `later`: it is being worked on, or
   * the supplier does not answer.
   */
  readBack(id: string, item: number): Promise<"same" | "applied" | "later">;
  /** Messages to the customer about what the supplier did, the oldest first; those in the state `draft` wait for `releaseNotice`. */
  notices(id: string): Promise<Notice[]>;
  /** A person approves a draft, or sends `text` instead. Raises `CONFLICT` for what is no draft any more. */
  releaseNotice(request: { id: string; text?: string; by: string }): Promise<Notice>;
  /** The flights of the booking that the supplier moved and whose new times nobody has answered. */
  openScheduleChange(stored: StoredOrder): { item: number; times: string } | undefined;
  /**
   * The customer's answer to the schedule change of that item, as it was shown: `times`. `toldBy`: whether the supplier knows it or a
   * person has to tell it; absent while that is open. Raises `CONFLICT` when the flights changed once more.
   */
  answerScheduleChange(
    request: { reference: string; item: number; answer: "accept" | "refuse"; times: string },
    call: WriteCall,
  ): Promise<{ stored: StoredOrder; toldBy?: "supplier" | "person" }>;
  /** Compares with suppliers and payment provider and goes on from there. Returns what is known after `waitMs`. Raises `NOT_FOUND`. */
  reconcile(id: string, call: { waitMs: number; signal: AbortSignal }): Promise<StoredOrder>;
  /**
   * A person says what became of what nobody else could tell, or decides what is done about it. On record with name and note.
   * Raises `INVALID_REQUEST` when there is nothing that this could be about.
   */
  attend(request: Omit<AttendInput, "orderId"> & { id: string }, call: WriteCall): Promise<StoredOrder>;
  /** `webhooks`: it sends them, to `receivePayment`. */
  paymentProviders(): { id: string; live: boolean; webhooks: boolean }[];
  /** `webhooks`: it sends them, to `receiveSupplierNews`. */
  suppliers(): SupplierStatus[];
  /** What suppliers do for customers of their own. */
  readonly desk: BookingDesk;
}

const dayMs = 86_400_000;
/** How old an answer may be that stands in for a supplier that fails; it is asked for its price again before anything is bought. */
const staleSearchMs = 15 * 60_000;

export function createBookings(options: BookingsOptions): Bookings {
  const { db, work, suppliers, customers, clock = systemClock, log = silentLogger, onChange, searchDeadlineMs = 8000, searchFreshMs = 60_000 } = options;
  const payments: readonly PaymentProvider[] = "authorise" in options.payments ? [options.payments] : options.payments;
  const timing: SagaTiming = { ...defaultTiming, ...options.timing };
  const offers = createOfferStore(db);
  const orders = createOrderStore(db, clock);
  const ledger = createLedgerStore(db, clock);
  const paymentStore = createPaymentStore(db, clock, ledger);
  const preparation = createPreparation({ offers, orders, suppliers, payments, clock, readTimeoutMs: timing.readTimeoutMs });
  const afterSale: AfterSale = createAfterSale({ suppliers, preparation, clock, readTimeoutMs: timing.readTimeoutMs });
  const cache = createSearchCache({ clock, freshMs: searchFreshMs, staleMs: staleSearchMs, capacity: 5000 });
  const lastSearch = new Map<string, SupplierAnswer & { at: string }>();
  let forgotAt = clock.now();
  const watch = createWatch({ orders, clock, log, goOn: (stored) => startRound(stored, "clock") });
  const changed = (stored: StoredOrder) => {
    if (stored.wake && !stored.work) watch.notice(stored.wake.at);
    news.notice(stored);
    for (const { offer } of stored.order.items) cache.forget(offer.supplier);
    try {
      onChange?.(toBooking(stored));
    } catch (error) {
      log.error("a listener of bookings failed", { orderId: stored.order.id, cause: String(error) });
    }
  };
  const parts: SagaParts = { db, orders, paymentStore, ledger, suppliers, payments, clock, log, timing, onChange: changed };

  work.define("booking.saga", sagaWork<RoundInput>(parts, bookingSaga), { maxCrashes: 10 });
  work.define("booking.cancel", sagaWork<CancelInput>(parts, cancelSaga), { maxCrashes: 10 });
  work.define("booking.change", sagaWork<ChangeInput>(parts, changeSaga), { maxCrashes: 10 });
  work.define("booking.attend", sagaWork<AttendInput>(parts, attendSaga), { maxCrashes: 10 });

  const newsTiming: NewsTiming = { ...defaultNewsTiming, ...options.news };
  const readingTimes = options.news?.readingTimes ?? defaultReadingTimes;
  const watched = new Set(suppliers.filter((supplier) => isWatched(supplier, newsTiming)).map(({ id }) => id));
  const notices = createNotices(db);
  const supplied = createSuppliedItems({ db, clock, readingTimes, isReadAgain: (id) => watched.has(id) });
  const nobodyToTell = async () => {
    throw new TravelAgentError("NOT_FOUND", "nobody is there who could tell customers");
  };
  const telling = createTelling({
    db,
    orders,
    notices,
    clock,
    log,
    announce: options.announce ?? nobodyToTell,
    onChange: changed,
    async find(search, { sessionKey, customerId }) {
      const call = { requestId: "other-flights", signal: AbortSignal.timeout(searchDeadlineMs + 5000) };
      return (await bookings.search(search, { sessionKey, customerId }, call)).offers.map(({ offer }) => offer);
    },
  });
  const news = createSupplierNews({
    ...{ db, work, orders, notices, supplied, suppliers, clock, log },
    timing: newsTiming,
    readTimeoutMs: timing.readTimeoutMs,
    goOn: () => watch.look(),
    tell: telling.tell,
    onChange: changed,
  });
  const newsParts = { notices, supplied, minorMinutes: newsTiming.minorMinutes };
  work.define(
    "booking.news",
    sagaWork<NewsInput>(parts, (saga, input) => newsSaga(saga, input, newsParts)),
    { maxCrashes: 10 },
  );
  work.define("booking.answer", sagaWork<AnswerInput>(parts, answerSaga), { maxCrashes: 10 });

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
      checkSettled(stored, name === "booking.cancel" ? "cancel" : "change");
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
    const { notice, planned } = after.order;
    if (result === null && notice !== undefined && !planned) throw new TravelAgentError("CONFLICT", notice);
    return { stored: after, ...(result ? { terms: result } : {}) };
  }

  type BookTrip = TripRequest & { buyer: Buyer; maxTotal?: Money; payment?: PaymentChoice };

  /** Sandbox and real money never meet. */
  function chooseProvider(sandbox: boolean, wanted: string | undefined): PaymentProvider | undefined {
    const fitting = payments.filter(({ live }) => live !== sandbox);
    const chosen = wanted === undefined ? fitting[0] : fitting.find(({ id }) => id === wanted);
    if (wanted !== undefined && !chosen)
      throw new TravelAgentError("INVALID_REQUEST", `this cannot be paid with ${wanted}; choose ${fitting.map(({ id }) => id).join(" or ") || "nothing"}`);
    return chosen;
  }

  function newOrder({ offers: trip, travellers, total }: PreparedTrip, request: BookTrip, customerId: string): Order {
    const { provider, method } = request.payment ?? {};
    const chosen = chooseProvider(trip[0]!.sandbox, provider);
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
      ...(chosen ? { provider: chosen.id } : {}),
      ...(method === undefined ? {} : { method }),
    };
    return { ...draft, maxTotal: request.maxTotal ?? total, items, paid: zero(total.currency), status: statusOf({ items }) };
  }

  async function startOrder(prepared: PreparedTrip, request: BookTrip, customerId: string, idempotencyKey: string): Promise<StoredOrder> {
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

  /** Sets the order going, or finds the work that has it in hand. */
  async function startRound(stored: StoredOrder, by: "person" | "clock"): Promise<OrderWork> {
    if (stored.work) {
      await work.submit(stored.work);
      return stored.work;
    }
    const { id } = stored.order;
    const taken = await db.transaction(async (tx) => {
      const result = await orders.takeUp(tx, id, (round) => ({ name: "booking.saga", id: `booking.saga:${id}:${round}`, input: { orderId: id, by } }));
      if (result) await work.submit(result.work!, tx);
      return result;
    });
    const next = taken ? taken.work! : (await must(id)).work;
    if (!next) throw new TravelAgentError("IN_PROGRESS", "this booking was just worked on; try again");
    await work.submit(next);
    return next;
  }

  /** What nobody asks for any more; at each start, and once a day where offers come in. */
  async function forgetOld(): Promise<void> {
    forgotAt = clock.now();
    await offers.prune(clock.now() - dayMs);
    await paymentStore.forgetEvents(clock.now() - 30 * dayMs);
    await news.prune();
  }

  async function resumeOne(stored: StoredOrder): Promise<void> {
    if (!stored.work) return void (await startRound(stored, "clock"));
    const state = await work.state(stored.work.id);
    if (state === null) await work.submit(stored.work);
    else if (state === "failed" || state === "dead" || state === "cancelled") await putBeforePerson(stored);
  }

  const bookings: Bookings = {
    clock,
    desk: createBookingDesk({ db, orders, offers, suppliers, clock, readTimeoutMs: timing.readTimeoutMs }),
    async migrate() {
      await db.migrate("booking", bookingMigrations);
      await news.migrate();
    },

    async resume() {
      await forgetOld();
      for (const stored of await orders.unfinished()) {
        await resumeOne(stored).catch((error: unknown) => log.error("a booking could not be taken up", { orderId: stored.order.id, cause: String(error) }));
      }
      await watch.look();
      void news.look();
    },
    stop() {
      watch.stop();
      news.stop();
    },

    async search(search, owner, { requestId, signal }) {
      const outcome = await fanOut({ suppliers, clock, log, deadlineMs: searchDeadlineMs, cache }, search, requestId, signal);
      for (const answer of outcome.suppliers) lastSearch.set(answer.id, { ...answer, at: new Date(clock.now()).toISOString() });
      const own = await offers.keepOwn(
        outcome.offers.map(({ offer }) => offer),
        { ...owner, ...(search.query.maxTotal ? { budget: search.query.maxTotal } : {}) },
        clock.now(),
      );
      if (clock.now() - forgotAt >= dayMs) await forgetOld().catch((error: unknown) => log.error("old offers could not be pruned", { cause: String(error) }));
      return { ...outcome, offers: outcome.offers.map((ranked, index) => ({ ...ranked, offer: own[index]! })) };
    },

    getOffer: (id) => offers.get(id),

    async giveOffers(ids, owner) {
      const given = await Promise.all(
        ids.map(async (id) => {
          const found = await offers.get(id);
          if (!found) throw new TravelAgentError("OFFER_NOT_FOUND", `there is no offer ${id}; search again and use an id from the result`);
          if (found.sessionKey !== owner.sessionKey && !found.sessionKey.startsWith("operator:"))
            throw new TravelAgentError("SCOPE_VIOLATION", `the offer ${id} was found for another conversation; search for this one`);
          return found.offer;
        }),
      );
      return offers.keepOwn(given, owner, clock.now());
    },

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

    async quoteModify(reference, change, { signal, requestId }) {
      const stored = await mustByReference(reference);
      return { ...(await afterSale.modifyTerms(stored, change, signal, requestId)), stored };
    },

    async modify({ reference, change, confirmed }, call) {
      const stored = await mustByReference(reference);
      const known = `booking.change:${stored.order.id}:${shortHash(call.idempotencyKey)}`;
      // Checked against the suppliers before the work begins, and once more in it.
      if (stored.work?.id !== known && (await work.state(known)) === null) await afterSale.modifyTerms(stored, change, call.signal, known);
      const input: ChangeInput = { orderId: stored.order.id, change, confirmed };
      return afterSaleWork(stored, "booking.change", input, call);
    },

    async list(filter) {
      const { orders: found, nextCursor } = await orders.list(filter);
      return { bookings: found.map(toBooking), ...(nextCursor === undefined ? {} : { nextCursor }) };
    },
    records: (filter) => orders.list(filter),
    get: (id) => orders.get(id),
    byReference: (reference) => orders.byReference(reference),
    timeline: (id) => orders.history(id),
    payments: (id) => paymentStore.ofOrder(id),
    ledger: (id) => ledger.lines(id),
    accounts: (id) => ledger.accounts(id),

    async receivePayment(id, delivery, signal) {
      const provider = payments.find((candidate) => candidate.id === id);
      if (!provider?.news) throw new TravelAgentError("NOT_FOUND", `no payment provider ${id} sends webhooks here`);
      const event = await provider.news(delivery, signal);
      const heard = await db.transaction(async (tx) => {
        const result = await paymentStore.hear(tx, id, event.id, event.keys);
        if (result) await orders.wakeUp(tx, result.orderIds, clock.now());
        return result;
      });
      if (heard) void watch.look();
      return { repeated: !heard };
    },

    async paymentNews(keys) {
      await db.transaction(async (tx) => orders.wakeUp(tx, await paymentStore.doubt(tx, keys), clock.now()));
      void watch.look();
    },

    receiveSupplierNews: news.receive,
    hearSuppliers: () => news.look(),
    readBack: news.readBack,
    notices: notices.ofOrder,

    async releaseNotice(request) {
      const notice = await telling.release(request);
      void news.look();
      return notice;
    },

    openScheduleChange({ order }) {
      const open = order.items.find((item) => isBooked(item) && item.scheduleChange !== undefined && item.scheduleChange.answer === undefined && !item.doing);
      return open?.journeys && { item: open.no, times: timesOf(open.journeys) };
    },

    async answerScheduleChange({ reference, item, answer, times }, call) {
      const stored = await mustByReference(reference);
      const { id } = stored.order;
      const request: OrderWork = {
        name: "booking.answer",
        id: `booking.answer:${id}:${shortHash(call.idempotencyKey)}`,
        input: { orderId: id, item, answer, times } satisfies AnswerInput,
      };
      if (stored.work?.id !== request.id && (await work.state(request.id)) === null) {
        const taken = await db.transaction(async (tx) => {
          const result = await orders.takeUp(tx, id, () => request);
          if (result) await work.submit(request, tx);
          return result;
        });
        if (!taken) throw new TravelAgentError("IN_PROGRESS", "this booking is being worked on right now; try again in a moment");
      }
      await work.submit(request);
      const { stored: after, value } = await finish(id, request.id, call);
      const result = value as AnswerResult | null | undefined;
      if (result && "error" in result) throw TravelAgentError.fromShape(result.error);
      return { stored: after, ...(result ? { toldBy: result.toldBy } : {}) };
    },

    async reconcile(id, call) {
      const next = await startRound(await must(id), "person");
      return (await finish(id, next.id, call)).stored;
    },

    async attend({ id, ...said }, call) {
      const stored = await must(id);
      const request: OrderWork = { name: "booking.attend", id: `booking.attend:${id}:${shortHash(call.idempotencyKey)}`, input: { orderId: id, ...said } };
      if (stored.work?.id !== request.id && (await work.state(request.id)) === null) {
        if (said.resolution === "found" || said.resolution === "never-happened") meantItem(stored.order.items, said, stored.order.paymentInDoubt !== undefined);
        else if (stored.order.attention === undefined)
          throw new TravelAgentError("INVALID_REQUEST", `booking ${stored.order.reference} does not wait for a person`);
        const taken = await db.transaction(async (tx) => {
          const result = await orders.takeUp(tx, id, () => request);
          if (result) await work.submit(request, tx);
          return result;
        });
        if (!taken) throw new TravelAgentError("IN_PROGRESS", "this booking is being worked on right now; try again in a moment");
      }
      await work.submit(request);
      return (await finish(id, request.id, call)).stored;
    },

    paymentProviders: () => payments.map(({ id, live, news }) => ({ id, live, webhooks: news !== undefined })),
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
        return { id: supplier.id, live: supplier.live, kinds, webhooks: supplier.events?.receive !== undefined, ...(last ? { lastSearch: last } : {}) };
      }),
  };
  return bookings;
}
