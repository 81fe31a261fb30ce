import { request as httpRequest } from "node:http";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
// @ts-expect-error the client has no types
import Amadeus from "amadeus";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { amadeusDialect } from "../../simulators/amadeus/index.ts";
import { openWorld, type Simulator, startSimulator } from "../../simulators/kit/index.ts";

/** What the client gives back, as far as these tests read it. */
interface Answer {
  statusCode: number;
  // biome-ignore lint/suspicious/noExplicitAny: the client has no types and the replies are what is proven here
  data: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  result: any;
}

let simulator: Simulator;
let closeAll: () => Promise<void>;

beforeEach(async () => {
  const db = await testDatabase();
  const clock = fakeClock();
  simulator = await startSimulator(amadeusDialect(await openWorld({ db, clock })), { clock });
  closeAll = async () => {
    await simulator.close();
    await db.close();
  };
});
afterEach(() => closeAll());

/** The client insists on TLS whatever its option `ssl` says; its own transport speaks plain HTTP. */
const client = (credentials: { clientId: string; clientSecret: string } = { clientId: "agency", clientSecret: "secret" }) =>
  new Amadeus({
    ...credentials,
    host: "127.0.0.1",
    port: simulator.port,
    logLevel: "silent",
    http: { request: (options: object, answered: never) => httpRequest({ ...options, protocol: "http:" }, answered) },
  });

const traveler = {
  id: "1",
  dateOfBirth: "1988-04-05",
  name: { firstName: "ANA", lastName: "SILVA" },
  gender: "FEMALE",
  contact: { emailAddress: "ana.silva@example.com", phones: [{ deviceType: "MOBILE", countryCallingCode: "351", number: "910000000" }] },
};
const search = { originLocationCode: "BCN", destinationLocationCode: "FRA", departureDate: "2027-03-12", adults: "1", max: "10", currencyCode: "EUR" };

describe("the vendor's own client at the Amadeus simulator", () => {
  it("searches, prices, books, reads and cancels a flight", async () => {
    const amadeus = client();
    const found: Answer = await amadeus.shopping.flightOffersSearch.get(search);
    expect(found.data.length).toBeGreaterThan(1);
    expect(found.result.dictionaries.carriers[found.data[0].itineraries[0].segments[0].carrierCode]).toBeTypeOf("string");

    const priced: Answer = await amadeus.shopping.flightOffers.pricing.post({ data: { type: "flight-offers-pricing", flightOffers: [found.data[0]] } });
    expect(Number(priced.data.flightOffers[0].price.grandTotal)).toBe(Number(found.data[0].price.grandTotal));
    expect(simulator.requests.at(-1)?.headers["x-http-method-override"]).toBe("GET");

    const booked: Answer = await amadeus.booking.flightOrders.post({
      data: { type: "flight-order", flightOffers: priced.data.flightOffers, travelers: [traveler] },
    });
    expect(booked.statusCode).toBe(201);
    expect(booked.data.associatedRecords[0].reference).toMatch(/^[A-Z0-9]{6}$/);

    const id = encodeURIComponent(booked.data.id);
    const read: Answer = await amadeus.booking.flightOrder(id).get();
    expect(read.data).toEqual(booked.data);
    expect((await simulator.ledger()).map(({ status }) => status)).toEqual(["confirmed"]);

    const cancelled: Answer = await amadeus.booking.flightOrder(id).delete();
    expect(cancelled.statusCode).toBe(204);
    await expect(amadeus.booking.flightOrder(id).get()).rejects.toMatchObject({ code: "NotFoundError" });
    expect((await simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled"]);
  });

  it("searches with a body, and prices with fare rules, which the client sends without the method override", async () => {
    const amadeus = client();
    const found: Answer = await amadeus.shopping.flightOffersSearch.post({
      currencyCode: "EUR",
      originDestinations: [{ id: "1", originLocationCode: "BCN", destinationLocationCode: "FRA", departureDateTimeRange: { date: "2027-03-12" } }],
      travelers: [{ id: "1", travelerType: "ADULT" }],
      sources: ["GDS"],
      searchCriteria: { maxFlightOffers: 5 },
    });
    const plain = found.data.find((offer: { price: { additionalServices?: unknown } }) => !offer.price.additionalServices);
    const priced: Answer = await amadeus.shopping.flightOffers.pricing.post(
      { data: { type: "flight-offers-pricing", flightOffers: [plain] } },
      { include: "detailed-fare-rules" },
    );
    expect(simulator.requests.at(-1)?.headers["x-http-method-override"]).toBe(undefined);
    expect(priced.data.flightOffers[0].fareRules.rules.map(({ category }: { category: string }) => category)).toContain("REFUND");
  });

  it("lists hotels, finds and prices a rate and books it", async () => {
    const amadeus = client();
    const list: Answer = await amadeus.referenceData.locations.hotels.byCity.get({ cityCode: "LIS" });
    const hotelIds: string[] = list.data.slice(0, 3).map(({ hotelId }: { hotelId: string }) => hotelId);
    const stay = { adults: 2, checkInDate: "2027-03-12", checkOutDate: "2027-03-15", bestRateOnly: false };
    const found: Answer = await amadeus.shopping.hotelOffersSearch.get({ hotelIds: hotelIds.join(","), ...stay });
    const rate = found.data[0].offers.find(({ policies }: { policies: { paymentType: string } }) => policies.paymentType === "guarantee");
    const again: Answer = await amadeus.shopping.hotelOfferSearch(rate.id).get();
    expect(again.data.offers[0].price.total).toBe(rate.price.total);

    const booked: Answer = await amadeus.booking.hotelOrders.post({
      data: {
        type: "hotel-order",
        guests: [{ tid: 1, title: "MS", firstName: "ANA", lastName: "SILVA", phone: "+351910000000", email: "ana.silva@example.com" }],
        travelAgent: { contact: { email: "desk@agency.example" } },
        roomAssociations: [{ guestReferences: [{ guestReference: "1" }], hotelOfferId: rate.id }],
      },
    });
    expect(booked.statusCode).toBe(201);
    expect(booked.data.hotelBookings[0].bookingStatus).toBe("CONFIRMED");
  });

  it("gets errors in the form that it understands", async () => {
    const amadeus = client();
    await expect(client({ clientId: "agency", clientSecret: "wrong" }).shopping.flightOffersSearch.get(search)).rejects.toMatchObject({
      code: "AuthenticationError",
      response: { result: { error: "invalid_client", code: 38187 } },
    });
    await expect(amadeus.shopping.flightOffersSearch.get({ ...search, adults: "" })).rejects.toMatchObject({
      code: "ClientError",
      response: { result: { errors: [{ status: 400, code: 32171, source: { parameter: "adults" } }] } },
    });
    simulator.next({ scenario: "rate_limited", on: "search-flights" });
    await expect(amadeus.shopping.flightOffersSearch.get(search)).rejects.toMatchObject({ response: { result: { errors: [{ status: 429, code: 38194 }] } } });
    simulator.next({ scenario: "wrong_content_type", on: "search-flights" });
    await expect(amadeus.shopping.flightOffersSearch.get(search)).rejects.toMatchObject({ code: "ParserError" });
  });
});
