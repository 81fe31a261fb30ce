import { airport } from "../../geography/index.ts";
import { minorUnits, money, subtract } from "../../money.ts";
import type { CarOffer } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { anyCall, type Envelopes, moment, toNumber } from "./answers.ts";
import type { DemandBook, OrderDocument } from "./order-book.ts";
import type { CreateInput, OrderToken } from "./stays.ts";

interface RoutePoint {
  datetime?: string;
  location?: { airport?: string };
}
interface CarSearchInput {
  booker?: { country?: string };
  currency?: string;
  driver?: { age?: number };
  filters?: { transmission_type?: string };
  route?: { pickup?: RoutePoint; dropoff?: RoutePoint };
}

export interface CarDocument extends OrderDocument {
  order_of: "car";
  offer: CarOffer;
  timing: string;
  driver: string;
}

const surcharge = 1.07;
const hour = 3_600_000;
const tokenMs = 15 * 60_000;

/** How each company wants to be paid here: a customer at the counter, with or without a card beforehand, online, or partly. */
const timings: Readonly<Record<string, { timing: string; card: boolean | null }>> = {
  ZE: { timing: "pay_at_pickup", card: false },
  SX: { timing: "pay_at_pickup", card: false },
  X1: { timing: "pay_at_pickup", card: false },
  ZI: { timing: "pay_at_pickup", card: true },
  EP: { timing: "pay_partial_online_now", card: null },
};
const timingOf = ({ vendor }: CarOffer) => timings[vendor.code] ?? { timing: "pay_online_now", card: null };

