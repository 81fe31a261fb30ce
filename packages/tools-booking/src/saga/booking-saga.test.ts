import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../money.ts";
import { bookingBench } from "../testing/bench.ts";
import type { CrashingWork } from "../testing/crashing-work.ts";
import { sampleFlight, sampleHotel } from "../testing/sample-offers.ts";

const euro = (minor: bigint) => money(minor, "EUR");
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
async function bench(options: Omit<Parameters<typeof bookingBench>[0], "db"> = {}) {
  const db = await testDatabase();
  opened.push(db);
  const made = await bookingBench({ db, ...options });
  await made.findAll();
  return made;
}
const trip = ["flight-1", "hotel-1", "car-1"];

describe("booking saga", () => {
  it("holds first, buys what is free to cancel, tickets, then takes the money", async () => {
    const { book, supplier, payments, differences } = await bench();
    const { order } = await book(trip);
    expect(order.status).toBe("confirmed");
    expect(order.items.map((item) => item.status)).toEqual(["ticketed", "confirmed", "confirmed"]);
    expect(supplier.calls.map(({ operation }) => operation).filter((operation) => operation !== "search")).toEqual([
      "reprice",
      "reprice",
      "reprice",
      "hold",
      "book",
      "book",
      "ticket",
    ]);
    // The car is paid at the counter.
    expect(payments.payments()).toMatchObject([{ status: "captured", captured: euro(49_940n) }]);
    expect(await differences()).toEqual([]);
  });

  it("buys nothing when it got dearer, sold out or the payment is declined", async () => {
    const dearer = await bench();
    dearer.supplier.setPrice("hotel-1", euro(31_001n));
    const { order } = await dearer.book(trip);
    expect(order).toMatchObject({ status: "failed", failure: { code: "PRICE_CHANGED", details: { was: euro(59_540n), now: euro(59_541n) } } });
    const gone = await bench();
    gone.supplier.sellOut("flight-1");
    expect((await gone.book(trip)).order.failure?.code).toBe("SOLD_OUT");
    const poor = await bench();
    poor.payments.decline();
    expect((await poor.book(trip)).order.failure?.code).toBe("SUPPLIER_REJECTED");
    for (const made of [dearer, gone, poor]) {
      expect(made.supplier.orders()).toEqual([]);
      expect(made.payments.payments().filter(({ status }) => status !== "voided")).toEqual([]);
      expect(await made.differences()).toEqual([]);
    }
  });

  it("takes the lower price when it got cheaper", async () => {
    const { book, supplier, payments, differences } = await bench();
    supplier.setPrice("flight-1", euro(15_000n));
    expect((await book(["flight-1"])).order).toMatchObject({ status: "ticketed", paid: euro(15_000n) });
    expect(payments.payments()).toMatchObject([{ captured: euro(15_000n) }]);
    expect(await differences()).toEqual([]);
  });

  it("takes everything back when a later part fails and that costs nothing", async () => {
    const { book, supplier, payments, differences } = await bench();
    supplier.faults.next("ticket", new TravelAgentError("SUPPLIER_REJECTED", "fare closed"));
    const { order } = await book(trip);
    expect(order).toMatchObject({ status: "failed", failure: { message: "fare closed" } });
    expect(supplier.orders().map(({ status }) => status)).toEqual(["cancelled", "cancelled", "cancelled"]);
    expect(supplier.calls.filter(({ operation }) => operation === "cancel").map(({ key }) => key?.slice(-4))).toEqual(["-3x1", "-2x1", "-1x1"]);
    expect(payments.payments()).toMatchObject([{ status: "voided", captured: euro(0n) }]);
    expect(await differences()).toEqual([]);
  });

  it("stops for a person when taking back would cost money", async () => {
    const { book, supplier, payments, differences, bookings, signal } = await bench({
      canHold: false,
      offers: [sampleFlight(), sampleHotel({ cancellation: [{ from: "now", penalty: euro(31_000n) }] })],
    });
    supplier.faults.next("book", undefined, new TravelAgentError("SOLD_OUT", "no room"));
    const { order } = await book(["flight-1", "hotel-1"]);
    expect(order.status).toBe("needs-human");
    expect(order.attention).toContain("50.00 EUR");
    expect(supplier.orders()).toMatchObject([{ status: "ticketed" }]);
    expect(payments.payments()).toMatchObject([{ status: "authorised" }]);
    expect(await differences()).toEqual([]);
    // The airline waives its penalty: reconciling takes it back for nothing.
    supplier.setPenalty(euro(0n));
    const after = await bookings.reconcile(order.id, { waitMs: 5000, signal });
    expect(after.order).toMatchObject({ status: "failed", failure: { code: "SOLD_OUT" } });
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
    expect(await differences()).toEqual([]);
  });

  for (const operation of ["hold", "book", "ticket"] as const) {
    it(`finds out what became of a lost ${operation} and never buys again`, async () => {
      const { book, supplier, differences, statuses } = await bench();
      supplier.faults.next(operation, "lost-reply");
      const { order } = await book(trip);
      expect(order.status).toBe("confirmed");
      expect(statuses).toContain("unknown");
      expect(supplier.orders()).toHaveLength(3);
      expect(supplier.calls.filter((call) => call.operation === operation)).toHaveLength(operation === "book" ? 2 : 1);
      expect(await differences()).toEqual([]);
    });
  }

  for (const operation of ["authorise", "capture"] as const) {
    it(`finds out what became of a lost ${operation} and never charges twice`, async () => {
      const { book, payments, differences } = await bench();
      payments.faults.next(operation, "lost-reply");
      expect((await book(trip)).order.status).toBe("confirmed");
      expect(payments.payments()).toHaveLength(1);
      expect(await differences()).toEqual([]);
    });
  }

  it("stays unknown while nobody can tell, and reconciles to the truth", async () => {
    const { book, supplier, differences, bookings, signal } = await bench();
    supplier.faults.next("hold", "lost-reply");
    supplier.faults.next("find", "unavailable", "unavailable", "unavailable");
    const { order } = await book(trip);
    expect(order.status).toBe("unknown");
    const after = await bookings.reconcile(order.id, { waitMs: 5000, signal });
    expect(after.order.status).toBe("confirmed");
    expect(supplier.orders()).toHaveLength(3);
    expect(await differences()).toEqual([]);
  });

  it("believes that a write never arrived only after a while", async () => {
    const { book, supplier, payments, differences, bookings, signal, clock } = await bench();
    supplier.faults.next("hold", "never-arrived");
    const { order } = await book(trip);
    expect(order.status).toBe("unknown");
    expect((await bookings.reconcile(order.id, { waitMs: 5000, signal })).order.status).toBe("unknown");
    clock.skip(600_000);
    const after = await bookings.reconcile(order.id, { waitMs: 5000, signal });
    expect(after.order.status).toBe("failed");
    expect(supplier.orders()).toEqual([]);
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
    expect(await differences()).toEqual([]);
  });

  it("treats a payment that nobody can tell about the same way", async () => {
    const { book, payments, differences, bookings, signal, clock, supplier } = await bench();
    payments.faults.next("authorise", "never-arrived");
    const { order } = await book(trip);
    expect(order.status).toBe("unknown");
    expect(supplier.orders()).toEqual([]);
    clock.skip(600_000);
    expect((await bookings.reconcile(order.id, { waitMs: 5000, signal })).order.status).toBe("failed");
    expect(payments.payments()).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it("tries again with the same key when surely nothing happened, and a silent supplier is unknown", async () => {
    const { book, supplier, differences } = await bench({ timing: { writeTimeoutMs: 20 } });
    supplier.faults.next("hold", "unavailable");
    supplier.faults.next("ticket", "hang");
    const { order } = await book(["flight-1"]);
    expect(supplier.calls.filter(({ operation }) => operation === "hold").map(({ key }) => key)).toEqual([`${order.id}-1`, `${order.id}-1`]);
    expect(order.status).toBe("unknown");
    expect(await differences()).toEqual([`${order.id}-1: ours unknown, theirs held`]);
  });

  it("keeps its keys within what suppliers take", async () => {
    const { book, supplier } = await bench();
    supplier.faults.next("ticket", new TravelAgentError("SUPPLIER_REJECTED", "fare closed"));
    await book(trip);
    for (const { key } of supplier.calls) expect(key?.length ?? 0).toBeLessThanOrEqual(28);
  });
});

/** Dies at every point of a run in turn, starts again, and looks at the world. */
async function dieEverywhere(prepare: (made: Awaited<ReturnType<typeof bench>>) => void, expected: string): Promise<number> {
  for (let point = 1; ; point += 1) {
    const made = await bench();
    const work = made.work as CrashingWork;
    prepare(made);
    work.crashAt(point);
    void made.book(trip, "yes-1", { waitMs: 60_000 }).catch(() => undefined);
    while ((await made.bookings.list({})).bookings.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await work.idle();
    const died = work.crashed();
    if (died) work.restart();
    await work.idle();
    const { order } = await made.book(trip, "yes-1");
    expect(`point ${point}: ${order.status}${order.attention ?? ""} ${(await made.differences()).join("; ")}`).toBe(`point ${point}: ${expected} `);
    expect(made.payments.payments()).toHaveLength(1);
    expect((await made.bookings.list({})).bookings).toHaveLength(1);
    if (!died) return point;
  }
}

describe("booking saga over kill -9", () => {
  it("ends the same wherever the process dies", async () => {
    expect(await dieEverywhere(() => {}, "confirmed")).toBeGreaterThan(40);
  }, 120_000);

  it("takes everything back wherever the process dies", async () => {
    const points = await dieEverywhere(
      ({ supplier }) =>
        supplier.faults.next("ticket", new TravelAgentError("SUPPLIER_REJECTED", "fare closed"), new TravelAgentError("SUPPLIER_REJECTED", "fare closed")),
      "failed",
    );
    expect(points).toBeGreaterThan(60);
  }, 120_000);

  it("finds a lost hold wherever the process dies", async () => {
    expect(await dieEverywhere(({ supplier }) => supplier.faults.next("hold", "lost-reply"), "confirmed")).toBeGreaterThan(40);
  }, 120_000);
});
