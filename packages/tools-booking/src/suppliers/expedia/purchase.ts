import { type Money, TravelAgentError } from "@travelagent/protocol";
import { z } from "zod";
import type { HotelOffer } from "../../offer.ts";
import type { BookRequest, Reprice, SupplierCall, SupplierOrder } from "../../supplier.ts";
import { afterAttempt, createPurchases, type Purchases, understand } from "../http/index.ts";
import { ownCall } from "../own-call.ts";
import { codeWithin, offerTooOld, rejected } from "../rejected.ts";
import { withinLimit } from "../within-limit.ts";
import { pricedPart, type RapidReference, readReference } from "./map-offer.ts";
import { orderOf } from "./map-order.ts";
import { commissionOf, pricingOf, totalOf } from "./map-price.ts";
import { splitPhone } from "./phone.ts";
import type { Session } from "./session.ts";
import { created, itinerary, type Link, type Pricing, priceCheck } from "./wire.ts";

export interface PurchaseParts {
  session: Session;
  pointOfSale: string;
  /** How long a hold of this account stands. */
  holdMinutes: number | undefined;
}

export interface Shop {
  purchases: Purchases;
  reprice(offer: HotelOffer, call: SupplierCall): Promise<Reprice<HotelOffer>>;
  buy(request: BookRequest<HotelOffer>, hold: boolean, call: SupplierCall): Promise<SupplierOrder>;
}

/** Written down before the booking is sent: without the address a lost itinerary cannot be asked for. */
interface Attempt {
  email: string;
  at: number;
  total: Money;
  commission?: Money;
  checkInUtc: string;
  timeZone: string;
  heldUntil?: string;
}

/** A new itinerary may take some minutes until it can be found, so until then "none" says nothing. */
const settledAfterMs = 15 * 60_000;

