import { TravelAgentError } from "@travelagent/protocol";
import { airportsOfCity, cityCodes, distanceKm } from "../../geography/index.ts";
import { add, minorUnits, money, multiply, zero } from "../../money.ts";
import type { HotelOffer } from "../../offer.ts";
import { cityCentre } from "../../suppliers/sandbox/world/centres.ts";
import type { Route, World } from "../kit/index.ts";
import type { Announce } from "./announcing.ts";
import { type Answers, type Body, duffelRoute } from "./answers.ts";
import { type BookingDoc, type DuffelBooks, idMaker, type StayResultDoc } from "./books.ts";
import { call } from "./searching.ts";
import { stayBodies } from "./stay-bodies.ts";

/** The city whose middle is nearest to a point, if it lies within the radius. */
function cityNear(point: { latitude: number; longitude: number }, radius: number): string | undefined {
  let best: { city: string; km: number } | undefined;
  for (const city of cityCodes()) {
    const centre = cityCentre(city);
    const km = centre ? distanceKm(centre, point) : Number.POSITIVE_INFINITY;
    if (km <= radius && (!best || km < best.km)) best = { city, km };
  }
  return best?.city;
}

export function stayRoutes(
  world: World,
  books: DuffelBooks,
  answers: Answers,
  announce: Announce,
  currency: string,
  inTurn: <T>(work: () => Promise<T>) => Promise<T>,
) {
  const newId = idMaker(world);
  const { hotels } = world.counter("duffel").supplier;
  const { resultBody, bookingBody, quoteBody } = stayBodies(currency);
  const booking = async (id: string) => books.stayBookings.get(id);

  const routes: Route[] = [
    duffelRoute(answers, "POST", "/stays/search", "search-stays", async (request, data: Body) => {
      const location = data.location as { radius?: number; geographic_coordinates?: { latitude: number; longitude: number } } | undefined;
      const guests = data.guests as { type?: string; age?: number }[] | undefined;
      if (!location?.geographic_coordinates) return answers.invalid("location");
      if (!guests?.length || guests.some(({ type, age }) => type === "child" && age === undefined)) return answers.invalid("guests");
      const city = cityNear(location.geographic_coordinates, location.radius ?? 5);
      if (!city || request.has("sold_out")) return answers.data({ results: [], created_at: new Date(world.clock.now()).toISOString() });
      const query = {
        place: airportsOfCity(city)[0]!.city,
        checkIn: String(data.check_in_date),
        checkOut: String(data.check_out_date),
        rooms: Number(data.rooms ?? 1),
        adults: guests.filter(({ type }) => type === "adult").length,
        childrenAges: guests.flatMap(({ type, age }) => (type === "child" ? [Number(age)] : [])),
        refundableOnly: data.free_cancellation_only === true,
        currency,
        limit: 40,
      };
      try {
        const offers = await hotels!.search(query, call());
        const houses = Map.groupBy(offers, ({ property }) => property.id);
        const docs: StayResultDoc[] = [...houses.values()].map((of, i) => ({
          id: newId("srr"),
          rates: [
            ...of.map((offer) => ({ id: newId("rat"), offer, bookable: true })),
            // One house also has a rate that needs a card number.
            ...(i === 0 ? [{ id: newId("rat"), offer: of[0]!, bookable: false }] : []),
          ],
          rooms: query.rooms,
          guests,
          checkIn: query.checkIn,
          checkOut: query.checkOut,
        }));
        for (const doc of docs) {
          await books.stayResults.put(doc.id, doc);
          for (const { id, offer } of doc.rates) await books.stayRates.put(id, { id, offer, search: doc.id, extra: zero(currency) });
        }
        return answers.data({ results: docs.map((doc) => resultBody(doc, false)), created_at: new Date(world.clock.now()).toISOString() });
      } catch (error) {
        if (TravelAgentError.is(error, "SUPPLIER_REJECTED")) return answers.invalid("check_in_date", "validation_format");
        throw error;
      }
    }),
    duffelRoute(answers, "POST", "/stays/search_results/:id/actions/fetch_all_rates", "fetch-rates", async (request) => {
      const doc = await books.stayResults.get(request.params.id!);
      return doc ? answers.data(resultBody(doc, true)) : answers.notFound();
    }),
    duffelRoute(answers, "POST", "/stays/quotes", "quote-stay", async (request, data: Body) => {
      const rate = await books.stayRates.get(String(data.rate_id));
      if (!rate) return answers.notFound();
      const now = await hotels!.reprice(rate.offer, call());
      if (now.status === "expired") return answers.state("rate_expired", "The rate has expired");
      if (now.status === "sold-out" || request.has("sold_out")) return answers.state("rate_unavailable", "The rate is no longer available");
      const raised = request.has("price_changed") ? multiply(now.offer.price.total, { numerator: 7n, denominator: 100n }) : zero(currency);
      const total = add(now.offer.price.total, raised);
      const quote = { id: newId("quo"), rate: rate.id, offer: now.offer, total, used: false };
      await books.stayQuotes.put(quote.id, quote);
      return answers.data(quoteBody(quote), { status: 201 });
    }),
    duffelRoute(answers, "GET", "/stays/quotes/:id", "get-stay-quote", async (request) => {
      const quote = await books.stayQuotes.get(request.params.id!);
      return quote ? answers.data(quoteBody(quote)) : answers.notFound();
    }),
    duffelRoute(answers, "POST", "/stays/bookings", "book-stay", (request, data: Body) =>
      inTurn(async () => {
        const quote = await books.stayQuotes.get(String(data.quote_id));
        if (!quote) return answers.notFound();
        if (quote.used) return answers.state("quote_already_booked", "The quote has been booked already");
        const guests = data.guests as Body[] | undefined;
        if (!guests?.length || guests.some((guest) => !guest.given_name || !guest.family_name)) return answers.invalid("guests");
        if (typeof data.email !== "string" || !/^\+?[\d ]{7,16}$/.test(String(data.phone_number)))
          return answers.invalid("phone_number", "invalid_phone_number");
        if (request.has("sold_out")) return answers.state("rate_unavailable", "The rate is no longer available");
        if (request.has("card_declined")) return answers.state("insufficient_balance", "There was not enough balance in the wallet for the operation");
        const id = newId("bok");
        const travellers = guests.map((guest, i) => ({
          id: String(i + 1),
          givenName: String(guest.given_name),
          familyName: String(guest.family_name),
          ptc: "ADT" as const,
        }));
        try {
          const maxTotal = money(minorUnits(quote.offer.price.total) * 2n, currency);
          const record = await hotels!.book({ offer: quote.offer, travellers, contact: { email: data.email }, key: id, maxTotal }, call());
          const doc: BookingDoc<HotelOffer> = {
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
          await books.stayBookings.put(id, doc);
          await books.stayQuotes.put(quote.id, { ...quote, used: true });
          announce("stays.booking.created", id, { id, booking_id: id, quote_id: quote.id });
          return answers.data(bookingBody(doc), { status: 201 });
        } catch (error) {
          if (TravelAgentError.is(error, "SOLD_OUT")) return answers.state("rate_unavailable", "The rate is no longer available");
          if (TravelAgentError.is(error, "OFFER_EXPIRED")) return answers.state("quote_expired", "The quote has expired");
          throw error;
        }
      }),
    ),
    duffelRoute(answers, "GET", "/stays/bookings", "list-stays", async (request) => {
      const limit = Math.min(200, Number(request.query.get("limit") ?? 50));
      const all = (await books.stayBookings.all()).reverse();
      const from = Number(request.query.get("after") ?? 0);
      return answers.data(all.slice(from, from + limit).map(bookingBody), { limit, after: from + limit < all.length ? String(from + limit) : null });
    }),
    duffelRoute(answers, "GET", "/stays/bookings/:id", "get-stay", async (request) => {
      const doc = await booking(request.params.id!);
      return doc ? answers.data(bookingBody(doc)) : answers.notFound();
    }),
    duffelRoute(answers, "POST", "/stays/bookings/:id/actions/cancel", "cancel-stay", (request) =>
      inTurn(async () => {
        const doc = await booking(request.params.id!);
        if (!doc) return answers.notFound();
        if (doc.cancelledAt !== undefined) return answers.state("already_cancelled", "The booking has already been cancelled");
        const quote = await hotels!.quoteCancel(doc.world, call());
        await hotels!.cancel(doc.world, quote.token, doc.id, call());
        const cancelled = { ...doc, cancelledAt: world.clock.now() };
        await books.stayBookings.put(doc.id, cancelled);
        return answers.data(bookingBody(cancelled));
      }),
    ),
  ];

  return routes;
}
