import { airport, airportsOfCity } from "../../geography/index.ts";
import { minorUnits, money, sum } from "../../money.ts";
import type { HotelOffer } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { anyCall, type Envelopes, moment, toCode, toNumber } from "./answers.ts";
import type { DemandBook, OrderDocument } from "./order-book.ts";
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
interface Guest {
  name?: string;
  email?: string;
}
export interface CreateInput {
  order_token?: string;
  accommodation?: { label?: string; products?: { id: string; guests?: Guest[] }[] };
  car?: { label?: string; driver?: { first_name?: string; last_name?: string; title?: string; address?: { country?: string } } };
  booker?: { name?: { first_name?: string; last_name?: string }; email?: string; telephone?: string; address?: { country?: string } };
  payment?: { timing?: string; method?: string; card?: object };
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

export interface StayDocument extends OrderDocument {
  order_of: "stay";
  rooms: { offer: HotelOffer; guest: string; id: string }[];
  fee?: number;
  cancelledAt?: number;
}

const surcharge = 1.07;
const both = (value: number | null) => ({ accommodation_currency: value, booker_currency: value });
const tokenMs = 15 * 60_000;

export function stayRoutes(world: World, { good, bad }: Envelopes, book: DemandBook) {
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

  /** Called with a token that is good and a booker who is complete. */
  async function create(request: SimulatedRequest, name: string, token: OrderToken): Promise<Answer> {
    const { accommodation, booker, payment } = request.json as CreateInput;
    const { label = null, products = [] } = accommodation ?? {};
    if (products.length !== token.products.length || products.some(({ id }, i) => id !== token.products[i]))
      return bad(400, "invalid_request", "The products do not match those of the preview.");
    if (token.used) return bad(400, "invalid_token", "Token 'order_token' is invalid.");
    if (payment?.timing === "pay_online_now" && payment.method !== "wallet" && !payment.card)
      return bad(400, "missing_parameter", "Parameter 'payment.method' is missing.");
    if (request.has("card_declined")) return bad(422, "payment_refused_insufficient_funds", "The payment was refused.");
    if (request.has("sold_out")) return bad(409, "order_unavailable", "Order has unavailable items.");
    const order = world.newId("5", 14, "0123456789");
    const bought: string[] = [];
    for (const [i, offer] of token.offers.entries()) {
      const traveller = { id: "1", givenName: booker!.name!.first_name!, familyName: booker!.name!.last_name!, ptc: "ADT" as const };
      const maxTotal = money(minorUnits(offer.price.total) * 2n, offer.price.total.currency);
      try {
        bought.push(
          (await hotels.book({ offer, travellers: [traveller], contact: { email: booker!.email! }, key: `${order}-${i}`, maxTotal }, anyCall)).reference,
        );
      } catch {
        for (const reference of bought) await cancelInWorld(reference);
        return bad(409, "order_unavailable", "Order has unavailable items.");
      }
    }
    const now = world.clock.now();
    const { currency } = token.offers[0]!.price.total;
    const document: StayDocument = {
      order_of: "stay",
      order,
      reservation: world.newId("3", 9, "0123456789"),
      service: "accommodations",
      label,
      booker: { email: booker!.email! },
      createdAt: now,
      updatedAt: now,
      status: "booked",
      total: sum(
        token.offers.flatMap(({ price, mandatoryFees }) => [price.total, ...(mandatoryFees ? [mandatoryFees] : [])]),
        currency,
      ),
      world: bought,
      rooms: token.offers.map((offer, i) => ({ offer, guest: products[i]!.guests?.[0]?.name ?? "", id: `${order}${i}` })),
    };
    await book.put(document);
    await tokens.put(name, { ...token, used: document.reservation });
    if (request.has("duplicate"))
      return bad(409, "duplicate_request", "This reservation already exists for the submitted request. Do not retry the request.", {
        reservation: document.reservation,
      });
    return good({ order, accommodation: { pincode: "0000", reservation: document.reservation }, payment: {} });
  }

  async function cancelInWorld(reference: string): Promise<number> {
    const { token } = await hotels.quoteCancel(reference, anyCall);
    return Number((await hotels.cancel(reference, token, `x${reference}`, anyCall)).penalty!.amount);
  }

  async function cancel(document: StayDocument, status: string): Promise<void> {
    let fee = 0;
    for (const reference of document.world) fee += await cancelInWorld(reference);
    const now = world.clock.now();
    await book.put({ ...document, status, fee, cancelledAt: now, updatedAt: now } as StayDocument);
  }

  async function read({ json }: SimulatedRequest): Promise<Answer> {
    const { reservations } = json as { reservations?: string[] };
    if (!reservations?.length) return bad(400, "missing_parameter", "One of the following parameters is missing: 'orders' and 'reservations'.");
    const documents = await Promise.all(reservations.map((id) => book.byReservation(id)));
    const own = documents.filter((one): one is StayDocument => one !== undefined && one.service === "accommodations" && book.visible(one));
    return good(
      own.map((one) => ({
        id: one.order,
        accommodation: toNumber(one.rooms[0]!.offer.property.id),
        accommodation_order_references: [`H${one.reservation}`],
        booker: { platform: "desktop" },
        cancellation_details:
          one.cancelledAt === undefined
            ? null
            : { at: moment(one.cancelledAt), fee: both(Number(one.fee!.toFixed(2))), original_total_price: both(Number(one.total.amount)) },
        checkin: one.rooms[0]!.offer.checkIn.local.slice(0, 10),
        checkout: one.rooms[0]!.offer.checkOut.local.slice(0, 10),
        commission: { actual_amount: null, actual_percentage: null, estimated_amount: both(Math.round(Number(one.total.amount) * 12) / 100) },
        currency: { accommodation: one.total.currency, booker: one.total.currency },
        inventory: { third_party: false, type: "sell" },
        label: one.label,
        pin_code: "0000",
        price: { commissionable: both(Number(one.total.amount)), total: both(Number(one.total.amount)) },
        products: one.rooms.map(({ offer, guest, id }) => ({
          allocation: { guests: 1, adults: offer.guests.adults, children: offer.guests.childrenAges },
          guests: [{ email: null, name: guest }],
          policies: { cancellation: scheduleOf(offer, null), meal_plan: mealPlanOf(offer), smoking_preference: null },
          room: String(toNumber(offer.room.name.slice(0, 3))),
          room_reservation: id,
          status: one.status,
        })),
        reservation: one.reservation,
        status: one.status,
      })),
    );
  }

  async function modify(request: SimulatedRequest): Promise<Answer> {
    const { modification } = request.json as {
      modification?: { accommodation?: { reservation?: string; type?: string; change?: { room_reservation?: string; guests?: Guest[] } } };
    };
    const { reservation = "", type, change } = modification?.accommodation ?? {};
    const document = (await book.byReservation(reservation)) as StayDocument | undefined;
    const room = document?.rooms.find(({ id }) => id === change?.room_reservation);
    const ok = document?.status === "booked" && type === "room" && room && !request.has("error_in_200");
    if (ok) {
      room.guest = change?.guests?.[0]?.name ?? room.guest;
      await book.put({ ...document, updatedAt: world.clock.now() } as StayDocument);
    }
    // A failure is a success with another word inside.
    return { status: 200, body: { modification: { accommodation: { status: ok ? "successful" : "failed" } } } };
  }

  const routes: Route[] = [
    { method: "POST", path: "/3.2/common/locations/cities", name: "cities", handle: cities },
    { method: "POST", path: "/3.2/accommodations/search", name: "stay-search", handle: search },
    { method: "POST", path: "/3.2/accommodations/availability", name: "stay-availability", handle: availability },
    { method: "POST", path: "/3.2/accommodations/details", name: "stay-details", handle: details },
    { method: "POST", path: "/3.2/orders/details/accommodations", name: "read-stay", handle: read },
    { method: "POST", path: "/3.2/orders/modify", name: "modify", handle: modify },
  ];
  return { routes, preview, create, cancel };
}
