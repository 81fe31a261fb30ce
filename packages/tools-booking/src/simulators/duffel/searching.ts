import { TravelAgentError } from "@travelagent/protocol";
import { add, money, multiply, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { SupplierCall } from "../../supplier.ts";
import type { Route, World } from "../kit/index.ts";
import { type Answers, type Body, duffelRoute, Refused } from "./answers.ts";
import { type DuffelBooks, idMaker, type OfferDoc, type PassengerDoc, type SoldService } from "./books.ts";
import { airlineOf, conditionsOf, placeOf, segmentId, slicesOf } from "./itineraries.ts";
import { onTestRoute, standInFor, suits, testRouteOf } from "./test-routes.ts";

export const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "duffel-simulator" });

const cabins = { economy: "ECONOMY", premium_economy: "PREMIUM_ECONOMY", business: "BUSINESS", first: "FIRST" } as const;
const mostOffers = 40;
const bagPrice = (currency: string) => money(2000n, currency);

/** Duffel prices holds for a shorter time than it keeps them. */
export const guaranteedUntil = (createdAt: number, limit: string): string => new Date((createdAt + Date.parse(limit)) / 2).toISOString();

/** Bags that can be bought on top, with ids nobody has seen before. */
export function bagsFor(newId: (prefix: string) => string, passengers: readonly PassengerDoc[], slices: number, currency: string): SoldService[] {
  return passengers
    .filter(({ type }) => type !== "infant_without_seat")
    .flatMap(({ id }) => Array.from({ length: slices }, (_, slice) => ({ id: newId("ase"), passenger: id, slice, price: bagPrice(currency), quantity: 2 })));
}

export const serviceBody = (service: SoldService, owner: string, shown: FlightOffer) => ({
  id: service.id,
  type: "baggage",
  maximum_quantity: service.quantity,
  passenger_ids: [service.passenger],
  segment_ids: shown.journeys[service.slice]!.segments.map((_, s) => segmentId(owner, service.slice, s)),
  total_amount: service.price.amount,
  total_currency: service.price.currency,
  metadata: { type: "checked", maximum_weight_kg: 23, maximum_height_cm: null, maximum_length_cm: null, maximum_depth_cm: null },
});

/** Cabin, route, party and date of a search or change, as the world asks for it. Raises `Refused`. */
export function queryOf(
  answers: Answers,
  slices: unknown,
  passengers: readonly PassengerDoc[],
  cabin: unknown,
  direct: boolean,
  currency: string,
): FlightQuery {
  const given = Array.isArray(slices) ? (slices as Record<string, unknown>[]) : [];
  const [out, back] = given;
  if (!out || given.length > 2) throw new Refused(answers.invalid("slices", "validation_length"));
  for (const slice of given)
    for (const field of ["origin", "destination", "departure_date"])
      if (typeof slice[field] !== "string") throw new Refused(answers.invalid(`slices/${field}`));
  return {
    origin: String(out.origin),
    destination: String(out.destination),
    departureDate: String(out.departure_date),
    ...(back ? { returnDate: String(back.departure_date) } : {}),
    adults: passengers.filter(({ age }) => age === null).length,
    childrenAges: passengers.flatMap(({ age }) => (age === null ? [] : [age])),
    cabin: cabins[String(cabin ?? "economy") as keyof typeof cabins] ?? "ECONOMY",
    directOnly: direct,
    currency,
    limit: mostOffers,
  };
}

