import { type Money, TravelAgentError } from "@travelagent/protocol";
import { minorUnits } from "../../money.ts";
import type { HotelOffer, HotelQuery } from "../../offer.ts";
import type { BookRequest, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { createPurchases, type SupplierMemory, understand } from "../http/index.ts";
import { withinLimit } from "../within-limit.ts";
import { supplierId } from "./connection.ts";
import { createHotelLists, type HotelParts, openHotelRef, priceHotel, searchHotels } from "./hotel-offers.ts";
import { commissionOf, stayTotal } from "./map-hotel.ts";
import { withNewPrice } from "./new-price.ts";
import { recordName } from "./travellers.ts";
import { hotelOrderReply, type WireHotelOrder } from "./wire-hotels.ts";

const recordKind = "hotel order";
/** What a stay was to cost, by our key, before it was asked for. */
const attemptKind = "hotel attempt";
const rejected = (code: string, message: string) => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });

/** Raises `SOLD_OUT` when the hotel said no, `OUTCOME_UNKNOWN` when it has not said yes: the reply is a success in both cases. */
function orderOf({ id, hotelBookings, associatedRecords = [] }: WireHotelOrder, key: string, offer: HotelOffer): SupplierOrder {
  const booking = hotelBookings[0]!;
  const { bookingStatus = "CONFIRMED", hotelProviderInformation = [], hotelOffer } = booking;
  const locators = associatedRecords.map(({ reference }) => reference);
  if (bookingStatus === "DENIED" || bookingStatus === "UNCONFIRMED")
    throw new TravelAgentError("SOLD_OUT", "the hotel did not confirm the booking; search again");
  if (bookingStatus !== "CONFIRMED")
    throw new TravelAgentError("OUTCOME_UNKNOWN", `the hotel has not confirmed the booking (${bookingStatus}); ring it with the record ${locators[0] ?? id}`, {
      details: { reference: id, locators },
    });
  const numbers = hotelProviderInformation.flatMap(({ confirmationNumber }) => (confirmationNumber === undefined ? [] : [confirmationNumber]));
  const commission = hotelOffer && commissionOf(hotelOffer);
  return {
    reference: id,
    key,
    status: "confirmed",
    locators: [...new Set([...locators, ...numbers])],
    total: hotelOffer ? stayTotal(hotelOffer) : offer.price.total,
    documents: numbers.map((number) => ({ type: "VOUCHER", number })),
    ...(commission ? { commission } : {}),
  };
}

/**
 * Hotels: Amadeus sells them and keeps no door open afterwards. Orders can be neither read nor cancelled, so `read` gives the order
 * as it was confirmed, and `quoteCancel` says whom to ring.
 */
export function amadeusHotels(options: HotelParts & { memory: SupplierMemory; agencyEmail?: string }): VerticalSupplier<HotelQuery, HotelOffer> {
  const { http, memory, clock, agencyEmail } = options;
  const list = createHotelLists(options);
  const isOver = (offer: HotelOffer) => Date.parse(offer.offerExpiresAt) <= clock.now();

  async function read(reference: string): Promise<SupplierOrder> {
    const known = await memory.get<SupplierOrder>(recordKind, reference);
    if (!known) throw rejected("order_not_found", "Amadeus shows no hotel orders and this one was not booked here; ask the hotel");
    return known;
  }

  const purchases = createPurchases({
    supplier: "Amadeus",
    memory,
    kind: "hotel",
    read,
    // No `lookUp`: Amadeus cannot be asked for a hotel order by anything.
  });

  async function buy({ offer, travellers, contact, key, maxTotal }: BookRequest<HotelOffer>, call: SupplierCall): Promise<SupplierOrder> {
    if (isOver(offer)) throw new TravelAgentError("OFFER_EXPIRED", "the offer is no longer valid; search again for a new one");
    const guest = travellers[0];
    if (!guest) throw rejected("invalid_travellers", "a room needs the name of a guest");
    const current = await priceHotel(options, offer, call);
    withinLimit(current.price.total, maxTotal, offer.price.total);
    const data = {
      type: "hotel-order",
      guests: [
        {
          tid: 1,
          ...(guest.gender === "M" || guest.gender === "F" ? { title: guest.gender === "M" ? "MR" : "MS" } : {}),
          firstName: recordName(guest.givenName),
          lastName: recordName(guest.familyName),
          email: contact.email,
          ...(contact.phone === undefined ? {} : { phone: contact.phone }),
        },
      ],
      travelAgent: { contact: { email: agencyEmail ?? contact.email } },
      roomAssociations: [{ guestReferences: [{ guestReference: "1" }], hotelOfferId: openHotelRef(offer).offerId }],
      // No `payment`: the agency's number in the profile of the office guarantees it, and no card passes through here.
    };
    await memory.put(attemptKind, key, current.price.total);
    const reply = await http.write({ method: "POST", path: "v2/booking/hotel-orders", route: "hotel-orders", json: { data } }, call).catch((error: unknown) => {
      throw withNewPrice(error, current.price.total);
    });
    const order = understand(supplierId, "write", () => orderOf(hotelOrderReply.parse(reply.body).data, key, offer));
    await memory.put(recordKind, order.reference, order);
    return order;
  }

  const noCancellation = async (reference: string): Promise<never> => {
    const { locators } = await read(reference);
    throw rejected(
      "no_cancellation",
      `Amadeus cannot cancel hotels; ring the hotel with the confirmation ${locators.at(-1) ?? reference} and ask for what it will charge`,
    );
  };

  return {
    search: (query, call) => searchHotels(options, list, query, call),

    async reprice(offer, call) {
      if (isOver(offer)) return { status: "expired" };
      try {
        const current = await priceHotel(options, offer, call);
        const was = offer.price.total;
        return minorUnits(current.price.total) === minorUnits(was) ? { status: "available", offer: current } : { status: "price-changed", offer: current, was };
      } catch (error) {
        if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
        if (TravelAgentError.is(error, "OFFER_EXPIRED")) return { status: "expired" };
        throw error;
      }
    },

    book: (request, call) => purchases.buy(request.key, () => buy(request, call)),
    find: (key) => purchases.find(key),
    async adopt(reference, key) {
      const total = await memory.get<Money>(attemptKind, key);
      if (!total) throw rejected("order_not_found", "no such stay was ever asked for here");
      // Nobody but the hotel shows the order: it is taken as it was asked for.
      const order: SupplierOrder = { reference, key, status: "confirmed", locators: [reference], total, documents: [] };
      const { value } = await memory.claim(recordKind, reference, order);
      if (value.key !== key) throw rejected("another_order", `${reference} is another booking of ours`);
      return purchases.adopt(key, reference);
    },
    read: (reference) => read(reference),
    quoteCancel: (reference) => noCancellation(reference),
    cancel: (reference) => noCancellation(reference),
  };
}
