import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits } from "../../money.ts";
import type { World } from "../../simulators/kit/index.ts";
import { flightQuery, simulated } from "../../testing/simulator-bench.ts";
import type { SupplierRequest } from "../http/index.ts";
import { flightContent, namesFor } from "./map-flight.ts";
import { bookable, cancellationOf, hotelContent, stayTotal } from "./map-hotel.ts";
import { orderOf } from "./map-order.ts";
import { problemIn } from "./problems.ts";
import { setup } from "./simulated-amadeus.ts";
import { flightOffer, flightOrderReply, flightPriceReply, flightSearchReply } from "./wire-flights.ts";
import { hotelHouse, hotelListReply, hotelOfferReply, hotelOffersReply, hotelOrderReply, hotelRate } from "./wire-hotels.ts";

/** A folder with public examples of vendors. What comes from there is not part of the project, so these tests run only beside it. */
const fixtures = process.env.TRAVELAGENT_FIXTURES;
const folder = join(fixtures ?? "", "amadeus");
const example = (name: string): unknown => JSON.parse(readFileSync(join(folder, "oas-examples", `${name}.json`), "utf8"));
const now = Date.parse("2018-01-01T00:00:00Z");
const at = { now, officeTimeZone: "UTC" };

describe.skipIf(!fixtures)("the vendor's own examples, read by the adapter", () => {
  it.each(["FlightOffersSearch_v2.GET.shopping-flight-offers.200", "FlightOffersSearch_v2.POST.shopping-flight-offers.200"])("%s", (name) => {
    const { data, dictionaries } = flightSearchReply.parse(example(name));
    expect(data.length).toBeGreaterThan(0);
    for (const given of data) {
      const offer = flightOffer.parse(given);
      const { price, journeys, fareComponents, seatsRemaining } = flightContent(offer, namesFor(offer, dictionaries), at);
      expect(price.total.amount).toBe(offer.price.grandTotal);
      expect(price.perPassenger.reduce((sum, { each, count }) => sum + minorUnits(each) * BigInt(count), 0n)).toBe(minorUnits(price.total));
      expect(fareComponents).toHaveLength(journeys.flatMap(({ segments }) => segments).length);
      expect(journeys[0]!.segments[0]!.carrierName).not.toBe(journeys[0]!.segments[0]!.marketingCarrier);
      if (offer.numberOfBookableSeats === 9) expect(seatsRemaining).toBe(undefined);
    }
  });

  it("a priced offer, whose itineraries have no duration any more", () => {
    const offer = flightOffer.parse(flightPriceReply.parse(example("FlightOffersPrice_v1.POST.shopping-flight-offers-pricing.200")).data.flightOffers[0]);
    const { price, journeys, passengers } = flightContent(offer, namesFor(offer, undefined), at);
    expect(price).toMatchObject({ total: { amount: "2778.98", currency: "USD" }, base: { amount: "2568.00" }, taxes: { amount: "210.98" } });
    expect(passengers).toEqual([
      { ptc: "ADT", count: 1 },
      { ptc: "CHD", count: 1 },
    ]);
    expect(journeys.map(({ duration }) => duration)).toEqual([14 * 60 + 10, 31 * 60 + 20]);
  });

  it.each(["FlightCreateOrders_v1.POST.booking-flight-orders.201", "FlightOrderManagement_v1.GET.booking-flight-orders-flight-orderId.200"])("%s", (name) => {
    const order = orderOf(flightOrderReply.parse(example(name)).data, "key-1", { travellers: {}, names: { carriers: {}, aircraft: {} } }, "UTC");
    expect(order).toMatchObject({ reference: "MlpZVkFMfFdBVFNPTnwyMDE1LTExLTAy", locators: ["2ZYVAL"], total: { amount: "689.21", currency: "EUR" } });
    expect(order).toMatchObject({ status: "held", paymentTimeLimit: "2018-08-21T10:15:00.000Z" });
    expect(order.journeys).toHaveLength(3);
  });

  it("an offer with services that were chosen: they and the fees are in what is paid", () => {
    const [given] = (example("FlightCreateOrders_v1.POST.booking-flight-orders.201") as { data: { flightOffers: unknown[] } }).data.flightOffers;
    const { price } = flightContent(flightOffer.parse(given), { carriers: {}, aircraft: {} }, at);
    expect(price.total.amount).toBe("689.21");
    expect(price.perPassenger.reduce((sum, { each, count }) => sum + minorUnits(each) * BigInt(count), 0n)).toBe(68921n);
  });

  it("hotels of a city", () => {
    const { data } = hotelListReply.parse(example("HotelList_v1.GET.reference-data-locations-hotels-by-city.200"));
    expect(data.map(({ hotelId }) => hotelId)).toEqual(["ZZNCENVX", "NNNCE357"]);
  });

  it("hotel rates, of a search and again", () => {
    const found = hotelHouse.parse(hotelOffersReply.parse(example("HotelSearch_v3.GET.shopping-hotel-offers.200")).data[0]);
    const again = hotelOfferReply.parse(example("HotelSearch_v3.GET.shopping-hotel-offers-offerId.200")).data;
    for (const { hotel, offers } of [found, again]) {
      const rate = hotelRate.parse(offers![0]);
      expect(bookable(rate)).toBe(true);
      const content = hotelContent(rate, { hotel, listed: undefined, place: "LON" }, { rooms: 1, adults: 1, childrenAges: [] }, now);
      expect(content).toMatchObject({
        price: { total: { amount: "716.00", currency: "GBP" } },
        conditions: { refund: { allowed: false } },
        cancellation: [{ from: "now", penalty: { amount: "716.00" } }],
        ratePlan: { paymentType: "PREPAID", code: "V" },
        property: { timeZone: "Europe/London" },
        nights: 1,
      });
    }
  });

  it("a hotel order, with its rule on cancelling", () => {
    const { hotelBookings } = hotelOrderReply.parse(example("HotelBooking_v2.POST.booking-hotel-orders.201")).data;
    const rate = hotelRate.parse(hotelBookings[0]!.hotelOffer);
    expect(stayTotal(rate)).toEqual({ amount: "215.05", currency: "EUR" });
    expect(cancellationOf(rate, stayTotal(rate), { timeZone: "Europe/Madrid", nights: 1, now })).toEqual([
      { from: "now", penalty: { amount: "0.00", currency: "EUR" } },
      { from: "2024-06-06T21:59:00.000Z", penalty: { amount: "215.05", currency: "EUR" } },
    ]);
  });

  it("every published error is understood as one", () => {
    const request: SupplierRequest = { method: "GET", path: "x", route: "x" };
    const names = fixtures
      ? readdirSync(join(folder, "oas-examples")).filter((name) => /^(Flight(Offers|Create|Order)|Hotel|Authorizaton).*\.(4|5)\d\d\.json$/.test(name))
      : [];
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const status = Number(/\.(\d{3})\.json$/.exec(name)![1]);
      const problem = problemIn({ status, headers: new Headers(), body: example(name.replace(/\.json$/, "")), readable: true }, request);
      expect(problem?.message, name).toMatch(/^Amadeus /);
      expect(problem?.vendorCode, name).toMatch(/^\d+$/);
    }
  });
});