export function duffelOffers(world: World, books: DuffelBooks, answers: Answers, currency: string) {
  const newId = idMaker(world);
  const { flights } = world.counter("duffel").supplier;

  function passengersOf(given: unknown): PassengerDoc[] {
    if (!Array.isArray(given) || given.length === 0) throw new Refused(answers.invalid("passengers"));
    return (given as Record<string, unknown>[]).map(({ type, age }): PassengerDoc => {
      if ((type === undefined) === (age === undefined))
        throw new Refused(answers.error(422, "validation_error", "invalid_field_sets", "Give a type or an age", "passengers"));
      if (type !== undefined && type !== "adult") throw new Refused(answers.invalid("passengers/type", "validation_inclusion"));
      if (age === undefined) return { id: newId("pas"), type: "adult", age: null };
      const years = Number(age);
      return { id: newId("pas"), type: years < 2 ? "infant_without_seat" : years < 12 ? "child" : "adult", age: years };
    });
  }

  function body(doc: OfferDoc, withServices: boolean) {
    const { offer, shown } = doc;
    const { price, paymentTimeLimit } = offer;
    const base = add(add(price.base, price.fees), doc.extra);
    const total = add(price.total, doc.extra);
    const at = new Date(doc.createdAt).toISOString();
    return {
      id: doc.id,
      live_mode: false,
      partial: false,
      created_at: at,
      updated_at: at,
      expires_at: offer.offerExpiresAt,
      owner: airlineOf(shown.validatingCarrier, shown.journeys[0]!.segments[0]!.carrierName),
      total_amount: total.amount,
      total_currency: total.currency,
      base_amount: base.amount,
      base_currency: base.currency,
      tax_amount: price.taxes.amount,
      tax_currency: price.taxes.currency,
      total_emissions_kg: "240",
      conditions: conditionsOf(offer),
      passenger_identity_documents_required: false,
      supported_passenger_identity_document_types: ["passport"],
      supported_loyalty_programmes: [],
      private_fares: [],
      passengers: doc.passengers.map(({ id, type, age }) => ({ id, type, age, fare_type: null, loyalty_programme_accounts: [] })),
      payment_requirements: {
        requires_instant_payment: paymentTimeLimit === undefined,
        payment_required_by: paymentTimeLimit ?? null,
        price_guarantee_expires_at: paymentTimeLimit ? guaranteedUntil(doc.createdAt, paymentTimeLimit) : null,
      },
      slices: slicesOf(shown, { owner: doc.id.slice(4), passengers: doc.passengers, route: doc.route, search: true }),
      available_services: withServices ? doc.services.map((service) => serviceBody(service, doc.id.slice(4), shown)) : null,
    };
  }

  /** What the world sells for this query, as it is shown: on a test route with that route's airports. */
  async function sold(query: FlightQuery) {
    const route = testRouteOf(query);
    if (route?.does === "no-flights") return { route, found: [] };
    try {
      const offers = await flights!.search(route ? standInFor(route, query) : query, call());
      return { route, found: offers.filter((offer) => suits(route, offer)).map((offer) => ({ offer, shown: route ? onTestRoute(offer, query) : offer })) };
    } catch (error) {
      if (TravelAgentError.is(error, "SUPPLIER_REJECTED"))
        throw new Refused(answers.error(422, "validation_error", "validation_format", error.message, "slices"));
      throw error;
    }
  }

  const gone = () => answers.error(422, "airline_error", "offer_no_longer_available", "The provided offer is no longer available");

  /** The offer at its price of now. Raises `Refused` for one that is gone. */
  async function current(id: string): Promise<OfferDoc> {
    const doc = await books.offers.get(id);
    if (!doc) throw new Refused(answers.notFound());
    if (doc.route?.does === "offer-gone") throw new Refused(gone());
    const now = await flights!.reprice(doc.offer, call());
    if (now.status === "expired") throw new Refused(answers.state("offer_expired", "The selected offer has already expired"));
    if (now.status === "sold-out") throw new Refused(gone());
    return now.status === "price-changed" ? { ...doc, offer: now.offer } : doc;
  }

  const dearer = (doc: OfferDoc, percent: bigint): OfferDoc => ({
    ...doc,
    extra: add(doc.extra, multiply(doc.offer.price.total, { numerator: percent, denominator: 100n })),
  });

  const routes: Route[] = [
    duffelRoute(answers, "POST", "/air/offer_requests", "search-flights", async (request, data: Body) => {
      const passengers = passengersOf(data.passengers);
      const query = queryOf(answers, data.slices, passengers, data.cabin_class, data.max_connections === 0, currency);
      const route = testRouteOf(query);
      if (route?.does === "timeout") return answers.error(504, "api_error", "gateway_timeout_error", "The request timed out");
      const { found } = request.has("sold_out") ? { found: [] } : await sold(query);
      const createdAt = world.clock.now();
      const id = newId("orq");
      const docs = found.map(
        ({ offer, shown }): OfferDoc => ({
          id: newId("off"),
          request: id,
          createdAt,
          offer,
          shown,
          ...(route ? { route } : {}),
          passengers,
          extra: zero(currency),
          services: [],
        }),
      );
      for (const doc of docs) await books.offers.put(doc.id, doc);
      await books.requests.put(id, { id, booked: false, offers: docs.map((doc) => doc.id) });
      const withOffers = request.query.get("return_offers") !== "false";
      return answers.data(
        {
          id,
          live_mode: false,
          created_at: new Date(createdAt).toISOString(),
          cabin_class: data.cabin_class ?? null,
          slices: (data.slices as Record<string, unknown>[]).map(({ origin, destination, departure_date }) => ({
            origin: placeOrCity(String(origin)),
            origin_type: "airport",
            destination: placeOrCity(String(destination)),
            destination_type: "airport",
            departure_date,
          })),
          passengers: passengers.map(({ id: passenger, type, age }) => ({ id: passenger, type, age, loyalty_programme_accounts: [] })),
          offers: withOffers ? docs.map((doc) => body(doc, false)) : [],
        },
        { status: 201 },
      );
    }),
    duffelRoute(answers, "GET", "/air/offers", "list-offers", async (request) => {
      const found = await books.requests.get(request.query.get("offer_request_id") ?? "");
      if (!found) return answers.notFound();
      const docs = await Promise.all(found.offers.map((id) => books.offers.get(id)));
      return answers.data(
        docs.map((doc) => body(doc!, false)),
        { limit: 50 },
      );
    }),
    duffelRoute(answers, "GET", "/air/offers/:id", "get-offer", async (request) => {
      if (request.has("sold_out")) return gone();
      const read = await current(request.params.id!);
      const rises = request.has("price_changed") ? 7n : read.route?.does === "price-rises" ? 1n : 0n;
      const doc = rises > 0n ? dearer(read, rises) : read;
      const services = doc.route?.does === "no-services" ? [] : bagsFor(newId, doc.passengers, doc.shown.journeys.length, currency);
      const latest = { ...doc, services };
      await books.offers.put(doc.id, latest);
      return answers.data(body(latest, request.query.get("return_available_services") === "true"));
    }),
  ];
  return { routes, current, sold, gone, newId };
}

/** A city code shows its main airport here; Duffel shows the city. */
function placeOrCity(code: string) {
  try {
    return placeOf(code);
  } catch {
    return { type: "city", id: `cit_${code.toLowerCase()}`, iata_code: code, iata_country_code: null, name: code };
  }
}

export type DuffelOffers = ReturnType<typeof duffelOffers>;
