import { type Money, TravelAgentError } from "@travelagent/protocol";
import { add, compare, money, multiply, subtract, sum, zero } from "../money.ts";
import type { CarOffer, CarQuery, FlightOffer, FlightQuery, HotelOffer, HotelQuery, Offer } from "../offer.ts";
import type { BookRequest, OrderChange, Quote, Reprice, Supplier, SupplierOrder, VerticalSupplier } from "../supplier.ts";
import { createFaults, type FaultOptions, type Faults } from "./faults.ts";

export type SupplierOperation =
  | "search"
  | "reprice"
  | "hold"
  | "book"
  | "ticket"
  | "find"
  | "read"
  | "quoteCancel"
  | "cancel"
  | "quoteChange"
  | "change"
  | "quoteModify"
  | "modify"
  | "acceptChange";

export interface FakeSupplier extends Supplier {
  readonly faults: Faults<SupplierOperation>;
  /** The supplier's own books: what really happened. */
  orders(): SupplierOrder[];
  /** Calls that arrived, in order. */
  readonly calls: { operation: SupplierOperation; key?: string }[];
  /** From now on this is the price of the offer. */
  setPrice(offerId: string, total: Money): void;
  /** From now on cancelling costs this, whatever the fare says. */
  setPenalty(penalty: Money): void;
  sellOut(offerId: string): void;
  /** The hold bought with this key runs out, if it is still one. */
  lapse(key: string): void;
  /** The supplier changes the order of this key by itself. */
  happen(key: string, changes: Partial<Omit<SupplierOrder, "key" | "reference">>): void;
}

export interface FakeSupplierOptions {
  id?: string;
  live?: boolean;
  offers?: readonly Offer[];
  /** Default true. */
  canHold?: boolean;
  /** Default true. */
  canChange?: boolean;
  /** Default true: names for nothing, another cabin for 80.00 and 15.00 for each paid bag, whatever it was before. */
  canModify?: boolean;
  /** Default false: says yes to changes of its own, which clears `changeToAnswer`. */
  canAcceptChange?: boolean;
  /** Faults beside those that are scripted. */
  trouble?: FaultOptions<SupplierOperation>;
  /** Percent of the price that it pays the agency for what is confirmed or ticketed. Default none. */
  commissionPercent?: bigint;
}