/** Kind of a value, as far as a shape goes. */
const kindOf = (value: unknown): string => (Array.isArray(value) ? "array" : value === null ? "null" : typeof value);

/** Where `ours` has a key or a kind of value that neither the examples nor the specification's words have. */
function differences(ours: unknown, theirs: readonly unknown[], words: ReadonlySet<string>, path = ""): string[] {
  const alike = theirs.filter((one) => one !== undefined);
  if (alike.length > 0 && !alike.some((one) => kindOf(one) === kindOf(ours))) return [`${path} is ${kindOf(ours)}, not ${kindOf(alike[0])}`];
  if (Array.isArray(ours))
    return ours.flatMap((one) =>
      differences(
        one,
        alike.flatMap((other) => (other as unknown[]) ?? []),
        words,
        `${path}[]`,
      ),
    );
  if (kindOf(ours) !== "object") return [];
  // Dictionaries are keyed by codes.
  const coded = /^\.dictionaries\.\w+$/.test(path);
  return Object.entries(ours as object).flatMap(([key, value]) => {
    const same = alike.flatMap((one) => (coded ? Object.values(one as object) : [(one as Record<string, unknown>)[key]])).filter((one) => one !== undefined);
    const known = coded || same.length > 0 || words.has(key);
    return known ? differences(value, same, words, `${path}.${key}`) : [`${path}.${key} is unknown to the vendor`];
  });
}

/** Every property name that a specification defines. */
function wordsOf(...names: string[]): Set<string> {
  const words = new Set<string>();
  const collect = (value: unknown): void => {
    if (kindOf(value) === "array") for (const one of value as unknown[]) collect(one);
    if (kindOf(value) !== "object") return;
    const { properties } = value as { properties?: unknown };
    if (kindOf(properties) === "object") for (const key of Object.keys(properties as object)) words.add(key);
    for (const one of Object.values(value as object)) collect(one);
  };
  for (const name of names) collect(JSON.parse(readFileSync(join(folder, "specs", name), "utf8")));
  return words;
}

