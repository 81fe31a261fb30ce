import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import { testDatabase, testEngine } from "@travelagent/engine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "./money.ts";
import { ana, bookingBench, buyer, contact } from "./testing/bench.ts";
import type { CrashingWork } from "./testing/crashing-work.ts";
import { sampleFlight } from "./testing/sample-offers.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function bench(options: Partial<Parameters<typeof bookingBench>[0]> = {}) {
  const db = await testDatabase();
  closing.push(() => db.close());
  const made = await bookingBench({ db, ...options });
  await made.findAll();
  return made;
}

describe("bookings", () => {
  it("returns the booking that is there, for the same request and for the same trip", async () => {
    const { book, bookings, supplier } = await bench();
    const [first, twice, other] = await Promise.all([book(["flight-1"], "yes-1"), book(["flight-1"], "yes-1"), book(["flight-1"], "yes-2")]);
    expect([twice.order.id, other.order.id]).toEqual([first.order.id, first.order.id]);
    expect((await book(["flight-1"], "yes-3")).order).toMatchObject({ id: first.order.id, status: "ticketed" });
    expect(supplier.orders()).toHaveLength(1);
    expect((await bookings.list({})).bookings).toHaveLength(1);
    expect(first.order.reference).toMatch(/^[A-HJ-NP-Z2-9]{6}$/);
  });

  it("forgets offers that ended long ago while it runs, too", async () => {
    const { bookings, findAll, clock, supplier } = await bench({ offers: [sampleFlight({ id: "old" })] });
    expect(await bookings.getOffer("old")).not.toBe(null);
    supplier.flights!.search = async () => [];
    clock.skip(3 * 86_400_000);
    await findAll();
    expect(await bookings.getOffer("old")).toBe(null);
  });

  it("books for other people beside it", async () => {
    const { book, bookings, signal, supplier } = await bench();
    await book(["flight-1"]);
    const other = await bookings.book(
      { offerIds: ["flight-1"], travellers: [{ ...ana, givenName: "Rui" }], contact, buyer },
      { idempotencyKey: "yes-9", waitMs: 5000, signal },
    );
    expect(other.order.status).toBe("ticketed");
    expect(supplier.orders()).toHaveLength(2);
  });

  it("buys again after an attempt that came to nothing, and repeats the failure for the same request", async () => {
    const { book, supplier } = await bench();
    supplier.faults.next("reprice", "unavailable");
    expect((await book(["flight-1"], "yes-1")).order.failure?.code).toBe("SUPPLIER_UNAVAILABLE");
    expect((await book(["flight-1"], "yes-1")).order.status).toBe("failed");
    expect((await book(["flight-1"], "yes-2")).order.status).toBe("ticketed");
  });

  it("refuses expired, unknown, mixed and repeated offers", async () => {
    const { book, clock } = await bench({ offers: [sampleFlight(), sampleFlight({ id: "real", sandbox: false, fareComponents: [] })] });
    await expect(book(["nothing"])).rejects.toMatchObject({ code: "OFFER_NOT_FOUND" });
    await expect(book(["flight-1", "flight-1"])).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(book(["real"])).rejects.toMatchObject({ code: "CONFLICT" });
    clock.skip(31 * 60_000);
    await expect(book(["flight-1"])).rejects.toMatchObject({ code: "OFFER_EXPIRED" });
  });

  it("answers as things stand when the wait is over, and goes on", async () => {
    const { book, supplier, bookings, work } = await bench({ timing: { writeTimeoutMs: 60 } });
    supplier.faults.next("hold", "hang");
    const early = await book(["flight-1"], "yes-1", { waitMs: 10 });
    expect([early.order.status, early.work !== undefined]).toEqual(["pending", true]);
    await expect(
      bookings.cancel(
        { reference: early.order.reference, confirmed: { penalty: money(0n, "EUR"), refund: money(0n, "EUR") } },
        { idempotencyKey: "x", waitMs: 10, signal: new AbortController().signal },
      ),
    ).rejects.toMatchObject({ code: "CONFLICT" });
    await (work as CrashingWork).idle();
    expect((await bookings.get(early.order.id))!.order.status).toBe("unknown");
  });

  it("takes up after a start what is in doubt", async () => {
    const { book, supplier, bookings, work, differences } = await bench();
    supplier.faults.next("ticket", "lost-reply");
    supplier.faults.next("find", "unavailable", "unavailable", "unavailable");
    const { order } = await book(["flight-1"]);
    expect(order.status).toBe("unknown");
    await bookings.resume();
    await (work as CrashingWork).idle();
    expect((await bookings.get(order.id))!.order.status).toBe("ticketed");
    expect(await differences()).toEqual([]);
  });

  it("puts before a person what stopped for a reason nobody foresaw", async () => {
    const { book, payments, supplier, log } = await bench();
    // An adapter that answers with something that is no order at all.
    supplier.flights!.hold = async () => null as never;
    const { order } = await book(["flight-1"]);
    expect(order.status).toBe("needs-human");
    expect(payments.payments()).toMatchObject([{ status: "authorised" }]);
    expect(log.lines.every(({ fields }) => !JSON.stringify(fields).includes("Silva"))).toBe(true);
  });

  it("lets a person look first when the supplier cancelled on its own", async () => {
    const { book, supplier, bookings, signal, payments, differences } = await bench();
    const { order } = await book(["hotel-1"]);
    const [theirs] = supplier.orders();
    const call = { signal, requestId: "desk" };
    const { token } = await supplier.hotels!.quoteCancel(theirs!.reference, call);
    await supplier.hotels!.cancel(theirs!.reference, token, "by-phone", call);
    const after = await bookings.reconcile(order.id, { waitMs: 5000, signal });
    expect(after.order).toMatchObject({ status: "needs-human", attention: expect.stringContaining("shows item 1 as cancelled") });
    // Somebody has looked: now the supplier's record counts, and the money follows it.
    expect((await bookings.reconcile(order.id, { waitMs: 5000, signal })).order.status).toBe("refunded");
    expect(payments.payments()).toMatchObject([{ status: "refunded" }]);
    expect(await differences()).toEqual([]);
  });
});