export function carRoutes(world: World, { good, bad }: Envelopes, book: DemandBook, { sandbox }: { sandbox: boolean }) {
  const cars = world.counter("booking").supplier.cars!;
  const offers = world.shelf<{ offer: CarOffer; search: string }>("booking", "car-offers");
  const models = world.shelf<CarOffer>("booking", "car-models");
  const places = world.shelf<string>("booking", "depots");
  const names = world.shelf<string>("booking", "car-suppliers");
  const tokens = world.shelf<OrderToken>("booking", "tokens");

  const modelId = ({ vendor, vehicle }: CarOffer) => toNumber(`${vehicle.acriss}${vendor.code}`);

  async function search(request: SimulatedRequest): Promise<Answer> {
    const { booker, currency = "EUR", driver, filters, route } = request.json as CarSearchInput;
    if (!booker?.country) return bad(400, "missing_parameter", "Parameter 'booker' is missing.");
    const { pickup, dropoff } = route ?? {};
    if (!pickup?.datetime || !dropoff?.datetime || !pickup.location?.airport || !dropoff.location?.airport || !driver?.age)
      return bad(400, "missing_parameter", "Parameter 'route' is missing.");
    const query = {
      pickUp: pickup.location.airport,
      dropOff: dropoff.location.airport,
      pickUpAt: pickup.datetime.slice(0, 16),
      dropOffAt: dropoff.datetime.slice(0, 16),
      driverAge: driver.age,
      automaticOnly: filters?.transmission_type === "automatic",
      currency,
      limit: 100,
    };
    const found = request.has("sold_out") ? [] : await cars.search(query, anyCall);
    const search = world.newId("", 80);
    const data = [];
    for (const offer of found) {
      const id = Number(world.newId("8", 8, "0123456789"));
      await offers.put(String(id), { offer, search });
      await models.put(String(modelId(offer)), offer);
      await names.put(String(toNumber(offer.vendor.code)), offer.vendor.name);
      for (const { locationCode } of [offer.pickUp, offer.dropOff]) await places.put(String(toNumber(locationCode)), locationCode);
      const { price } = offer;
      const fees = Number(price.fees.amount);
      const free = minorUnits(offer.cancellation[0]!.penalty) === 0n;
      const { timing, card } = timingOf(offer);
      const point = (code: string) => ({ depot: toNumber(code), depot_location_type: "in_terminal" });
      data.push({
        car: modelId(offer),
        offer: id,
        categories: [offer.vehicle.category === "suv" ? "suvs" : "medium"],
        policies: {
          cancellation: free
            ? { type: "free_cancellation", details: { context: "before_pickup", duration: "PT48H" } }
            : { type: "non-refundable", details: null },
          deposit: offer.deposit ? { amount: Number(offer.deposit.amount), currency: offer.deposit.currency } : null,
          insurance_package: "basic",
          fuel: "return_same",
          mileage:
            offer.mileage === "unlimited"
              ? { type: "unlimited" }
              : { type: "limited", distance_limit: Number.parseInt(offer.mileage, 10), distance_unit: "kilometers" },
          payment: { timing },
        },
        price: {
          total: Number(price.total.amount),
          currency,
          credit_card_required: card,
          extra_charges: fees > 0 ? [{ charge: "one_way_fee", total_amount: fees }] : [],
        },
        route: { pickup: point(offer.pickUp.locationCode), dropoff: point(offer.dropOff.locationCode) },
        supplier: toNumber(offer.vendor.code),
        special_offer: null,
      });
    }
    return good(data, { metadata: { next_page: null, total_results: data.length }, search_token: search });
  }

  /** A list that is only given as a whole, page by page. */
  function listed<T>(all: readonly T[], { json }: SimulatedRequest): Answer {
    const { maximum_results: most = 100, page } = (json ?? {}) as { maximum_results?: number; page?: string };
    if (most % 10 !== 0 || most < 10 || most > 100) return bad(400, "invalid_parameter", "Parameter 'maximum_results' is invalid.");
    const from = Number(page ?? 0);
    const size = Math.min(most, 20);
    return good(all.slice(from, from + size), { metadata: { next_page: from + size < all.length ? String(from + size) : null } });
  }

  async function details(request: SimulatedRequest): Promise<Answer> {
    const all = (await models.all()).map((offer) => {
      const { acriss, seats, bags, exampleModel, transmission } = offer.vehicle;
      const [make = "", ...model] = exampleModel.split(" ");
      return {
        id: modelId(offer),
        capacity: { bags: { large: bags, small: 0 }, doors: "4/5", seats: seats > 5 ? `5+${seats - 5}` : String(seats) },
        country: "pt",
        features: ["air_conditioning"],
        make,
        model: model.join(" "),
        specification: { code: acriss, description: offer.vehicle.category, fuel: "petrol", transmission },
        supplier: toNumber(offer.vendor.code),
      };
    });
    return listed(all, request);
  }

  async function depots(request: SimulatedRequest): Promise<Answer> {
    const all = (await places.all()).map((code) => {
      const { name, country } = airport(code)!;
      return {
        id: toNumber(code),
        location: { address: "Arrivals hall", airport: code, country: country.toLowerCase(), name: { "en-gb": `${name} Airport` } },
        supplier: 1,
      };
    });
    return listed(all, request);
  }

  async function suppliers({ json }: SimulatedRequest): Promise<Answer> {
    const { suppliers: ids = [] } = json as { suppliers?: number[] };
    const found = await Promise.all(ids.map(async (id) => ({ id, name: await names.get(String(id)), logo: "https://example.com/logo.jpeg" })));
    return good(found.filter(({ name }) => name !== undefined));
  }

  async function preview(request: SimulatedRequest): Promise<Answer> {
    const { car } = request.json as { car?: { offer?: number; search_token?: string } };
    const kept = await offers.get(String(car?.offer));
    if (!kept || kept.search !== car?.search_token) return bad(400, "invalid_request", `Offer ${String(car?.offer)} is invalid`);
    const { offer } = kept;
    if (Date.parse(offer.offerExpiresAt) <= world.clock.now()) return bad(400, "expired_token", "Token 'search_token' has expired.");
    const now = await cars.reprice(offer, anyCall);
    if (request.has("sold_out") || now.status === "sold-out") return bad(409, "order_unavailable", "Order has unavailable items.");
    const token = world.newId("", 60);
    await tokens.put(token, { service: "cars", offers: [], products: [], until: world.clock.now() + tokenMs, car: String(car.offer) });
    const value = Number(offer.price.total.amount);
    const { currency } = offer.price.total;
    const shown = request.has("price_changed") ? Math.round(value * surcharge * 100) / 100 : value;
    const { timing } = timingOf(offer);
    const pay = { value: shown, currency, timing };
    return good({
      car: {
        offer: car.offer,
        currency: { booker: currency, payment: currency },
        price: { base: { display: pay, pay }, extra_charges: { non_conditional: [] }, products: [], total: pay },
        policies: {
          cancellation: { details: { context: "before_pickup", duration: "PT48H" }, type: "free_cancellation" },
          fuel_policy: "return_same",
          mileage: { distance_limit: null, distance_unit: "kilometers", amount: null, currency: null, type: "unlimited" },
        },
        insurance: null,
      },
      order_token: token,
    });
  }

  const blocked = (path: string) =>
    bad(403, "sandbox_blocked", `The ${path} endpoint for cars is not available in the sandbox. Use the production environment instead.`);

  async function create(request: SimulatedRequest, name: string, token: OrderToken): Promise<Answer> {
    if (sandbox) return blocked("/orders/create");
    const { car, booker, payment } = request.json as CreateInput;
    const { first_name: first, last_name: last, title, address } = car?.driver ?? {};
    if (!first || !last || !title || !address?.country) return bad(400, "missing_parameter", "Parameter 'car.driver' is missing.");
    if (token.used)
      return bad(409, "duplicate_request", "This reservation already exists for the submitted request. Do not retry the request.", { reservation: token.used });
    if (request.has("card_declined")) return bad(422, "payment_refused_insufficient_funds", "The payment was refused.");
    const { offer } = (await offers.get(token.car!))!;
    const { timing } = timingOf(offer);
    if (payment?.timing !== timing) return bad(400, "invalid_parameter", "Parameter 'payment.timing' is invalid.");
    if (timing === "pay_online_now" && payment.method !== "wallet" && !payment.card)
      return bad(400, "missing_parameter", "Parameter 'payment.method' is missing.");
    const order = world.newId("5", 14, "0123456789");
    const traveller = { id: "1", givenName: first, familyName: last, ptc: "ADT" as const };
    const maxTotal = money(minorUnits(offer.price.total) * 2n, offer.price.total.currency);
    let bought: string;
    try {
      if (request.has("sold_out")) throw new Error("sold out");
      bought = (await cars.book({ offer, travellers: [traveller], contact: { email: booker!.email! }, key: order, maxTotal }, anyCall)).reference;
    } catch {
      return bad(409, "order_unavailable", "Order has unavailable items.");
    }
    const now = world.clock.now();
    const document: CarDocument = {
      order_of: "car",
      order,
      reservation: world.newId("8", 7, "0123456789"),
      service: "cars",
      label: car?.label ?? null,
      booker: { email: booker!.email! },
      createdAt: now,
      updatedAt: now,
      status: request.has("pending_then_webhook") ? "processing" : "booked",
      total: offer.price.total,
      world: [bought],
      offer,
      timing,
      driver: `${first} ${last}`,
    };
    await book.put(document);
    await tokens.put(name, { ...token, used: document.reservation });
    if (request.has("duplicate"))
      return bad(409, "duplicate_request", "This reservation already exists for the submitted request. Do not retry the request.", {
        reservation: document.reservation,
      });
    return good({ order, car: { reservation_id: document.reservation, status: "Processing" } });
  }

  async function cancel(document: CarDocument): Promise<void> {
    const { token } = await cars.quoteCancel(document.world[0]!, anyCall);
    await cars.cancel(document.world[0]!, token, `x${document.reservation}`, anyCall);
    await book.put({ ...document, status: "cancelled", updatedAt: world.clock.now() } as CarDocument);
  }

  async function live({ json }: SimulatedRequest): Promise<Answer> {
    const { reservations, booker } = json as { reservations?: string[]; booker?: { country?: string } };
    if (reservations?.length !== 1) return bad(400, "missing_parameter", "One of the following parameters is missing: 'reservations'.");
    if (!booker?.country) return bad(400, "missing_parameter", "Parameter 'booker' is missing.");
    const found = (await book.byReservation(reservations[0]!)) as CarDocument | undefined;
    if (found?.service !== "cars" || !book.visible(found)) return good([]);
    const { offer, total, timing, status } = found;
    const start = Date.parse(offer.pickUp.time.utc);
    const dayRate = offer.cancellation.find(({ from }) => from !== "now")?.penalty ?? total;
    const shown = (value: number) => ({ display: { value, currency: total.currency }, pay: { value, currency: total.currency, timing } });
    const all = Number(total.amount);
    return good([
      {
        affiliate: 1234567,
        reservation: found.reservation,
        duration: 3,
        status: status === "booked" ? "confirmed" : status,
        pickup: {
          datetime: offer.pickUp.time.local,
          location: offer.pickUp.address,
          depot_type: "Airport",
          depot_id: String(toNumber(offer.pickUp.locationCode)),
        },
        dropoff: {
          datetime: offer.dropOff.time.local,
          location: offer.dropOff.address,
          depot_type: "Airport",
          depot_id: String(toNumber(offer.dropOff.locationCode)),
        },
        driver: { name: found.driver },
        car: {
          id: toNumber(offer.vehicle.acriss),
          transmission: offer.vehicle.transmission,
          currency: total.currency,
          make_and_model: offer.vehicle.exampleModel,
          supplier: { id: offer.vendor.code, name: offer.vendor.name, confirmation_number: status === "processing" ? null : `R${found.reservation}` },
          price: { base: shown(Number(subtract(total, offer.price.fees).amount)), total: [shown(all)] },
          policies: {
            mileage: { type: "unlimited" },
            fuel_policy: "return_same",
            cancellation: {
              type: "free_cancellation",
              schedule: [
                { from: moment(found.createdAt), to: moment(start - 48 * hour - 1000), free_cancellation: true, price: null },
                { from: moment(start - 48 * hour), to: moment(start), free_cancellation: false, price: shown(Number(dayRate.amount)) },
              ],
            },
          },
        },
      },
    ]);
  }

  const routes: Route[] = [
    { method: "POST", path: "/3.2/cars/search", name: "car-search", handle: search },
    { method: "POST", path: "/3.2/cars/details", name: "car-details", handle: details },
    { method: "POST", path: "/3.2/cars/depots", name: "depots", handle: depots },
    { method: "POST", path: "/3.2/cars/suppliers", name: "car-suppliers", handle: suppliers },
    { method: "POST", path: "/3.2/orders/details/cars/live", name: "read-car", handle: live },
  ];
  return { routes, preview, create, cancel, blocked };
}
