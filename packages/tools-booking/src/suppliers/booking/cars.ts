import { type Money, TravelAgentError } from "@travelagent/protocol";
import { pause } from "../../deadline.ts";
import { compare, subtract, sum, zero } from "../../money.ts";
import type { CarOffer, CarQuery } from "../../offer.ts";
import { penaltyAt } from "../../offer-facts.ts";
import type { BookRequest, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { afterAttempt, afterSaleOnce, createPurchases, createQuoteBook, moneyOf, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { codeWithin, offerTooOld, rejected } from "../rejected.ts";
import { withinLimit } from "../within-limit.ts";
import { bookerOf, cancelledAlready, quoteMs } from "./common.ts";
import { liveSteps, readCarReference } from "./map-car.ts";
import type { Attempt, ReservationNote, Session } from "./session.ts";
import { cancelled, created } from "./wire.ts";
import { carPreview, type LiveCar, liveCars } from "./wire-cars.ts";

export interface CarOptions {
  wallet: boolean;
  search(query: CarQuery, call: SupplierCall): Promise<CarOffer[]>;
}

/** An order is taken first and confirmed later; so often, after so many milliseconds each, it is looked at before that is left open. */
const looksAfterMs = [0, 2000, 4000, 8000];

const confirmed = new Set(["confirmed", "booked"]);
const gone = new Set(["cancelled", "failed", "rejected"]);

export function createCars(session: Session, { wallet, search }: CarOptions): VerticalSupplier<CarQuery, CarOffer> {
  const { memory, clock, country, language, post, notes, byLabel } = session;
  const quotes = createQuoteBook(memory, clock, quoteMs);

  /** `null` while the rental company has not answered. */
  function orderOf(live: LiveCar, note: ReservationNote): SupplierOrder | null {
    const status = live.status.toLowerCase();
    const paid = (live.car?.price?.total ?? []).filter(({ pay }) => pay.currency === note.total.currency).map(({ pay }) => moneyOf(pay.value, pay.currency));
    const total = paid.length > 0 ? sum(paid, note.total.currency) : note.total;
    const number = live.car?.supplier?.confirmation_number;
    const common = {
      reference: live.reservation,
      key: note.key,
      locators: [live.reservation, ...(number ? [number] : [])],
      total,
      documents: [{ type: "VOUCHER" as const, number: live.reservation }],
    };
    if (confirmed.has(status)) return { ...common, status: "confirmed" };
    if (!gone.has(status)) return null;
    // What never was confirmed cost nothing.
    const nothing = zero(total.currency);
    return { ...common, status: "cancelled", ...(note.cancelled ?? { refund: total, penalty: nothing }), commission: nothing };
  }

  async function look(reservation: string, call: SupplierCall) {
    const note = await notes.get(reservation);
    const asked = { reservations: [reservation], booker: { country }, currency: note.total.currency };
    const { data } = await post("read", "orders/details/cars/live", asked, liveCars, call);
    const live = data.find((one) => one.reservation === reservation);
    if (!live) throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "Booking.com does not show the reservation yet; try again in some minutes");
    return { note, live, order: understand("booking", "read", () => orderOf(live, note)) };
  }

  async function readOrder(reservation: string, call: SupplierCall): Promise<SupplierOrder> {
    const { order } = await look(reservation, call);
    if (!order) throw new TravelAgentError("OUTCOME_UNKNOWN", "the rental company has not confirmed the car yet; ask again later");
    return order;
  }

  /** Looks some times whether the vendor, who works in the background, has come to an end. */
  async function awaited(reservation: string, ended: (order: SupplierOrder | null) => boolean, what: string, call: SupplierCall): Promise<SupplierOrder> {
    for (const ms of looksAfterMs) {
      try {
        if (ms > 0) await pause(clock, ms, call.signal);
        const { order } = await look(reservation, call);
        if (ended(order)) return order!;
      } catch (error) {
        throw new TravelAgentError("OUTCOME_UNKNOWN", `Booking.com took the ${what} and cannot show it; ask again later`, { cause: error });
      }
    }
    throw new TravelAgentError("OUTCOME_UNKNOWN", `Booking.com took the ${what} and is still at it; ask again later`);
  }

  const purchases = createPurchases({
    supplier: "booking",
    memory,
    kind: "car",
    read: (reservation, key) => readOrder(reservation, ownCall(key)),
    lookUp: (key) => byLabel(key, "cars"),
  });

  async function preview(offer: CarOffer, call: SupplierCall): Promise<{ token: string; total: Money }> {
    const { offer: id, search_token } = readCarReference(offer.supplierRef);
    const asked = { currency: offer.price.total.currency, car: { offer: id, search_token } };
    const { data } = await post("read", "orders/preview", asked, carPreview, call);
    const { value, currency } = data.car.price.total;
    return { token: data.order_token, total: understand("booking", "read", () => moneyOf(value, currency)) };
  }

  async function place(request: BookRequest<CarOffer>, call: SupplierCall): Promise<SupplierOrder> {
    const { offer, key, maxTotal } = request;
    const booker = bookerOf(request, country, language);
    if (Date.parse(offer.offerExpiresAt) <= clock.now()) throw offerTooOld();
    const { timing } = readCarReference(offer.supplierRef);
    if (timing === "pay_online_now" && !wallet)
      throw rejected("card_required", "a prepaid car needs the agency's wallet at Booking.com; choose one paid at the counter");
    const { token, total } = await preview(offer, call);
    withinLimit(total, maxTotal, offer.price.total);
    const { first_name, last_name } = booker.name;
    const title = { M: "Mr", F: "Ms", X: "Mx" }[request.travellers[0]?.gender ?? "X"];
    const driver = { first_name, last_name, title, address: { country } };
    const payment = timing === "pay_online_now" ? { method: "wallet", timing } : { timing };
    const known = { total, startsAt: offer.pickUp.time.utc, timeZone: offer.pickUp.time.timeZone };
    const attempt: Attempt = { at: clock.now(), ...known };
    await memory.put("cars attempt", key, attempt);
    let reservation: string | undefined;
    try {
      const { data } = await post("write", "orders/create", { order_token: token, car: { label: key, driver }, booker, payment }, created, call);
      reservation = data.car?.reservation_id;
    } catch (error) {
      const known = TravelAgentError.is(error) ? (error.details as { reservation?: unknown } | undefined)?.reservation : undefined;
      if (codeWithin(error) === "duplicate_request" && typeof known === "string") await memory.put("cars attempt", key, { ...attempt, reservation: known });
      throw error;
    }
    if (reservation === undefined) throw new TravelAgentError("OUTCOME_UNKNOWN", "Booking.com took the order and named no reservation; it has to be looked up");
    // The reply says "processing" whatever becomes of it.
    await memory.put("cars attempt", key, { ...attempt, reservation });
    await notes.put(reservation, { key, ...known });
    return awaited(reservation, (order) => order !== null, "order", call);
  }

  async function standing(reservation: string, call: SupplierCall) {
    const seen = await look(reservation, call);
    const { order, live, note } = seen;
    if (!order) throw rejected("not_confirmed", "the rental company has not confirmed the car yet; wait for it before cancelling");
    cancelledAlready(order);
    const now = clock.now();
    const steps = liveSteps(live, order.total, now);
    const penalty = penaltyAt(steps, now, order.total.currency);
    const next = steps.find(({ from }) => from !== "now" && Date.parse(from) > now);
    return { note, order, penalty, refund: subtract(order.total, penalty), until: next ? Date.parse(next.from) : Number.POSITIVE_INFINITY };
  }

  return {
    search,
    async reprice(offer, call) {
      if (Date.parse(offer.offerExpiresAt) <= clock.now()) return { status: "expired" };
      let total: Money;
      try {
        total = (await preview(offer, call)).total;
      } catch (error) {
        if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
        if (TravelAgentError.is(error, "OFFER_EXPIRED")) return { status: "expired" };
        throw error;
      }
      const was = offer.price.total;
      if (total.currency === was.currency && compare(total, was) === 0) return { status: "available", offer };
      if (total.currency !== was.currency) throw rejected("currency_mismatch", `the price is now in ${total.currency}; search again`);
      const moved = (penalty: Money) => (compare(penalty, was) >= 0 ? total : penalty);
      const price = { ...offer.price, total, base: subtract(total, offer.price.fees), perPassenger: [{ ptc: "ADT" as const, count: 1, each: total }] };
      const cancellation = offer.cancellation.map((step) => ({ ...step, penalty: moved(step.penalty) }));
      return { status: "price-changed", offer: { ...offer, price, cancellation }, was };
    },
    async book(request, call) {
      try {
        return await purchases.buy(request.key, () => place(request, call));
      } catch (error) {
        if (codeWithin(error) !== "duplicate_request") throw error;
        const earlier = await afterAttempt(() => purchases.find(request.key));
        if (earlier) return earlier;
        throw error;
      }
    },
    find: (key) => purchases.find(key),
    read: readOrder,

    async quoteCancel(reference, call) {
      const { penalty, refund, until } = await standing(reference, call);
      const expiresAt = new Date(Math.min(clock.now() + quoteMs, until)).toISOString();
      return quotes.issue({ action: "cancel", reference, penalty, refund, due: zero(penalty.currency), vendor: null }, expiresAt);
    },

    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        "car cancel",
        { reference, key },
        {
          async act() {
            const quote = await quotes.accept(token, "cancel", reference);
            const { note, penalty } = await standing(reference, call);
            if (compare(penalty, quote.penalty) > 0)
              throw new TravelAgentError("PRICE_CHANGED", "cancelling costs more by now; ask for a new quote", {
                details: { was: quote.penalty, now: penalty },
              });
            await notes.put(reference, { ...note, cancelled: { refund: quote.refund, penalty: quote.penalty } });
            const json = { car: { reservation: reference, reason: "The customer asked for it.", booker: { country } } };
            await post("write", "orders/cancel", json, cancelled, call);
            // The vendor only begins to cancel; it is cancelled when the reservation says so.
            return awaited(reference, (order) => order?.status === "cancelled", "cancellation", call);
          },
          async settled() {
            const { order } = await look(reference, call);
            return order?.status === "cancelled" ? order : null;
          },
        },
      ),
  };
}
