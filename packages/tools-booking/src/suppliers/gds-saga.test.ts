import { testDatabase } from "@travelagent/engine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createBookings } from "../bookings.ts";
import { minorUnits } from "../money.ts";
import { type Dialect, openWorld, sabreDialect, startSimulator, travelportDialect, type World } from "../simulators/index.ts";
import type { Supplier } from "../supplier.ts";
import { ana, benchClock, buyer } from "../testing/bench.ts";
import { crashingWork } from "../testing/crashing-work.ts";
import { fakePayments } from "../testing/fake-payments.ts";
import { flightQuery } from "../testing/simulator-bench.ts";
import { volatileMemory } from "./http/index.ts";
import { sabreSupplier } from "./sabre/index.ts";
import { travelportSupplier } from "./travelport/index.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close();
});

interface Vendor {
  name: string;
  dialect(world: World): Dialect;
  adapter(url: string, clock: World["clock"]): Supplier;
  /** The route that makes the booking. */
  create: string;
  /** A route on the way to the ticket, after the booking stands. */
  ticket: string;
}

const vendors: Vendor[] = [
  {
    name: "sabre",
    dialect: (world) => sabreDialect(world),
    adapter: (url, clock) =>
      sabreSupplier({ baseUrl: url, authVersion: "v2", epr: "1234", password: "secret", pcc: "G7HE", live: false, memory: volatileMemory(), clock }),
    create: "createBooking",
    ticket: "fulfillFlightTickets",
  },
  {
    name: "travelport",
    dialect: (world) => travelportDialect(world),
    adapter: (url, clock) =>
      travelportSupplier({
        baseUrl: url,
        authUrl: url,
        clientId: "client",
        clientSecret: "secret",
        username: "agency",
        password: "secret",
        pcc: "7K9S",
        live: false,
        memory: volatileMemory(),
        clock,
      }),
    create: "commit",
    ticket: "add-payment",
  },
];

async function agency({ dialect, adapter }: Vendor) {
  const clock = benchClock();
  const outside = await testDatabase();
  const own = await testDatabase();
  const world = await openWorld({ db: outside, clock });
  const simulator = await startSimulator(dialect(world), { clock });
  opened.push(
    () => outside.close(),
    () => own.close(),
    () => simulator.close(),
  );
  const payments = fakePayments();
  const bookings = createBookings({
    db: own,
    work: crashingWork(own),
    suppliers: [adapter(simulator.url, clock)],
    payments,
    clock,
    customers: { ensure: async ({ email }) => ({ customerId: email }) },
    timing: { retryDelaysMs: [1], readBackDelaysMs: [1, 1, 1], writeTimeoutMs: 5000, readTimeoutMs: 5000 },
  });
  await bookings.migrate();
  const { signal } = new AbortController();
  const { offers } = await bookings.search({ kind: "flight", query: flightQuery }, buyer, { requestId: "find", signal });
  const { offer } = offers.find((one) => one.offer.paymentTimeLimit !== undefined)!;
  const book = () =>
    bookings.book(
      { offerIds: [offer.id], travellers: [ana], contact: { email: "ana@example.com", phone: "+351910000000" }, buyer },
      { idempotencyKey: "yes-1", waitMs: 10_000, signal },
    );
  return { simulator, payments, offer, book };
}

describe.each(vendors)("a trip bought at $name", (vendor) => {
  it("is held, ticketed and paid for, once", async () => {
    const { book, simulator, payments, offer } = await agency(vendor);
    const { order } = await book();
    expect(order.status).toBe("ticketed");
    expect(order.items[0]!.documents.length).toBe(1);
    expect((await simulator.ledger()).map(({ status, total }) => ({ status, total }))).toEqual([{ status: "ticketed", total: offer.price.total }]);
    expect(payments.payments().map(({ captured }) => minorUnits(captured))).toEqual([minorUnits(offer.price.total)]);
    expect((await book()).order.reference).toBe(order.reference);
    expect((await simulator.ledger()).length).toBe(1);
  });

  it("stays unknown and unpaid when the reply to the booking is lost, and is not bought twice", async () => {
    const { book, simulator, payments } = await agency(vendor);
    simulator.next({ scenario: "timeout_after_commit", on: vendor.create });
    const { order } = await book();
    expect(["unknown", "needs-human"]).toContain(order.status);
    expect((await simulator.ledger()).length).toBe(1);
    expect(payments.payments().every(({ captured }) => minorUnits(captured) === 0n)).toBe(true);
  });

  it("is ticketed once when a reply on the way to the ticket is lost", async () => {
    const { book, simulator, payments, offer } = await agency(vendor);
    simulator.next({ scenario: "timeout_after_commit", on: vendor.ticket });
    const { order } = await book();
    expect(order.status).toBe("ticketed");
    expect((await simulator.ledger()).map(({ status }) => status)).toEqual(["ticketed"]);
    expect(payments.payments().map(({ captured }) => minorUnits(captured))).toEqual([minorUnits(offer.price.total)]);
  });
});
