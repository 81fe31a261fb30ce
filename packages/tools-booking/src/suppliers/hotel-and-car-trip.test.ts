import type { Tool, ToolContext } from "@travelagent/agent-runtime";
import { testDatabase, testEngine } from "@travelagent/engine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "../bookings.ts";
import { avisDialect, bookingDialect, expediaDialect, openWorld, type Simulator, startSimulator } from "../simulators/index.ts";
import type { Supplier } from "../supplier.ts";
import { benchClock } from "../testing/bench.ts";
import { bookingTools } from "../tools/booking-tools.ts";
import type { BookingResult, SearchResult } from "../tools/results.ts";
import { avisSupplier } from "./avis/index.ts";
import { bookingDemandSupplier } from "./booking/index.ts";
import { expediaRapidSupplier } from "./expedia/index.ts";
import { volatileMemory } from "./http/index.ts";
import { createSandbox } from "./sandbox/index.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** An agency that buys at one hotel supplier and one of cars, over real sockets. */
async function agency(pick: (vendors: { expedia: Supplier; booking: Supplier; avis: Supplier }) => Supplier[]) {
  const clock = benchClock();
  const engine = await testEngine();
  const db = await testDatabase();
  opened.push(
    () => engine.stop(),
    () => db.close(),
  );
  const world = await openWorld({ db, clock });
  const simulators = {
    expedia: await startSimulator(expediaDialect(world), { clock }),
    booking: await startSimulator(bookingDialect(world), { clock }),
    avis: await startSimulator(avisDialect(world), { clock }),
  };
  opened.push(...Object.values(simulators).map((simulator) => () => simulator.close()));
  const common = () => ({ live: false, memory: volatileMemory(), clock });
  const suppliers = pick({
    expedia: expediaRapidSupplier({ baseUrl: `${simulators.expedia.url}/v3`, apiKey: "rapid-key", sharedSecret: "rapid-secret", ...common() }),
    booking: bookingDemandSupplier({ baseUrl: `${simulators.booking.url}/3.2`, apiToken: "demand-token", affiliateId: "111111", ...common() }),
    avis: avisSupplier({ baseUrl: simulators.avis.url, clientId: "avis-client", clientSecret: "avis-secret", ...common() }),
  });
  const bank = createSandbox({ db, clock });
  const bookings = createBookings({
    db: engine.db,
    work: engine.work,
    suppliers,
    payments: bank.payments,
    clock,
    customers: { ensure: async ({ email }) => ({ customerId: email }) },
    timing: { readBackDelaysMs: [1, 1, 1], retryDelaysMs: [1] },
  });
  await bookings.migrate();
  const tools = new Map(bookingTools(bookings).map((tool) => [tool.name, tool]));
  let calls = 0;
  return {
    simulators,
    bank,
    async call<T>(name: string, args: unknown): Promise<T> {
      const tool: Tool = tools.get(name)!;
      calls += 1;
      const base: ToolContext = {
        turn: { runId: "r", agentId: "main", sessionKey: "s1", channel: "webchat", accountId: "a", chatType: "direct", peerId: "p", timeZone: "Europe/Lisbon" },
        toolCallId: `call${calls}`,
        idempotencyKey: `call${calls}`,
        signal: new AbortController().signal,
        now: clock.now(),
      };
      const parsed = tool.args.parse(args);
      const action = await tool.describe?.(parsed, base);
      return (await tool.execute(parsed, action ? { ...base, action } : base)).content as T;
    },
  };
}

async function trip({ call }: Awaited<ReturnType<typeof agency>>): Promise<BookingResult> {
  const hotels = await call<SearchResult>("search_hotels", { place: "LIS", checkIn: "2027-03-12", checkOut: "2027-03-15", adults: 2, refundableOnly: true });
  const cars = await call<SearchResult>("search_cars", { pickUp: "LIS", pickUpAt: "2027-03-12T16:00", dropOffAt: "2027-03-15T09:00" });
  const offerIds = [hotels, cars].map(({ offers }) => offers[0]!.offerId);
  const contact = { email: "ana@example.com", phone: "+351910000000" };
  return call<BookingResult>("create_booking", { offerIds, travellers: [{ givenName: "Ana", familyName: "Silva" }], contact });
}

const sold = async (simulator: Simulator) => (await simulator.ledger()).filter(({ status }) => status !== "cancelled").length;

describe("a trip with a hotel and a car of real dialects", () => {
  it("is bought, charged for what is prepaid alone, and cancelled with everything given back", async () => {
    const made = await agency(({ expedia, avis }) => [expedia, avis]);
    const booked = await trip(made);
    expect(booked.status).toBe("booked");
    expect([await sold(made.simulators.expedia), await sold(made.simulators.avis)]).toEqual([1, 1]);
    const [hotel] = await made.simulators.expedia.ledger();
    // The car is paid at the counter.
    expect((await made.bank.ledger.payments()).map(({ captured }) => captured)).toEqual([hotel!.total]);
    const cancelled = await made.call<BookingResult>("cancel_booking", { bookingReference: booked.booking.reference });
    expect(cancelled.status).toBe("cancelled");
    expect([await sold(made.simulators.expedia), await sold(made.simulators.avis)]).toEqual([0, 0]);
    expect((await made.bank.ledger.payments()).map(({ captured, refunded }) => [captured, refunded])).toEqual([[hotel!.total, hotel!.total]]);
  });

  it("loses nothing and doubles nothing when the replies are lost", async () => {
    const made = await agency(({ booking }) => [booking]);
    made.simulators.booking.next({ scenario: "timeout_after_commit", on: "create", times: 2 });
    const booked = await trip(made);
    expect(booked.status).toBe("booked");
    expect(await sold(made.simulators.booking)).toBe(2);
    // Stay and car are paid on the spot: nothing is charged here.
    expect(await made.bank.ledger.payments()).toEqual([]);
    made.simulators.booking.next({ scenario: "timeout_after_commit", on: "cancel", times: 2 });
    const cancelled = await made.call<BookingResult>("cancel_booking", { bookingReference: booked.booking.reference });
    expect(cancelled.status).toBe("cancelled");
    expect(await sold(made.simulators.booking)).toBe(0);
    expect(made.simulators.booking.requests.filter(({ route }) => route === "create")).toHaveLength(2);
  });
});
