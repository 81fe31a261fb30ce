import { addDays, offsetMinutes } from "../../geography/index.ts";
import { minorUnits, money, subtract } from "../../money.ts";
import type { HotelOffer, HotelQuery } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { worldCall } from "./counter.ts";
import { faulty, mediaType, missingParameter } from "./refusals.ts";

/** A rate that was handed out, by its id. */
export interface KeptRate {
  id: string;
  offer: HotelOffer;
}

const call = () => ({ signal: new AbortController().signal, requestId: "simulator" });
const chain = "SB";
const everything = 500;

/** `LIS07` of the world is `SBLIS007` here. */
export const hotelIdOf = (worldId: string): string => `${chain}${worldId.slice(0, 3)}${worldId.slice(3).padStart(3, "0")}`;

const boards = { RO: "ROOM_ONLY", BB: "BREAKFAST", HB: "HALF_BOARD", FB: "FULL_BOARD", AI: "ALL_INCLUSIVE" } as const;

/** At every third house the cheapest rate is sold against a card alone. */
const cardOnly = ({ property, ratePlan }: HotelOffer): boolean => ratePlan.code === "SAVER" && Number(property.id.slice(3)) % 3 === 0;

function withOffset(iso: string, timeZone: string): string {
  const ms = Date.parse(iso);
  const minutes = offsetMinutes(timeZone, ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const sign = minutes < 0 ? "-" : "+";
  return `${new Date(ms + minutes * 60_000).toISOString().slice(0, 19)}${sign}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
}

function cancellationsOf({ cancellation, price, property }: HotelOffer) {
  const whole = minorUnits(price.total);
  return cancellation
    .filter(({ penalty }) => minorUnits(penalty) > 0n)
    .map(({ from, penalty }) => {
      const deadline = from === "now" ? {} : { deadline: withOffset(from, property.timeZone) };
      if (minorUnits(penalty) < whole) return { amount: penalty.amount, ...deadline };
      return from === "now" ? { type: "FULL_STAY", description: { text: "NON-REFUNDABLE RATE" } } : { percentage: "100", ...deadline };
    });
}

/** A rate in Amadeus' words. */
export function rateDocument({ id, offer }: KeptRate, path: string) {
  const { price, checkIn, checkOut, nights, ratePlan, room, guests } = offer;
  const { currency } = price.total;
  const prepaid = ratePlan.code === "SAVER";
  const accepted = { acceptedPayments: { methods: cardOnly(offer) ? ["CREDIT_CARD"] : ["CREDIT_CARD", "TRAVEL_AGENT_ID"], creditCards: ["VI", "CA"] } };
  return {
    id,
    checkInDate: checkIn.local.slice(0, 10),
    checkOutDate: checkOut.local.slice(0, 10),
    rateCode: prepaid ? "PRO" : "RAC",
    rateFamilyEstimated: { code: prepaid ? "PRO" : "BAR", type: "P" },
    commission: { percentage: "8" },
    boardType: boards[ratePlan.board],
    room: {
      type: "A1D",
      typeEstimated: { category: "STANDARD_ROOM", beds: 1, bedType: "DOUBLE" },
      description: { text: `${room.name}\n${room.beds}, ${ratePlan.name}`, lang: "EN" },
    },
    guests: { adults: guests.adults / offer.rooms, ...(guests.childrenAges.length === 0 ? {} : { childAges: guests.childrenAges }) },
    price: {
      currency,
      base: subtract(price.total, price.taxes).amount,
      total: price.total.amount,
      taxes: [{ code: "VALUE_ADDED_TAX", amount: price.taxes.amount, currency, included: false, pricingFrequency: "PER_STAY", pricingMode: "PER_PRODUCT" }],
      variations: {
        average: { base: money(minorUnits(price.base) / BigInt(nights), currency).amount },
        changes: [
          {
            startDate: checkIn.local.slice(0, 10),
            endDate: checkOut.local.slice(0, 10),
            base: money(minorUnits(price.base) / BigInt(nights), currency).amount,
          },
        ],
      },
    },
    policies: {
      paymentType: prepaid ? "prepay" : "guarantee",
      [prepaid ? "prepay" : "guarantee"]: accepted,
      cancellations: cancellationsOf(offer),
      checkInOut: { checkIn: checkIn.local.slice(11), checkOut: checkOut.local.slice(11) },
    },
    self: `${path}/${id}`,
  };
}

export function hotelDocument({ property }: HotelOffer) {
  return {
    type: "hotel",
    hotelId: hotelIdOf(property.id),
    chainCode: chain,
    dupeId: `7000${property.id.charCodeAt(0)}${property.id.slice(3)}`,
    name: property.name.toUpperCase(),
    cityCode: property.id.slice(0, 3),
    latitude: property.latitude,
    longitude: property.longitude,
  };
}

function placeless(offer: HotelOffer) {
  const { latitude: _, longitude: __, ...hotel } = hotelDocument(offer);
  return hotel;
}

/** The list of a city's hotels, their rates for a stay, and one rate again. */
export function hotelShopping(world: World, vendor: string): Route[] {
  const hotels = world.counter(vendor).supplier.hotels!;
  const rates = world.shelf<KeptRate>(vendor, "hotel-rate");

  const ask = (query: Pick<HotelQuery, "place" | "checkIn" | "checkOut"> & Partial<HotelQuery>) =>
    worldCall(() => hotels.search({ rooms: 1, adults: 1, childrenAges: [], refundableOnly: false, currency: "EUR", limit: everything, ...query }, call()));

  async function byCity({ query }: SimulatedRequest): Promise<Answer> {
    const cityCode = query.get("cityCode");
    if (!cityCode) return missingParameter("cityCode");
    const ratings = query.get("ratings")?.split(",").map(Number);
    const soon = addDays(new Date(world.clock.now()).toISOString().slice(0, 10), 60);
    const answer = await ask({ place: cityCode, checkIn: soon, checkOut: addDays(soon, 1) });
    const found = "done" in answer ? answer.done : [];
    const houses = [...new Map(found.map(({ property }) => [property.id, property])).values()].filter(({ stars }) => !ratings || ratings.includes(stars));
    if (houses.length === 0) return faulty({ status: 400, code: 895, title: "NOTHING FOUND FOR REQUESTED CITY", source: { parameter: "cityCode" } });
    houses.sort((a, b) => a.distanceToCentreKm - b.distanceToCentreKm);
    return {
      status: 200,
      contentType: mediaType,
      body: {
        data: houses.map((house) => ({
          chainCode: chain,
          iataCode: cityCode,
          dupeId: Number(`7000${house.id.charCodeAt(0)}${house.id.slice(3)}`),
          name: house.name.toUpperCase(),
          hotelId: hotelIdOf(house.id),
          geoCode: { latitude: house.latitude, longitude: house.longitude },
          address: { countryCode: "ZZ" },
          distance: { value: house.distanceToCentreKm, unit: "KM" },
          // Told only to those who ask by it.
          ...(ratings ? { rating: house.stars } : {}),
        })),
        meta: { count: houses.length },
      },
    };
  }

  async function offersOf(request: SimulatedRequest): Promise<Answer> {
    const { query } = request;
    const ids = query.get("hotelIds")?.split(",") ?? [];
    if (ids.length === 0) return missingParameter("hotelIds");
    const checkIn = query.get("checkInDate") ?? new Date(world.clock.now()).toISOString().slice(0, 10);
    const rooms = Number(query.get("roomQuantity") ?? 1);
    const stay = {
      checkIn,
      checkOut: query.get("checkOutDate") ?? addDays(checkIn, 1),
      rooms,
      adults: Number(query.get("adults") ?? 1) * rooms,
      childrenAges: (query.get("childAges") ?? "").split(",").filter(Boolean).map(Number),
      currency: query.get("currency") ?? "EUR",
    };
    const found: HotelOffer[] = [];
    for (const city of new Set(ids.map((id) => id.slice(2, 5)))) {
      const answer = await ask({ place: city, ...stay });
      if ("refused" in answer) return faulty({ status: 400, code: 145, title: "DURATION PERIOD OR DATES INCORRECT" });
      found.push(...answer.done);
    }
    const full = ids.filter((id) => request.has("sold_out") || !found.some(({ property }) => hotelIdOf(property.id) === id));
    // One full house spoils the answer for all.
    if (full.length > 0)
      return faulty({
        status: 400,
        code: 3664,
        title: "NO ROOMS AVAILABLE AT REQUESTED PROPERTY",
        detail: "Provider Error",
        source: { parameter: `hotelIds=${full.join(",")}` },
      });
    const data = [];
    for (const id of ids) {
      const offers = found.filter(({ property }) => hotelIdOf(property.id) === id);
      const chosen = query.get("bestRateOnly") === "false" ? offers : offers.slice(0, 1);
      const kept = chosen.map((offer): KeptRate => ({ id: world.newId("", 10, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), offer }));
      for (const rate of kept) await rates.put(rate.id, rate);
      data.push({
        type: "hotel-offers",
        hotel: hotelDocument(chosen[0]!),
        available: true,
        offers: kept.map((rate) => rateDocument(rate, "/v3/shopping/hotel-offers")),
      });
    }
    return { status: 200, contentType: mediaType, body: { data } };
  }

  async function offerAgain(request: SimulatedRequest): Promise<Answer> {
    const kept = await rates.get(request.params.id!);
    const gone = faulty({ status: 400, code: 3494, title: "ROOM OR RATE NOT AVAILABLE OR RESTRICTED" });
    if (!kept || request.has("sold_out")) return gone;
    const answer = await worldCall(() => hotels.reprice(kept.offer, call()));
    if ("refused" in answer || answer.done.status === "sold-out" || answer.done.status === "expired") return gone;
    const current: KeptRate = { id: kept.id, offer: request.has("price_changed") ? dearer(answer.done.offer) : answer.done.offer };
    return {
      status: 200,
      contentType: mediaType,
      // Where the hotel is, only the search says.
      body: { data: { type: "hotel-offers", hotel: placeless(current.offer), available: true, offers: [rateDocument(current, "/v3/shopping/hotel-offers")] } },
    };
  }

  return [
    { method: "GET", path: "/v1/reference-data/locations/hotels/by-city", name: "list-hotels", handle: byCity },
    { method: "GET", path: "/v3/shopping/hotel-offers", name: "search-hotels", handle: offersOf },
    { method: "GET", path: "/v3/shopping/hotel-offers/:id", name: "price-hotel", handle: offerAgain },
  ];
}

/** The same rate at seven per cent more. */
function dearer(offer: HotelOffer): HotelOffer {
  const { currency } = offer.price.total;
  const total = money((minorUnits(offer.price.total) * 107n) / 100n, currency);
  return { ...offer, price: { ...offer.price, total, base: subtract(subtract(total, offer.price.taxes), offer.price.fees) } };
}
