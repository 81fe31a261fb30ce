import { minorUnits, money } from "../../money.ts";
import type { CarOffer } from "../../offer.ts";
import type { Answer, LedgerEntry, Route, SimulatedRequest, World } from "../kit/index.ts";
import { anyCall, type Envelopes } from "./answers.ts";

interface Wish {
  brand: string;
  pickUp: string;
  dropOff: string;
  pickUpAt: string;
  dropOffAt: string;
  age: number;
}
interface ReservationInput {
  product?: { brand?: string };
  transaction?: { transaction_id?: string };
  reservation?: {
    pickup_date?: string;
    pickup_location?: string;
    dropoff_date?: string;
    dropoff_location?: string;
    vehicle_sipp_code?: string;
    remark?: string;
    confirmation?: { number?: string };
  };
  rate_totals?: { rate?: { rate_code?: string; country_code?: string } };
  customer?: { contact?: { first_name?: string; last_name?: string; email?: string; age?: number }; address?: { country_code?: string } };
  payment_preference?: { type?: string; id?: string; amount?: number; currency?: string; payment_method?: object };
}
interface Document {
  number: string;
  brand: string;
  lastName: string;
  offer: CarOffer;
  world: string;
  remark?: string;
  cancelled: boolean;
}

const vendors: Readonly<Record<string, string>> = { Avis: "ZI", Budget: "ZD" };
const surcharge = 1.07;
const path = "/cars/reservation/v2";

