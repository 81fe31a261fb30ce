import { TravelAgentError } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { compare, minorUnits, money } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import { type TravelportDialectOptions, travelportDialect } from "../../simulators/travelport/index.ts";
import type { BookRequest, SupplierCall } from "../../supplier.ts";
import { flightQuery, partyFor, simulated } from "../../testing/simulator-bench.ts";
import { type TravelportOptions, travelportSupplier } from "./index.ts";

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const call = (): SupplierCall => ({ signal: new AbortController().signal, requestId: "test" });
const credentials = { clientId: "client", clientSecret: "secret", username: "agency", password: "secret" };

async function bench(dialect: TravelportDialectOptions = {}, adapter: Partial<TravelportOptions> = { pcc: "7K9S" }) {
  const log = recordingLogger();
  let address = "";
  const parts = await simulated({
    dialect: (world) => travelportDialect(world, dialect),
    adapter({ url, memory, clock }) {
      address = url;
      return travelportSupplier({ baseUrl: url, authUrl: url, ...credentials, live: false, memory, clock, log, ...adapter });
    },
  });
  opened.push(parts);
  const flights = parts.supplier.flights!;
  const find = (query: Partial<FlightQuery> = {}) => flights.search({ ...flightQuery, ...query }, call());
  const sent = (route: string) => parts.simulator.requests.filter((request) => request.route === route);
  /** Workbenches that were opened and neither committed nor discarded. */
  const leaked = () => {
    const done = parts.simulator.requests.filter(({ route, status }) => route === "discard" && status === 204).length;
    const committed = sent("commit").filter(
      ({ status, path }) => status === 200 && !sent("discard").some((one) => one.path.endsWith(path.split("/").at(-1)!)),
    ).length;
    return sent("open").length + sent("open-from-locator").length - done - committed;
  };
  return { ...parts, log, flights, find, sent, leaked, address };
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

describe("Travelport's traps: asking", () => {
  it("finds out which of the two envelopes of a search is understood, once", async () => {
    for (const envelope of ["typed", "wrapped"] as const) {
      const own = await bench({ envelope });
      expect((await own.find()).length).toBeGreaterThan(1);
      expect((await own.find()).length).toBeGreaterThan(1);
      expect(own.sent("search").length).toBe(envelope === "typed" ? 2 : 3);
    }
  });

  it("sends both versions with every request; without one the body is called ill-formed", async () => {
    const own = await bench();
    const [offer] = await own.find();
    await own.flights.book(request(offer!), call());
    const ours = own.simulator.requests.filter(({ route }) => route !== "token");
    expect(ours.every(({ headers }) => headers["accept-version"] === "11" && headers["content-version"] === "11")).toBe(true);
    const token = await fetch(`${own.address}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({ grant_type: "password", username: "a", password: "b", client_id: "c", client_secret: "d" }),
    }).then((reply) => reply.json() as Promise<{ access_token: string }>);
    const headers = { authorization: `Bearer ${token.access_token}`, "accept-version": "11", "tvp-pcc-core": "7K9S_1G", "content-type": "application/json" };
    const bare = await fetch(`${own.address}/11/air/book/session/reservationworkbench`, { method: "POST", headers, body: "{}" });
    expect(bare.status).toBe(400);
    expect(await bare.text()).toContain("INVALID INPUT FORMAT");
  });

  it("says on whose behalf by access group or by office, and refuses to guess", async () => {
    const byGroup = await bench({}, { accessGroup: "AG-1", pcc: "7K9S" });
    await byGroup.find();
    expect(byGroup.sent("search")[0]!.headers).toMatchObject({ xauth_travelport_accessgroup: "AG-1" });
    expect(byGroup.sent("search")[0]!.headers).not.toHaveProperty("tvp-pcc-core");
    const byOffice = await bench();
    await byOffice.find();
    expect(byOffice.sent("search")[0]!.headers).toMatchObject({ "tvp-pcc-core": "7K9S_1G" });
    const { memory } = byOffice;
    expect(() => travelportSupplier({ baseUrl: byOffice.address, authUrl: byOffice.address, ...credentials, memory })).toThrow(/accessGroup or a pcc/);
  });

  it("does not take the test system for the real one, nor the other way round", async () => {
    const { memory } = await bench();
    const make = (host: string, live: boolean) => () =>
      travelportSupplier({ baseUrl: `https://${host}/11`, authUrl: `https://${host}`, ...credentials, pcc: "7K9S", live, memory });
    expect(make("api.travelport.net", false)).toThrow(/sells real travel/);
    expect(make("api.pp.travelport.net", true)).toThrow(/is a sandbox/);
  });

  it("signs in by password, once for many calls", async () => {
    const own = await bench();
    await Promise.all(Array.from({ length: 6 }, () => own.find()));
    expect(own.sent("token").map(({ form }) => form)).toEqual([{ grant_type: "password", username: "agency", client_id: "client" }]);
  });

  it("writes Travelport's id of each request into the log, and into errors", async () => {
    const own = await bench();
    const [offer] = await own.find();
    expect(own.log.lines.some(({ fields }) => fields.route === "search" && typeof fields.e2eTrackingId === "string")).toBe(true);
    own.simulator.next({ scenario: "error_in_200", on: "commit" });
    const error = await failure(own.flights.book(request(offer!), call()));
    expect(error.details).toMatchObject({ e2eTrackingId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(own.sent("search")[0]!.headers.traceid).toBe("test");
  });

  it("takes Result.Error with status 200 for a failure, and nothing found for nothing found", async () => {
    const own = await bench();
    own.simulator.next({ scenario: "error_in_200", on: "search" });
    expect((await failure(own.find())).code).toBe("SUPPLIER_REJECTED");
    own.simulator.next({ scenario: "sold_out", on: "search" });
    expect(await own.find()).toEqual([]);
  });
});

describe("Travelport's traps: offers", () => {
  it("combines directions by their codes, and prices each trip as a whole", async () => {
    const own = await bench();
    const offers = await own.find({ returnDate: "2027-03-19" });
    expect(offers.length).toBeGreaterThan(2);
    expect(own.sent("price").length).toBeLessThanOrEqual(10);
    const world = await own.world.counter("travelport").supplier.flights!.search({ ...flightQuery, returnDate: "2027-03-19", limit: 40 }, call());
    const flown = ({ journeys, fareComponents }: FlightOffer) =>
      journeys
        .flatMap(({ segments }) =>
          segments.map((one, i) => `${one.marketingCarrier}${one.flightNumber} ${one.departure.time.utc} ${fareComponents[i]!.bookingClass}`),
        )
        .join();
    for (const offer of offers) {
      expect(offer.journeys.map(({ origin, destination }) => `${origin}${destination}`)).toEqual(["BCNFRA", "FRABCN"]);
      // Only trips the world sells, at the world's price.
      expect(world.some((one) => flown(one) === flown(offer) && compare(one.price.total, offer.price.total) === 0)).toBe(true);
    }
  });

  it("does not take the price beside one direction for the price of the trip", async () => {
    const own = await bench();
    const [offer] = await own.find({ returnDate: "2027-03-19" });
    expect(await own.flights.reprice(offer!, call())).toMatchObject({ status: "available" });
  });

  it("reads the flights of airlines' own offers, which have no flightRefs, and holds none of them", async () => {
    const own = await bench();
    const offers = await own.find({ limit: 40 });
    const own_ = offers.filter(({ supplierRef }) => supplierRef.includes('"NDC"'));
    expect(own_.length).toBeGreaterThan(0);
    expect(own_.every(({ paymentTimeLimit, journeys }) => paymentTimeLimit === undefined && journeys[0]!.segments.length > 0)).toBe(true);
  });

  it("gives an offer the twelve minutes of the search's cache, and hears when that is gone", async () => {
    const own = await bench();
    const [offer] = await own.find();
    expect(Date.parse(offer!.offerExpiresAt)).toBe(own.clock.now() + 12 * 60_000);
    await own.clock.advance(12 * 60_000);
    expect((await own.flights.reprice(offer!, call())).status).toBe("expired");
    const late = { ...offer!, offerExpiresAt: new Date(own.clock.now() + 60_000).toISOString() };
    expect((await own.flights.reprice(late, call())).status).toBe("expired");
    expect((await failure(own.flights.book(request(late), call()))).code).toBe("OFFER_EXPIRED");
  });

  it("asks for children as CNN with their age, and understands the reply", async () => {
    const own = await bench();
    const [offer] = await own.find({ adults: 2, childrenAges: [8, 1] });
    expect(offer!.passengers).toEqual([
      { ptc: "ADT", count: 2 },
      { ptc: "CHD", count: 1 },
      { ptc: "INF", count: 1 },
    ]);
    expect(JSON.stringify(own.sent("search")[0]!.json)).toContain('{"@type":"PassengerCriteria","number":1,"passengerTypeCode":"CNN","age":8}');
  });

  it("reads prices that are JSON numbers exactly, in other currencies too", async () => {
    const own = await bench();
    for (const currency of ["EUR", "JPY", "KWD"]) {
      const offers = await own.find({ currency });
      expect(offers.length).toBeGreaterThan(1);
      expect(offers.every(({ price }) => price.total.currency === currency)).toBe(true);
    }
  });
});

describe("Travelport's traps: the workbench", () => {
  it("goes through its steps in order, with the telephone on every traveller", async () => {
    const own = await bench();
    const [offer] = await own.find({ adults: 2 });
    const order = await own.flights.book(request(offer!), call());
    expect(order.documents.map(({ travellerId }) => travellerId)).toEqual(["1", "2"]);
    expect(own.simulator.requests.map(({ route }) => route).filter((route) => !["token", "search", "price"].includes(route))).toEqual([
      "open",
      "add-offer",
      "add-traveler",
      "add-traveler",
      "add-comment",
      "add-form-of-payment",
      "add-contact",
      "commit",
      "open-from-locator",
      "add-form-of-payment",
      "add-payment",
      "commit",
      "retrieve",
    ]);
    expect(own.sent("add-traveler").every(({ json }) => JSON.stringify(json).includes('"phoneNumber":"351910000000"'))).toBe(true);
    expect(own.leaked()).toBe(0);
  });

  it("books nobody without a telephone, which a commit would refuse with status 200", async () => {
    const own = await bench();
    const [offer] = await own.find();
    const error = await failure(own.flights.book({ ...request(offer!), contact: { email: "ana.silva@example.com" } }, call()));
    expect(error.details).toMatchObject({ code: "phone_required" });
    expect(own.sent("open")).toEqual([]);
  });

  it.each(["add-offer", "add-traveler", "add-comment", "add-form-of-payment", "add-contact"])(
    "is discarded when %s fails, and nothing is booked",
    async (on) => {
      const own = await bench();
      const [offer] = await own.find();
      own.simulator.next({ scenario: "error_in_200", on });
      expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("SUPPLIER_REJECTED");
      expect(own.leaked()).toBe(0);
      expect(own.sent("discard").length).toBe(1);
      expect(await own.simulator.ledger()).toEqual([]);
      expect(await own.flights.find("key-1", call())).toBe(null);
    },
  );

  it.each(["timeout_after_commit", "connection_reset", "server_error", "malformed_json"] as const)(
    "is no open question when %s hits it before the commit",
    async (scenario) => {
      const own = await bench();
      const [offer] = await own.find();
      own.simulator.next({ scenario, on: "add-traveler" });
      expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("SUPPLIER_UNAVAILABLE");
      expect(own.leaked()).toBe(0);
      expect((await own.flights.book(request(offer!), call())).status).toBe("ticketed");
      expect((await own.simulator.ledger()).length).toBe(1);
    },
  );

  it("is discarded though the caller gave up", async () => {
    const own = await bench();
    const [offer] = await own.find();
    const given = new AbortController();
    own.simulator.next({ scenario: "slow", on: "add-traveler", ms: 300 });
    setTimeout(() => given.abort(new Error("given up")), 60);
    expect((await failure(own.flights.book(request(offer!), { signal: given.signal, requestId: "test" }))).code).toBe("SUPPLIER_UNAVAILABLE");
    expect(own.sent("discard").length).toBe(1);
  });

  it("is discarded when the commit refuses with status 200", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "sold_out", on: "commit" });
    expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("SOLD_OUT");
    expect(own.sent("discard").length).toBe(1);
  });
});

describe("Travelport's traps: the price is made at the commit", () => {
  it("has the commit refuse a price that moved", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "price_changed", on: "commit" });
    expect((await failure(own.flights.hold!(request(offer, "key-1", offer.price.total), call()))).code).toBe("PRICE_CHANGED");
    expect(await own.simulator.ledger()).toEqual([]);
  });

  it("checks the reservation's total before it pays, where a host books at the new price", async () => {
    const own = await bench({ honoursPriceFlag: false });
    const offer = await holdable(own);
    own.simulator.next({ scenario: "price_changed", on: "commit" });
    const error = await failure(own.flights.book(request(offer, "key-1", offer.price.total), call()));
    expect(error.code).toBe("PRICE_CHANGED");
    expect(error.details).toMatchObject({ was: offer.price.total });
    expect((await own.simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled"]);
    expect(own.sent("add-payment")).toEqual([]);
  });

  it("does not pass for held while its cancellation may still arrive", async () => {
    const own = await bench({ honoursPriceFlag: false });
    const offer = await holdable(own);
    own.simulator.next({ scenario: "price_changed", on: "commit" });
    own.simulator.next({ scenario: "connection_reset", on: "cancel" });
    expect((await failure(own.flights.book(request(offer, "key-1", offer.price.total), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await failure(own.flights.find("key-1", call()))).details).toMatchObject({ code: "being_taken_back" });
    await own.clock.advance(10 * 60_000);
    expect((await own.flights.find("key-1", call()))?.status).toBe("held");
  });

  it("prices before it opens a workbench", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "price_changed", on: "price" });
    expect((await failure(own.flights.book(request(offer!, "key-1", offer!.price.total), call()))).code).toBe("PRICE_CHANGED");
    expect(own.sent("open")).toEqual([]);
    own.simulator.next({ scenario: "sold_out", on: "price" });
    expect((await failure(own.flights.book(request(offer!), call()))).code).toBe("SOLD_OUT");
  });

  it("pays no more at the ticket than it was held for", async () => {
    const own = await bench();
    const held = await own.flights.hold!(request(await holdable(own)), call());
    // As if the reservation had been priced anew since.
    const total = money(minorUnits(held.total) - 1n, held.total.currency);
    await own.memory.put("flight note", held.reference, { key: "key-1", total });
    expect((await failure(own.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("PRICE_CHANGED");
    expect((await own.flights.read(held.reference, call())).status).toBe("held");
    expect(own.leaked()).toBe(0);
  });

  it("learns at the ticket that a held price is gone: TST EXPIRED", async () => {
    const own = await bench();
    const held = await own.flights.hold!(request(await holdable(own)), call());
    own.simulator.next({ scenario: "price_changed", on: "commit" });
    const error = await failure(own.flights.ticket!(held.reference, "ticket-1", call()));
    expect(error.code).toBe("OFFER_EXPIRED");
    expect(error.details).toMatchObject({ code: "HELD_PRICE_EXPIRED" });
    expect((await own.flights.read(held.reference, call())).status).toBe("held");
    expect(own.leaked()).toBe(0);
  });
});

describe("Travelport's traps: the reservation", () => {
  it("has several locators, and that of the airline comes later", async () => {
    const own = await bench();
    const [offer] = await own.find();
    const order = await own.flights.book(request(offer!), call());
    expect(order.locators).toEqual([order.reference]);
    await own.clock.advance(120_000);
    const later = await own.flights.read(order.reference, call());
    expect(later.reference).toBe(order.reference);
    expect(later.locators.length).toBe(2);
    expect(later.locators[0]).toBe(order.reference);
  });

  it("shows the flights as the airline moved them", async () => {
    const own = await bench();
    const order = await own.flights.book(request((await own.find())[0]!), call());
    await own.simulator.happen("schedule_change", order.reference);
    const after = await own.flights.read(order.reference, call());
    const departure = (one: typeof order) => Date.parse(one.journeys![0]!.segments[0]!.departure.time.utc);
    expect(departure(after) - departure(order)).toBe(120 * 60_000);
  });

  it.each(["timeout_after_commit", "server_error_after_commit", "malformed_json", "connection_reset"] as const)(
    "stays unknown after %s of the commit, and is never made twice",
    async (scenario) => {
      const own = await bench();
      const offer = await holdable(own);
      own.simulator.next({ scenario, on: "commit" });
      expect((await failure(own.flights.hold!(request(offer), call()))).code).toBe("OUTCOME_UNKNOWN");
      const found = await failure(own.flights.find("key-1", call()));
      expect(found.code).toBe("OUTCOME_UNKNOWN");
      expect(found.details).toMatchObject({ code: "no_locator", needsPerson: true });
      expect((await failure(own.flights.hold!(request(offer), call()))).code).toBe("OUTCOME_UNKNOWN");
      expect(own.sent("commit").length).toBe(1);
      expect((await own.simulator.ledger()).length).toBeLessThanOrEqual(1);
    },
  );

  it("keeps the locator of a commit that came with an error", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "partial", on: "commit" });
    const error = await failure(own.flights.hold!(request(offer), call()));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect((await own.flights.find("key-1", call()))?.status).toBe("held");
  });

  it("is found by its locator when the reply to the ticketing was lost", async () => {
    const own = await bench();
    const held = await own.flights.hold!(request(await holdable(own)), call());
    own.simulator.next({ scenario: "timeout_after_commit", on: "commit" });
    expect((await failure(own.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await own.flights.ticket!(held.reference, "ticket-1", call())).status).toBe("ticketed");
    expect(own.sent("add-payment").length).toBe(1);
  });

  it("is not ticketed again before the first attempt is surely over, since nothing there refuses a second ticket", async () => {
    const own = await bench();
    const held = await own.flights.hold!(request(await holdable(own)), call());
    own.simulator.next({ scenario: "connection_reset", on: "commit" });
    expect((await failure(own.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await failure(own.flights.ticket!(held.reference, "ticket-1", call()))).message).toMatch(/half an hour/);
    await own.clock.advance(31 * 60_000);
    expect((await own.flights.ticket!(held.reference, "ticket-1", call())).status).toBe("ticketed");
  });

  it("does not pass for held, nor is it ticketed under another key, while its tickets may still be issued", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "connection_reset", on: "add-payment" });
    // Nothing was committed: it is taken back, and the key is free again.
    expect((await failure(own.flights.book(request(offer), call()))).code).toBe("SUPPLIER_UNAVAILABLE");
    const held = await own.flights.hold!(request(offer), call());
    own.simulator.next({ scenario: "connection_reset", on: "commit" });
    expect((await failure(own.flights.ticket!(held.reference, "ticket-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await failure(own.flights.find("key-1", call()))).message).toMatch(/half an hour/);
    expect((await failure(own.flights.ticket!(held.reference, "ticket-2", call()))).message).toMatch(/half an hour/);
    expect(own.sent("add-payment").length).toBe(2);
    await own.clock.advance(31 * 60_000);
    expect((await own.flights.find("key-1", call()))?.status).toBe("held");
    expect((await own.flights.ticket!(held.reference, "ticket-2", call())).status).toBe("ticketed");
  });

  it("shows a person who found it what a lost hold was, also when it ran out meanwhile, and gives it to no other purchase", async () => {
    const own = await bench();
    const offer = await holdable(own);
    own.simulator.next({ scenario: "server_error_after_commit", on: "commit" });
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
    const offer = (await own.find()).find(({ paymentTimeLimit }) => paymentTimeLimit === undefined) ?? (await holdable(own));
    own.simulator.next({ scenario: "connection_reset", on: "add-payment" });
    expect((await failure(own.flights.book(request(offer), call()))).code).toBe("SUPPLIER_UNAVAILABLE");
    own.simulator.next({ scenario: "server_error_after_commit", on: "commit" });
    expect((await failure(own.flights.book(request(offer), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await own.simulator.ledger()).map(({ status }) => status)).toEqual(["cancelled", "open"]);
    expect((await failure(own.flights.find("key-1", call()))).details).toMatchObject({ code: "no_locator", needsPerson: true });
  });

  it("hands tickets that are missing for one traveller to a person", async () => {
    const own = await bench();
    const offer = (await own.find({ adults: 2 })).find(({ paymentTimeLimit }) => paymentTimeLimit !== undefined)!;
    const held = await own.flights.hold!(request(offer), call());
    own.simulator.next({ scenario: "partial", on: "commit" });
    const error = await failure(own.flights.ticket!(held.reference, "ticket-1", call()));
    expect(error.code).toBe("OUTCOME_UNKNOWN");
    expect(error.details).toMatchObject({ needsPerson: true });
    // Given back as a hold it would cost nothing, and the tickets that are there would be lost.
    expect((await failure(own.flights.quoteCancel(held.reference, call()))).details).toMatchObject({ code: "PARTIAL_FULFILLMENT", needsPerson: true });
  });

  it("does not call a reservation held that was paid for and shows no tickets, and does not pay again", async () => {
    const own = await bench();
    const held = await own.flights.hold!(request(await holdable(own)), call());
    own.simulator.next({ scenario: "partial", on: "commit" });
    expect((await failure(own.flights.ticket!(held.reference, "ticket-1", call()))).details).toMatchObject({ needsPerson: true });
    expect((await failure(own.flights.find("key-1", call()))).details).toMatchObject({ code: "PARTIAL_FULFILLMENT", needsPerson: true });
    await own.clock.advance(31 * 60_000);
    expect((await failure(own.flights.ticket!(held.reference, "ticket-2", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect(own.sent("add-payment").length).toBe(1);
  });

  it("takes a new token when the old one is refused, and books once", async () => {
    const own = await bench();
    const [offer] = await own.find();
    own.simulator.next({ scenario: "auth_expired", on: "commit" });
    expect((await own.flights.book(request(offer!), call())).status).toBe("ticketed");
    expect((await own.simulator.ledger()).length).toBe(1);
  });

  it("finds a cancellation whose reply was lost in the record", async () => {
    const own = await bench();
    const offer = (await own.find()).find(({ conditions }) => conditions.refund.allowed === true)!;
    const order = await own.flights.book(request(offer), call());
    const quote = await own.flights.quoteCancel(order.reference, call());
    expect(quote.penalty).toEqual(offer.conditions.refund.penalty);
    own.simulator.next({ scenario: "timeout_after_commit", on: "cancel" });
    expect((await failure(own.flights.cancel(order.reference, quote.token, "cancel-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    expect(await own.flights.cancel(order.reference, quote.token, "cancel-1", call())).toMatchObject({ status: "cancelled", refund: quote.refund });
    expect(own.sent("cancel").length).toBe(1);
  });

  it("leaves our key in it for people", async () => {
    const own = await bench();
    await own.flights.book(request((await own.find())[0]!, "key-77"), call());
    expect((await own.simulator.ledger())[0]!.clientReference).toBe("AGENCY KEY KEY-77");
  });
});
