import { TravelAgentError } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { minorUnits, money } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import { type SabreDialectOptions, sabreDialect } from "../../simulators/sabre/index.ts";
import type { BookRequest, SupplierCall } from "../../supplier.ts";
import { flightQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import { type SabreOptions, sabreSupplier } from "./index.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });

async function bench(dialect: SabreDialectOptions = {}, adapter: Partial<SabreOptions> = {}) {
  const log = recordingLogger();
  const parts = await simulated({
    dialect: (world) => sabreDialect(world, dialect),
    adapter: ({ url, memory, clock }) =>
      sabreSupplier({ baseUrl: url, authVersion: "v2", epr: "1234", password: "secret", pcc: "G7HE", live: false, memory, clock, log, ...adapter }),
  });
  opened.push(parts);
  const flights = parts.supplier.flights!;
  const find = (query: Partial<FlightQuery> = {}) => flights.search({ ...flightQuery, ...query }, call());
  const sent = (route: string) => parts.simulator.requests.filter((request) => request.route === route);
  return { ...parts, log, flights, find, sent };
}
type Bench = Awaited<ReturnType<typeof bench>>;

const request = (
  offer: FlightOffer,
  key = "key-1",
  maxTotal = money(minorUnits(offer.price.total) * 2n, offer.price.total.currency),
): BookRequest<FlightOffer> => ({
  offer,
  travellers: partyFor(offer),
  contact: { email: "ana.silva@example.com", phone: "+351910000000" },
  key,
  maxTotal,
});

async function failure(work: Promise<unknown>): Promise<TravelAgentError> {
  try {
    await work;
  } catch (error) {
    return TravelAgentError.from(error);
  }
  throw new Error("it went through");
}

const holdable = async ({ find }: Bench) => (await find()).find(({ paymentTimeLimit }) => paymentTimeLimit !== undefined)!;
const refundable = async ({ find }: Bench) => (await find()).find(({ conditions }) => conditions.refund.allowed === true)!;

/** Lets the clock run until the work is done. */
async function running<T>({ clock }: Bench, work: Promise<T>): Promise<T> {
  let done = false;
  const end = () => {
    done = true;
  };
  work.then(end, end);
  while (!done) {
    await clock.advance(250);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return work;
}

const body = (seen: { json: unknown } | undefined) => seen?.json as Record<string, never> & { [name: string]: never };

describe("Sabre's traps: searching", () => {
  it("warns when an account without the tier finds nothing and no error says why", async () => {
    const own = await bench({ tiers: ["200ITINS"] });
    expect(await own.find()).toEqual([]);
    expect(own.log.lines.filter(({ level }) => level === "warn").map(({ fields }) => fields)).toEqual([expect.objectContaining({ tier: "50ITINS" })]);
    const other = await bench({ tiers: ["200ITINS"] }, { tier: "200ITINS" });
    expect((await other.find()).length).toBeGreaterThan(1);
  });

  it("asks for children as CNN, never CHD", async () => {
    const own = await bench();
    const [offer] = await own.find({ adults: 2, childrenAges: [8, 1, 13] });
    const asked = body(own.sent("shop")[0]) as never as {
      OTA_AirLowFareSearchRQ: { TravelerInfoSummary: { AirTravelerAvail: { PassengerTypeQuantity: object[] }[] } };
    };
    expect(asked.OTA_AirLowFareSearchRQ.TravelerInfoSummary.AirTravelerAvail[0]!.PassengerTypeQuantity).toEqual([
      { Code: "ADT", Quantity: 3 },
      { Code: "CNN", Quantity: 1 },
      { Code: "INF", Quantity: 1 },
    ]);
    expect(offer!.passengers).toEqual([
      { ptc: "ADT", count: 3 },
      { ptc: "CHD", count: 1 },
      { ptc: "INF", count: 1 },
    ]);
  });

  it("takes the date of each leg by its position, so that out and back are not swapped", async () => {
    const own = await bench();
    const offers = await own.find({ returnDate: "2027-03-19" });
    expect(offers.length).toBeGreaterThan(1);
    for (const { journeys } of offers) {
      expect(journeys.map(({ segments }) => segments[0]!.departure.time.local.slice(0, 10))).toEqual(["2027-03-12", "2027-03-19"]);
      expect(journeys.map(({ destination }) => destination)).toEqual(["FRA", "BCN"]);
    }
  });

  it("keeps the base in the currency to be paid, whatever currency the fare is filed in", async () => {
    const own = await bench();
    const offers = await own.find({ origin: "LHR", destination: "JFK", currency: "EUR" });
    expect(offers.length).toBeGreaterThan(0);
    for (const { price } of offers) {
      expect(price.base.currency).toBe("EUR");
      expect(minorUnits(price.base) + minorUnits(price.taxes) + minorUnits(price.fees)).toBe(minorUnits(price.total));
    }
  });

  it("leaves out offers in another currency than asked for", async () => {
    const own = await bench();
    expect((await own.find({ currency: "GBP" })).every(({ price }) => price.total.currency === "GBP")).toBe(true);
  });

  it("gives an offer no more life than its timeToLive", async () => {
    const own = await bench();
    const [offer] = await own.find();
    expect(Date.parse(offer!.offerExpiresAt)).toBe(own.clock.now() + 30 * 60_000);
  });

  it("asks with a version that is a digit, and for GDS fares alone", async () => {
    const own = await bench();
    await own.find({ directOnly: true });
    expect(body(own.sent("shop")[0])).toMatchObject({
      OTA_AirLowFareSearchRQ: { Version: "5", TravelPreferences: { MaxStopsQuantity: 0, TPA_Extensions: { DataSources: { NDC: "Disable", LCC: "Disable" } } } },
    });
  });
});

describe("Sabre's traps: access", () => {
  it("fetches one token for many calls at a time, since the pool of live tokens is small", async () => {
    const own = await bench({ tokenPool: 1 });
    await Promise.all(Array.from({ length: 8 }, () => own.find()));
    expect(own.sent("token").length).toBe(1);
  });

  it("does not ask again and again when the pool of tokens is used up", async () => {
    const own = await bench({ tokenPool: 0 });
    const error = await failure(own.find());
    expect(error.code).toBe("SUPPLIER_REJECTED");
    expect(error.details).toMatchObject({ code: "invalid_client" });
    expect(own.sent("token").length).toBe(1);
  });

  it("signs in by v3 with a user name made of number, office and domain", async () => {
    const own = await bench({}, { authVersion: "v3", clientId: "app", clientSecret: "hidden" });
    expect((await own.find()).length).toBeGreaterThan(0);
    expect(own.sent("token")[0]).toMatchObject({ path: "/v3/auth/token", form: { grant_type: "password", username: "1234-G7HE-AA" } });
  });

  it("signs in by v2 with the client id of the portal", async () => {
    const options = { authVersion: "v2" as const, clientId: "V1:abc:DEVCENTER:EXT", clientSecret: "hidden" };
    const parts = await simulated({
      dialect: (world) => sabreDialect(world),
      adapter: ({ url, memory, clock }) => sabreSupplier({ baseUrl: url, pcc: "G7HE", memory, clock, ...options }),
    });
    opened.push(parts);
    expect((await parts.supplier.flights!.search(flightQuery, call())).length).toBeGreaterThan(0);
  });

  it("says at once which credentials are missing", async () => {
    const { memory, clock } = await bench();
    const make = (more: object) => () => sabreSupplier({ baseUrl: "http://127.0.0.1:1", authVersion: "v2", pcc: "G7HE", memory, clock, ...more });
    expect(make({})).toThrow(/epr and password/);
    expect(make({ authVersion: "v3", clientId: "app", clientSecret: "x" })).toThrow(/clientId, clientSecret, epr and password/);
  });

  it("does not take the test system for the real one, nor the other way round", async () => {
    const { memory, clock } = await bench();
    const make = (baseUrl: string, live: boolean) => () =>
      sabreSupplier({ baseUrl, live, authVersion: "v2", epr: "1", password: "x", pcc: "G7HE", memory, clock });
    expect(make("https://api.platform.sabre.com", false)).toThrow(/sells real travel/);
    expect(make("https://api.cert.platform.sabre.com", true)).toThrow(/is a sandbox/);
    expect(make("https://api.cert.platform.sabre.com", false)).not.toThrow();
  });

  it("tries a read again after 429 REQUEST_THROTTLED, not before half a second", async () => {
    const own = await bench();
    await own.find();
    const before = own.clock.now();
    own.simulator.next({ scenario: "rate_limited", on: "shop" });
    expect((await running(own, own.find())).length).toBeGreaterThan(0);
    expect(own.clock.now() - before).toBeGreaterThanOrEqual(500);
  });
});

describe("Sabre's traps: buying", () => {
  it("takes 200 with errors[] for a refusal", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "error_in_200", on: "createBooking" });
    const error = await failure(own.flights.book(request(offer!), call()));
    expect(error.code).toBe("SUPPLIER_REJECTED");
    expect(error.details).toMatchObject({ code: "UNABLE_TO_ADD_TRAVELER_PASSENGER_TYPE_NOT_ENABLED" });
    expect(await own.simulator.ledger()).toEqual([]);
    // Nothing happened, so that the same key may be used again.
    expect((await own.flights.book(request(offer!), call())).status).toBe("ticketed");
  });

  it("keeps words of travellers out of errors", async () => {
    const own = await bench();
    const [offer] = await own.find();
    const error = await failure(own.flights.book({ ...request(offer!), travellers: [{ ...partyFor(offer!)[0]!, ptc: "CHD", givenName: "Bela" }] }, call()));
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/Bela|Silva/);
  });

  it("sends what is permissive by default the strict way", async () => {
    const own = await bench();
    const [offer] = await own.find();
    await own.flights.book(request(offer!), call());
    expect(own.sent("fulfillFlightTickets")[0]!.json).toMatchObject({
      acceptPriceChanges: false,
      priceQuoteExpirationMethod: "Quit",
      backDatePriceQuoteMethod: "Quit",
    });
    expect(own.sent("createBooking")[0]!.json).toMatchObject({ flightDetails: { haltOnFlightStatusCodes: ["NO", "UC", "US", "UN", "UU", "LL", "HL"] } });
  });

  it("issues no ticket at a new price, and takes the booking back", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "price_changed", on: "fulfillFlightTickets" });
    expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("PRICE_CHANGED");
    expect((await own.simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled"]);
    expect(await own.flights.find("key-1", call())).toBe(null);
  });

  it("does not pass for held while its cancellation may still arrive", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "price_changed", on: "fulfillFlightTickets" });
    own.simulator.next({ scenario: "connection_reset", on: "cancelBooking" });
    expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("OUTCOME_UNKNOWN");
    const found = await failure(own.flights.find("key-1", call()));
    expect(found.code).toBe("OUTCOME_UNKNOWN");
    expect(found.details).toMatchObject({ code: "being_taken_back" });
    await own.clock.advance(10 * 60_000);
    expect((await own.flights.find("key-1", call()))?.status).toBe("held");
  });

  it("is found cancelled as soon as the cancellation arrived, and held where it was refused", async () => {
    for (const [scenario, status] of [
      ["timeout_after_commit", "cancelled"],
      ["error_in_200", "held"],
    ] as const) {
      const own = await bench();
      const [offer] = await own.find();
      own.simulator.next({ scenario: "price_changed", on: "fulfillFlightTickets" });
      own.simulator.next({ scenario, on: "cancelBooking" });
      expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("OUTCOME_UNKNOWN");
      expect((await own.flights.find("key-1", call()))?.status).toBe(status);
    }
  });

  it("takes a booking back whose total is above the limit, before it pays", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "price_changed", on: "createBooking" });
    const error = await failure(own.flights.book(request(offer, "key-1", offer.price.total), call()));
    expect(error.code).toBe("PRICE_CHANGED");
    expect(error.details).toMatchObject({ was: offer.price.total });
    expect(own.sent("fulfillFlightTickets")).toEqual([]);
    expect((await own.simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled"]);
  });

  it("says the new price of a revalidation and buys nothing", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "price_changed", on: "revalidate", times: 2 });
    const again = await own.flights.reprice(offer!, call());
    expect(again).toMatchObject({ status: "price-changed", was: offer!.price.total, offer: { id: offer!.id } });
    expect((await failure(own.flights.book(request(offer!, "key-1", offer!.price.total), call()))).code).toBe("PRICE_CHANGED");
    expect(own.sent("createBooking")).toEqual([]);
  });

  it("finds that a fare of the search can be gone when it is sold", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "sold_out", on: "createBooking" });
    expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("SOLD_OUT");
    own.simulator.next({ scenario: "sold_out", on: "revalidate" });
    expect((await own.flights.reprice(offer!, call())).status).toBe("sold-out");
  });

  it("counts from 1: flights, forms of payment, travellers", async () => {
    const own = await bench();
    const [offer] = await own.find({ adults: 2, returnDate: "2027-03-19" });
    const order = await own.flights.book(request(offer!), call());
    const created = own.sent("createBooking")[0]!.json as {
      flightDetails: { flightPricing: { qualifiers: { brandedFares: { flightIndices: number[] }[] } }[] };
    };
    const indices = created.flightDetails.flightPricing[0]!.qualifiers.brandedFares.flatMap(({ flightIndices }) => flightIndices);
    const flights = offer!.journeys.flatMap(({ segments }) => segments).length;
    expect(indices).toEqual(Array.from({ length: flights }, (_, i) => i + 1));
    expect(own.sent("fulfillFlightTickets")[0]!.json).toMatchObject({ fulfillments: [{ payment: { primaryFormOfPayment: 1 } }] });
    expect(order.documents.map(({ travellerId }) => travellerId)).toEqual(["1", "2"]);
  });

  it("leaves our key in the record for people, who are the only ones that can look for it", async () => {
    const own = await bench();
    const [offer] = await own.find();
    await own.flights.book(request(offer!, "key-77"), call());
    expect((await own.simulator.ledger())[0]!.clientReference).toBe("AGENCY KEY KEY-77");
  });

  it("tells locators of Sabre and of the airline, and the commission", async () => {
    const own = await bench();
    const order = await own.flights.book(request((await own.find())[0]!), call());
    expect(order.locators[0]).toBe(order.reference);
    expect(order.locators.length).toBe(2);
    expect(minorUnits(order.commission!)).toBeGreaterThan(0n);
    expect(order.journeys![0]!.segments[0]!.departure.airport).toBe("BCN");
  });

  it("refuses to hold a fare that has to be bought at once", async () => {
    const own = await bench();
    const offer = (await own.find()).find(({ paymentTimeLimit }) => paymentTimeLimit === undefined)!;
    expect((await failure(own.flights.hold!(request(offer), call()))).details).toMatchObject({ code: "hold_not_available" });
    expect(own.sent("createBooking")).toEqual([]);
  });

  it("holds with a time limit for ticketing", async () => {
    const own = await bench();
    const offer = await holdable(own);
    const held = await own.flights.hold!(request(offer), call());
    expect(held).toMatchObject({ status: "held", paymentTimeLimit: offer.paymentTimeLimit, documents: [] });
    expect(own.sent("createBooking")[0]!.json).toMatchObject({
      agency: { ticketingPolicy: "TICKETING_TIME_LIMIT", futureTicketingPolicy: { ticketingPcc: "G7HE" } },
    });
  });

  it("reads ticketing dates in the zone of the office", async () => {
    const own = await bench({}, { timeZone: "America/New_York" });
    const offer = await holdable(own);
    // The simulator's office says 09:00 of the next day, which is 14:00 in London.
    expect(offer.paymentTimeLimit).toBe("2027-01-16T14:00:00.000Z");
  });

  it("shows the flights as the airline moved them", async () => {
    const own = await bench();
    const order = await own.flights.book(request((await own.find())[0]!), call());
    await own.simulator.happen("schedule_change", order.reference);
    const after = await own.flights.read(order.reference, call());
    const departure = (one: typeof order) => Date.parse(one.journeys![0]!.segments[0]!.departure.time.utc);
    expect(departure(after) - departure(order)).toBe(120 * 60_000);
    expect(after.status).toBe("ticketed");
  });
});

