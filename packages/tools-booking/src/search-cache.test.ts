import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { fanOut, type Search } from "./fan-out.ts";
import { createSearchCache } from "./search-cache.ts";
import { fakeSupplier } from "./testing/fake-supplier.ts";
import { sampleFlight } from "./testing/sample-offers.ts";
import { flightQuery } from "./testing/simulator-bench.ts";

const search: Search = { kind: "flight", query: flightQuery };

function bench({ live = true, expiresAt = "2027-01-15T09:20:00Z" } = {}) {
  const clock = fakeClock();
  const supplier = { ...fakeSupplier({ id: "acme", offers: [sampleFlight({ supplier: "acme", offerExpiresAt: expiresAt })] }), live };
  let asked = 0;
  const counted = {
    ...supplier,
    flights: {
      ...supplier.flights!,
      search: ((...given) => {
        asked += 1;
        return supplier.flights!.search(...given);
      }) as NonNullable<typeof supplier.flights>["search"],
    },
  };
  const cache = createSearchCache({ clock, freshMs: 60_000, staleMs: 900_000, capacity: 100 });
  const { signal } = new AbortController();
  const run = (wanted: Search = search) => fanOut({ suppliers: [counted], clock, log: recordingLogger(), deadlineMs: 1000, cache }, wanted, "r", signal);
  return { clock, cache, run, faults: supplier.faults, asked: () => asked };
}

describe("remembered searches", () => {
  it("answers the same search again for a moment, and says when that answer was given", async () => {
    const { run, clock, asked } = bench();
    const first = await run();
    expect(first.suppliers[0]).not.toHaveProperty("answeredAt");
    await clock.advance(59_000);
    const again = await run();
    expect(again.offers).toEqual(first.offers);
    expect(again.suppliers[0]).toMatchObject({ status: "ok", answeredAt: "2027-01-15T09:00:00.000Z" });
    await run({ kind: "flight", query: { ...flightQuery, adults: 2 } });
    expect(asked()).toBe(2);
    await clock.advance(1_000);
    await run();
    expect(asked()).toBe(3);
  });

  it("makes no offer live longer than it does", async () => {
    const { run, clock, asked } = bench({ expiresAt: "2027-01-15T09:00:30Z" });
    await run();
    await clock.advance(31_000);
    await run();
    expect(asked()).toBe(2);
  });

  it("stands in for a supplier that fails, with its age on it, and no longer than its offers live", async () => {
    const { run, clock, faults } = bench();
    await run();
    await clock.advance(120_000);
    faults.next("search", new TravelAgentError("SUPPLIER_UNAVAILABLE", "down"));
    const standIn = await run();
    expect(standIn.offers).toHaveLength(1);
    expect(standIn.suppliers[0]).toMatchObject({ status: "error", error: "down", answeredAt: "2027-01-15T09:00:00.000Z" });
    await clock.advance(900_000);
    faults.next("search", new TravelAgentError("SUPPLIER_UNAVAILABLE", "down"));
    const { offers, suppliers } = await run();
    expect(offers).toEqual([]);
    expect(suppliers[0]).not.toHaveProperty("answeredAt");
  });

  it("forgets what a supplier said once something was bought there", async () => {
    const { run, cache, asked } = bench();
    await run();
    cache.forget("acme");
    await run();
    expect(asked()).toBe(2);
  });

  it("asks a sandbox each time", async () => {
    const { run, asked } = bench({ live: false });
    await run();
    await run();
    expect(asked()).toBe(2);
  });

  it("keeps no more offers than it may", () => {
    const cache = createSearchCache({ clock: fakeClock(), freshMs: 60_000, staleMs: 60_000, capacity: 3 });
    const on = (departureDate: string): Search => ({ kind: "flight", query: { ...flightQuery, departureDate } });
    const offers = [sampleFlight(), sampleFlight({ id: "other" })];
    cache.keep("acme", on("2027-03-01"), offers);
    cache.keep("acme", on("2027-03-02"), offers);
    expect(cache.fresh("acme", on("2027-03-01"))).toBeUndefined();
    expect(cache.fresh("acme", on("2027-03-02"))?.offers).toHaveLength(2);
  });

  it("keeps no more answers without offers than it may, either", () => {
    const cache = createSearchCache({ clock: fakeClock(), freshMs: 60_000, staleMs: 60_000, capacity: 3 });
    const on = (adults: number): Search => ({ kind: "flight", query: { ...flightQuery, adults } });
    for (let adults = 1; adults <= 5; adults += 1) cache.keep("acme", on(adults), []);
    expect([1, 2, 3, 4, 5].filter((adults) => cache.fresh("acme", on(adults)))).toEqual([3, 4, 5]);
  });
});
