import type { FakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits } from "../../money.ts";
import type { FlightQuery } from "../../offer.ts";
import { amadeusDialect } from "../../simulators/amadeus/index.ts";
import { startSimulator } from "../../simulators/kit/index.ts";
import { flightQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import type { AmadeusOptions } from "./options.ts";
import { call, failure, request, setup } from "./simulated-amadeus.ts";

/** Pauses before a repeated read pass. */
async function whileTimePasses<T>(work: Promise<T>, clock: FakeClock): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(100);
  }
  return done;
}

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());
async function open(options: Partial<AmadeusOptions> = {}) {
  const parts = await simulated(setup(options));
  close = parts.close;
  const flights = parts.supplier.flights!;
  const search = (query: Partial<FlightQuery> = {}) => flights.search({ ...flightQuery, ...query }, call());
  const routes = () => parts.simulator.requests.map(({ route }) => route);
  const sent = (route: string) => parts.simulator.requests.findLast((one) => one.route === route)!;
  return { ...parts, flights, search, routes, sent };
}

describe("access", () => {
  it("five searches at once ask for one token", async () => {
    const { search, routes } = await open();
    await Promise.all([1, 2, 3, 4, 5].map(() => search()));
    expect(routes().filter((route) => route === "token")).toHaveLength(1);
  });

  it("token errors have another shape and name the credentials, never show them", async () => {
    const { search, simulator } = await open({ clientSecret: "wrong" });
    const error = await failure(search());
    expect(error.code).toBe("SUPPLIER_REJECTED");
    expect(error.message).toContain("credentials");
    expect(JSON.stringify(error.toShape())).not.toContain("wrong");
    expect(simulator.requests.map(({ route }) => route)).toEqual(["token"]);
  });

  it("38192: a token that has expired is fetched anew", async () => {
    const { search, simulator, routes } = await open();
    await search();
    simulator.next({ scenario: "auth_expired", on: "search-flights" });
    expect((await search()).length).toBeGreaterThan(0);
    expect(routes().filter((route) => route === "token")).toHaveLength(2);
  });

  it("a token is not used beyond its 1799 seconds", async () => {
    const { search, clock, routes } = await open();
    await search();
    await clock.advance(1800_000);
    await search();
    expect(routes()).toEqual(["token", "search-flights", "token", "search-flights"]);
  });

  it("38190: a token that nobody knows any more is fetched anew", async () => {
    const { search, simulator, world, clock } = await open();
    await search();
    const { port } = simulator;
    await simulator.close();
    const restarted = await startSimulator(amadeusDialect(world), { port, clock });
    expect((await whileTimePasses(search(), clock)).length).toBeGreaterThan(0);
    expect(restarted.requests.map(({ route, status }) => `${route} ${status}`)).toEqual(["search-flights 401", "token 200", "search-flights 200"]);
    await restarted.close();
  });

  it("content types are exact: ours has no charset, and one with it is refused", async () => {
    const { search, simulator, sent } = await open();
    await search();
    expect(sent("search-flights").headers["content-type"]).toBe("application/vnd.amadeus+json");
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: "agency", client_secret: "secret" });
    const { access_token } = (await (await fetch(`${simulator.url}/v1/security/oauth2/token`, { method: "POST", body: form })).json()) as {
      access_token: string;
    };
    const reply = await fetch(`${simulator.url}/v2/shopping/flight-offers`, {
      method: "POST",
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json; charset=utf-8" },
      body: "{}",
    });
    expect(await reply.json()).toMatchObject({ errors: [{ code: 38191 }] });
    expect(reply.headers.get("content-type")).toBe("application/vnd.amadeus+json");
  });

  it("settings that cannot be right are refused at once: a production address for a sandbox, the other way round, no zone, no secret", () => {
    const parts = { url: "https://test.api.amadeus.com", memory: {} as never, clock: {} as never, simulator: {} as never };
    expect(() => setup({ live: true }).adapter(parts)).toThrow("sandbox");
    expect(() => setup().adapter({ ...parts, url: "https://api.amadeus.com" })).toThrow("real travel");
    expect(() => setup({ officeTimeZone: "Lisbon" }).adapter(parts)).toThrow("time zone");
    expect(() => setup({ clientSecret: "" }).adapter(parts)).toThrow("client secret");
  });
});