describe("Sabre's traps: outcomes nobody knows", () => {
  it.each(["timeout_after_commit", "server_error_after_commit", "malformed_json", "wrong_content_type", "connection_reset"] as const)(
    "stays unknown after %s of createBooking, and never books again: there is no key and no list",
    async (scenario) => {
      const own = await bench();
      const [offer] = await own.find();
      own.simulator.next({ scenario, on: "createBooking" });
      expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("OUTCOME_UNKNOWN");
      const found = await failure(own.flights.find("key-1", call()));
      expect(found.code).toBe("OUTCOME_UNKNOWN");
      expect(found.details).toMatchObject({ code: "no_locator", needsPerson: true });
      expect(found.message).toContain("AGENCY KEY KEY-1");
      expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("OUTCOME_UNKNOWN");
      expect((await own.simulator.ledger()).length).toBeLessThanOrEqual(1);
      expect(own.sent("createBooking").length).toBe(1);
    },
  );

  it("finds the booking by its locator when the reply to the ticketing was lost", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "timeout_after_commit", on: "fulfillFlightTickets" });
    expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("OUTCOME_UNKNOWN");
    const found = await own.flights.find("key-1", call());
    expect(found).toMatchObject({ status: "ticketed", key: "key-1" });
    expect(await own.flights.book(request(offer!), call())).toEqual(found);
    expect(own.sent("createBooking").length).toBe(1);
    expect(own.sent("fulfillFlightTickets").length).toBe(1);
  });

  it("does not call a purchase undone because its record could not be read afterwards", async () => {
    const own = await bench({}, {});
    const [offer] = await own.find();
    own.simulator.next({ scenario: "server_error", on: "getBooking", times: 3 });
    expect((await failure(running(own, own.flights.book(request(offer!), call())))).code).toBe("OUTCOME_UNKNOWN");
    expect((await own.flights.find("key-1", call()))?.status).toBe("ticketed");
    expect((await own.simulator.ledger()).length).toBe(1);
  });

  it("shows a person who found it what a lost hold was, also when it ran out meanwhile, and gives it to no other purchase", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "server_error_after_commit", on: "createBooking" });
    expect((await failure(own.flights.hold!(request(offer), call()))).code).toBe("OUTCOME_UNKNOWN");
    const { reference } = (await own.simulator.ledger())[0]!;
    await own.clock.advance(Date.parse(offer.paymentTimeLimit!) - own.clock.now() + 60_000);
    expect((await own.simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled"]);
    expect(await own.flights.adopt!(reference, "key-1", call())).toMatchObject({ status: "cancelled", key: "key-1", total: offer.price.total });
    expect(await own.flights.find("key-1", call())).toMatchObject({ status: "cancelled", reference });
    expect((await failure(own.flights.adopt!(reference, "key-2", call()))).details).toMatchObject({ code: "another_order" });
  });

  it("does not take an attempt that was taken back for the next one with the same key, whose reply is lost", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "rate_limited", on: "fulfillFlightTickets" });
    expect((await failure(own.flights.book(request(offer), call()))).code).toBe("RATE_LIMITED");
    own.simulator.next({ scenario: "server_error_after_commit", on: "createBooking" });
    expect((await failure(own.flights.book(request(offer), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await own.simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled", "open"]);
    expect((await failure(own.flights.find("key-1", call()))).details).toMatchObject({ code: "no_locator", needsPerson: true });
  });

  it("keeps the locator of a booking that came with an error", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "partial", on: "createBooking" });
    const error = await failure(own.flights.hold!(request(offer), call()));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.details).toMatchObject({ needsPerson: true });
    expect((await own.flights.find("key-1", call()))?.status).toBe("held");
  });

  it("hands PARTIAL_FULFILLMENT to a person", async () => {
    const own = await bench();
    const [offer] = await own.find({ adults: 2 });
    own.simulator.next({ scenario: "partial", on: "fulfillFlightTickets" });
    const error = await failure(own.flights.book(request(offer!), call()));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.details).toMatchObject({ code: "PARTIAL_FULFILLMENT", needsPerson: true });
    const found = await failure(own.flights.find("key-1", call()));
    expect(found.code).toBe("OUTCOME_UNKNOWN");
    expect(found.message).toMatch(/1 tickets for 2 travellers/);
  });

  it("hands FULFILLMENT_NOT_CONFIRMED to a person, and sees the tickets when they are shown", async () => {
    const own = await bench();
    const offer = await holdable(own);
    const held = await own.flights.hold!(request(offer), call());
    own.simulator.next({ scenario: "pending_then_webhook", on: "fulfillFlightTickets" });
    const error = await failure(own.flights.ticket!(held.reference, "ticket-1", call()));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.details).toMatchObject({ code: "FULFILLMENT_NOT_CONFIRMED", needsPerson: true });
    // Asked again it is refused as fulfilled, which makes no second ticket and no certainty either.
    expect((await failure(own.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    await own.simulator.happen("tickets_shown", held.reference);
    expect((await own.flights.ticket!(held.reference, "ticket-1", call())).status).toBe("ticketed");
  });

  it("is throttled at the door without effect: the same key buys later", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "rate_limited", on: "createBooking" });
    const error = await failure(own.flights.book(request(offer!), call()));
    expect(error.code).toBe("RATE_LIMITED");
    expect(error.details).toMatchObject({ code: "ERR.2SG.GATEWAY.REQUEST_THROTTLED" });
    expect((await own.flights.book(request(offer!), call())).status).toBe("ticketed");
    expect((await own.simulator.ledger()).length).toBe(1);
  });

  it("takes a new token when the old one is refused, and books once", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "auth_expired", on: "createBooking" });
    expect((await own.flights.book(request(offer!), call())).status).toBe("ticketed");
    expect((await own.simulator.ledger()).length).toBe(1);
    expect(own.sent("token").length).toBe(2);
  });
});

