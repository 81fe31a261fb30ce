import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { minorUnits } from "../../money.ts";
import { duffelDialect } from "../../simulators/duffel/index.ts";
import { startSimulator } from "../../simulators/kit/index.ts";
import { carQuery, flightQuery, partyFor } from "../../testing/simulator-bench.ts";
import { volatileMemory } from "../http/index.ts";
import { duffelSupplier } from "./index.ts";
import { problemIn } from "./problems.ts";
import { call, duffelBench, failure, patiently, requestFor } from "./simulated-duffel.ts";

type Bench = Awaited<ReturnType<typeof duffelBench>>;
const hour = 3_600_000;

describe("duffel's traps: orders", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await duffelBench();
  });
  afterEach(() => bench.close());

  const first = async () => (await bench.search())[0]!;

  it("an offer request is booked once: a second purchase from the same search needs a new search", async () => {
    const { flights, simulator } = bench;
    const [one, other] = await bench.search();
    await flights.book(requestFor(one!, "key-1"), call());
    expect(await failure(flights.book(requestFor(other!, "key-2"), call()))).toMatchObject({ code: "OFFER_EXPIRED", vendor: "offer_request_already_booked" });
    expect(await flights.find("key-2", call())).toBe(null);
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("a search that was booked from by ourselves, and forgotten, gives the order that carries our key", async () => {
    const offer = await first();
    const order = await bench.flights.book(requestFor(offer, "key-1"), call());
    const again = await bench.stranger(volatileMemory()).flights!.book(requestFor(offer, "key-1"), call());
    expect(again.reference).toBe(order.reference);
    expect(await bench.simulator.ledger()).toHaveLength(1);
  });

  it("202 Accepted is no order yet: it is never sent again, however long it takes", async () => {
    const { flights, simulator, clock } = bench;
    const offer = await first();
    simulator.next({ scenario: "pending_then_webhook", on: "create-order" });
    expect(await failure(flights.book(requestFor(offer, "key-1"), call()))).toMatchObject({ code: "OUTCOME_UNKNOWN", vendor: "accepted" });
    expect(await failure(flights.find("key-1", call()))).toMatchObject({ code: "OUTCOME_UNKNOWN" });
    // However long it takes: nothing but Duffel ends the wait.
    await clock.advance(48 * hour);
    expect(await failure(flights.find("key-1", call()))).toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(await failure(flights.book(requestFor(offer, "key-1"), call()))).toMatchObject({ code: "OUTCOME_UNKNOWN" });
    expect(bench.sent("create-order")).toHaveLength(1);
  });

  it("a lost order is found by the offer it was made from and our key in its metadata", async () => {
    const { flights, simulator } = bench;
    simulator.next({ scenario: "timeout_after_commit", on: "create-order" });
    expect((await failure(flights.book(requestFor(await first(), "key-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect(await flights.find("key-1", call())).toMatchObject({ key: "key-1", status: "ticketed", documents: [{ travellerId: "1" }] });
    expect(bench.sent("list-orders").at(-1)!.query).toMatch(/offer_id=off_/);
  });

  it("500 is not retried: the order is looked for", async () => {
    const { flights, simulator } = bench;
    simulator.next({ scenario: "server_error_after_commit", on: "create-order" });
    const offer = await first();
    expect((await failure(flights.book(requestFor(offer, "key-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
    const found = await flights.book(requestFor(offer, "key-1"), call());
    expect(found.status).toBe("ticketed");
    expect(bench.sent("create-order")).toHaveLength(1);
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("502 airline_unknown is not retried, and 'no such order' is believed only when it cannot appear any more", async () => {
    const [offer] = await bench.routeOffers("LHR", "LGW");
    expect(await failure(bench.flights.book(requestFor(offer!, "key-1"), call()))).toMatchObject({ code: "OUTCOME_UNKNOWN", vendor: "airline_unknown" });
    expect(await failure(bench.flights.find("key-1", call()))).toMatchObject({ code: "OUTCOME_UNKNOWN", vendor: "not_listed_yet" });
    await bench.clock.advance(2 * hour);
    expect(await bench.flights.find("key-1", call())).toBe(null);
    expect(bench.sent("create-order")).toHaveLength(1);
  });

  it("502 order_not_created is a plain refusal: Duffel warrants that nothing happened", async () => {
    bench.simulator.next({ scenario: "partial", on: "create-order" });
    expect(await failure(bench.flights.book(requestFor(await first(), "key-1"), call()))).toMatchObject({
      code: "SUPPLIER_REJECTED",
      vendor: "order_not_created",
    });
    expect(await bench.flights.find("key-1", call())).toBe(null);
  });

  it("503 means later, 504 means that nobody knows", () => {
    const reply = (status: number) => ({ status, headers: new Headers(), body: { errors: [{ code: "x", title: "X" }] }, readable: true });
    expect(problemIn(reply(503), "write")?.code).toBe("SUPPLIER_UNAVAILABLE");
    // Without a meaning of its own the status decides: a write is then OUTCOME_UNKNOWN.
    expect(problemIn(reply(504), "write")?.code).toBeUndefined();
    expect(problemIn(reply(500), "write")?.code).toBeUndefined();
  });

  it("an order whose request never arrived counts as unknown until it cannot appear any more", async () => {
    bench.simulator.next({ scenario: "connection_reset", on: "create-order" });
    expect((await failure(bench.flights.book(requestFor(await first(), "key-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
    expect((await failure(bench.flights.find("key-1", call()))).code).toBe("OUTCOME_UNKNOWN");
    await bench.clock.advance(2 * hour);
    expect(await bench.flights.find("key-1", call())).toBe(null);
    expect(await bench.simulator.ledger()).toEqual([]);
  });

  for (const scenario of ["malformed_json", "wrong_content_type"] as const)
    it(`${scenario} after an order: it exists, and is not made again`, async () => {
      bench.simulator.next({ scenario, on: "create-order" });
      expect((await failure(bench.flights.book(requestFor(await first(), "key-1"), call()))).code).toBe("OUTCOME_UNKNOWN");
      expect((await bench.flights.find("key-1", call()))?.status).toBe("ticketed");
      expect(await bench.simulator.ledger()).toHaveLength(1);
    });

  it("an error inside a 200 is no order, and no proof that there is none", async () => {
    bench.simulator.next({ scenario: "error_in_200", on: "create-order" });
    expect(await failure(bench.flights.book(requestFor(await first(), "key-1"), call()))).toMatchObject({
      code: "OUTCOME_UNKNOWN",
      vendor: "airline_internal",
    });
  });

  it("insufficient_balance refuses and says what to do", async () => {
    const [offer] = await bench.routeOffers("LGW", "STN");
    const refused = await failure(bench.flights.book(requestFor(offer!, "key-1"), call()));
    expect(refused).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "insufficient_balance" });
    expect(refused.message).toContain("top it up");
    expect(await bench.simulator.ledger()).toEqual([]);
  });

  it("price_changed: seen when the offer is read again, and nothing is bought above the limit", async () => {
    const { flights, simulator } = bench;
    const offer = await first();
    simulator.next({ scenario: "price_changed", on: "get-offer" });
    const again = await flights.reprice(offer, call());
    expect(again).toMatchObject({ status: "price-changed", was: offer.price.total });
    if (again.status !== "price-changed") return;
    expect(minorUnits(again.offer.price.total)).toBeGreaterThan(minorUnits(offer.price.total));
    expect((await failure(flights.book(requestFor(offer, "key-1", { maxTotal: offer.price.total }), call()))).code).toBe("PRICE_CHANGED");
    expect(bench.sent("create-order")).toEqual([]);
    const bought = await flights.book(requestFor(again.offer, "key-2", { maxTotal: again.offer.price.total }), call());
    expect(bought.total).toEqual(again.offer.price.total);
  });

  it("price_changed in the very moment of the purchase buys nothing", async () => {
    bench.simulator.next({ scenario: "price_changed", on: "create-order" });
    expect(await failure(bench.flights.book(requestFor(await first(), "key-1"), call()))).toMatchObject({ code: "PRICE_CHANGED", vendor: "price_changed" });
    expect(await bench.flights.find("key-1", call())).toBe(null);
  });

  it("payment_amount_does_not_match_order_amount cannot come of a stale price: the price paid is the last one read", async () => {
    const [offer] = await bench.routeOffers("LHR", "STN");
    const order = await bench.flights.book(requestFor(offer!, "key-1"), call());
    expect(minorUnits(order.total)).toBeGreaterThan(minorUnits(offer!.price.total));
    const sent = bench.sent("create-order")[0]!.json as { data: { payments: { amount: string }[] } };
    expect(sent.data.payments[0]!.amount).toBe(order.total.amount);
  });

  it("sold out: offer_no_longer_available, when read and when bought", async () => {
    const [gone] = await bench.routeOffers("LGW", "LHR");
    expect((await bench.flights.reprice(gone!, call())).status).toBe("sold-out");
    bench.simulator.next({ scenario: "sold_out", on: "create-order" });
    expect((await failure(bench.flights.book(requestFor(await first(), "key-1"), call()))).code).toBe("SOLD_OUT");
  });

  it("refuses a phone number without country code before anything is sent", async () => {
    const offer = await first();
    const refused = await failure(
      bench.flights.book(requestFor(offer, "key-1", { contact: { email: "ana.silva@example.com", phone: "910 000 000" } }), call()),
    );
    expect(refused).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "invalid_phone_number" });
    expect(bench.sent("create-order")).toEqual([]);
    expect(refused.message).not.toContain("910 000 000");
  });

  it("asks for birth date and gender, which airlines insist on", async () => {
    const offer = await first();
    const [ana] = partyFor(offer);
    const { bornOn: _, ...ageless } = ana!;
    expect(await failure(bench.flights.book(requestFor(offer, "key-1", { travellers: [ageless] }), call()))).toMatchObject({ vendor: "birth_date_missing" });
    expect(await failure(bench.flights.book(requestFor(offer, "key-1", { travellers: [{ ...ana!, gender: "X" }] }), call()))).toMatchObject({
      vendor: "gender_missing",
    });
  });

  it("infants travel by age, each named on an adult of its own, and children keep the fare of their age", async () => {
    const query = { adults: 2, childrenAges: [8, 1, 6] };
    const [offer] = await bench.search(query);
    const searched = bench.sent("search-flights").at(-1)!.json as { data: { passengers: unknown[] } };
    expect(searched.data.passengers).toEqual([{ type: "adult" }, { type: "adult" }, { age: 8 }, { age: 1 }, { age: 6 }]);
    expect(offer!.passengers).toEqual([
      { ptc: "ADT", count: 2 },
      { ptc: "CHD", count: 2 },
      { ptc: "INF", count: 1 },
    ]);
    const people = [
      { ptc: "INF", bornOn: "2025-06-01", givenName: "Rui" },
      { ptc: "ADT", bornOn: "1988-04-05", givenName: "Ana" },
      { ptc: "CHD", bornOn: "2020-05-01", givenName: "Eva" },
      { ptc: "ADT", bornOn: "1985-04-05", givenName: "Ivo" },
      { ptc: "CHD", bornOn: "2018-05-01", givenName: "Lia" },
    ] as const;
    const travellers = people.map((one, i) => ({ ...one, id: String(i + 1), familyName: "Silva", gender: "F" as const }));
    const order = await bench.flights.book(requestFor(offer!, "key-1", { travellers }), call());
    expect(order.documents.map(({ travellerId }) => travellerId)).toEqual(["1", "2", "3", "4", "5"]);
    const { passengers } = (bench.sent("create-order")[0]!.json as { data: { passengers: Record<string, string>[] } }).data;
    expect(passengers[1]!.infant_passenger_id).toBe(passengers[0]!.id);
    expect(passengers.filter((one) => one.infant_passenger_id)).toHaveLength(1);
  });

  it("never sells an offer whose search was in another currency than asked for", async () => {
    expect(await bench.search({ currency: "USD" })).toEqual([]);
  });

  it("never sells as real what was found in test mode", async () => {
    const simulator = await startSimulator(duffelDialect(bench.world, { accessToken: "of-no-known-mode" }), { clock: bench.clock });
    try {
      const options = { baseUrl: simulator.url, accessToken: "of-no-known-mode", memory: volatileMemory(), clock: bench.clock };
      const real = duffelSupplier({ ...options, live: true });
      expect(await real.flights!.search(flightQuery, call())).toEqual([]);
      expect(await real.cars!.search(carQuery, call())).toEqual([]);
      const test = duffelSupplier({ ...options, live: false });
      expect((await test.flights!.search(flightQuery, call())).map(({ sandbox }) => sandbox)).toContain(true);
    } finally {
      await simulator.close();
    }
  });

  it("sends the version header with every request, and nothing without it is answered", async () => {
    await bench.flights.book(requestFor(await first(), "key-1"), call());
    expect(bench.simulator.requests.every(({ headers }) => headers["duffel-version"] === "v2")).toBe(true);
    const bare = await fetch(`${bench.simulator.url}/air/orders`, { headers: { authorization: "Bearer duffel_test_bench" } });
    expect(bare.status).toBe(400);
    expect(await bare.json()).toMatchObject({ errors: [{ code: "missing_version_header" }] });
  });

  it("waits for ratelimit-reset, and sends nothing before it", async () => {
    const { clock, simulator } = bench;
    await clock.advance(20_000);
    const offer = await first();
    simulator.next({ scenario: "rate_limited", on: "create-order" });
    expect((await failure(bench.flights.book(requestFor(offer, "key-1"), call()))).code).toBe("RATE_LIMITED");
    const before = simulator.requests.length;
    expect(await failure(bench.flights.book(requestFor(offer, "key-1"), call()))).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 40_000 });
    expect(simulator.requests).toHaveLength(before);
    await clock.advance(40_000);
    expect((await bench.flights.book(requestFor(offer, "key-1"), call())).status).toBe("ticketed");
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("says that the token was refused, without saying it", async () => {
    bench.simulator.next({ scenario: "auth_expired", on: "search-flights" });
    const refused = await failure(bench.search());
    expect(refused).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "expired_access_token" });
    expect(JSON.stringify(refused)).not.toContain("duffel_test_bench");
  });

  it("a test token cannot sell real travel, nor a live one play", () => {
    const options = { baseUrl: "http://127.0.0.1:1", memory: volatileMemory() };
    expect(() => duffelSupplier({ ...options, accessToken: "duffel_test_x" })).toThrow(/other mode/);
    expect(() => duffelSupplier({ ...options, accessToken: "duffel_live_x", live: false })).toThrow(/other mode/);
  });

  it("repeats a search that failed, since nothing is bought by it", async () => {
    bench.simulator.next({ scenario: "server_error", on: "search-flights" });
    expect((await patiently(bench.clock, bench.search())).length).toBeGreaterThan(1);
    expect(bench.sent("search-flights")).toHaveLength(2);
  });

  it("asks Duffel to wait less long for airlines than we wait for Duffel", async () => {
    await bench.search();
    expect(bench.sent("search-flights")[0]!.query).toContain("supplier_timeout=25000");
  });

  it("duplicate bookings are refused by the airline", async () => {
    bench.simulator.next({ scenario: "duplicate", on: "create-order" });
    expect(await failure(bench.flights.book(requestFor(await first(), "key-1"), call()))).toMatchObject({
      code: "SUPPLIER_REJECTED",
      vendor: "duplicate_booking",
    });
  });
});