export function carRoutes(world: World, { good, bad, both }: Envelopes, { currency }: { currency: string }) {
  const cars = world.counter("avis").supplier.cars!;
  const reservations = world.shelf<Document>("avis", "reservations");
  const number = (amount: { amount: string }, factor = 1) => Math.round(Number(amount.amount) * factor * 100) / 100;

  async function fleet({ brand, pickUp, dropOff, pickUpAt, dropOffAt, age }: Wish): Promise<CarOffer[]> {
    const vendor = vendors[brand];
    if (!vendor) return [];
    return cars.search(
      {
        pickUp,
        dropOff,
        pickUpAt: pickUpAt.slice(0, 16),
        dropOffAt: dropOffAt.slice(0, 16),
        driverAge: age,
        automaticOnly: false,
        vendors: [vendor],
        currency,
        limit: 100,
      },
      anyCall,
    );
  }

  /** Changes with the class, so that a rate code is not good for another car. */
  const rateCode = ({ vehicle }: CarOffer) => `${vehicle.acriss[0]}${vehicle.acriss[2]}`;

  const vehicleOf = ({ vehicle }: CarOffer) => {
    const [make = "", ...rest] = vehicle.exampleModel.replace(/ or similar$/, "").split(" ");
    const model = rest.join(" ");
    return {
      category: {
        name: `Group ${vehicle.acriss[0]} - ${vehicle.exampleModel}`,
        make,
        // A model of digits alone comes as a number.
        model: /^\d+$/.test(model) ? Number(model) : model,
        sipp_code: vehicle.acriss,
        vehicle_class_code: vehicle.acriss[0],
        vehicle_class_name: vehicle.category,
        vehicle_transmission: vehicle.transmission === "automatic" ? "Automatic" : "Manual",
      },
      features: { air_conditioned: true },
      capacity: { doors: "4", seats: String(vehicle.seats), luggage_capacity: { large_suitcase: String(vehicle.bags) } },
    };
  };

  const totalsOf = ({ price }: CarOffer, factor = 1) => ({
    vehicle_total: number(price.base, factor),
    taxes_fees_total: number(money(minorUnits(price.taxes) + minorUnits(price.fees), currency), factor),
    reservation_total: number(price.total, factor),
  });

  const placeOf = ({ locationCode, address }: CarOffer["pickUp"]) => ({
    location: { code: locationCode, name: address.split(",")[0], airport_location: true },
    address: { address_line_1: "Arrivals hall", city: address.split(" ")[0], country_code: "PT" },
  });
  const placesOf = (offer: CarOffer) => ({ pickup_location: placeOf(offer.pickUp), dropoff_location: placeOf(offer.dropOff) });

  async function catalogue(request: SimulatedRequest): Promise<Answer> {
    const { query } = request;
    for (const name of ["brand", "pickup_date", "pickup_location", "dropoff_date", "dropoff_location", "country_code"])
      if (!query.get(name)) return bad(400, "400", `Missing required field '${name}'`);
    const wish = {
      brand: query.get("brand")!,
      pickUp: query.get("pickup_location")!,
      dropOff: query.get("dropoff_location")!,
      pickUpAt: query.get("pickup_date")!,
      dropOffAt: query.get("dropoff_date")!,
      age: Number(query.get("age") ?? 30),
    };
    if (Date.parse(`${wish.pickUpAt}Z`) < world.clock.now() - 14 * 3_600_000) return bad(400, "231", "Invalid pickup_date.");
    const offers = request.has("sold_out") ? [] : await fleet(wish);
    if (offers.length === 0) return bad(404, "223", "Invalid pickup_location.");
    const vehicles = offers.map((offer) => ({
      ...vehicleOf(offer),
      rate_totals: {
        rate: { currency, rate_code: rateCode(offer), coupon_applied: false },
        pay_later: { rate_code: rateCode(offer), ...totalsOf(offer) },
        pay_now: { rate_code: "2X", ...totalsOf(offer, 0.9) },
      },
    }));
    const body = { product: { brand: wish.brand }, vehicles, reservation: placesOf(offers[0]!) };
    return good(200, "The vehicle availability was successfully retrieved.", body, query.get("transaction_id"));
  }

  function wishOf({ product, reservation, customer }: ReservationInput): Wish | undefined {
    const { pickup_date: pickUpAt, pickup_location: pickUp, dropoff_date: dropOffAt, dropoff_location: dropOff } = reservation ?? {};
    if (!product?.brand || !pickUpAt || !pickUp || !dropOffAt || !dropOff) return undefined;
    return { brand: product.brand, pickUp, dropOff, pickUpAt, dropOffAt, age: customer?.contact?.age ?? 30 };
  }

  /** The car that a request is about, or why there is none. */
  async function wanted(request: SimulatedRequest): Promise<CarOffer | Answer> {
    const input = request.json as ReservationInput;
    const wish = wishOf(input);
    if (!wish) return bad(400, "202", "pickup_location is a required field.");
    if (!input.rate_totals?.rate?.rate_code || !input.rate_totals.rate.country_code) return bad(400, "218", "rate_code is a required field.");
    if (request.has("sold_out")) return bad(404, "223", "Invalid pickup_location.");
    const offer = (await fleet(wish)).find(({ vehicle }) => vehicle.acriss === input.reservation!.vehicle_sipp_code);
    if (!offer) return bad(404, "223", "Invalid pickup_location.");
    return input.rate_totals.rate.rate_code === rateCode(offer) ? offer : bad(400, "14105", "Invalid rate_code.");
  }
  const isAnswer = (one: CarOffer | Answer): one is Answer => "status" in one;

  async function rate(request: SimulatedRequest): Promise<Answer> {
    const offer = await wanted(request);
    if (isAnswer(offer)) return offer;
    if (request.has("error_in_200")) return { ...bad(500, "610", "System exception from e-com backend."), status: 200 };
    const factor = request.has("price_changed") ? surcharge : 1;
    const totals = { rate: { currency, rate_code: rateCode(offer) }, totals: totalsOf(offer, factor) };
    const transaction = (request.json as ReservationInput).transaction?.transaction_id;
    return good(
      200,
      "The rate was successfully retrieved.",
      { reservation: { ...placesOf(offer), rate_totals: totals, insurance: [], extras: [] } },
      transaction,
    );
  }

  const shown = ({ number: confirmation, offer, remark }: Document) => ({
    confirmation: { number: confirmation, pickup_date: offer.pickUp.time.local, dropoff_date: offer.dropOff.time.local },
    distance: { unlimited_distance: true },
    ...placesOf(offer),
    rate_totals: { rate: { currency, rate_code: rateCode(offer) }, totals: totalsOf(offer) },
    vehicle: vehicleOf(offer),
    insurance: [],
    extras: [],
    ...(remark === undefined ? {} : { remark }),
  });

  async function create(request: SimulatedRequest): Promise<Answer> {
    const input = request.json as ReservationInput;
    const { first_name: first, last_name: last, email } = input.customer?.contact ?? {};
    if (!first) return bad(400, "210", "first_name is mandatory.");
    if (!last) return bad(400, "212", "last_name is required.");
    if (email !== undefined && !email.includes("@")) return bad(400, "215", "Invalid email.");
    if (!input.customer?.address?.country_code) return bad(400, "219", "Missing partner_country_code.");
    const payment = input.payment_preference;
    if (payment?.type === "Voucher" && (!payment.id || !payment.amount || !payment.currency))
      return bad(400, "300101", "PrePayReservationAmount must be required");
    const offer = await wanted(request);
    if (isAnswer(offer)) return offer;
    if (request.has("error_in_200")) return { ...bad(500, "610", "System exception from e-com backend."), status: 200 };
    const confirmation = `${world.newId("", 8, "0123456789")}US${input.product!.brand === "Budget" ? 2 : 1}`;
    const traveller = { id: "1", givenName: first, familyName: last, ptc: "ADT" as const };
    const maxTotal = money(minorUnits(offer.price.total) * 2n, currency);
    const bought = await cars.book({ offer, travellers: [traveller], contact: { email: email ?? "" }, key: confirmation, maxTotal }, anyCall);
    const { remark } = input.reservation!;
    const document: Document = {
      number: confirmation,
      brand: input.product!.brand!,
      lastName: last,
      offer,
      world: bought.reference,
      ...(remark === undefined ? {} : { remark }),
      cancelled: false,
    };
    await reservations.put(confirmation, document);
    const body = { product: { brand: document.brand }, reservation: shown(document) };
    const answer = good(201, "The reservation was successfully created.", body, input.transaction?.transaction_id);
    return request.has("partial") ? both(answer) : answer;
  }

  async function found(brand: unknown, confirmation: unknown, lastName: unknown): Promise<Document | Answer> {
    const document = await reservations.get(String(confirmation));
    if (!document || document.brand !== brand || document.lastName.toLowerCase() !== String(lastName).toLowerCase())
      return bad(400, "150004", "last_name and confirmation_number combination is invalid.");
    return document.cancelled ? bad(404, "404", "resource_failure") : document;
  }
  const isRefused = (one: Document | Answer): one is Answer => "status" in one;

  async function view({ query }: SimulatedRequest): Promise<Answer> {
    const document = await found(query.get("brand"), query.get("confirmation_number"), query.get("last_name"));
    if (isRefused(document)) return document;
    const body = { product: { brand: document.brand }, reservation: shown(document) };
    return good(200, "The reservation was successfully retrieved.", body, query.get("transaction_id"));
  }

  async function cancel(request: SimulatedRequest): Promise<Answer> {
    const { product, reservation, customer, transaction } = request.json as ReservationInput;
    const document = await found(product?.brand, reservation?.confirmation?.number, customer?.contact?.last_name);
    if (isRefused(document)) return document;
    const { token } = await cars.quoteCancel(document.world, anyCall);
    await cars.cancel(document.world, token, `x${document.number}`, anyCall);
    await reservations.put(document.number, { ...document, cancelled: true });
    return good(200, "The reservation was successfully cancelled.", { product: { brand: document.brand } }, transaction?.transaction_id);
  }

  async function modify(request: SimulatedRequest): Promise<Answer> {
    const input = request.json as ReservationInput;
    const document = await found(input.product?.brand, input.reservation?.confirmation?.number, input.customer?.contact?.last_name);
    if (isRefused(document)) return document;
    const offer = await wanted(request);
    if (isAnswer(offer)) return offer;
    const { token } = await cars.quoteChange!(document.world, offer, anyCall);
    await cars.change!(document.world, offer, token, `c${world.newId("", 12)}`, anyCall);
    const { remark: _, ...rest } = document;
    const remark = input.reservation!.remark;
    // What a change leaves out is gone.
    const changed: Document = { ...rest, offer, lastName: input.customer!.contact!.last_name!, ...(remark === undefined ? {} : { remark }) };
    await reservations.put(document.number, changed);
    const body = { product: { brand: document.brand }, reservation: shown(changed) };
    return good(200, "The reservation was successfully updated.", body, input.transaction?.transaction_id);
  }

  async function ledger(): Promise<LedgerEntry[]> {
    return (await reservations.all()).map(({ number: reference, remark, cancelled, offer }) => ({
      kind: "car",
      reference,
      ...(remark === undefined ? {} : { clientReference: remark }),
      status: cancelled ? "cancelled" : "confirmed",
      total: offer.price.total,
    }));
  }

  const routes: Route[] = [
    { method: "GET", path: "/cars/catalog/v2/vehicles", name: "vehicles", handle: catalogue },
    { method: "POST", path: "/cars/catalog/v2/vehicles/rates", name: "rates", handle: rate },
    { method: "POST", path, name: "create", handle: create },
    { method: "GET", path, name: "view", handle: view },
    { method: "PUT", path, name: "cancel", handle: cancel },
    { method: "PATCH", path, name: "modify", handle: modify },
  ];
  return { routes, ledger };
}
