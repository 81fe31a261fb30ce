import { z } from "zod";
import { airportsFor, type Coordinates, distanceKm } from "../../geography/index.ts";
import { compare } from "../../money.ts";
import type { HotelOffer, HotelQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import { bestOf } from "../best-of.ts";
import { eachReadable, readable } from "../readable.ts";
import { allocationsOf, stayOffer } from "./map-stay.ts";
import type { Session } from "./session.ts";
import { availability, cities, type HouseDetails, houseDetails, searched, stayProduct } from "./wire.ts";

/** A city of the vendor's, with what it does not say. */
interface City {
  id: number;
  name: string;
  centre: Coordinates;
  timeZone: string;
}

/** The vendor's own limit of one question about availability. */
const mostHouses = 50;
const keptMs = 24 * 3_600_000;
const mostKept = 5000;

export function createStaySearch(session: Session, { live, wallet }: { live: boolean; wallet: boolean }) {
  const { post, clock, country, language } = session;
  const knownCities = new Map<string, { city: City | undefined; until: number }>();
  const knownHouses = new Map<number, { house: HouseDetails; until: number }>();

  /** An airport serves several cities: the one of its name, else the nearest. */
  async function cityOf(place: string, call: SupplierCall): Promise<City | undefined> {
    const kept = knownCities.get(place);
    if (kept && kept.until > clock.now()) return kept.city;
    const airport = airportsFor(place)[0];
    if (!airport) return undefined;
    const { data } = await post("read", "common/locations/cities", { airport: airport.code, languages: [language] }, cities, call);
    const named = data.filter(({ coordinates }) => coordinates).map(({ id, name, coordinates }) => ({ id, names: Object.values(name), at: coordinates! }));
    named.sort((a, b) => distanceKm(airport, a.at) - distanceKm(airport, b.at));
    const found = named.find(({ names }) => names.includes(airport.cityName)) ?? named[0];
    const city = found && { id: found.id, name: airport.cityName, centre: found.at, timeZone: airport.timeZone };
    knownCities.set(place, { city, until: clock.now() + keptMs });
    return city;
  }

  async function housesOf(ids: readonly number[], call: SupplierCall): Promise<Map<number, HouseDetails>> {
    const now = clock.now();
    const missing = ids.filter((id) => (knownHouses.get(id)?.until ?? 0) <= now);
    if (missing.length > 0) {
      const asked = { accommodations: missing, extras: ["rooms"], languages: [language] };
      const { data } = await post("read", "accommodations/details", asked, z.looseObject({ data: z.array(z.unknown()) }), call);
      for (const house of eachReadable(houseDetails, data)) {
        if (knownHouses.size >= mostKept) knownHouses.delete(knownHouses.keys().next().value!);
        knownHouses.set(house.id, { house, until: now + keptMs });
      }
    }
    return new Map(ids.flatMap((id) => (knownHouses.has(id) ? [[id, knownHouses.get(id)!.house] as const] : [])));
  }

  return async function searchStays(query: HotelQuery, call: SupplierCall): Promise<HotelOffer[]> {
    const city = await cityOf(query.place, call);
    if (!city) return [];
    const common = {
      booker: { country, platform: "desktop" },
      checkin: query.checkIn,
      checkout: query.checkOut,
      currency: query.currency,
      guests: {
        number_of_adults: query.adults,
        number_of_rooms: query.rooms,
        allocation: allocationsOf(query),
        ...(query.childrenAges.length > 0 ? { children: query.childrenAges } : {}),
      },
      extras: ["extra_charges"],
    };
    const filters = {
      ...(query.refundableOnly ? { cancellation_type: "free_cancellation" } : {}),
      ...(query.minStars === undefined ? {} : { rating: { stars: [1, 2, 3, 4, 5].filter((stars) => stars >= query.minStars!) } }),
      // What is paid at the house must not need a card as a guarantee; the wallet needs none.
      ...(wallet ? {} : { payment: { credit_card_required: false, timing: "pay_at_the_property" } }),
    };
    const { data: hits } = await post("read", "accommodations/search", { ...common, city: city.id, rows: 50, filters }, searched, call);
    const ids = hits.slice(0, mostHouses).map(({ id }) => id);
    if (ids.length === 0) return [];
    const narrowed = query.refundableOnly ? { filters: { cancellation_type: "free_cancellation" } } : {};
    const { data: rooms } = await post("read", "accommodations/availability", { ...common, ...narrowed, accommodations: ids }, availability, call);
    const houses = await housesOf(ids, call);
    const context = { query, centre: city.centre, timeZone: city.timeZone, cityName: city.name, language, wallet, sandbox: !live, now: clock.now() };
    const offers = rooms.flatMap(({ id, currency, products }) => {
      const house = houses.get(id);
      if (!house) return [];
      return eachReadable(stayProduct, products).flatMap((product) => readable(() => stayOffer(house, product, currency.accommodation, context)) ?? []);
    });
    const fitting = offers.filter(({ price }) => !query.maxTotal || compare(price.total, query.maxTotal) <= 0);
    return bestOf(fitting, query.limit, ({ property }) => property.id);
  };
}
