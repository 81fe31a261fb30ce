import { airport, airportsOfCity } from "../../geography/index.ts";
import { minorUnits } from "../../money.ts";
import type { HotelOffer } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { anyCall, type Envelopes, toCode, toNumber } from "./answers.ts";
import { cancellationOf, mealPlanOf, priceOf, scheduleOf, timingsOf } from "./stay-words.ts";

interface Allocation {
  number_of_adults: number;
  children?: number[];
}
interface Guests extends Allocation {
  number_of_rooms: number;
  allocation?: Allocation[];
}
interface StayInput {
  booker?: { country?: string; platform?: string };
  checkin?: string;
  checkout?: string;
  currency?: string;
  city?: number;
  rows?: number;
  accommodations?: number[];
  guests?: Guests;
  filters?: { cancellation_type?: string; rating?: { stars?: number[] }; payment?: { timing?: string } };
}
interface PreviewInput {
  currency?: string;
  accommodation?: StayInput & { id?: number; products?: { id: string; allocation: Allocation }[] };
}
/** A preview, good for one order for a quarter of an hour. */
export interface OrderToken {
  service: "accommodations" | "cars";
  offers: HotelOffer[];
  products: string[];
  until: number;
  car?: string;
  used?: string;
}

const surcharge = 1.07;
const both = (value: number | null) => ({ accommodation_currency: value, booker_currency: value });
const tokenMs = 15 * 60_000;

