import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { call, changeable, duffelBench, failure, patiently, requestFor } from "./simulated-duffel.ts";

type Bench = Awaited<ReturnType<typeof duffelBench>>;

describe("duffel's test routes", () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await duffelBench();
  });
  afterEach(() => bench.close());

  it("PVD to RAI: no flights is an answer", async () => {
    expect(await bench.routeOffers("PVD", "RAI")).toEqual([]);
  });
  it("JFK to EWR: everything can be held", async () => {
    const offers = await bench.routeOffers("JFK", "EWR");
    expect(offers.length).toBeGreaterThan(0);
    expect(offers.every(({ paymentTimeLimit }) => paymentTimeLimit !== undefined)).toBe(true);
  });
  it("LHR to DXB: every way changes planes", async () => {
    const offers = await bench.routeOffers("LHR", "DXB");
    expect(offers.length).toBeGreaterThan(0);
    expect(offers.every(({ journeys }) => journeys[0]!.segments.length > 1)).toBe(true);
  });
  it("BTS to MRU: no bags in the reply are bags nobody speaks of, neither promised nor denied", async () => {
    const [offer] = await bench.routeOffers("BTS", "MRU");
    expect(offer!.fareComponents[0]!.baggage).toEqual({ carryOn: "not stated", checkedPieces: null });
  });
  it("DXB to AMS: a stop is within the flight", async () => {
    const [offer] = await bench.routeOffers("DXB", "AMS");
    expect(offer!.journeys[0]!.segments).toHaveLength(1);
  });
  it("STN to LHR: a search that times out is unavailable, not empty", async () => {
    expect((await failure(patiently(bench.clock, bench.routeOffers("STN", "LHR")))).code).toBe("SUPPLIER_UNAVAILABLE");
  });
  it("LTN to SYD: a refund in credits is no money, so a person decides", async () => {
    const offer = changeable(await bench.routeOffers("LTN", "SYD"));
    const order = await bench.flights.book(requestFor(offer, "key-1"), call());
    expect(await failure(bench.flights.quoteCancel(order.reference, call()))).toMatchObject({ code: "SUPPLIER_REJECTED", vendor: "refund_not_in_money" });
  });
});
