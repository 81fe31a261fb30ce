import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { compare, minorUnits, money, zero } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import type { BookRequest, Reprice, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, createPurchases, createQuoteBook, moneyOf, type SupplierHttp, type SupplierMemory, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { offerTooOld, rejected } from "../rejected.ts";
import { withinLimit } from "../within-limit.ts";
import { type AvisReference, freeUntilPickUp, priceOf, readAvisReference } from "./map-car.ts";
import { isPartial } from "./problems.ts";
import { type Account, createRequests } from "./requests.ts";
import { type Reservation, rates, reservation } from "./wire.ts";

export interface ReservationParts extends Account {
  http: SupplierHttp;
  memory: SupplierMemory;
  clock: Clock;
  search(query: CarQuery, call: SupplierCall): Promise<CarOffer[]>;
}

/** What is remembered of a reservation: Avis shows it only to who knows its brand and the driver's name. */
interface Note {
  key: string;
  lastName: string;
  total: Money;
  pickUpUtc: string;
  /** What was reserved. */
  ref: AvisReference;
  contact: object;
  /** Avis has no word for a cancelled reservation, so ours is kept: asked for, or confirmed by Avis. */
  cancel?: "asked" | "done";
}

const path = "cars/reservation/v2";
const quoteMs = 15 * 60_000;

export function createReservations(parts: ReservationParts): VerticalSupplier<CarQuery, CarOffer> {
  const { http, memory, clock, search } = parts;
  const { product, wish, rate, customer: customerOf, payment: paymentOf } = createRequests(parts);
  const quotes = createQuoteBook(memory, clock, quoteMs);

  async function noteOf(number: string): Promise<Note> {
    const note = await memory.get<Note>("reservation", number);
    if (!note) throw rejected("order_not_found", "this reservation was not made here, and Avis shows it only with the driver's name");
    return note;
  }

  /** The rate as it is now. Raises `SOLD_OUT` and `OFFER_EXPIRED` as Avis says it. */
  async function currentPrice(ref: AvisReference, call: SupplierCall) {
    const json = {
      product: product(ref),
      transaction: { transaction_id: call.requestId },
      reservation: wish(ref),
      rate_totals: rate(ref),
      customer: { contact: { age: ref.age } },
    };
    const reply = await http.read({ method: "POST", path: "cars/catalog/v2/vehicles/rates", route: "cars/catalog/v2/vehicles/rates", json }, call);
    return understand("avis", "read", () => {
      const { rate: given, totals, pay_later: later } = rates.parse(reply.body).reservation.rate_totals;
      const sums = later ?? totals;
      if (!sums) throw new RangeError("the rate has no total");
      return priceOf(sums, given.currency);
    });
  }

  function orderOf(shown: Reservation, note: Note): SupplierOrder {
    const { number } = shown.confirmation;
    const given = shown.rate_totals?.totals ?? shown.rate_totals?.pay_later;
    const total = given ? moneyOf(given.reservation_total, shown.rate_totals!.rate.currency) : note.total;
    return { reference: number, key: note.key, status: "confirmed", locators: [number], total, documents: [{ type: "VOUCHER", number }] };
  }

  function cancelledOrder(number: string, { key, total }: Note): SupplierOrder {
    const nothing = zero(total.currency);
    const documents: SupplierOrder["documents"] = [{ type: "VOUCHER", number }];
    return { reference: number, key, status: "cancelled", locators: [number], total, documents, refund: total, penalty: nothing, commission: nothing };
  }

  async function view(number: string, call: SupplierCall): Promise<{ note: Note; order: SupplierOrder; shown?: Reservation }> {
    const note = await noteOf(number);
    const query = { brand: note.ref.brand, confirmation_number: number, last_name: note.lastName, transaction_id: call.requestId };
    try {
      const reply = await http.read({ method: "GET", path, route: path, query }, call);
      const shown = understand("avis", "read", () => reservation.parse(reply.body).reservation);
      return { note, shown, order: note.cancel === "done" ? cancelledOrder(number, note) : understand("avis", "read", () => orderOf(shown, note)) };
    } catch (error) {
      // 404 hides other troubles too, so only what we asked to be cancelled is taken for cancelled.
      const status = TravelAgentError.is(error, "SUPPLIER_REJECTED") ? (error.details as { status?: number }).status : undefined;
      if (status !== 404 || note.cancel === undefined) throw error;
      return { note, order: cancelledOrder(number, note) };
    }
  }

  const purchases = createPurchases({
    supplier: "avis",
    memory,
    kind: "car",
    // Without a number Avis cannot be asked for a reservation, so there is no way to look up a lost one.
    read: async (number, key) => (await view(number, ownCall(key))).order,
  });

  async function place(request: BookRequest<CarOffer>, call: SupplierCall): Promise<SupplierOrder> {
    const { offer, key, maxTotal } = request;
    if (key.length === 0 || key.length > 28) throw rejected("invalid_key", "a reservation needs a key of 1 to 28 signs");
    const ref = readAvisReference(offer.supplierRef);
    const customer = customerOf(request, ref);
    if (Date.parse(offer.offerExpiresAt) <= clock.now()) throw offerTooOld();
    const { total } = await currentPrice(ref, call);
    withinLimit(total, maxTotal, offer.price.total);
    const json = {
      product: product(ref),
      transaction: { transaction_id: key },
      // For people who look for a reservation whose number never came.
      reservation: { email_notification: false, ...wish(ref), remark: key },
      rate_totals: rate(ref),
      customer,
      ...paymentOf(total),
    };
    const attempt: Note = { key, lastName: request.travellers[0]!.familyName, total, pickUpUtc: offer.pickUp.time.utc, ref, contact: customer };
    await memory.put("attempt", key, attempt);
    const reply = await http.write({ method: "POST", path, route: path, json }, call);
    const made = understand("avis", "write", () => reservation.parse(reply.body).reservation);
    const { number } = made.confirmation;
    await memory.put("reservation", number, attempt);
    if (!isPartial(reply.body)) return understand("avis", "write", () => orderOf(made, attempt));
    // Reserved and not reserved at once: only looking tells.
    const { order } = await view(number, call).catch((error: unknown) => {
      throw new TravelAgentError("OUTCOME_UNKNOWN", `Avis gave the number ${number} with errors and cannot show it; look it up there`, { cause: error });
    });
    return order;
  }

  function open({ note, order }: { note: Note; order: SupplierOrder }): void {
    if (order.status === "cancelled") throw rejected("already_cancelled", "the reservation is cancelled already; nothing is left to do");
    if (Date.parse(note.pickUpUtc) <= clock.now()) throw rejected("rental_begun", "the car should have been picked up by now; ask Avis by telephone");
  }

  const expiry = ({ pickUpUtc }: Note) => new Date(Math.min(clock.now() + quoteMs, Date.parse(pickUpUtc))).toISOString();
  const at = (local: string | null | undefined) => local?.slice(0, 16);

  /** Whether the reservation is the car and the time of `ref`. */
  const isNow = (shown: Reservation | undefined, { sipp, pickUpAt, dropOffAt }: AvisReference): boolean =>
    shown?.vehicle?.category?.sipp_code === sipp &&
    at(shown.confirmation.pickup_date) === at(pickUpAt) &&
    at(shown.confirmation.dropoff_date) === at(dropOffAt);

  return {
    search,
    async reprice(offer, call): Promise<Reprice<CarOffer>> {
      if (Date.parse(offer.offerExpiresAt) <= clock.now()) return { status: "expired" };
      try {
        const price = await currentPrice(readAvisReference(offer.supplierRef), call);
        const was = offer.price.total;
        if (price.total.currency !== was.currency) throw rejected("currency_mismatch", `the rate is now in ${price.total.currency}; search again`);
        const now = { ...offer, price, cancellation: freeUntilPickUp(price.total, offer.pickUp.time.utc, clock.now()) };
        return compare(price.total, was) === 0 ? { status: "available", offer: now } : { status: "price-changed", offer: now, was };
      } catch (error) {
        if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
        if (TravelAgentError.is(error, "OFFER_EXPIRED")) return { status: "expired" };
        throw error;
      }
    },
    book: (request, call) => purchases.buy(request.key, () => place(request, call)),
    find: (key) => purchases.find(key),
    async adopt(number, key) {
      const attempt = await memory.get<Note>("attempt", key);
      if (!attempt) throw rejected("order_not_found", "no such reservation was ever asked for here");
      // Avis shows it with the driver's name only, so that a wrong number finds nothing.
      const { created } = await memory.claim("reservation", number, attempt);
      try {
        return await purchases.adopt(key, number);
      } catch (error) {
        if (created) await memory.remove("reservation", number);
        throw error;
      }
    },
    read: async (number, call) => (await view(number, call)).order,

    async quoteCancel(number, call) {
      const seen = await view(number, call);
      open(seen);
      const nothing = zero(seen.order.total.currency);
      const terms = { action: "cancel" as const, reference: number, penalty: nothing, refund: seen.order.total, due: nothing, vendor: null };
      return quotes.issue(terms, expiry(seen.note));
    },

    cancel: (number, token, key, call) =>
      afterSaleOnce(
        memory,
        "car cancel",
        { reference: number, key },
        {
          async act() {
            await quotes.accept(token, "cancel", number);
            const seen = await view(number, call);
            open(seen);
            const { note } = seen;
            const json = {
              product: product(note.ref),
              transaction: { transaction_id: key },
              reservation: { email_notification: false, confirmation: { number } },
              customer: { contact: { last_name: note.lastName } },
            };
            const kept = { ...note, total: seen.order.total };
            await memory.put("reservation", number, { ...kept, cancel: "asked" } satisfies Note);
            await http.write({ method: "PUT", path, route: path, json }, call);
            await memory.put("reservation", number, { ...kept, cancel: "done" } satisfies Note);
            return cancelledOrder(number, kept);
          },
          async settled() {
            const { order } = await view(number, call);
            return order.status === "cancelled" ? order : null;
          },
        },
      ),

    async quoteChange(number, to, call) {
      const seen = await view(number, call);
      open(seen);
      const ref = readAvisReference(to.supplierRef);
      if (ref.brand !== seen.note.ref.brand)
        throw rejected("change_not_allowed", `a reservation of ${seen.note.ref.brand} stays one; cancel it and book the other`);
      if (Date.parse(to.offerExpiresAt) <= clock.now()) throw offerTooOld();
      const { total } = await currentPrice(ref, call);
      if (total.currency !== seen.order.total.currency) throw rejected("currency_mismatch", `the reservation is in ${seen.order.total.currency}; search in it`);
      const difference = minorUnits(total) - minorUnits(seen.order.total);
      const worth = (amount: bigint) => money(amount > 0n ? amount : 0n, total.currency);
      const terms = {
        action: "change" as const,
        reference: number,
        penalty: zero(total.currency),
        refund: worth(-difference),
        due: worth(difference),
        vendor: ref,
      };
      return quotes.issue(terms, expiry(seen.note));
    },

    change: (number, to, token, key, call) =>
      afterSaleOnce(
        memory,
        "car change",
        { reference: number, key },
        {
          async act() {
            const quote = await quotes.accept<AvisReference>(token, "change", number);
            const ref = readAvisReference(to.supplierRef);
            if (JSON.stringify(quote.vendor) !== JSON.stringify(ref))
              throw rejected("invalid_token", "the quote was for another offer; ask for a quote for this one");
            const seen = await view(number, call);
            open(seen);
            if (isNow(seen.shown, ref)) throw rejected("already_changed", "the reservation is for that car already; nothing is left to do");
            const { note } = seen;
            const { total } = await currentPrice(ref, call);
            const quoted = minorUnits(seen.order.total) + minorUnits(quote.due) - minorUnits(quote.refund);
            if (minorUnits(total) > quoted)
              throw new TravelAgentError("PRICE_CHANGED", "the change costs more by now; ask for a new quote", {
                details: { was: money(quoted, total.currency), now: total },
              });
            // A change is the whole reservation again: what is left out is gone.
            const json = {
              product: product(ref),
              transaction: { transaction_id: key },
              reservation: { email_notification: false, ...wish(ref), confirmation: { number }, remark: note.key },
              rate_totals: rate(ref),
              customer: note.contact,
              ...paymentOf(total),
            };
            await http.write({ method: "PATCH", path, route: path, json }, call);
            await memory.put("reservation", number, { ...note, ref, total, pickUpUtc: to.pickUp.time.utc });
            const after = await view(number, call).catch(() => undefined);
            if (after && isNow(after.shown, ref)) return after.order;
            throw new TravelAgentError("OUTCOME_UNKNOWN", "Avis took the change and does not show it yet; read the reservation later");
          },
          async settled() {
            const { order, shown, note } = await view(number, call);
            const ref = readAvisReference(to.supplierRef);
            if (order.status === "cancelled" || !isNow(shown, ref)) return null;
            await memory.put("reservation", number, { ...note, ref, total: order.total, pickUpUtc: to.pickUp.time.utc });
            return order;
          },
        },
      ),
  };
}
