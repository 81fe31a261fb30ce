import { airport, airportsFor, airportsOfCity } from "../../geography/index.ts";
import type { HotelOffer } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { cityOf, toCode, toNumber } from "./ids.ts";
import { badLink, invalid, missingHeader, testAnswer, testWord } from "./refusals.ts";
import { anyCall, type Occupancy, parseOccupancy, type Stock } from "./stock.ts";
import { isRefundable, penaltiesOf, pricingOf, type RapidPricing } from "./words.ts";

/** What a price-check link stands for: one offer of the world for each room. */
interface ShopToken {
  offers: HotelOffer[];
  occupancies: string[];
}

/** What a book link stands for. */
export interface BookToken {
  offers: HotelOffer[];
  pricing: RapidPricing[];
  expires: string;
}

const surcharge = 7;

const breakfast: Readonly<Record<string, object>> = {
  RO: {},
  BB: { "2193": { id: "2193", name: "Free breakfast" } },
  HB: { "2194": { id: "2194", name: "Half board" } },
};

export function shopRoutes(world: World, stock: Stock): Route[] {
  const tokens = world.shelf<ShopToken>("expedia", "shop");
  const books = world.shelf<BookToken>("expedia", "book");

  const airportRegion = (code: string) => {
    const one = airport(code)!;
    return {
      id: toNumber(`9${code}`),
      type: "airport",
      name: `${one.cityName} (${code})`,
      name_full: `${one.cityName}, ${one.countryName} (${code})`,
      iata_airport_code: code,
      ...(one.city === code ? {} : { iata_airport_metro_code: one.city }),
      country_code: one.country,
      coordinates: { center_longitude: one.longitude, center_latitude: one.latitude },
      associations: { multi_city_vicinity: [toNumber(one.city)] },
    };
  };

  async function regions(request: SimulatedRequest): Promise<Answer> {
    const refused = missingHeader(request, false) ?? testAnswer(request);
    if (refused) return refused;
    if (!request.query.get("language")) return invalid("language.required", "Language is required.");
    if (request.query.getAll("include").length === 0) return invalid("include.required", "Include is required.");
    const code = request.query.get("iata_location_code") ?? "";
    return { status: 200, body: airportsFor(code).map(({ code: one }) => airportRegion(one)) };
  }

  async function region({ params, query }: SimulatedRequest): Promise<Answer> {
    const city = toCode(params.id!);
    const main = airportsOfCity(city)[0];
    if (!main) return { status: 404, body: { type: "resource_not_found", message: "Region was not found." } };
    const houses = query.getAll("include").includes("property_ids") ? [...(await stock.houses(city)).keys()] : undefined;
    return {
      status: 200,
      body: {
        id: params.id,
        type: "multi_city_vicinity",
        name: main.cityName,
        name_full: `${main.cityName}, ${main.countryName}`,
        descriptor: "and vicinity",
        country_code: main.country,
        coordinates: { center_longitude: main.longitude, center_latitude: main.latitude },
        ...(houses ? { property_ids: houses } : {}),
      },
    };
  }

  async function content(request: SimulatedRequest): Promise<Answer> {
    const ids = request.query.getAll("property_id");
    if (ids.length > 250) return invalid("property_id.above_maximum", "The number of property ids must not be above 250.");
    if (!request.query.get("supply_source")) return invalid("supply_source.required", "Supply source is required.");
    const known = new Map<string, HotelOffer>();
    for (const city of new Set(ids.map(cityOf))) for (const [id, offer] of await stock.houses(city)) known.set(id, offer);
    const entries = ids.flatMap((id, i) => {
      const property = known.get(id)?.property;
      if (!property) return [];
      const address = { line_1: property.address, city: property.city };
      return [
        [
          id,
          {
            property_id: id,
            name: property.name,
            address,
            ratings: { property: { rating: `${property.stars}.0`, type: "Star" } },
            location: { coordinates: { latitude: property.latitude, longitude: property.longitude } },
            rank: i + 1,
            checkin: { begin_time: "3:00 PM", end_time: "midnight" },
            checkout: { time: "11:00 AM" },
          },
        ],
      ] as const;
    });
    return { status: 200, body: Object.fromEntries(entries) };
  }

  /** The problem with the question; undefined when it is a good one. */
  function badQuestion({ query }: SimulatedRequest, rooms: readonly (Occupancy | undefined)[]): Answer | undefined {
    for (const name of ["checkin", "checkout", "currency", "country_code", "language", "rate_plan_count", "sales_channel", "sales_environment"])
      if (!query.get(name)) return invalid(`${name}.required`, `${name} is required.`);
    const ids = query.getAll("property_id").length;
    if (ids < 1 || ids > 250) return invalid("property_id.invalid", "1 to 250 property ids can be given.");
    if (rooms.length < 1 || rooms.length > 8 || rooms.some((room) => room === undefined)) return invalid("occupancy.invalid", "Occupancy is invalid.");
    const nights = (Date.parse(query.get("checkout")!) - Date.parse(query.get("checkin")!)) / 86_400_000;
    return nights >= 1 && nights <= 28 ? undefined : invalid("checkout.invalid", "A stay is 1 to 28 nights.");
  }

  async function rateOf(offers: HotelOffer[], occupancies: string[], holdable: boolean) {
    const first = offers[0]!;
    const id = toNumber(first.property.id);
    const roomId = toNumber(first.room.name.slice(0, 3));
    const rateId = toNumber(first.ratePlan.code);
    const token = world.newId("", 40);
    await tokens.put(token, { offers, occupancies });
    const href = `/v3/properties/${id}/rooms/${roomId}/rates/${rateId}?token=${token}`;
    const bed = toNumber(first.room.name.slice(0, 2));
    return {
      id: rateId,
      status: "available",
      available_rooms: first.seatsRemaining,
      refundable: isRefundable(first),
      ...(holdable ? { holdable: true } : {}),
      member_deal_available: false,
      sale_scenario: { package: false, member: false, corporate: false, distribution: false },
      merchant_of_record: "expedia",
      amenities: breakfast[first.ratePlan.board] ?? {},
      links: { payment_options: { method: "GET", href: `/v3/properties/${id}/payment-options?token=${token}` } },
      bed_groups: {
        [bed]: { links: { price_check: { method: "GET", href, expires: first.offerExpiresAt } }, id: bed, description: first.room.beds },
      },
      ...(isRefundable(first) ? { cancel_penalties: penaltiesOf(first) } : {}),
      occupancy_pricing: Object.fromEntries(offers.map((offer, i) => [occupancies[i]!, pricingOf(offer)])),
    };
  }

  async function availability(request: SimulatedRequest): Promise<Answer> {
    const { query } = request;
    const occupancies = query.getAll("occupancy");
    const rooms = occupancies.map(parseOccupancy);
    const refused = missingHeader(request, false) ?? testAnswer(request) ?? badQuestion(request, rooms);
    if (refused) return refused;
    if (request.has("sold_out")) return { status: 200, body: [] };
    const asked = [query.get("checkin")!, query.get("checkout")!, query.get("currency")!] as const;
    const found = await stock.rates(query.getAll("property_id"), rooms as Occupancy[], ...asked);
    const wanted = found.filter(([offer]) => !query.getAll("filter").includes("refundable") || isRefundable(offer!));
    const houses = new Map<string, Map<string, HotelOffer[][]>>();
    for (const offers of wanted) {
      const { property, room } = offers[0]!;
      const ofHouse = houses.get(property.id) ?? new Map<string, HotelOffer[][]>();
      ofHouse.set(room.name, [...(ofHouse.get(room.name) ?? []), offers]);
      houses.set(property.id, ofHouse);
    }
    const holdable = query.getAll("include").includes("rooms.rates.holdable");
    const most = Number(query.get("rate_plan_count"));
    const body = [];
    for (const [id, ofHouse] of houses) {
      const bodies = [];
      for (const [name, rates] of ofHouse)
        bodies.push({
          id: toNumber(name.slice(0, 3)),
          room_name: name,
          rates: await Promise.all(rates.slice(0, most).map((offers) => rateOf(offers, occupancies, holdable))),
        });
      body.push({ property_id: toNumber(id), status: "available", rooms: bodies, score: 100 });
    }
    return { status: 200, body };
  }

  async function priceCheck(request: SimulatedRequest): Promise<Answer> {
    const refused = missingHeader(request, false) ?? testAnswer(request);
    if (refused) return refused;
    const kept = await tokens.get(request.query.get("token") ?? "");
    if (!kept) return badLink();
    if (Date.parse(kept.offers[0]!.offerExpiresAt) <= world.clock.now()) return invalid("link.expired", "Link is expired.");
    const shop = { shop: { method: "GET", href: `/v3/properties/${request.params.property}/availability?token=${request.query.get("token")}` } };
    const word = testWord(request);
    const now = await Promise.all(kept.offers.map((offer) => stock.hotels.reprice(offer, anyCall)));
    if (word === "sold_out" || request.has("sold_out") || now.some(({ status }) => status === "sold-out"))
      return { status: 200, body: { status: "sold_out", links: shop } };
    const offers = now.map((one, i) => ("offer" in one ? one.offer : kept.offers[i]!));
    const dearer = word === "price_changed" || request.has("price_changed") ? surcharge : 0;
    const pricing = offers.map((offer) => pricingOf(offer, dearer));
    const token = world.newId("", 40);
    const { offerExpiresAt: expires } = kept.offers[0]!;
    await books.put(token, { offers, pricing, expires });
    const changed = dearer > 0 || now.some(({ status }) => status === "price-changed");
    return {
      status: 200,
      body: {
        status: changed ? "price_changed" : "available",
        occupancy_pricing: Object.fromEntries(pricing.map((one, i) => [kept.occupancies[i]!, one])),
        links: { book: { method: "POST", href: `/v3/itineraries?token=${token}`, expires } },
      },
    };
  }

  return [
    { method: "GET", path: "/v3/regions", name: "regions", handle: regions },
    { method: "GET", path: "/v3/regions/:id", name: "region", handle: region },
    { method: "GET", path: "/v3/properties/content", name: "content", handle: content },
    { method: "GET", path: "/v3/properties/availability", name: "availability", handle: availability },
    { method: "GET", path: "/v3/properties/:property/rooms/:room/rates/:rate", name: "price-check", handle: priceCheck },
  ];
}
