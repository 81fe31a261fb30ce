import type { Money } from "@travelagent/protocol";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import { minorUnits, money, subtract } from "../../money.ts";
import type { Offer } from "../../offer.ts";
import type { BookRequest, Quote, Reprice, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { cancellationPenalty, changeFee, partyProblem } from "./conditions.ts";
import { type Faults, meetFaults, type SandboxOperation } from "./faults.ts";
import {
  earlierOutcome, hasDueHolds, lapseHolds, type OrderRecord, orderByKey, orderByReference, rememberOutcome, saveOrder, stockTaken, takeStock, toSupplierOrder,
} from "./order-record.ts";
import { offerMinutes, type Product, type Proposal, type Reference, rejected } from "./product.ts";
import type { Seal } from "./seal.ts";
import { carrier } from "./world/carriers.ts";
import type { Dice } from "./world/hash.ts";

export interface DeskOptions {
  id: string;
  db: Database;
  ready: () => Promise<void>;
  clock: Clock;
  dice: Dice;
  seal: Seal;
  faults: Faults | undefined;
}

/** Without letters and digits that are mistaken for one another. */
const locatorSigns = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const quoteMs = 15 * 60_000;
const faultSurcharge = 7;
const longestKey = 28;

interface QuoteContent {
  action: "cancel" | "change";
  reference: string;
  version: number;
  penalty: Money;
  refund: Money;
  due: Money;
  expiresAt: number;
  /** Of a change: the offer it is for, and its price. */
  to?: { ref: string; total: Money };
}

/** One counter for each kind of travel: search and price are pure, what changes the books is one transaction each. */
export function createDesk<Q extends { currency: string }, O extends Offer, T>(
  product: Product<Q, O, T>,
  topicOf: (query: Q) => string,
  holds: boolean,
  { id: supplier, db, ready, clock, dice, seal, faults }: DeskOptions,
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
      ...(identity.surcharge ? { price: dearer(content.price, identity.surcharge) } : {}),
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
    const { offer: given, travellers, contact, key, maxTotal } = request;
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
      const { offer, proposal } = current;
      const { total } = offer.price;
      if (total.currency !== maxTotal.currency) throw rejected("currency_mismatch", `the offer is in ${total.currency} and the limit in ${maxTotal.currency}; give the limit in ${total.currency}`);
      if (minorUnits(total) > minorUnits(maxTotal)) {
        throw new TravelAgentError("PRICE_CHANGED", `the price is now ${total.amount} ${total.currency}; ask the customer again`, { details: total });
      }
      const problem = partyProblem(offer, travellers);
      if (problem) throw rejected(problem.code, problem.message);
      if (operation === "hold" && !offer.paymentTimeLimit) throw rejected("hold_not_available", "this fare cannot be held; book it or choose another");
      const record: OrderRecord = {
        reference: `SB${dice.text(8, locatorSigns, `order ${kind} ${key} ${now}`)}`,
        kind,
        key,
        status: operation === "hold" ? "held" : kind === "flight" ? "ticketed" : "confirmed",
        ...(operation === "hold" ? { paymentTimeLimit: Date.parse(offer.paymentTimeLimit!) } : {}),
        version: 1,
        createdAt: now,
        offer,
        travellers,
        contact,
        locators: [dice.text(6, locatorSigns, `locator ${kind} ${key} ${now}`)],
        total,
        takes: proposal.takes,
        documents: [],
      };
      const bought = operation === "hold" ? record : { ...record, documents: documentsFor(record) };
      await takeStock(tx, kind, bought.takes, 1);
      await saveOrder(tx, bought);
      return bought;
    });
    trouble.afterCommit();
    return toSupplierOrder(order);
  }

  function documentsFor({ offer, travellers, reference, version }: OrderRecord): SupplierOrder["documents"] {
    if (offer.vertical !== "flight") return [{ type: "VOUCHER", number: `${reference}-${version}` }];
    const prefix = carrier(offer.validatingCarrier)?.ticketPrefix ?? "000";
    return travellers.map(({ id }) => ({ type: "ETKT", number: `${prefix}${dice.text(10, "0123456789", `ticket ${reference} ${version} ${id}`)}`, travellerId: id }));
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

  function asQuote(content: QuoteContent): Quote {
    const { penalty, refund, due, expiresAt } = content;
    return { token: seal.seal(content), penalty, refund, due, expiresAt: new Date(expiresAt).toISOString() };
  }

  function accepted(token: string, action: QuoteContent["action"], order: OrderRecord, now: number): QuoteContent {
    const quote = seal.open<QuoteContent>(token);
    if (!quote || quote.action !== action || quote.reference !== order.reference) throw rejected("invalid_token", `this token does not ${action} this order; ask for a quote first`);
    if (quote.version !== order.version) throw rejected("quote_outdated", "the order changed since the quote; ask for a new one");
    if (quote.expiresAt <= now) throw rejected("quote_expired", "the quote is too old; ask for a new one");
    return quote;
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
        return toOffer(proposal, { id: `sb_${dice.text(16, "0123456789abcdefghijklmnopqrstuvwxyz", `offer ${sign}`)}`, expiresAt: now + offerMinutes * 60_000 });
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
              const ticketed: OrderRecord = { ...rest, status: "ticketed", version: order.version + 1, documents: documentsFor(order) };
              await saveOrder(tx, ticketed);
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
      return asQuote({ action: "cancel", reference, version: order.version, penalty, refund, due: nothing, expiresAt: now + quoteMs });
    },

    cancel: (reference, token, key, call) =>
      once("cancel", reference, key, call, async (tx, now, order) => {
        alive(order);
        const { penalty, refund } = accepted(token, "cancel", order, now);
        const cancelled: OrderRecord = { ...order, status: "cancelled", version: order.version + 1, takes: [], penalty, refund };
        await takeStock(tx, kind, order.takes, -1);
        await saveOrder(tx, cancelled);
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
      return asQuote({
        action: "change",
        reference,
        version: order.version,
        penalty: money(fee, currency),
        refund: money(back > due ? back - due : 0n, currency),
        due: money(due > back ? due - back : 0n, currency),
        expiresAt: now + quoteMs,
        to: { ref: to.supplierRef, total },
      });
    },

    change: (reference, to, token, key, call) =>
      once("change", reference, key, call, async (tx, now, order) => {
        changeable(order, now);
        const quote = accepted(token, "change", order, now);
        if (quote.to?.ref !== to.supplierRef) throw rejected("invalid_token", "the quote was for another offer; ask for a quote for this one");
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
        const documented = { ...changed, documents: documentsFor(changed) };
        await takeStock(tx, kind, documented.takes, 1);
        await saveOrder(tx, documented);
        return documented;
      }),
  };
}

/** The price with a surcharge in per cent, its parts still summing up. */
function dearer(price: Offer["price"], perCent: number): Offer["price"] {
  const { currency } = price.total;
  const perPassenger = price.perPassenger.map(({ ptc, count, each }) => ({ ptc, count, each: money((minorUnits(each) * BigInt(100 + perCent)) / 100n, currency) }));
  const total = perPassenger.reduce((sum, { count, each }) => sum + minorUnits(each) * BigInt(count), 0n);
  const base = total - minorUnits(price.taxes) - minorUnits(price.fees);
  return { ...price, perPassenger, total: money(total, currency), base: money(base, currency) };
}