/** Stays before they are ordered. */
export function stayShop(world: World, { good, bad }: Envelopes) {
  const hotels = world.counter("booking").supplier.hotels!;
  const tokens = world.shelf<OrderToken>("booking", "tokens");
  const productId = ({ property, room, ratePlan }: HotelOffer) => `${toNumber(property.id)}_${toNumber(room.name.slice(0, 3))}_${toNumber(ratePlan.code)}_0_0`;

  const offersOf = (city: string, { number_of_adults: adults, children = [] }: Allocation, checkIn: string, checkOut: string, currency: string) =>
    hotels.search({ place: city, checkIn, checkOut, rooms: 1, adults, childrenAges: children, refundableOnly: false, currency, limit: 1000 }, anyCall);

  function problemWith({ booker, checkin, checkout, guests }: StayInput): Answer | undefined {
    if (!booker?.country || !booker.platform) return bad(400, "missing_parameter", "Parameter 'booker' is missing.");
    if (!/^[a-z]{2}$/.test(booker.country)) return bad(400, "invalid_parameter", "Parameter 'booker.country' is invalid.");
    if (!checkin || !checkout) return bad(400, "missing_parameter", "Parameter 'checkin' is missing.");
    return !guests?.number_of_adults || !guests.number_of_rooms ? bad(400, "missing_parameter", "Parameter 'guests' is missing.") : undefined;
  }

  const roomsOf = ({ number_of_adults, number_of_rooms, children = [], allocation }: Guests): Allocation[] =>
    allocation ??
    Array.from({ length: number_of_rooms }, (_, i) => ({ number_of_adults: Math.ceil(number_of_adults / number_of_rooms), children: i === 0 ? children : [] }));

  function cities({ json }: SimulatedRequest): Answer {
    const one = airport((json as { airport?: string }).airport ?? "");
    if (!one) return good([], { metadata: { next_page: null } });
    const city = { id: -toNumber(one.city), name: { "en-gb": one.cityName }, coordinates: { latitude: one.latitude, longitude: one.longitude } };
    // Airports serve places around as well.
    const other = { id: -toNumber("ZZZ"), name: { "en-gb": "Airport village" }, coordinates: { latitude: one.latitude + 0.001, longitude: one.longitude } };
    return good([other, city], { metadata: { next_page: null } });
  }

  /** What fits all rooms, with the filters of the question. */
  async function found(input: StayInput, city: string): Promise<HotelOffer[]> {
    const [first, ...others] = await Promise.all(
      roomsOf(input.guests!).map((room) => offersOf(city, room, input.checkin!, input.checkout!, input.currency ?? "EUR")),
    );
    const { cancellation_type: free, rating, payment } = input.filters ?? {};
    return (first ?? []).filter(
      (offer) =>
        (offer.seatsRemaining ?? 0) > others.length &&
        others.every((offers) => offers.some((other) => productId(other) === productId(offer))) &&
        (free === undefined || minorUnits(offer.cancellation[0]!.penalty) === 0n) &&
        (!rating?.stars || rating.stars.includes(offer.property.stars)) &&
        (payment?.timing === undefined || timingsOf(offer).some((timing) => timing.startsWith(payment.timing!))),
    );
  }

  async function search(request: SimulatedRequest): Promise<Answer> {
    const input = request.json as StayInput;
    const problem = problemWith(input);
    if (problem) return problem;
    if (input.rows !== undefined && (input.rows % 10 !== 0 || input.rows > 100)) return bad(400, "invalid_parameter", "Parameter 'rows' is invalid.");
    if (request.has("sold_out")) return good([], { metadata: { next_page: null } });
    const offers = await found(input, toCode(-(input.city ?? 0)));
    const cheapest = new Map<string, HotelOffer>();
    for (const offer of offers) if (!cheapest.has(offer.property.id)) cheapest.set(offer.property.id, offer);
    const data = [...cheapest.values()].slice(0, input.rows ?? 100).map((offer) => ({
      id: toNumber(offer.property.id),
      currency: { accommodation: offer.price.total.currency, booker: offer.price.total.currency },
      price: priceOf([offer]),
      url: "https://www.example.com/hotel.html",
    }));
    return good(data, { metadata: { next_page: null } });
  }

  async function availability(request: SimulatedRequest): Promise<Answer> {
    const input = request.json as StayInput;
    const problem = problemWith(input);
    if (problem) return problem;
    const ids = input.accommodations ?? [];
    if (ids.length === 0 || ids.length > 50) return bad(400, "invalid_parameter", "Parameter 'accommodations' is invalid.");
    const data = [];
    for (const city of new Set(ids.map((id) => toCode(id).slice(0, 3)))) {
      const offers = await found(input, city);
      for (const id of ids.filter((one) => toCode(one).startsWith(city))) {
        const own = offers.filter(({ property }) => toNumber(property.id) === id);
        if (own.length === 0) continue;
        const { currency } = own[0]!.price.total;
        data.push({
          id,
          currency: { accommodation: currency, booker: currency },
          products: own.map((offer) => ({
            id: productId(offer),
            bundle: null,
            deal: null,
            inventory: { third_party: false, type: "sell" },
            maximum_occupancy: { adults: 4, children: null, total: 4 },
            number_available: offer.seatsRemaining,
            policies: { cancellation: cancellationOf(offer), meal_plan: mealPlanOf(offer), payment: { timings: timingsOf(offer) } },
            price: priceOf([offer]),
            room: String(toNumber(offer.room.name.slice(0, 3))),
          })),
        });
      }
    }
    return good(data);
  }

  async function details({ json }: SimulatedRequest): Promise<Answer> {
    const { accommodations: ids = [] } = json as { accommodations?: number[] };
    if (ids.length > 100) return bad(400, "invalid_parameter", "Parameter 'accommodations' is invalid.");
    const day = (ahead: number) => new Date(world.clock.now() + ahead * 86_400_000).toISOString().slice(0, 10);
    const data = [];
    for (const city of new Set(ids.map((id) => toCode(id).slice(0, 3)))) {
      const offers = await offersOf(city, { number_of_adults: 1 }, day(60), day(61), "EUR");
      const larger = await offersOf(city, { number_of_adults: 3 }, day(60), day(61), "EUR");
      for (const id of ids.filter((one) => toCode(one).startsWith(city))) {
        const own = [...offers, ...larger].filter(({ property }) => toNumber(property.id) === id);
        const property = own[0]?.property;
        if (!property) continue;
        const rooms = [...new Set(own.map(({ room }) => room.name))].map((name) => ({ id: String(toNumber(name.slice(0, 3))), name: { "en-gb": name } }));
        data.push({
          id,
          name: { "en-gb": property.name },
          location: {
            address: { "en-gb": property.address.split(",")[0] },
            city: -toNumber(city),
            coordinates: { latitude: property.latitude, longitude: property.longitude },
            country: airportsOfCity(city)[0]!.country.toLowerCase(),
          },
          checkin_checkout_times: { checkin_from: "15:00:00", checkin_to: null, checkout_from: null, checkout_to: "11:00:00" },
          currency: "EUR",
          rating: { number_of_reviews: 100, review_score: 8.5, stars: property.stars, stars_type: "official" },
          rooms,
        });
      }
    }
    return good(data, { metadata: { next_page: null } });
  }

  async function preview(request: SimulatedRequest): Promise<Answer> {
    const { currency, accommodation } = request.json as PreviewInput;
    const { id, booker, checkin, checkout, products } = accommodation ?? {};
    if (!id || !booker?.country || !checkin || !checkout || !products?.length) return bad(400, "invalid_request", "Invalid request parameters.");
    if (request.has("sold_out")) return bad(409, "order_unavailable", "Order has unavailable items.");
    const offers: HotelOffer[] = [];
    for (const { id: wanted, allocation } of products) {
      const all = await offersOf(toCode(id).slice(0, 3), allocation, checkin, checkout, currency ?? "EUR");
      const offer = all.find((one) => productId(one) === wanted);
      if (!offer || (offer.seatsRemaining ?? 0) < products.length) return bad(409, "order_unavailable", "Order has unavailable items.");
      offers.push(offer);
    }
    const token = world.newId("", 60);
    await tokens.put(token, { service: "accommodations", offers, products: products.map((product) => product.id), until: world.clock.now() + tokenMs });
    const price = priceOf(offers);
    const dearer = (amount: ReturnType<typeof both>) => both(Math.round(amount.accommodation_currency! * surcharge * 100) / 100);
    const shown = request.has("price_changed") ? { ...price, chargeable_online: dearer(price.chargeable_online), total: dearer(price.total) } : price;
    const methods = { airplus: true, cards: [1, 2, 3], wallet: true };
    const timings = timingsOf(offers[0]!);
    const terms = (timing: string, required: boolean) => (timings.includes(timing) ? { dates: [], method_required: required, methods } : null);
    return good({
      accommodation: {
        id,
        currency: { accommodation: offers[0]!.price.total.currency, booker: null },
        general_policies: {
          payment: {
            pay_online_now: terms("pay_online_now", true),
            pay_online_later: null,
            pay_at_the_property: terms("pay_at_the_property", request.has("card_declined")),
          },
        },
        price: shown,
        products: offers.map((offer, i) => ({
          id: products[i]!.id,
          policies: { cancellation: scheduleOf(offer, "now"), meal_plan: mealPlanOf(offer) },
          price: priceOf([offer]),
          room: String(toNumber(offer.room.name.slice(0, 3))),
          occupancy_mismatch: request.has("partial")
            ? { allocated: { number_of_adults: 1, children: null }, unallocated: { number_of_adults: 1, children: null } }
            : null,
        })),
      },
      order_token: token,
    });
  }

  const routes: Route[] = [
    { method: "POST", path: "/3.2/common/locations/cities", name: "cities", handle: cities },
    { method: "POST", path: "/3.2/accommodations/search", name: "stay-search", handle: search },
    { method: "POST", path: "/3.2/accommodations/availability", name: "stay-availability", handle: availability },
    { method: "POST", path: "/3.2/accommodations/details", name: "stay-details", handle: details },
  ];
  return { routes, preview };
}
