import { TravelAgentError } from "@travelagent/protocol";
import { airports, distanceKm } from "../../geography/index.ts";
import { add, minorUnits, money, multiply, zero } from "../../money.ts";
import type { CarOffer } from "../../offer.ts";
import type { Route, World } from "../kit/index.ts";
import { type Answers, type Body, duffelRoute } from "./answers.ts";
import { type BookingDoc, type DuffelBooks, idMaker, type QuoteDoc } from "./books.ts";
import { call } from "./searching.ts";

interface Located {
  radius?: number;
  geographic_coordinates?: { latitude: number; longitude: number };
}

function airportNear({ radius = 5, geographic_coordinates: point }: Located) {
  let best: { code: string; km: number } | undefined;
  if (!point) return undefined;
  for (const one of airports().values()) {
    const km = distanceKm(one, point);
    if (km <= radius && (!best || km < best.km)) best = { code: one.code, km };
  }
  return best?.code;
}

const types: Readonly<Record<string, string>> = { D: "four_door", C: "two_or_four_door", F: "suv", V: "passenger_van", W: "wagon_estate" };
const categories: Readonly<Record<string, string>> = {
  M: "mini",
  E: "economy",
  C: "compact",
  I: "intermediate",
  S: "standard",
  F: "fullsize",
  P: "premium",
  L: "luxury",
};

/** Companies differ in how they want to be paid. */
const paymentTypeOf = ({ vendor }: CarOffer): "postpaid" | "prepaid" | "guarantee" =>
  vendor.code === "X1" ? "guarantee" : vendor.code === "SX" || vendor.code === "EP" ? "prepaid" : "postpaid";