/** A supplier in memory that keeps its own books and fails on request. Refuses and repeats as the port demands. */
export function fakeSupplier({
  id = "fake",
  live = false,
  offers = [],
  canHold = true,
  canChange = true,
  canModify = true,
  canAcceptChange = false,
  trouble = {},
  commissionPercent,
}: FakeSupplierOptions = {}): FakeSupplier {
  const books = new Map<string, SupplierOrder>();
  const bought = new Map<string, Offer>();
  const answered = new Map<string, SupplierOrder>();
  const prices = new Map<string, Money>();
  const soldOut = new Set<string>();
  const calls: FakeSupplier["calls"] = [];
  const faults = createFaults<SupplierOperation>(trouble);
  let fixedPenalty: Money | undefined;

  const priced = <O extends Offer>(offer: O): O => {
    const total = prices.get(offer.id);
    return total ? { ...offer, price: { ...offer.price, total, base: subtract(total, add(offer.price.taxes, offer.price.fees)) } } : offer;
  };
  const perform = <T>(operation: SupplierOperation, signal: AbortSignal, effect: () => T, key?: string): Promise<T> => {
    calls.push({ operation, ...(key === undefined ? {} : { key }) });
    return faults.around(operation, effect, signal);
  };
  const must = (reference: string): SupplierOrder => {
    const order = [...books.values()].find((candidate) => candidate.reference === reference);
    if (!order) throw new TravelAgentError("SUPPLIER_REJECTED", `no order ${reference}`);
    return order;
  };
  const alive = (reference: string): SupplierOrder => {
    const order = must(reference);
    if (order.status === "cancelled") throw new TravelAgentError("SUPPLIER_REJECTED", `order ${reference} is cancelled`);
    return order;
  };
  const withCommission = ({ commission: _, ...order }: SupplierOrder): SupplierOrder =>
    commissionPercent === undefined || (order.status !== "confirmed" && order.status !== "ticketed")
      ? order
      : { ...order, commission: multiply(order.total, { numerator: commissionPercent, denominator: 100n }) };
  const once = (key: string, effect: () => SupplierOrder): SupplierOrder => {
    const known = answered.get(key);
    if (known) return { ...known };
    const order = withCommission(effect());
    answered.set(key, order);
    books.set(order.key, order);
    return { ...order };
  };
  const purchase = ({ offer, key, maxTotal, travellers }: BookRequest, status: "held" | "confirmed" | "ticketed"): SupplierOrder =>
    once(key, () => {
      if (soldOut.has(offer.id)) throw new TravelAgentError("SOLD_OUT", "the last one is gone");
      const { total } = priced(offer).price;
      if (compare(total, maxTotal) > 0) throw new TravelAgentError("PRICE_CHANGED", "it costs more now", { details: { now: total } });
      bought.set(key, offer);
      const reference = `${id}-${books.size + 1}`;
      return {
        reference,
        key,
        status,
        locators: [`LOC${books.size + 1}`],
        total,
        ...(status === "held" && offer.paymentTimeLimit !== undefined ? { paymentTimeLimit: offer.paymentTimeLimit } : {}),
        documents:
          status === "held"
            ? []
            : documentsOf(
                offer,
                travellers.map((traveller) => traveller.id),
                books.size + 1,
              ),
      };
    });
  const documentsOf = (offer: Offer, travellerIds: readonly string[], serial: number): SupplierOrder["documents"] =>
    offer.vertical === "flight"
      ? travellerIds.map((travellerId, index) => ({ type: "ETKT" as const, number: `22012345${serial}${String(index).padStart(4, "0")}`, travellerId }))
      : [{ type: "VOUCHER" as const, number: `V${serial}` }];

  function penaltyOf(order: SupplierOrder): Money {
    if (order.status === "held") return zero(order.total.currency);
    if (fixedPenalty) return fixedPenalty;
    const offer = bought.get(order.key)!;
    if (offer.vertical !== "flight" && offer.cancellation[0]) return offer.cancellation[0].penalty;
    const { allowed, penalty } = offer.conditions.refund;
    return allowed ? (penalty ?? zero(order.total.currency)) : order.total;
  }
  const paysHere = (offer: Offer): boolean =>
    offer.vertical === "flight" || (offer.vertical === "hotel" ? offer.ratePlan.paymentType : offer.paymentType) === "PREPAID";
  const expiresAt = "2100-01-01T00:00:00Z";

  function cancelQuote(order: SupplierOrder): Quote {
    const penalty = penaltyOf(order);
    const nothing = zero(order.total.currency);
    const paid = order.status !== "held" && paysHere(bought.get(order.key)!);
    return { token: `cancel:${order.reference}:${penalty.amount}`, penalty, refund: paid ? subtract(order.total, penalty) : nothing, due: nothing, expiresAt };
  }
  function changeQuote(order: SupplierOrder, to: Offer): Quote {
    const penalty = bought.get(order.key)!.conditions.change.penalty ?? zero(order.total.currency);
    const nothing = zero(order.total.currency);
    const difference = add(subtract(priced(to).price.total, order.total), penalty);
    const owed = compare(difference, nothing) > 0;
    return {
      token: `change:${to.id}:${difference.amount}`,
      penalty,
      due: owed ? difference : nothing,
      refund: owed ? nothing : subtract(nothing, difference),
      expiresAt,
    };
  }

  function modifyQuote(order: SupplierOrder, change: OrderChange): Quote {
    const { currency } = order.total;
    const due = sum(
      [...(change.cabin === undefined ? [] : [money(8000n, currency)]), money(1500n * BigInt(change.checkedBags?.paid ?? 0), currency)],
      currency,
    );
    return { token: `modify:${order.reference}:${due.amount}`, penalty: zero(currency), refund: zero(currency), due, expiresAt };
  }
  /** By the key it was bought with, or by that of a change of it. */
  const found = (key: string): SupplierOrder | null => {
    const order = books.get(key) ?? (answered.has(key) ? books.get(answered.get(key)!.key) : undefined);
    return order ? { ...order } : null;
  };

  function vertical<Q, O extends Offer>(kind: Offer["vertical"]): VerticalSupplier<Q, O> {
    const mine = offers.filter((offer) => offer.vertical === kind) as O[];
    const port: VerticalSupplier<Q, O> = {
      search: (_query, { signal }) => perform("search", signal, () => mine.map(priced)),
      reprice: (offer, { signal }) =>
        perform("reprice", signal, (): Reprice<O> => {
          if (soldOut.has(offer.id)) return { status: "sold-out" };
          const now = priced(offer);
          return now.price.total.amount === offer.price.total.amount
            ? { status: "available", offer: now }
            : { status: "price-changed", offer: now, was: offer.price.total };
        }),
      book: (request, { signal }) => perform("book", signal, () => purchase(request, kind === "flight" ? "ticketed" : "confirmed"), request.key),
      find: (key, { signal }) => perform("find", signal, () => found(key), key),
      read: (reference, { signal }) => perform("read", signal, () => ({ ...must(reference) })),
      quoteCancel: (reference, { signal }) => perform("quoteCancel", signal, () => cancelQuote(alive(reference))),
      cancel: (reference, token, key, { signal }) =>
        perform(
          "cancel",
          signal,
          () =>
            once(key, () => {
              const order = alive(reference);
              const quote = cancelQuote(order);
              if (quote.token !== token) throw new TravelAgentError("SUPPLIER_REJECTED", "the quote is no longer valid");
              return { ...order, status: "cancelled", penalty: quote.penalty, refund: quote.refund };
            }),
          key,
        ),
    };
    if (kind === "flight" && canHold) {
      port.hold = (request, { signal }) => perform("hold", signal, () => purchase(request, "held"), request.key);
      port.ticket = (reference, key, { signal }) =>
        perform(
          "ticket",
          signal,
          () =>
            once(key, () => {
              const order = alive(reference);
              const { paymentTimeLimit: _, ...rest } = order;
              return { ...rest, status: "ticketed", documents: documentsOf(bought.get(order.key)!, ["1"], 9) };
            }),
          key,
        );
    }
    if (canChange) {
      port.quoteChange = (reference, to, { signal }) => perform("quoteChange", signal, () => changeQuote(alive(reference), to));
      port.change = (reference, to, token, key, { signal }) =>
        perform(
          "change",
          signal,
          () =>
            once(key, () => {
              const order = alive(reference);
              if (changeQuote(order, to).token !== token) throw new TravelAgentError("SUPPLIER_REJECTED", "the quote is no longer valid");
              const { due, refund } = changeQuote(order, to);
              bought.set(order.key, to);
              return { ...order, total: subtract(add(order.total, due), refund) };
            }),
          key,
        );
    }
    if (canAcceptChange && kind === "flight") {
      port.acceptChange = (reference, change, { signal }) =>
        perform("acceptChange", signal, () => {
          const { changeToAnswer, ...order } = alive(reference);
          if (changeToAnswer !== undefined && changeToAnswer !== change)
            throw new TravelAgentError("SUPPLIER_REJECTED", "the flights changed once more; look at the newest times first");
          books.set(order.key, order);
          return { ...order };
        });
    }
    if (canModify) {
      port.quoteModify = (reference, change, { signal }) => perform("quoteModify", signal, () => modifyQuote(alive(reference), change));
      port.modify = (reference, change, token, key, { signal }) =>
        perform(
          "modify",
          signal,
          () =>
            once(key, () => {
              const order = alive(reference);
              const quote = modifyQuote(order, change);
              if (quote.token !== token) throw new TravelAgentError("SUPPLIER_REJECTED", "the quote is no longer valid");
              return { ...order, total: add(order.total, quote.due) };
            }),
          key,
        );
    }
    return port;
  }

  return {
    id,
    live,
    flights: vertical<FlightQuery, FlightOffer>("flight"),
    hotels: vertical<HotelQuery, HotelOffer>("hotel"),
    cars: vertical<CarQuery, CarOffer>("car"),
    faults,
    calls,
    orders: () => [...books.values()].map((order) => ({ ...order })),
    setPrice: (offerId, total) => void prices.set(offerId, total),
    setPenalty: (penalty) => {
      fixedPenalty = penalty;
    },
    lapse: (key) => {
      const order = books.get(key);
      if (order?.status !== "held") return;
      const { paymentTimeLimit: _, ...rest } = order;
      books.set(key, { ...rest, status: "cancelled" });
    },
    happen: (key, changes) => void books.set(key, { ...books.get(key)!, ...changes }),
    sellOut: (offerId) => void soldOut.add(offerId),
  };
}