describe("bookings on the embedded engine", () => {
  it("books, changes and cancels", async () => {
    const engine = await testEngine();
    closing.push(() => engine.stop());
    const later = sampleFlight({ id: "changed-1" });
    const [journey] = later.journeys;
    const made = await bookingBench({
      db: engine.db,
      work: engine.work,
      offers: [sampleFlight(), { ...later, journeys: [{ ...journey!, segments: [{ ...journey!.segments[0]!, flightNumber: "1127" }] }] }],
    });
    await made.findAll();
    const { order } = await made.book(["flight-1"]);
    expect(order.status).toBe("ticketed");
    const call = { requestId: "q", signal: made.signal };
    const plan = await made.bookings.quoteChange(order.reference, "changed-1", call);
    await made.bookings.change(
      { reference: order.reference, newOfferId: "changed-1", confirmed: plan.terms },
      { idempotencyKey: "c", waitMs: 5000, signal: made.signal },
    );
    const terms = await made.bookings.quoteCancel(order.reference, call);
    const { stored } = await made.bookings.cancel({ reference: order.reference, confirmed: terms }, { idempotencyKey: "x", waitMs: 5000, signal: made.signal });
    expect(stored.order.status).toBe("refunded");
    expect(await made.differences()).toEqual([]);
  });

  it("finishes after a stop in the middle", async () => {
    const directory = mkdtempSync(join(tmpdir(), "bookings-"));
    closing.push(async () => rmSync(directory, { recursive: true }));
    const path = join(directory, "t.db");
    const engine = openEngine({ path });
    await engine.start();
    const made = await bookingBench({ db: engine.db, work: engine.work });
    await made.findAll();
    made.supplier.faults.next("hold", "hang");
    const pending = made.book(["flight-1"], "yes-1", { waitMs: 30_000 }).catch(() => undefined);
    while (!made.supplier.calls.some(({ operation }) => operation === "hold")) await new Promise((resolve) => setTimeout(resolve, 2));
    await engine.stop({ drainMs: 0 });
    await pending;

    const second = openEngine({ path });
    closing.push(() => second.stop());
    const { createBookings } = await import("./bookings.ts");
    const again = createBookings({
      db: second.db,
      work: second.work,
      suppliers: [made.supplier],
      payments: made.payments,
      clock: made.clock,
      customers: { ensure: async () => ({ customerId: "never" }) },
      timing: { readBackDelaysMs: [1, 1, 1], retryDelaysMs: [1] },
    });
    await again.migrate();
    await second.start();
    await again.resume();
    const { order } = await again.book(
      { offerIds: ["flight-1"], travellers: [ana], contact, buyer },
      { idempotencyKey: "yes-1", waitMs: 5000, signal: made.signal },
    );
    expect(order.status).toBe("ticketed");
    expect(made.supplier.orders()).toHaveLength(1);
    expect(made.payments.payments()).toMatchObject([{ status: "captured" }]);
  });
});