export function createShop({ session, pointOfSale, holdMinutes }: PurchaseParts): Shop {
  const { http, memory, clock, follow, notes, retrieve } = session;

  async function readOrder(reference: string, call: SupplierCall): Promise<SupplierOrder> {
    const note = await notes.get(reference);
    if (!note) throw rejected("order_not_found", "this itinerary was not booked here, and Rapid shows it only with the guest's e-mail address");
    const shown = await retrieve(reference, note, call);
    return understand("expedia", "read", () => orderOf(shown, note));
  }

  async function lookUp(key: string): Promise<string | null> {
    const attempt = await memory.get<Attempt>("attempt", key);
    if (!attempt) return null;
    const { email, at, ...known } = attempt;
    const reply = await http.read({ method: "GET", path: "itineraries", route: "itineraries", query: { affiliate_reference_id: key, email } }, ownCall(key));
    const found = understand("expedia", "read", () => z.array(itinerary).parse(reply.body))[0];
    if (found) {
      await notes.put(found.itinerary_id, { key, email, ...known });
      return found.itinerary_id;
    }
    if (clock.now() < at + settledAfterMs)
      throw new TravelAgentError("OUTCOME_UNKNOWN", "Rapid shows no such itinerary yet; new ones appear after some minutes, so ask again later");
    return null;
  }

  const purchases = createPurchases({
    supplier: "expedia",
    memory,
    kind: "hotel",
    read: (reference, key) => readOrder(reference, ownCall(key)),
    lookUp,
  });

  interface Checked {
    status: "available" | "price_changed" | "sold_out";
    rooms?: Pricing[];
    book?: Link;
  }

  async function check({ priceCheck: link, occupancies }: RapidReference, call: SupplierCall): Promise<Checked> {
    const reply = await follow("read", link, "price-check", call);
    return understand("expedia", "read", () => {
      const { status, occupancy_pricing: byOccupancy, links } = priceCheck.parse(reply.body);
      const rooms = byOccupancy && pricingOf(byOccupancy, occupancies);
      if (byOccupancy && !rooms) throw new RangeError("the price check is about other rooms");
      return { status, ...(rooms ? { rooms } : {}), ...(links?.book ? { book: links.book } : {}) };
    });
  }

  const isOver = ({ offerExpiresAt }: HotelOffer): boolean => Date.parse(offerExpiresAt) <= clock.now();

  function bodyOf({ travellers, contact, key }: BookRequest<HotelOffer>, rooms: number, hold: boolean) {
    const phone = contact.phone === undefined ? undefined : splitPhone(contact.phone);
    if (!phone) throw rejected("phone_required", "Rapid wants a telephone number of the guest; ask for it, with its country code");
    if (key.length < 3 || key.length > 28) throw rejected("invalid_key", "a booking at Rapid needs a key of 3 to 28 signs");
    const lead = travellers[0];
    if (!lead) throw rejected("invalid_travellers", "somebody must travel; give the name of at least one traveller");
    return {
      affiliate_reference_id: key,
      hold,
      email: contact.email,
      phone,
      rooms: Array.from({ length: rooms }, (_, i) => {
        const { givenName, familyName } = travellers[i] ?? lead;
        return { given_name: givenName, family_name: familyName };
      }),
      payments: [
        { type: "affiliate_collect", billing_contact: { given_name: lead.givenName, family_name: lead.familyName, address: { country_code: pointOfSale } } },
      ],
    };
  }

  async function place(request: BookRequest<HotelOffer>, hold: boolean, call: SupplierCall): Promise<SupplierOrder> {
    const { offer, key, contact, maxTotal } = request;
    const json = bodyOf(request, offer.rooms, hold);
    if (isOver(offer)) throw offerTooOld();
    const { status, rooms, book } = await check(readReference(offer.supplierRef), call);
    if (status === "sold_out") throw new TravelAgentError("SOLD_OUT", "somebody else took the last one; search again for what is left");
    const total = rooms ? understand("expedia", "read", () => totalOf(rooms)) : offer.price.total;
    withinLimit(total, maxTotal, offer.price.total);
    if (!book) throw offerTooOld();
    const { timeZone, utc: checkInUtc } = offer.checkIn;
    const heldUntil = hold ? { heldUntil: new Date(clock.now() + holdMinutes! * 60_000).toISOString() } : {};
    const commission = rooms && understand("expedia", "read", () => commissionOf(rooms));
    const known = { total, ...(commission ? { commission } : {}), checkInUtc, timeZone, ...heldUntil };
    await memory.put("attempt", key, { email: contact.email, at: clock.now(), ...known } satisfies Attempt);
    const reply = await follow("write", book, "itineraries", call, json);
    const made = understand("expedia", "write", () => created.parse(reply.body));
    const reference = made.itinerary_id;
    const links = made.links;
    await notes.put(reference, { key, email: contact.email, ...(links?.retrieve ? { retrieve: links.retrieve } : {}), ...known });
    if (links?.complete_payment_session)
      throw new TravelAgentError("OUTCOME_UNKNOWN", "Rapid wants the card's owner to confirm the payment, so the booking is not complete; look it up at Rapid");
    try {
      return await readOrder(reference, call);
    } catch (error) {
      if (TravelAgentError.is(error, "OUTCOME_UNKNOWN")) throw error;
      // Booked, and too new to be read: what we know of it is enough.
      const common = { reference, key, locators: [reference], total };
      return hold
        ? { ...common, status: "held", paymentTimeLimit: heldUntil.heldUntil!, documents: [] }
        : { ...common, status: "confirmed", documents: [{ type: "VOUCHER", number: reference }], ...(commission ? { commission } : {}) };
    }
  }

  return {
    purchases,
    async reprice(offer, call) {
      if (isOver(offer)) return { status: "expired" };
      const ref = readReference(offer.supplierRef);
      let checked: Checked;
      try {
        checked = await check(ref, call);
      } catch (error) {
        if (TravelAgentError.is(error, "OFFER_EXPIRED") || codeWithin(error) === "link.invalid") return { status: "expired" };
        throw error;
      }
      if (checked.status === "sold_out") return { status: "sold-out" };
      if (!checked.rooms) return { status: "available", offer };
      const { rooms } = checked;
      const now = { ...offer, ...understand("expedia", "read", () => pricedPart(rooms, ref.rules, offer, clock.now())) };
      const { total: was } = offer.price;
      const { total } = now.price;
      return total.amount === was.amount && total.currency === was.currency
        ? { status: "available", offer: now }
        : { status: "price-changed", offer: now, was };
    },
    async buy(request, hold, call) {
      try {
        return await purchases.buy(request.key, () => place(request, hold, call));
      } catch (error) {
        const earlier = codeWithin(error) === "duplicate_itinerary" ? await afterAttempt(() => purchases.find(request.key)) : null;
        if (earlier) return earlier;
        throw error;
      }
    },
  };
}