describe.skipIf(!fixtures)("what the simulator says, held against the vendor's examples", () => {
  let close: (() => Promise<void>) | undefined;
  afterEach(() => close?.());

  async function open() {
    const parts = await simulated(setup());
    close = parts.close;
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "agency", client_secret: "secret" });
    const granted = (await (await fetch(`${parts.simulator.url}/v1/security/oauth2/token`, { method: "POST", body: form })).json()) as { access_token: string };
    const send = async (method: string, path: string, json?: unknown) => {
      const reply = await fetch(`${parts.simulator.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${granted.access_token}`, ...(json === undefined ? {} : { "content-type": "application/json" }) },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      // biome-ignore lint/suspicious/noExplicitAny: the shape is what is proven here
      return (await reply.json()) as any;
    };
    return { granted, send, world: parts.world satisfies World };
  }

  it("the token", async () => {
    const { granted } = await open();
    expect(differences(granted, [example("Authorizaton_v1.POST.security-oauth2-token.200")], new Set())).toEqual([]);
  });

  it("flights: search, price, order and refusals", async () => {
    const { send } = await open();
    const { origin, destination, departureDate } = flightQuery;
    const search = await send(
      "GET",
      `/v2/shopping/flight-offers?originLocationCode=${origin}&destinationLocationCode=${destination}&departureDate=${departureDate}&adults=1&children=1&infants=1&max=20`,
    );
    const searches = ["GET", "POST"].map((method) => example(`FlightOffersSearch_v2.${method}.shopping-flight-offers.200`));
    expect(differences(search, searches, wordsOf("FlightOffersSearch_v2_swagger_specification.json"))).toEqual([]);

    const body = { data: { type: "flight-offers-pricing", flightOffers: [search.data[0]] } };
    const priced = await send("POST", "/v1/shopping/flight-offers/pricing?include=detailed-fare-rules", body);
    const prices = [example("FlightOffersPrice_v1.POST.shopping-flight-offers-pricing.200")];
    // The specification describes the rules and forgets to say where they stand; another API of the vendor shows it.
    const upsell = example("BrandedFaresUpsell_v1.POST.shopping-flight-offers-upselling.request");
    expect(differences(priced, [...prices, upsell], wordsOf("FlightOffersPrice_v1_swagger_specification.json"))).toEqual([]);

    const travelers = priced.data.flightOffers[0].travelerPricings.map(({ travelerId }: { travelerId: string }) => ({
      id: travelerId,
      dateOfBirth: "2020-05-01",
      name: { firstName: "ANA", lastName: "SILVA" },
      contact: { emailAddress: "ana.silva@example.com" },
    }));
    const order = await send("POST", "/v1/booking/flight-orders", {
      data: { type: "flight-order", flightOffers: priced.data.flightOffers, travelers, ticketingAgreement: { option: "DELAY_TO_CANCEL", delay: "6D" } },
    });
    const orders = [example("FlightCreateOrders_v1.POST.booking-flight-orders.201")];
    expect(differences(order, orders, wordsOf("FlightCreateOrders_v1_swagger_specification.json"))).toEqual([]);

    const refused = await send("GET", "/v2/shopping/flight-offers");
    expect(
      differences(refused, [example("FlightOffersSearch_v2.GET.shopping-flight-offers.400")], wordsOf("FlightOffersSearch_v2_swagger_specification.json")),
    ).toEqual([]);
  });

  it("hotels: list, rates, one rate, order", async () => {
    const { send } = await open();
    const list = await send("GET", "/v1/reference-data/locations/hotels/by-city?cityCode=LIS");
    expect(
      differences(list, [example("HotelList_v1.GET.reference-data-locations-hotels-by-city.200")], wordsOf("HotelList_v1_swagger_specification.json")),
    ).toEqual([]);

    const words = wordsOf("HotelSearch_v3_swagger_specification.json");
    const rates = await send(
      "GET",
      `/v3/shopping/hotel-offers?hotelIds=${list.data[0].hotelId}&adults=1&checkInDate=2027-03-12&checkOutDate=2027-03-13&bestRateOnly=false`,
    );
    expect(differences(rates, [example("HotelSearch_v3.GET.shopping-hotel-offers.200")], words)).toEqual([]);
    const rate = rates.data[0].offers.find(({ policies }: { policies: { paymentType: string } }) => policies.paymentType === "guarantee");
    const again = await send("GET", `/v3/shopping/hotel-offers/${rate.id}`);
    expect(differences(again, [example("HotelSearch_v3.GET.shopping-hotel-offers-offerId.200")], words)).toEqual([]);

    const order = await send("POST", "/v2/booking/hotel-orders", {
      data: {
        type: "hotel-order",
        guests: [{ tid: 1, title: "MS", firstName: "ANA", lastName: "SILVA", phone: "+351910000000", email: "ana.silva@example.com" }],
        travelAgent: { contact: { email: "desk@agency.example" } },
        roomAssociations: [{ guestReferences: [{ guestReference: "1" }], hotelOfferId: rate.id }],
      },
    });
    expect(differences(order, [example("HotelBooking_v2.POST.booking-hotel-orders.201")], wordsOf("HotelBooking_v2_Swagger_specification.json"))).toEqual([]);
  });
});
