import { canonicalJson, type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import { compare, minorUnits, money, subtract } from "../../money.ts";
import type { CancellationStep, Condition, HotelOffer, Offer, Price } from "../../offer.ts";
import type { BookRequest, Reprice, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { cancellationPenalty, changeFee } from "./conditions.ts";
import { type Faults, meetFaults, type SandboxOperation } from "./faults.ts";
import {
  earlierOutcome,
  hasDueHolds,
  insertOrder,
  lapseHolds,
  type OrderRecord,
  orderByKey,
  orderByReference,
  rememberOutcome,
  stockTaken,
  takeStock,
  toSupplierOrder,
  updateOrder,
} from "./order-record.ts";
import { dearer, offerMinutes, type Product, type Proposal, type Reference, rejected } from "./product.ts";
import { checkPurchase, documentsFor, newOrder } from "./purchase.ts";
import { acceptQuote, makeQuote } from "./quotes.ts";
import type { Seal } from "./seal.ts";
import type { Dice } from "./world/hash.ts";

export interface DeskOptions {
  id: string;
  /** Per cent on the world's prices. */
  markup: number;
  db: Database;
  ready: () => Promise<void>;
  clock: Clock;
  dice: Dice;
  seal: Seal;
  faults: Faults | undefined;
}

const faultSurcharge = 7;
const longestKey = 28;

/** The content at another price: what was the whole price to lose is the whole new price. */
function atPrice<O extends Offer>(
  content: Proposal<O, unknown>["content"],
  price: Price,
): Pick<Offer, "price" | "conditions"> & { cancellation?: CancellationStep[] } {
  const {
    price: was,
    conditions,
    cancellation,
  } = content as unknown as Pick<HotelOffer, "price" | "conditions" | "cancellation"> & { cancellation?: CancellationStep[] };
  const moved = (penalty: Money): Money => (compare(penalty, was.total) >= 0 ? price.total : penalty);
  const condition = (one: Condition): Condition => (one.penalty ? { ...one, penalty: moved(one.penalty) } : one);
  return {
    price,
    conditions: { refund: condition(conditions.refund), change: condition(conditions.change) },
    ...(cancellation ? { cancellation: cancellation.map((step) => ({ ...step, penalty: moved(step.penalty) })) } : {}),
  };
}

/** One counter for each kind of travel: search and price are pure, what changes the books is one transaction each. */
export function createDesk<Q extends { currency: string }, O extends Offer, T>(
  product: Product<Q, O, T>,
  topicOf: (query: Q) => string,
  holds: boolean,
  { id: supplier, markup, db, ready, clock, dice, seal, faults }: DeskOptions,
): VerticalSupplier<Q, O> {
  const { kind } = product;
  const meet = (operation: SandboxOperation, key: string, call: SupplierCall) => meetFaults(faults, clock, operation, key, call.signal);

  async function settle(): Promise<number> {
    await ready();
    const now = clock.now();
    if (await hasDueHolds(db, now)) await db.transaction((tx) => lapseHolds(tx, now));
    return now;
  }

  /** One transaction on books that are up to date. */
  async function write<R>(work: (tx: Tx, now: number) => Promise<R>): Promise<R> {
    await ready();
    return db.transaction(async (tx) => {
      const now = clock.now();
      await lapseHolds(tx, now);
      return work(tx, now);
    });
  }

  function toOffer({ terms, content }: Proposal<O, T>, identity: { id: string; expiresAt: number; surcharge?: number }): O {
    const reference: Reference<T> = { kind, terms, ...identity };
    return {
      ...content,
      id: identity.id,
      supplier,
      sandbox: true,
      supplierRef: seal.seal(reference),
      offerExpiresAt: new Date(identity.expiresAt).toISOString(),
      ...atPrice(content, dearer(dearer(content.price, markup), identity.surcharge ?? 0)),
    } as unknown as O;
  }

  function opened(offer: O): Reference<T> {
    const reference = seal.open<Reference<T>>(offer.supplierRef);
    if (!reference || reference.kind !== kind) throw rejected("invalid_offer", "the sandbox did not make this offer, or it was altered; search again");
    return reference;
  }

  async function proposed(reader: Pick<Tx, "get" | "all">, reference: Reference<T>, now: number): Promise<{ offer: O; proposal: Proposal<O, T> } | null> {
    const taken = await stockTaken(reader, kind, product.daysOf(reference.terms));
    const proposal = product.propose(reference.terms, { now, taken });
    return proposal && { offer: toOffer(proposal, reference), proposal };
  }

  const soldOut = () => new TravelAgentError("SOLD_OUT", "somebody else took the last one; search again for what is left");

  async function buy(operation: "hold" | "book", request: BookRequest<O>, call: SupplierCall): Promise<SupplierOrder> {
    const { offer: given, key } = request;
    if (key.length === 0 || key.length > longestKey) throw rejected("invalid_key", `a booking needs a key of 1 to ${longestKey} signs`);
    const trouble = await meet(operation, key, call);
    const reference = opened(given);
    const order = await write(async (tx, now) => {
      const earlier = await orderByKey(tx, kind, key);
      if (earlier) return earlier;
      if (trouble.has("sold_out")) throw soldOut();
      if (reference.expiresAt <= now) throw new TravelAgentError("OFFER_EXPIRED", "the offer is no longer valid; search again for a new one");
      const current = await proposed(tx, trouble.has("price_changed") ? { ...reference, surcharge: faultSurcharge } : reference, now);
      if (!current) throw soldOut();
      checkPurchase(operation, current.offer, request);
      const bought = newOrder(dice, operation, current.offer, current.proposal.takes, request, now);
      await takeStock(tx, kind, bought.takes, 1);
      await insertOrder(tx, bought);
      return bought;
    });
    trouble.afterCommit();
    return toSupplierOrder(order);
  }

  /** Runs a write on an order once for each key; the same key gets the first outcome. */
  async function once(
    operation: "ticket" | "cancel" | "change",
    reference: string,
    key: string,
    call: SupplierCall,
    work: (tx: Tx, now: number, order: OrderRecord) => Promise<OrderRecord>,
  ): Promise<SupplierOrder> {
    const trouble = await meet(operation, key, call);
    const outcome = await write(async (tx, now) => {
      const earlier = await earlierOutcome<SupplierOrder>(tx, `${kind} ${operation}`, key, reference);
      if (earlier) return earlier;
      const after = toSupplierOrder(await work(tx, now, await orderByReference(tx, kind, reference)));
      await rememberOutcome(tx, `${kind} ${operation}`, key, reference, after);
      return after;
    });
    trouble.afterCommit();
    return outcome;
  }

  const startsAt = (order: OrderRecord) => Date.parse(product.startsAt(order.offer as O));

  function alive(order: OrderRecord): void {
    if (order.status === "cancelled") throw rejected("already_cancelled", "the order is cancelled already; nothing is left to do");
  }

  const changeable = (order: OrderRecord, now: number) => {
    alive(order);
    if (order.status === "held") throw rejected("change_not_allowed", "a hold cannot be changed; let it lapse and hold the new one");
    const fee = changeFee(order, startsAt(order), now);
    if (fee === null) throw rejected("change_not_allowed", "this order cannot be changed; cancel and rebook is the only way");
    return fee;
  };

  /** Flights exchange like for like: as many travellers of each kind. */
  const sameParty = (order: OrderRecord, to: O) =>
    order.offer.vertical !== "flight" || to.vertical !== "flight" || canonicalJson(order.offer.passengers) === canonicalJson(to.passengers);

  return {
    async search(query, call) {
      const trouble = await meet("search", topicOf(query), call);
      const now = await settle();
      const days = product.days(query);
      if (trouble.has("sold_out")) return [];
      const taken = await stockTaken(db, kind, days);
      return product.search(query, { now, taken }).map((proposal) => {
        const sign = `${canonicalJson(proposal.terms)} ${now}`;
        return toOffer(proposal, {
          id: `sb_${dice.text(16, "0123456789abcdefghijklmnopqrstuvwxyz", `offer ${sign}`)}`,
          expiresAt: now + offerMinutes * 60_000,
        });
      });
    },

    async reprice(given, call): Promise<Reprice<O>> {
      const trouble = await meet("reprice", given.id, call);
      const now = await settle();
      const reference = opened(given);
      if (reference.expiresAt <= now) return { status: "expired" };
      if (trouble.has("sold_out")) return { status: "sold-out" };
      const current = await proposed(db, trouble.has("price_changed") ? { ...reference, surcharge: faultSurcharge } : reference, now);
      if (!current) return { status: "sold-out" };
      const was = given.price.total;
      const { offer } = current;
      const moved = offer.price.total.currency !== was.currency || minorUnits(offer.price.total) !== minorUnits(was);
      return moved ? { status: "price-changed", offer, was } : { status: "available", offer };
    },

    ...(holds ? { hold: (request: BookRequest<O>, call: SupplierCall) => buy("hold", request, call) } : {}),
    book: (request, call) => buy("book", request, call),

    ...(holds
      ? {
          ticket: (reference: string, key: string, call: SupplierCall) =>
            once("ticket", reference, key, call, async (tx, _now, order) => {
              if (order.status === "cancelled") throw rejected("order_lapsed", "the order is cancelled or its hold ran out; book again");
              if (order.status === "ticketed") return order;
              const { paymentTimeLimit: _, ...rest } = order;
              const ticketed: OrderRecord = { ...rest, status: "ticketed", version: order.version + 1, documents: documentsFor(dice, order) };
              await updateOrder(tx, ticketed);
              return ticketed;
            }),
        }
      : {}),

    async find(key, call) {
      await meet("find", key, call);
      await settle();
      const order = await orderByKey(db, kind, key);
      return order && toSupplierOrder(order);
    },

    async read(reference, call) {
      await meet("read", reference, call);
      await settle();
      return toSupplierOrder(await orderByReference(db, kind, reference));
    },

    async quoteCancel(reference, call) {
      await meet("quote-cancel", reference, call);
      const now = await settle();
      const order = await orderByReference(db, kind, reference);
      alive(order);
      const { currency } = order.total;
      const penalty = money(cancellationPenalty(order, startsAt(order), now), currency);
      const nothing = money(0n, currency);
      const refund = order.status === "held" ? nothing : subtract(order.total, penalty);
      return makeQuote(seal, order, now, { action: "cancel", penalty, refund, due: nothing });
    },

    cancel: (reference, token, key, call) =>
      once("cancel", reference, key, call, async (tx, now, order) => {
        alive(order);
        const { penalty, refund } = acceptQuote(seal, token, "cancel", order, now);
        const cancelled: OrderRecord = { ...order, status: "cancelled", version: order.version + 1, takes: [], penalty, refund };
        await takeStock(tx, kind, order.takes, -1);
        await updateOrder(tx, cancelled);
        return cancelled;
      }),

    async quoteChange(reference, to, call) {
      await meet("quote-change", reference, call);
      const now = await settle();
      const order = await orderByReference(db, kind, reference);
      const fee = changeable(order, now);
      const target = opened(to);
      if (target.expiresAt <= now) throw new TravelAgentError("OFFER_EXPIRED", "the new offer is no longer valid; search again");
      const current = await proposed(db, target, now);
      if (!current) throw soldOut();
      const { total } = current.offer.price;
      const { currency } = order.total;
      if (total.currency !== currency) throw rejected("currency_mismatch", `the order is in ${currency}; search in ${currency}`);
      if (!sameParty(order, current.offer)) throw rejected("invalid_travellers", "a change keeps the party; search for the same travellers");
      const difference = minorUnits(total) - minorUnits(order.total);
      // What a cheaper fare saves comes back only where the old one can be refunded.
      const back = difference < 0n && order.offer.conditions.refund.allowed ? -difference : 0n;
      const due = (difference > 0n ? difference : 0n) + fee;
      return makeQuote(seal, order, now, {
        action: "change",
        penalty: money(fee, currency),
        refund: money(back > due ? back - due : 0n, currency),
        due: money(due > back ? due - back : 0n, currency),
        to: to.supplierRef,
      });
    },

    change: (reference, to, token, key, call) =>
      once("change", reference, key, call, async (tx, now, order) => {
        changeable(order, now);
        const quote = acceptQuote(seal, token, "change", order, now);
        if (quote.to !== to.supplierRef) throw rejected("invalid_token", "the quote was for another offer; ask for a quote for this one");
        // What the old order holds is free for the new one: both may be the same flight.
        await takeStock(tx, kind, order.takes, -1);
        const current = await proposed(tx, opened(to), now);
        if (!current) throw soldOut();
        const changed: OrderRecord = {
          ...order,
          version: order.version + 1,
          offer: current.offer,
          takes: current.proposal.takes,
          total: money(minorUnits(order.total) + minorUnits(quote.due) - minorUnits(quote.refund), order.total.currency),
          penalty: quote.penalty,
          refund: quote.refund,
        };
        const documented = { ...changed, documents: documentsFor(dice, changed) };
        await takeStock(tx, kind, documented.takes, 1);
        await updateOrder(tx, documented);
        return documented;
      }),
  };
}