describe("offers", () => {
  it("search is v2 and pricing and booking are v1", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    await flights.book(request(offer!), call());
    expect(simulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/security/oauth2/token",
      "POST /v2/shopping/flight-offers",
      "POST /v1/shopping/flight-offers/pricing",
      "POST /v1/booking/flight-orders",
    ]);
  });

  it("ids are unique within one reply alone: ours differ over searches and each finds its own flight", async () => {
    const { search, flights } = await open();
    const [first] = await search();
    const [second] = await search({ departureDate: "2027-03-15" });
    expect([first, second].map((offer) => (JSON.parse(offer!.supplierRef) as { offer: { id: string } }).offer.id)).toEqual(["1", "1"]);
    expect(first!.id).not.toBe(second!.id);
    const priced = await flights.reprice(second!, call());
    expect(priced.status === "available" && priced.offer.journeys[0]!.segments[0]!.departure.time.local).toContain("2027-03-15");
  });

  it("the whole offer goes back as it was priced, fields unknown to us included", async () => {
    const { search, flights, sent } = await open();
    const [offer] = await search();
    await flights.book(request(offer!), call());
    const booked = (sent("create-flight-order").json as { data: { flightOffers: Record<string, unknown>[] } }).data.flightOffers[0]!;
    expect(booked).toMatchObject({ paymentCardRequired: false, nonHomogeneous: false, price: { billingCurrency: "EUR" } });
    expect(booked.fareRules).toBeDefined();
  });

  it("a search is cached and not bookable: each purchase prices right before it books", async () => {
    const { search, flights, routes } = await open();
    const [offer] = await search();
    await flights.reprice(offer!, call());
    await flights.book(request(offer!), call());
    expect(routes().slice(-2)).toEqual(["price-flight", "create-flight-order"]);
  });

  it("32171: offers of a search that list services without a type can be priced all the same", async () => {
    const { search, flights, sent } = await open();
    const offers = await search({ limit: 40 });
    const listed = offers.find(({ supplierRef }) => supplierRef.includes("additionalServices"))!;
    expect((await flights.reprice(listed, call())).status).toBe("available");
    expect(JSON.stringify(sent("price-flight").json)).not.toContain("additionalServices");
  });

  it("454.0 is 454.00: a price in other decimals has not changed", async () => {
    const { search, flights } = await open();
    const offers = await search({ limit: 40 });
    const round = offers.find(({ price }) => price.total.amount.endsWith("0"))!;
    expect(round).toBeDefined();
    const again = await flights.reprice(round, call());
    expect(again).toMatchObject({ status: "available", offer: { price: { total: round.price.total } } });
  });

  it("nine bookable seats mean nine or more, fewer are a count", async () => {
    const { search } = await open();
    const offers = await search({ limit: 40 });
    const said = offers.map(({ supplierRef, seatsRemaining }) => [
      (JSON.parse(supplierRef) as { offer: { numberOfBookableSeats: number } }).offer.numberOfBookableSeats,
      seatsRemaining,
    ]);
    expect(said.some(([vendor]) => vendor === 9)).toBe(true);
    for (const [vendor, ours] of said) expect(ours).toBe(vendor === 9 ? undefined : vendor);
  });

  it("a missing operating carrier is the marketing carrier", async () => {
    const { search } = await open();
    const connecting = (await search({ limit: 40 })).find(({ journeys }) => journeys[0]!.segments.length > 1)!;
    const [, second] = connecting.journeys[0]!.segments;
    expect((JSON.parse(connecting.supplierRef) as { offer: { itineraries: { segments: object[] }[] } }).offer.itineraries[0]!.segments[1]).not.toHaveProperty(
      "operating",
    );
    expect(second!.operatingCarrier).toBe(second!.marketingCarrier);
  });

  it("fees stand on top of total: what is paid is the grand total, and the parts add up to it", async () => {
    const { search } = await open();
    const offers = await search({ origin: "STN", destination: "DUB", limit: 40 });
    const withFee = offers.find(({ price }) => minorUnits(price.fees) > 0n)!;
    const { price } = (JSON.parse(withFee.supplierRef) as { offer: { price: { total: string; grandTotal: string } } }).offer;
    expect(price.grandTotal).not.toBe(price.total);
    expect(withFee.price.total.amount).toBe(price.grandTotal);
  });

  it("conditions are unknown after a search and known after pricing", async () => {
    const { search, flights } = await open();
    const [offer] = await search();
    expect(offer!.conditions.refund.allowed).toBe(null);
    const priced = await flights.reprice(offer!, call());
    expect(priced.status === "available" && priced.offer.conditions.refund.allowed).toBe(false);
  });

  it("a price that moved is told with both prices", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    simulator.next({ scenario: "price_changed", on: "price-flight" });
    const again = await flights.reprice(offer!, call());
    expect(again).toMatchObject({ status: "price-changed", was: offer!.price.total });
    expect(again.status === "price-changed" && minorUnits(again.offer.price.total) > minorUnits(offer!.price.total)).toBe(true);
  });

  it("no fare applicable is sold out", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    simulator.next({ scenario: "sold_out", on: "price-flight" });
    expect(await flights.reprice(offer!, call())).toEqual({ status: "sold-out" });
  });

  it("429 and 500 on a search are tried again", async () => {
    const { search, simulator, clock } = await open();
    simulator.next({ scenario: "rate_limited", on: "search-flights" });
    simulator.next({ scenario: "server_error", on: "search-flights" });
    expect((await whileTimePasses(search(), clock)).length).toBeGreaterThan(0);
  });
});