describe("Sabre's traps: giving back", () => {
  it("reads from isVoidable whether tickets can be voided, and never works it out", async () => {
    const own = await bench({ voidMinutes: 60 });
    const order = await own.flights.book(request(await refundable(own)), call());
    const quote = await own.flights.quoteCancel(order.reference, call());
    expect(quote).toMatchObject({ refund: order.total, penalty: money(0n, "EUR") });
    const cancelled = await own.flights.cancel(order.reference, quote.token, "cancel-1", call());
    expect(cancelled).toMatchObject({ status: "cancelled", refund: order.total });
    expect(own.sent("cancelBooking")[0]!.json).toMatchObject({ flightTicketOperation: "VOID", cancelAll: true });
    expect((await own.simulator.ledger())[0]!.status).toBe("voided");
  });

  it("asks again at the cancellation: a window that closed since makes it another one", async () => {
    const own = await bench({ voidMinutes: 10 });
    const order = await own.flights.book(request(await refundable(own)), call());
    const quote = await own.flights.quoteCancel(order.reference, call());
    await own.clock.advance(11 * 60_000);
    expect((await failure(own.flights.cancel(order.reference, quote.token, "cancel-1", call()))).details).toMatchObject({ code: "quote_outdated" });
    expect(own.sent("cancelBooking")).toEqual([]);
  });

  it("refunds what the tickets say, over all travellers", async () => {
    const own = await bench();
    const offer = (await own.find({ adults: 2, childrenAges: [8] })).find(({ conditions }) => conditions.refund.allowed === true)!;
    const order = await own.flights.book(request(offer), call());
    const quote = await own.flights.quoteCancel(order.reference, call());
    expect(minorUnits(quote.refund) + minorUnits(quote.penalty)).toBe(minorUnits(order.total));
    expect(quote.penalty).toEqual(offer.conditions.refund.penalty);
    await own.flights.cancel(order.reference, quote.token, "cancel-1", call());
    expect((await own.simulator.ledger())[0]!.status).toBe("refunded");
  });

  it("gives nothing back for tickets that are not refundable, and says so before", async () => {
    const own = await bench();
    const offer = (await own.find()).find(({ conditions }) => conditions.refund.allowed === false)!;
    const order = await own.flights.book(request(offer), call());
    const quote = await own.flights.quoteCancel(order.reference, call());
    expect(quote).toMatchObject({ penalty: order.total, refund: money(0n, "EUR") });
    expect((await own.flights.cancel(order.reference, quote.token, "cancel-1", call())).status).toBe("cancelled");
    expect(own.sent("cancelBooking")[0]!.json).not.toHaveProperty("flightTicketOperation");
  });

  it("hands a cancellation that did only a part to a person", async () => {
    const own = await bench();
    const order = await own.flights.book(request(await refundable(own)), call());
    const { token } = await own.flights.quoteCancel(order.reference, call());
    own.simulator.next({ scenario: "partial", on: "cancelBooking" });
    const error = await failure(own.flights.cancel(order.reference, token, "cancel-1", call()));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.details).toMatchObject({ code: "PARTIAL_FULFILLMENT", needsPerson: true });
  });

  it("finds a cancellation whose reply was lost in the record, and does not cancel twice", async () => {
    const own = await bench();
    const order = await own.flights.book(request(await refundable(own)), call());
    const quote = await own.flights.quoteCancel(order.reference, call());
    own.simulator.next({ scenario: "timeout_after_commit", on: "cancelBooking" });
    expect((await failure(own.flights.cancel(order.reference, quote.token, "cancel-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect(await own.flights.cancel(order.reference, quote.token, "cancel-1", call())).toMatchObject({ status: "cancelled", refund: quote.refund });
    expect(own.sent("cancelBooking").length).toBe(1);
  });
});

describe("Sabre's traps: changing names", () => {
  const renamed = (offer: FlightOffer) => ({ travellers: partyFor(offer).map((one) => ({ ...one, givenName: "Anna" })) });

  it("changes nothing but the names: what a change leaves out would be deleted", async () => {
    const own = await bench();
    const offer = await holdable(own);
    const held = await own.flights.hold!(request(offer), call());
    const quote = await own.flights.quoteModify!(held.reference, renamed(offer), call());
    expect(quote).toMatchObject({ due: money(0n, "EUR"), penalty: money(0n, "EUR") });
    const modified = await own.flights.modify!(held.reference, renamed(offer), quote.token, "modify-1", call());
    expect(modified).toEqual(held);
    const { before, after } = own.sent("modifyBooking")[0]!.json as Record<"before" | "after", { travelers: object[]; remarks: object[] }>;
    expect(after).toEqual({ ...before, travelers: before.travelers.map((one) => ({ ...one, givenName: "Anna" })) });
    expect(after.travelers[0]).toMatchObject({ birthDate: "1988-04-05", gender: "FEMALE", surname: "Silva" });
    expect((await own.simulator.ledger())[0]!.clientReference).toBe("AGENCY KEY KEY-1");
  });

  it("takes a fresh signature out of the whole record, and once more when somebody was faster", async () => {
    const own = await bench();
    const offer = await holdable(own);
    const held = await own.flights.hold!(request(offer), call());
    const { token } = await own.flights.quoteModify!(held.reference, renamed(offer), call());
    await own.simulator.happen("touched", held.reference);
    await own.flights.modify!(held.reference, renamed(offer), token, "modify-1", call());
    expect(own.sent("modifyBooking").length).toBe(1);
    expect(own.sent("getBooking").every(({ json }) => !("returnOnly" in (json as object)))).toBe(true);
  });

  it("refuses names of tickets, cabins and bags", async () => {
    const own = await bench();
    const offer = await holdable(own);
    const order = await own.flights.book(request(offer), call());
    expect((await failure(own.flights.quoteModify!(order.reference, renamed(offer), call()))).details).toMatchObject({ code: "change_not_allowed" });
    expect((await failure(own.flights.quoteModify!(order.reference, { cabin: "BUSINESS" }, call()))).details).toMatchObject({ code: "change_not_allowed" });
  });

  it("takes back nothing after a lost reply that went through", async () => {
    const own = await bench();
    const offer = await holdable(own);
    const held = await own.flights.hold!(request(offer), call());
    const { token } = await own.flights.quoteModify!(held.reference, renamed(offer), call());
    own.simulator.next({ scenario: "timeout_after_commit", on: "modifyBooking" });
    expect((await failure(own.flights.modify!(held.reference, renamed(offer), token, "modify-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await own.flights.modify!(held.reference, renamed(offer), token, "modify-1", call())).status).toBe("held");
    expect(own.sent("modifyBooking").length).toBe(1);
  });
});
