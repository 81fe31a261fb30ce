import { airport } from "../../geography/index.ts";
import { minorUnits } from "../../money.ts";
import type { CarOffer } from "../../offer.ts";
import type { Answer, Route, SimulatedRequest, World } from "../kit/index.ts";
import { anyCall, type Envelopes, toNumber } from "./answers.ts";
import type { OrderToken } from "./stay-shop.ts";

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

const surcharge = 1.07;
const tokenMs = 15 * 60_000;

/** How each company wants to be paid here: a customer at the counter, with or without a card beforehand, online, or partly. */
const timings: Readonly<Record<string, { timing: string; card: boolean | null }>> = {
  ZE: { timing: "pay_at_pickup", card: false },
  SX: { timing: "pay_at_pickup", card: false },
  X1: { timing: "pay_at_pickup", card: false },
  ZI: { timing: "pay_at_pickup", card: true },
  EP: { timing: "pay_partial_online_now", card: null },
};
export const timingOf = ({ vendor }: CarOffer) => timings[vendor.code] ?? { timing: "pay_online_now", card: null };

/** Cars before they are ordered. */
export function carShop(world: World, { good, bad }: Envelopes) {
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

  const routes: Route[] = [
    { method: "POST", path: "/3.2/cars/search", name: "car-search", handle: search },
    { method: "POST", path: "/3.2/cars/details", name: "car-details", handle: details },
    { method: "POST", path: "/3.2/cars/depots", name: "depots", handle: depots },
    { method: "POST", path: "/3.2/cars/suppliers", name: "car-suppliers", handle: suppliers },
  ];
  return { routes, preview };
}