describe("orders", () => {
  it("37200: a price discrepancy books nothing, says the new price and leaves the key unspent", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    simulator.next({ scenario: "price_changed", on: "create-flight-order" });
    const error = await failure(flights.book(request(offer!), call()));
    expect(error.code).toBe("PRICE_CHANGED");
    expect(error.details).toMatchObject({ code: "37200", was: offer!.price.total });
    const { now } = error.details as { now: { amount: string; currency: string } };
    expect(minorUnits(now)).toBeGreaterThan(minorUnits(offer!.price.total));
    expect(await simulator.ledger()).toEqual([]);
    expect((await flights.book(request(offer!), call())).total).toEqual(now);
  });

  it("34651: a segment that cannot be sold is sold out, and nothing is booked", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    simulator.next({ scenario: "sold_out", on: "create-flight-order" });
    expect((await failure(flights.book(request(offer!), call()))).code).toBe("SOLD_OUT");
    expect(await simulator.ledger()).toEqual([]);
  });

  it("order ids hold signs of addresses and go into the path encoded, once", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    const order = await flights.book(request(offer!), call());
    expect(order.reference).toMatch(/[/+=]/);
    expect((await flights.read(order.reference, call())).reference).toBe(order.reference);
    expect(simulator.requests.at(-1)?.path).toBe(`/v1/booking/flight-orders/${encodeURIComponent(order.reference)}`);
    expect((await flights.read(encodeURIComponent(order.reference), call())).reference).toBe(order.reference);
  });

  it("is confirmed without tickets, and ticketed with the right names once the office has issued them", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search({ adults: 2, childrenAges: [8, 1] });
    const party = partyFor(offer!).reverse();
    const order = await flights.book(request(offer!, "key-1", party), call());
    expect(order).toMatchObject({ status: "confirmed", documents: [] });
    await simulator.happen("ticketed", order.locators[0]!);
    const ticketed = await flights.read(order.reference, call());
    expect(ticketed.status).toBe("ticketed");
    expect(ticketed.documents.map(({ travellerId }) => travellerId).sort()).toEqual(["1", "2", "3", "4"]);
    expect(ticketed.documents[0]!.number).toMatch(/^\d{13}$/);
  });

  it("cannot be cancelled here once it is ticketed", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    const order = await flights.book(request(offer!), call());
    const { token } = await flights.quoteCancel(order.reference, call());
    await simulator.happen("ticketed", order.reference);
    expect((await failure(flights.quoteCancel(order.reference, call()))).message).toContain("office");
    expect((await failure(flights.cancel(order.reference, token, "cancel-1", call()))).code).toBe("SUPPLIER_REJECTED");
    expect((await flights.read(order.reference, call())).status).toBe("ticketed");
  });

  it("shows a schedule change", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    const order = await flights.book(request(offer!), call());
    expect(order.journeys).toEqual(offer!.journeys);
    await simulator.happen("schedule-change", order.reference);
    const moved = (await flights.read(order.reference, call())).journeys![0]!.segments[0]!.departure.time.utc;
    expect(Date.parse(moved) - Date.parse(offer!.journeys[0]!.segments[0]!.departure.time.utc)).toBe(45 * 60_000);
  });

  it("that vanished without our doing is a riddle for people, not a cancellation", async () => {
    const { search, flights, simulator } = await open();
    const [offer] = await search();
    const order = await flights.book(request(offer!), call());
    await simulator.happen("cancelled", order.reference);
    const error = await failure(flights.read(order.reference, call()));
    expect(error.code).toBe("SUPPLIER_REJECTED");
    expect(error.message).toContain(order.locators[0]);
  });

  it("goes to the ticketing office's queue where one is configured", async () => {
    const { search, flights, sent } = await open({ queuingOfficeId: "LISX12345" });
    const [offer] = await search();
    await flights.book(request(offer!), call());
    expect(sent("create-flight-order").json).toMatchObject({
      data: { queuingOfficeId: "LISX12345", automatedProcess: [{ code: "IMMEDIATE", officeId: "LISX12345" }], ticketingAgreement: { option: "CONFIRM" } },
    });
  });

  it("DELAY_TO_CANCEL is a hold that ends at the start of a day at the office", async () => {
    const { search, flights, sent, clock } = await open({ officeTimeZone: "America/New_York" });
    const offer = (await search({ limit: 40 })).find(({ paymentTimeLimit }) => paymentTimeLimit !== undefined)!;
    const held = await flights.hold!(request(offer), call());
    expect(sent("create-flight-order").json).toMatchObject({
      data: { ticketingAgreement: { option: "DELAY_TO_CANCEL", delay: expect.stringMatching(/^\dD$/) } },
    });
    expect(held).toMatchObject({ status: "held", paymentTimeLimit: offer.paymentTimeLimit });
    expect(held.paymentTimeLimit).toContain("T05:00:00");
    await clock.advance(Date.parse(held.paymentTimeLimit!) - clock.now());
    expect(await flights.read(held.reference, call())).toMatchObject({ status: "cancelled", penalty: { amount: "0.00" }, refund: { amount: "0.00" } });
  });

  it("a fare that has to be ticketed at once cannot be held", async () => {
    const { search, flights, simulator } = await open();
    const offer = (await search({ limit: 40 })).find(({ paymentTimeLimit }) => paymentTimeLimit === undefined)!;
    expect((await failure(flights.hold!(request(offer), call()))).details).toMatchObject({ code: "hold_not_available" });
    expect(await simulator.ledger()).toEqual([]);
  });

  it("travellers without a date of birth are refused before anything is sent", async () => {
    const { search, flights, routes } = await open();
    const [offer] = await search();
    const party = partyFor(offer!).map(({ bornOn: _, ...rest }) => rest);
    expect((await failure(flights.book(request(offer!, "key-1", party), call()))).details).toMatchObject({ code: "missing_birth_date" });
    expect(routes()).not.toContain("create-flight-order");
    expect(await flights.find("key-1", call())).toBe(null);
  });

  it("a party that is not the offer's is refused", async () => {
    const { search, flights } = await open();
    const [offer] = await search({ adults: 2 });
    expect((await failure(flights.book(request(offer!, "key-1", partyFor(offer!).slice(1)), call()))).details).toMatchObject({ code: "invalid_travellers" });
  });
});
