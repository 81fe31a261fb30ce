import { TravelAgentError } from "@travelagent/protocol";
import type { z } from "zod";
import { addDays } from "../../geography/index.ts";
import { compare, zero } from "../../money.ts";
import type { HotelOffer, HotelQuery } from "../../offer.ts";
import type { BookRequest, OrderChange, SupplierCall, SupplierOrder, Traveller, VerticalSupplier } from "../../supplier.ts";
import { afterAttempt, afterSaleOnce, createPurchases, createQuoteBook, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { codeWithin, offerTooOld, rejected } from "../rejected.ts";
import { withinLimit } from "../within-limit.ts";
import { bookerOf, cancelledAlready, quoteMs } from "./common.ts";
import { readStayReference, type StayReference, scheduleSteps, stayPricing } from "./map-stay.ts";
import type { Attempt, Session } from "./session.ts";
import { cancelTerms, orderOf, summedSteps } from "./stay-order.ts";
import { cancelled, created, modified, type StayOrder, stayOrders, stayPreview } from "./wire.ts";

export interface StayOptions {
  wallet: boolean;
  search(query: HotelQuery, call: SupplierCall): Promise<HotelOffer[]>;
}

export function createStays(session: Session, { wallet, search }: StayOptions): VerticalSupplier<HotelQuery, HotelOffer> {
  const { memory, clock, country, language, post, notes, byLabel } = session;
  const quotes = createQuoteBook(memory, clock, quoteMs);

  async function fetchOrder(reservation: string, currency: string, call: SupplierCall): Promise<StayOrder> {
    const asked = { reservations: [reservation], currency, extras: ["policies", "extra_charges"] };
    const { data } = await post("read", "orders/details/accommodations", asked, stayOrders, call);
    const found = data.find((one) => one.reservation === reservation);
    if (!found)
      throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "Booking.com does not show the reservation yet; try again in some minutes", {
        details: { supplier: "booking", code: "not_shown_yet" },
      });
    return found;
  }

  async function look(reservation: string, call: SupplierCall) {
    const note = await notes.get(reservation);
    const shown = await fetchOrder(reservation, note.total.currency, call);
    return { note, shown, order: understand("booking", "read", () => orderOf(shown, note)) };
  }

  const purchases = createPurchases({
    supplier: "booking",
    memory,
    kind: "hotel",
    read: async (reservation, key) => (await look(reservation, ownCall(key))).order,
    lookUp: (key) => byLabel(key, "accommodations"),
  });

  type Preview = z.infer<typeof stayPreview>["data"];

  async function preview({ house, product, allocations }: StayReference, offer: HotelOffer, call: SupplierCall): Promise<Preview> {
    const accommodation = {
      id: house,
      booker: { country, platform: "desktop" },
      checkin: offer.checkIn.local.slice(0, 10),
      checkout: addDays(offer.checkIn.local.slice(0, 10), offer.nights),
      products: allocations.map((allocation) => ({ id: product, allocation })),
    };
    return (await post("read", "orders/preview", { currency: offer.price.total.currency, accommodation }, stayPreview, call)).data;
  }

  /** The offer at its price and on its rules of now. */
  function repriced(offer: HotelOffer, { timing }: StayReference, { accommodation }: Preview): HotelOffer {
    const currency = accommodation.currency.accommodation;
    const { price, dueAtHouse } = stayPricing(accommodation.price, currency, timing !== "pay_at_the_property");
    const { mandatoryFees: _, ...rest } = offer;
    const schedules = accommodation.products.map(({ policies }) => policies?.cancellation).filter((one) => one !== null && one !== undefined);
    const cancellation =
      schedules.length === accommodation.products.length && price.total.currency === currency
        ? summedSteps(
            schedules.map((schedule) => scheduleSteps(schedule, price.total, offer.checkIn.timeZone, clock.now())),
            price.total,
            clock.now(),
          )
        : offer.cancellation;
    const { penalty } = cancellation[0]!;
    const refund = compare(penalty, price.total) >= 0 ? { allowed: false } : { allowed: true, penalty };
    return { ...rest, price, cancellation, conditions: { ...offer.conditions, refund }, ...(dueAtHouse ? { mandatoryFees: dueAtHouse } : {}) };
  }

  /** How the order is paid without a card, by what the preview allows. */
  function paymentOf({ timing }: StayReference, { accommodation }: Preview): object {
    const terms = accommodation.general_policies.payment[timing];
    if (!terms) throw rejected("payment_timing_gone", "the house no longer takes payment at that time; search again");
    if (wallet && timing !== "pay_at_the_property" && terms.methods?.wallet) return { method: "wallet", timing };
    if (terms.method_required === false) return { timing };
    throw rejected("card_required", "this house wants a card number, which never comes near us; choose another");
  }

  async function place(request: BookRequest<HotelOffer>, call: SupplierCall): Promise<SupplierOrder> {
    const { offer, key, maxTotal, travellers, contact } = request;
    const booker = bookerOf(request, country, language);
    if (Date.parse(offer.offerExpiresAt) <= clock.now()) throw offerTooOld();
    const ref = readStayReference(offer.supplierRef);
    const seen = await preview(ref, offer, call);
    if (seen.accommodation.products.some(({ occupancy_mismatch: mismatch }) => mismatch))
      throw rejected("room_too_small", "the room does not take all guests; search again for the right party");
    const { price, mandatoryFees } = understand("booking", "read", () => repriced(offer, ref, seen));
    withinLimit(price.total, maxTotal, offer.price.total);
    const payment = paymentOf(ref, seen);
    const known = {
      total: price.total,
      startsAt: offer.checkIn.utc,
      timeZone: offer.checkIn.timeZone,
      ...(mandatoryFees ? { dueAtHouse: mandatoryFees } : {}),
    };
    await memory.put("accommodations attempt", key, { at: clock.now(), ...known } satisfies Attempt);
    const guest = (i: number) => {
      const { givenName, familyName } = travellers[i] ?? travellers[0]!;
      return { name: `${givenName} ${familyName}`, email: contact.email };
    };
    const products = ref.allocations.map((_, i) => ({ id: ref.product, guests: [guest(i)] }));
    const json = { order_token: seen.order_token, accommodation: { label: key, products }, booker, payment };
    const { data } = await post("write", "orders/create", json, created, call);
    const reservation = data.accommodation?.reservation;
    if (reservation === undefined) throw new TravelAgentError("OUTCOME_UNKNOWN", "Booking.com took the order and named no reservation; it has to be looked up");
    await notes.put(reservation, { key, ...known });
    try {
      return (await look(reservation, call)).order;
    } catch (error) {
      // Only the order says what it earns: one that could not be asked for, for whatever reason, is looked up again in a moment.
      if (codeWithin(error) !== "not_shown_yet")
        throw new TravelAgentError("OUTCOME_UNKNOWN", `Booking.com made the reservation ${reservation} and did not show it; read it in a moment`, {
          cause: error,
        });
      // Booked, and too new to be read: what we know of it is enough.
      return {
        reference: reservation,
        key,
        status: "confirmed",
        locators: [reservation],
        total: price.total,
        documents: [{ type: "VOUCHER", number: reservation }],
      };
    }
  }

  const namesOf = (change: OrderChange): readonly Traveller[] => {
    if (!change.travellers?.length || change.cabin !== undefined || change.checkedBags !== undefined)
      throw rejected("change_not_allowed", "at a hotel only the names of the guests can be changed");
    return change.travellers;
  };
  const nameAt = (travellers: readonly Traveller[], i: number): string => {
    const { givenName, familyName } = travellers[i] ?? travellers[0]!;
    return `${givenName} ${familyName}`;
  };

  return {
    search,
    async reprice(offer, call) {
      if (Date.parse(offer.offerExpiresAt) <= clock.now()) return { status: "expired" };
      const ref = readStayReference(offer.supplierRef);
      let seen: Preview;
      try {
        seen = await preview(ref, offer, call);
      } catch (error) {
        if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
        throw error;
      }
      if (seen.accommodation.products.some(({ occupancy_mismatch: mismatch }) => mismatch)) return { status: "sold-out" };
      const now = understand("booking", "read", () => repriced(offer, ref, seen));
      const was = offer.price.total;
      const same = now.price.total.amount === was.amount && now.price.total.currency === was.currency;
      return same ? { status: "available", offer: now } : { status: "price-changed", offer: now, was };
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
    read: async (reference, call) => (await look(reference, call)).order,

    async quoteCancel(reference, call) {
      const seen = await look(reference, call);
      cancelledAlready(seen.order);
      const { penalty, refund, until } = understand("booking", "read", () => cancelTerms(seen, clock.now()));
      const expiresAt = new Date(Math.min(clock.now() + quoteMs, until)).toISOString();
      return quotes.issue({ action: "cancel", reference, penalty, refund, due: zero(penalty.currency), vendor: null }, expiresAt);
    },

    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        "hotel cancel",
        { reference, key },
        {
          async act() {
            const quote = await quotes.accept(token, "cancel", reference);
            const seen = await look(reference, call);
            cancelledAlready(seen.order);
            const { penalty } = understand("booking", "read", () => cancelTerms(seen, clock.now()));
            if (compare(penalty, quote.penalty) > 0)
              throw new TravelAgentError("PRICE_CHANGED", "cancelling costs more by now; ask for a new quote", {
                details: { was: quote.penalty, now: penalty },
              });
            await notes.put(reference, { ...seen.note, cancelled: { refund: quote.refund, penalty: quote.penalty } });
            const json = { order: seen.shown.id, accommodation: { reservation: reference, reason: "The customer asked for it." } };
            const { data } = await post("write", "orders/cancel", json, cancelled, call);
            const after = await look(reference, call).catch(() => undefined);
            if (after?.order.status === "cancelled") return after.order;
            throw new TravelAgentError("OUTCOME_UNKNOWN", `Booking.com says "${data.status}" and does not show the cancellation yet; read the booking later`);
          },
          async settled() {
            const { order } = await look(reference, call);
            return order.status === "cancelled" ? order : null;
          },
        },
      ),

    async quoteModify(reference, change, call) {
      namesOf(change);
      const { order } = await look(reference, call);
      cancelledAlready(order);
      const nothing = zero(order.total.currency);
      return quotes.issue({ action: "modify", reference, penalty: nothing, refund: nothing, due: nothing, vendor: null });
    },

    modify: (reference, change, token, key, call) =>
      afterSaleOnce(
        memory,
        "hotel modify",
        { reference, key },
        {
          async act() {
            await quotes.accept(token, "modify", reference);
            const travellers = namesOf(change);
            const { shown, order } = await look(reference, call);
            cancelledAlready(order);
            for (const [i, { room_reservation: room }] of shown.products.entries()) {
              const detail = { room_reservation: room, guests: [{ name: nameAt(travellers, i) }] };
              const json = { order: shown.id, modification: { accommodation: { reservation: reference, type: "room", change: detail } } };
              const done = await post("write", "orders/modify", json, modified, call);
              if (done.modification.accommodation.status === "successful") continue;
              if (i === 0) throw rejected("modification_failed", "the house did not take the new name; ask it by telephone");
              throw new TravelAgentError("OUTCOME_UNKNOWN", "some rooms have the new name and one was refused; read the booking");
            }
            return (await look(reference, call)).order;
          },
          async settled() {
            const travellers = namesOf(change);
            const { shown, order } = await look(reference, call);
            return shown.products.every(({ guests }, i) => guests?.[0]?.name === nameAt(travellers, i)) ? order : null;
          },
        },
      ),
  };
}
