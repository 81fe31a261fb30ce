import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { airportsFor } from "../../geography/index.ts";
import type { HotelOffer, HotelQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import { type SupplierHttp, understand } from "../http/index.ts";
import { offerId } from "../offer-id.ts";
import { supplierId } from "./connection.ts";
import { bookable, type HotelFacts, hotelContent } from "./map-hotel.ts";
import { hotelHouse, hotelListReply, hotelOfferReply, hotelOffersReply, hotelRate, type ListedHotel } from "./wire-hotels.ts";

/** Rates have "a limited lifetime" that nobody names; ours end soon, and every purchase asks for the rate anew. */
const offerMinutes = 20;
/** Hotels asked for rates in one search; the list of a big city has hundreds. */
const mostHotels = 40;
const hotelsEachCall = 20;
const listMinutes = 60;
const mostLists = 200;

export interface HotelParts {
  http: SupplierHttp;
  clock: Clock;
  log: Logger;
  sandbox: boolean;
}

/** Behind `supplierRef`. */
interface HotelRef {
  offerId: string;
  listed?: ListedHotel;
  place: string;
}

export const openHotelRef = ({ supplierRef }: HotelOffer): HotelRef => JSON.parse(supplierRef) as HotelRef;

const vendorCode = (error: unknown): unknown => (TravelAgentError.is(error) ? (error.details as { code?: unknown } | undefined)?.code : undefined);
const nothingInCity = "895";

/** A city's hotels, nearest first. The list changes slowly, so it is kept for a while. */
export function createHotelLists({ http, clock }: HotelParts) {
  const lists = new Map<string, { until: number; hotels: ListedHotel[] }>();
  return async (cityCode: string, minStars: number | undefined, call: SupplierCall): Promise<ListedHotel[]> => {
    // Stars are told only to those who filter by them, and at most four can be named.
    const ratings = minStars === undefined ? [] : [1, 2, 3, 4, 5].filter((stars) => stars >= Math.max(2, Math.ceil(minStars)));
    const key = `${cityCode} ${ratings.join()}`;
    const known = lists.get(key);
    if (known && clock.now() < known.until) return known.hotels;
    let hotels: ListedHotel[] = [];
    try {
      const reply = await http.read(
        {
          method: "GET",
          path: "v1/reference-data/locations/hotels/by-city",
          route: "hotels/by-city",
          query: { cityCode, radius: 15, radiusUnit: "KM", ratings: ratings.length > 0 ? ratings.join(",") : undefined },
        },
        call,
      );
      hotels = understand(supplierId, "read", () => hotelListReply.parse(reply.body)).data;
    } catch (error) {
      if (vendorCode(error) !== nothingInCity) throw error;
    }
    const sorted = [...hotels].sort((a, b) => (a.distance?.value ?? Number.POSITIVE_INFINITY) - (b.distance?.value ?? Number.POSITIVE_INFINITY));
    if (lists.size >= mostLists) lists.clear();
    lists.set(key, { until: clock.now() + listMinutes * 60_000, hotels: sorted });
    return sorted;
  };
}

export async function searchHotels(parts: HotelParts, list: ReturnType<typeof createHotelLists>, query: HotelQuery, call: SupplierCall): Promise<HotelOffer[]> {
  const { clock, log, sandbox } = parts;
  // Nothing documented says whether a price is for one room or for all of them.
  if (query.rooms !== 1) return [];
  const cityCode = airportsFor(query.place)[0]?.city ?? query.place;
  const nearest = (await list(cityCode, query.minStars, call)).slice(0, mostHotels);
  const chunks = Array.from({ length: Math.ceil(nearest.length / hotelsEachCall) }, (_, i) => nearest.slice(i * hotelsEachCall, (i + 1) * hotelsEachCall));
  const houses: unknown[] = [];
  // One after the other: the vendor counts requests a second.
  for (const chunk of chunks) houses.push(...(await ratesOf(parts, chunk, query, call)));
  const now = clock.now();
  const offers: HotelOffer[] = [];
  for (const given of houses) {
    const house = hotelHouse.safeParse(given);
    if (!house.success || house.data.available === false) continue;
    const { hotel } = house.data;
    const listed = nearest.find(({ hotelId }) => hotelId === hotel.hotelId);
    for (const raw of house.data.offers ?? []) {
      try {
        const rate = hotelRate.parse(raw);
        if (rate.price.currency !== query.currency || !bookable(rate)) continue;
        const content = hotelContent(rate, { hotel, listed, place: cityCode }, query, now);
        if (query.refundableOnly && content.conditions.refund.allowed !== true) continue;
        const ref: HotelRef = { offerId: rate.id, ...(listed ? { listed } : {}), place: cityCode };
        offers.push({
          ...content,
          id: offerId("amh", rate.id, hotel.hotelId, rate.checkInDate, String(now)),
          supplier: supplierId,
          sandbox,
          supplierRef: JSON.stringify(ref),
          offerExpiresAt: new Date(now + offerMinutes * 60_000).toISOString(),
        });
      } catch (error) {
        log.debug("a hotel rate was left out", { supplier: supplierId, reason: error instanceof RangeError ? error.message : "it cannot be read" });
      }
    }
  }
  return cheapestHousesFirst(offers).slice(0, Math.max(1, query.limit));
}

/** Every house once at its lowest rate, then their other rates. */
function cheapestHousesFirst(offers: readonly HotelOffer[]): HotelOffer[] {
  const byPrice = [...offers].sort((a, b) => Number(a.price.total.amount) - Number(b.price.total.amount));
  const seen = new Set<string>();
  const first = byPrice.filter(({ property }) => !seen.has(property.id) && seen.add(property.id));
  return [...new Set([...first, ...byPrice])];
}

/**
 * Rates of some hotels. One without rooms makes Amadeus refuse the whole question and name it (3664); the question is then asked
 * again for the others.
 */
async function ratesOf({ http }: HotelParts, hotels: readonly ListedHotel[], query: HotelQuery, call: SupplierCall): Promise<unknown[]> {
  let ids = hotels.map(({ hotelId }) => hotelId);
  // Each refusal names at least one hotel, so this ends; three is for a vendor that names one at a time.
  for (let tries = 0; tries < 3 && ids.length > 0; tries += 1) {
    try {
      const reply = await http.read(
        {
          method: "GET",
          path: "v3/shopping/hotel-offers",
          route: "hotel-offers",
          query: {
            hotelIds: ids.join(","),
            adults: query.adults,
            ...(query.childrenAges.length === 0 ? {} : { childAges: query.childrenAges.join(",") }),
            checkInDate: query.checkIn,
            checkOutDate: query.checkOut,
            roomQuantity: 1,
            currency: query.currency,
            bestRateOnly: false,
          },
        },
        call,
      );
      return understand(supplierId, "read", () => hotelOffersReply.parse(reply.body)).data;
    } catch (error) {
      if (!TravelAgentError.is(error, "SOLD_OUT")) throw error;
      const { parameter = "" } = (error.details ?? {}) as { parameter?: string };
      const full = new Set(parameter.replace(/^hotelIds=/, "").split(","));
      const left = ids.filter((id) => !full.has(id));
      if (left.length === ids.length) return [];
      ids = left;
    }
  }
  return [];
}

/** The rate as it is now. Raises `SOLD_OUT` or `OFFER_EXPIRED` when it is gone. */
export async function priceHotel({ http, clock }: HotelParts, offer: HotelOffer, call: SupplierCall): Promise<HotelOffer> {
  const ref = openHotelRef(offer);
  const reply = await http.read({ method: "GET", path: `v3/shopping/hotel-offers/${encodeURIComponent(ref.offerId)}`, route: "hotel-offers/{id}" }, call);
  return understand(supplierId, "read", () => {
    const { hotel, offers = [], available } = hotelOfferReply.parse(reply.body).data;
    if (available === false || offers.length === 0) throw new TravelAgentError("SOLD_OUT", "the hotel has no such room any more; search again");
    const rate = hotelRate.parse(offers[0]);
    if (rate.price.currency !== offer.price.total.currency)
      throw new TravelAgentError("SUPPLIER_REJECTED", `the hotel sells this rate in ${rate.price.currency}; search in that currency`, {
        details: { code: "currency_mismatch" },
      });
    const facts: HotelFacts = { hotel, listed: ref.listed, place: ref.place };
    const content = hotelContent(rate, facts, { rooms: offer.rooms, ...offer.guests }, clock.now());
    const { id, supplier, sandbox, supplierRef, offerExpiresAt } = offer;
    // Coordinates and city are in the search alone.
    return { ...content, property: offer.property, id, supplier, sandbox, supplierRef, offerExpiresAt };
  });
}
