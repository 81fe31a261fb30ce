import type { Tool, ToolContext } from "@travelagent/agent-runtime";
import { testEngine } from "@travelagent/engine/testing";
import type { Engine } from "@travelagent/protocol/ports";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "./bookings.ts";
import { sum } from "./money.ts";
import { createSandbox, type SandboxOperation } from "./suppliers/sandbox/index.ts";
import { benchClock } from "./testing/bench.ts";
import { paymentContract } from "./testing/payment-contract.ts";
import { bookingTools } from "./tools/booking-tools.ts";
import type { BookingResult, SearchResult } from "./tools/results.ts";

const engines: Engine[] = [];
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
});

/** Everything as it is put together in an app, over the sandbox; `lost` names the operations whose first reply is lost. */
async function agency(lost: readonly SandboxOperation[] = []) {
  const engine = await testEngine();
  const world = await testEngine();
  engines.push(engine, world);
  const clock = benchClock();
  const open = new Set(lost);
  const sandbox = createSandbox({ db: world.db, clock, faults: (operation) => (open.delete(operation) ? { kind: "timeout_after_commit" } : undefined) });
  const bookings = createBookings({
    db: engine.db,
    work: engine.work,
    suppliers: [sandbox.supplier],
    payments: sandbox.payments,
    clock,
    customers: { ensure: async ({ email }) => ({ customerId: email }) },
    timing: { readBackDelaysMs: [1, 1, 1], retryDelaysMs: [1] },
  });
  await bookings.migrate();
  const tools = new Map(bookingTools(bookings).map((tool) => [tool.name, tool]));
  const context = (key: string): ToolContext => ({
    turn: { runId: "r", agentId: "main", sessionKey: "s1", channel: "webchat", accountId: "a", chatType: "direct", peerId: "p", timeZone: "Europe/Madrid" },
    toolCallId: key,
    idempotencyKey: key,
    signal: new AbortController().signal,
    now: clock.now(),
  });
  let calls = 0;
  return {
    sandbox,
    bookings,
    async call<T>(name: string, args: unknown): Promise<T> {
      const tool: Tool = tools.get(name)!;
      calls += 1;
      const base = context(`call${calls}`);
      const parsed = tool.args.parse(args);
      const action = await tool.describe?.(parsed, base);
      return (await tool.execute(parsed, action ? { ...base, action } : base)).content as T;
    },
  };
}

async function trip({ call }: Awaited<ReturnType<typeof agency>>) {
  const flights = await call<SearchResult>("search_flights", {
    origin: "BCN",
    destination: "FRA",
    departureDate: "2027-03-12",
    returnDate: "2027-03-15",
    adults: 1,
  });
  const hotels = await call<SearchResult>("search_hotels", { place: "FRA", checkIn: "2027-03-12", checkOut: "2027-03-15", adults: 1, refundableOnly: true });
  const cars = await call<SearchResult>("search_cars", { pickUp: "FRA", pickUpAt: "2027-03-12T16:00", dropOffAt: "2027-03-15T09:00" });
  const offerIds = [flights, hotels, cars].map(({ offers }) => offers[0]!.offerId);
  return call<BookingResult>("create_booking", { offerIds, travellers: [{ givenName: "Ana", familyName: "Silva" }], contact: { email: "ana@example.com" } });
}

async function compare({ sandbox, bookings }: Awaited<ReturnType<typeof agency>>, id: string) {
  const { order } = (await bookings.get(id))!;
  const theirs = await sandbox.ledger.orders();
  expect(order.items.map((item) => [`${order.id}-${item.no}`, item.supplierReference]).sort()).toEqual(
    theirs.map(({ key, reference }) => [key, reference]).sort(),
  );
  for (const item of order.items) {
    const { status, total } = theirs.find(({ key }) => key === `${order.id}-${item.no}`)!;
    expect([status === "cancelled" ? ["cancelled", "refunded", "voided"] : [status], total]).toEqual([expect.arrayContaining([item.status]), item.total]);
  }
  const paid = (await sandbox.ledger.payments()).map(({ captured, refunded }) => [captured, refunded]);
  expect((await bookings.payments(id)).map(({ captured, refunded }) => [captured, refunded])).toEqual(paid);
}

describe("a trip in the sandbox", () => {
  it("is searched, booked, changed and cancelled, with both sides' books equal", async () => {
    const made = await agency();
    const booked = await trip(made);
    expect(booked.status).toBe("booked");
    expect(booked.booking.items.map(({ status }) => status)).toEqual(["ticketed", "confirmed", "confirmed"]);
    expect(sum([booked.booking.total], "EUR")).toEqual(booked.booking.total);
    await compare(made, booked.booking.id);
    const cancelled = await made.call<BookingResult>("cancel_booking", { bookingReference: booked.booking.reference });
    expect(cancelled.status).toBe("cancelled");
    expect(cancelled.booking.items.every(({ status }) => ["cancelled", "refunded"].includes(status))).toBe(true);
    await compare(made, booked.booking.id);
  });

  it("loses nothing and doubles nothing when every first reply is lost", async () => {
    const made = await agency(["hold", "book", "ticket", "authorise", "capture", "cancel", "refund"]);
    const booked = await trip(made);
    expect(booked.status).toBe("booked");
    await compare(made, booked.booking.id);
    const cancelled = await made.call<BookingResult>("cancel_booking", { bookingReference: booked.booking.reference });
    expect(cancelled.status).toBe("cancelled");
    await compare(made, booked.booking.id);
  });

  it("moves a flight to another day, also when the reply is lost", async () => {
    for (const lost of [[], ["change"]] as SandboxOperation[][]) {
      const made = await agency(lost);
      const find = async (departureDate: string) =>
        (await made.call<SearchResult>("search_flights", { origin: "BCN", destination: "FRA", departureDate, adults: 1, limit: 20 })).offers;
      const changeable = (await find("2027-03-12")).find(({ lines }) => lines.some((line) => line.includes("Change: allowed")))!;
      const booked = await made.call<BookingResult>("create_booking", {
        offerIds: [changeable.offerId],
        travellers: [{ givenName: "Ana", familyName: "Silva" }],
        contact: { email: "ana@example.com" },
      });
      const [later] = await find("2027-03-13");
      const changed = await made.call<BookingResult>("modify_booking", { bookingReference: booked.booking.reference, newOfferId: later!.offerId });
      expect(changed.status).toBe("changed");
      expect(changed.booking.items[0]!.start.local).toContain("2027-03-13");
      await compare(made, booked.booking.id);
    }
  });
});

paymentContract({ describe, it, expect }, "sandbox", async () => {
  const world = await testEngine();
  engines.push(world);
  return createSandbox({ db: world.db, clock: benchClock() }).payments;
});