export function carRoutes(world: World, books: DuffelBooks, answers: Answers, currency: string, inTurn: <T>(work: () => Promise<T>) => Promise<T>) {
  const newId = idMaker(world);
  const { cars } = world.counter("duffel").supplier;

  const place = (side: CarOffer["pickUp"]) => ({
    name: side.address,
    geographic_coordinates: { latitude: airports().get(side.locationCode)!.latitude, longitude: airports().get(side.locationCode)!.longitude },
    address: {
      line_one: null,
      city_name: airports().get(side.locationCode)!.cityName,
      postal_code: null,
      region: null,
      country_code: airports().get(side.locationCode)!.country,
    },
    phone_number: null,
    access: "in_terminal",
    additional_information: [],
    opening_hours: [],
  });

  const common = (offer: CarOffer, total: { amount: string }) => {
    const { acriss } = offer.vehicle;
    return {
      base_amount: offer.price.base.amount,
      base_currency: currency,
      total_amount: total.amount,
      total_currency: currency,
      payment_type: paymentTypeOf(offer),
      mileage: offer.mileage === "unlimited" ? { type: "unlimited" } : { type: "limited", unit: "kilometres", limit: 1000 },
      supplier: { name: offer.vendor.name, logo_url: null },
      car: {
        name: offer.vehicle.exampleModel,
        code: acriss,
        category: categories[acriss[0]!] ?? "special",
        type: types[acriss[1]!] ?? "special",
        transmission: acriss[2] === "A" ? "automatic" : "manual",
        fuel: "petrol",
        air_conditioning: true,
        max_passengers: offer.vehicle.seats,
        baggage: { large: offer.vehicle.bags, small: 0 },
        images: null,
      },
      pickup_location: place(offer.pickUp),
      dropoff_location: place(offer.dropOff),
    };
  };
  const dates = (offer: CarOffer) => ({
    pickup_date: offer.pickUp.time.local.slice(0, 10),
    pickup_time: offer.pickUp.time.local.slice(11, 16),
    dropoff_date: offer.dropOff.time.local.slice(0, 10),
    dropoff_time: offer.dropOff.time.local.slice(11, 16),
  });
  const words = { conditions: [{ title: "Cancellation Policy", text: "See the company's terms." }], privacy_policies: null, charges: null };

  const bookingBody = (doc: BookingDoc<CarOffer>) => ({
    id: doc.id,
    live_mode: false,
    reference: doc.reference,
    quote_id: doc.quote,
    status: doc.cancelledAt === undefined ? "confirmed" : "cancelled",
    confirmed_at: new Date(doc.createdAt).toISOString(),
    cancelled_at: doc.cancelledAt === undefined ? null : new Date(doc.cancelledAt).toISOString(),
    driver: { ...(doc.given.driver as Body), user_id: null },
    metadata: doc.metadata,
    users: [],
    ...common(doc.offer, doc.total),
    ...dates(doc.offer),
    ...words,
  });

  const routes: Route[] = [
    duffelRoute(answers, "POST", "/cars/search", "search-cars", async (request, data: Body) => {
      const driver = data.driver as { age?: number; residence_country_code?: string } | undefined;
      if (!driver?.age || !/^[A-Z]{2}$/.test(driver.residence_country_code ?? "")) return answers.invalid("driver");
      const from = airportNear((data.pickup_location ?? {}) as Located);
      const to = airportNear((data.dropoff_location ?? {}) as Located);
      const id = newId("seh");
      const head = {
        id,
        live_mode: false,
        created_at: new Date(world.clock.now()).toISOString(),
        pickup_date: data.pickup_date,
        pickup_time: data.pickup_time,
        dropoff_date: data.dropoff_date,
        dropoff_time: data.dropoff_time,
        pickup_location: data.pickup_location,
        dropoff_location: data.dropoff_location,
        driver,
      };
      if (!from || !to || request.has("sold_out")) return answers.data({ ...head, rates: [] }, { status: 201 });
      try {
        const offers = await cars!.search(
          {
            pickUp: from,
            dropOff: to,
            pickUpAt: `${String(data.pickup_date)}T${String(data.pickup_time)}`,
            dropOffAt: `${String(data.dropoff_date)}T${String(data.dropoff_time)}`,
            driverAge: driver.age,
            automaticOnly: false,
            currency,
            limit: 40,
          },
          call(),
        );
        const rates = offers.map((offer) => ({ id: newId("rae"), offer, search: id, extra: zero(currency) }));
        for (const rate of rates) await books.carRates.put(rate.id, rate);
        return answers.data({ ...head, rates: rates.map((rate) => ({ id: rate.id, ...common(rate.offer, rate.offer.price.total) })) }, { status: 201 });
      } catch (error) {
        if (TravelAgentError.is(error, "SUPPLIER_REJECTED")) return answers.invalid("pickup_date", "validation_format");
        throw error;
      }
    }),
    duffelRoute(answers, "POST", "/cars/quotes", "quote-car", async (request, data: Body) => {
      const rate = await books.carRates.get(String(data.rate_id));
      if (!rate) return answers.notFound();
      const now = await cars!.reprice(rate.offer, call());
      if (now.status === "expired") return answers.state("rate_expired", "The rate has expired");
      if (now.status === "sold-out" || request.has("sold_out")) return answers.state("rate_unavailable", "The rate is no longer available");
      const raised = request.has("price_changed") ? multiply(now.offer.price.total, { numerator: 7n, denominator: 100n }) : zero(currency);
      const quote: QuoteDoc<CarOffer> = { id: newId("qut"), rate: rate.id, offer: now.offer, total: add(now.offer.price.total, raised), used: false };
      await books.carQuotes.put(quote.id, quote);
      return answers.data(
        { id: quote.id, live_mode: false, rate_id: rate.id, search_id: rate.search, ...common(quote.offer, quote.total), ...dates(quote.offer), ...words },
        { status: 201 },
      );
    }),
    duffelRoute(answers, "POST", "/cars/bookings", "book-car", (request, data: Body) =>
      inTurn(async () => {
        const quote = await books.carQuotes.get(String(data.quote_id));
        if (!quote) return answers.notFound();
        if (quote.used) return answers.state("quote_already_booked", "The quote has been booked already");
        const driver = (data.driver ?? {}) as Body;
        for (const field of ["given_name", "family_name", "email", "phone_number", "date_of_birth"])
          if (!driver[field]) return answers.invalid(`driver/${field}`);
        if (paymentTypeOf(quote.offer) === "guarantee" && !data.payment) return answers.invalid("payment");
        if (request.has("sold_out")) return answers.state("rate_unavailable", "The rate is no longer available");
        if (request.has("card_declined")) return answers.state("insufficient_balance", "There was not enough balance in the wallet for the operation");
        const id = newId("boo");
        const travellers = [{ id: "1", givenName: String(driver.given_name), familyName: String(driver.family_name), ptc: "ADT" as const }];
        try {
          const maxTotal = money(minorUnits(quote.offer.price.total) * 2n, currency);
          const record = await cars!.book({ offer: quote.offer, travellers, contact: { email: String(driver.email) }, key: id, maxTotal }, call());
          const doc: BookingDoc<CarOffer> = {
            id,
            quote: quote.id,
            world: record.reference,
            offer: quote.offer,
            total: quote.total,
            createdAt: world.clock.now(),
            reference: record.locators[0]!,
            given: data,
            metadata: (data.metadata as Record<string, string> | undefined) ?? null,
          };
          await books.carBookings.put(id, doc);
          await books.carQuotes.put(quote.id, { ...quote, used: true });
          return answers.data(bookingBody(doc), { status: 201 });
        } catch (error) {
          if (TravelAgentError.is(error, "SOLD_OUT")) return answers.state("rate_unavailable", "The rate is no longer available");
          if (TravelAgentError.is(error, "OFFER_EXPIRED")) return answers.state("quote_expired", "The quote has expired");
          throw error;
        }
      }),
    ),
    duffelRoute(answers, "GET", "/cars/bookings/:id", "get-car", async (request) => {
      const doc = await books.carBookings.get(request.params.id!);
      return doc ? answers.data(bookingBody(doc)) : answers.notFound();
    }),
    duffelRoute(answers, "POST", "/cars/bookings/:id/actions/cancel", "cancel-car", (request) =>
      inTurn(async () => {
        const doc = await books.carBookings.get(request.params.id!);
        if (!doc) return answers.notFound();
        if (doc.cancelledAt !== undefined) return answers.state("already_cancelled", "The booking has already been cancelled");
        const quote = await cars!.quoteCancel(doc.world, call());
        await cars!.cancel(doc.world, quote.token, doc.id, call());
        const cancelled = { ...doc, cancelledAt: world.clock.now() };
        await books.carBookings.put(doc.id, cancelled);
        return answers.data(bookingBody(cancelled));
      }),
    ),
  ];
  return routes;
}
