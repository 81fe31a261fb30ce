import type { Tool, ToolContext } from "@travelagent/agent-runtime";
import { testDatabase, testEngine } from "@travelagent/engine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "../../bookings.ts";
import { sum } from "../../money.ts";
import { duffelDialect } from "../../simulators/duffel/index.ts";
import { openWorld, type Scenario, startSimulator } from "../../simulators/kit/index.ts";
import { benchClock } from "../../testing/bench.ts";
import { bookingTools } from "../../tools/booking-tools.ts";
import type { BookingResult, SearchResult } from "../../tools/results.ts";
import { volatileMemory } from "../http/index.ts";
import { duffelSupplier } from "./index.ts";

const open: { close(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** An agency that sells Duffel alone, as it is put together in the app. */
async function agency() {
  const clock = benchClock();
  const db = await testDatabase();
  const engine = await testEngine();
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(duffelDialect(world), { clock });
  open.push(db, { close: () => engine.stop() }, simulator);
  const supplier = duffelSupplier({ baseUrl: simulator.url, accessToken: "duffel_test_trip", live: false, memory: volatileMemory(), clock });
  const bookings = createBookings({
    db: engine.db,
    work: engine.work,
    suppliers: [supplier],
    payments: world.counter("duffel").payments,
    clock,
    customers: { ensure: async ({ email }) => ({ customerId: email }) },
    timing: { readBackDelaysMs: [1, 1, 1], retryDelaysMs: [1] },
  });
  await bookings.migrate();
  const tools = new Map(bookingTools(bookings).map((tool) => [tool.name, tool]));
  let calls = 0;
  async function call<T>(name: string, args: unknown): Promise<T> {
    calls += 1;
    const tool: Tool = tools.get(name)!;
    const context: ToolContext = {
      turn: { runId: "r", agentId: "main", sessionKey: "s1", channel: "webchat", accountId: "a", chatType: "direct", peerId: "p", timeZone: "Europe/Lisbon" },
      toolCallId: `call${calls}`,
      idempotencyKey: `call${calls}`,
      signal: new AbortController().signal,
      now: clock.now(),
    };
    const parsed = tool.args.parse(args);
    const action = await tool.describe?.(parsed, context);
    return (await tool.execute(parsed, action ? { ...context, action } : context)).content as T;
  }
  /** On a route whose fares can all be held, so that the flight is held first and paid last. */
  async function trip() {
    const flights = await call<SearchResult>("search_flights", { origin: "JFK", destination: "EWR", departureDate: "2027-03-12", adults: 1 });
    const hotels = await call<SearchResult>("search_hotels", { place: "LIS", checkIn: "2027-03-12", checkOut: "2027-03-15", adults: 1, refundableOnly: true });
    const cars = await call<SearchResult>("search_cars", { pickUp: "LIS", pickUpAt: "2027-03-12T20:00", dropOffAt: "2027-03-15T09:00" });
    const offerIds = [flights, hotels, cars].map(({ offers }) => offers[0]!.offerId);
    const travellers = [{ givenName: "Ana", familyName: "Silva", bornOn: "1988-04-05", gender: "F" }];
    return call<BookingResult>("create_booking", { offerIds, travellers, contact: { email: "ana.silva@example.com", phone: "+351910000000" } });
  }
  return { bookings, simulator, trip };
}

describe("a trip at duffel", () => {
  const lost: (readonly [string, Scenario] | undefined)[] = [
    undefined,
    ["create-order", "timeout_after_commit"],
    ["create-payment", "timeout_after_commit"],
    ["book-stay", "server_error_after_commit"],
  ];
  for (const fault of lost)
    it(`is bought once, and both books agree${fault ? `, although ${fault[0]} met ${fault[1]}` : ""}`, async () => {
      const { bookings, simulator, trip } = await agency();
      if (fault) simulator.next({ on: fault[0], scenario: fault[1] });
      const { booking } = await trip();
      const { order } = (await bookings.get(booking.id))!;
      if (fault) expect(simulator.requests.map(({ route }) => route)).toContain(fault[0]);
      const theirs = await simulator.ledger();
      expect(theirs.map(({ kind }) => kind).sort()).toEqual(["car", "flight", "hotel"]);
      expect(order.items.map((item) => [`${order.id}-${item.no}`, item.supplierReference]).sort()).toEqual(
        theirs.map(({ clientReference, reference }) => [clientReference, reference]).sort(),
      );
      expect(order.items.map(({ status }) => status).sort()).toEqual(["confirmed", "confirmed", "ticketed"]);
      expect(
        sum(
          order.items.map(({ total }) => total),
          "EUR",
        ),
      ).toEqual(
        sum(
          theirs.map(({ total }) => total!),
          "EUR",
        ),
      );
    });
});
