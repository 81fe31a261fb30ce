import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../money.ts";
import { ana, bookingBench, buyer, contact } from "../testing/bench.ts";
import type { CrashingWork } from "../testing/crashing-work.ts";
import { fakePayments } from "../testing/fake-payments.ts";
import { sampleCar, sampleFlight, sampleHotel } from "../testing/sample-offers.ts";

const minute = 60_000;
const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
async function bench(options: Omit<Parameters<typeof bookingBench>[0], "db"> = {}) {
  const db = await testDatabase();
  opened.push(() => db.close());
  const later = sampleFlight({ id: "changed-1" });
  const [journey] = later.journeys;
  const dearer = {
    ...later,
    price: { ...later.price, total: money(21_000n, "EUR") },
    journeys: [{ ...journey!, segments: [{ ...journey!.segments[0]!, flightNumber: "1127" }] }],
  };
  const made = await bookingBench({ db, offers: [sampleFlight(), dearer, sampleHotel(), sampleCar()], ...options });
  opened.push(() => made.bookings.stop());
  await made.findAll();
  made.payments.askCustomer(true);
  const idle = () => (made.work as CrashingWork).idle();
  /** What is due by now is gone on with. */
  const goOn = async () => {
    await made.bookings.resume();
    await idle();
  };
  const current = async (id: string) => (await made.bookings.get(id))!.order;
  return { ...made, idle, goOn, current };
}

describe("a payment that the customer makes on the provider's page", () => {
  it("holds what can be held, gives the link, and goes on when a webhook says that it was paid", async () => {
    const { book, supplier, payments, bookings, idle, current, differences, signal } = await bench();
    const { order, work } = await book(["flight-1", "hotel-1"]);
    const key = `${order.id}-p0`;
    expect(work).toBe(undefined);
    expect(order.awaiting).toMatchObject({ key, payUrl: `https://pay.example/${key}?amount=499.40` });
    expect(order.items.map(({ status }) => status)).toEqual(["held", "pending"]);
    expect((await bookings.list({ status: "pending" })).bookings).toMatchObject([{ payUrl: order.awaiting!.payUrl, payUntil: order.awaiting!.payUntil }]);
    expect(await differences()).toEqual([]);
    payments.pay(key);
    expect(await bookings.receivePayment(payments.id, payments.webhook(key, "e1"), signal)).toEqual({ repeated: false });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await idle();
    expect(await current(order.id)).toMatchObject({ status: "confirmed", items: [{ status: "ticketed" }, { status: "confirmed" }] });
    expect((await current(order.id)).awaiting).toBe(undefined);
    expect(supplier.orders()).toHaveLength(2);
    // Again, late and wrong ones: nothing happens.
    expect(await bookings.receivePayment(payments.id, payments.webhook(key, "e1"), signal)).toEqual({ repeated: true });
    await bookings.receivePayment(payments.id, payments.webhook(key, "e2"), signal);
    await bookings.receivePayment(payments.id, payments.webhook("nobody's", "e3"), signal);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await idle();
    await expect(bookings.receivePayment(payments.id, { headers: {}, body: "{}" }, signal)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(bookings.receivePayment("other", payments.webhook(key), signal)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(payments.payments()).toMatchObject([{ status: "captured", captured: money(49_940n, "EUR") }]);
    expect(await differences()).toEqual([]);
  });

  it("does not lose a trip that was paid for to a supplier that is out of reach for a moment", async () => {
    const { book, payments, supplier, goOn, current, clock, differences } = await bench();
    const { order } = await book(["hotel-1"]);
    payments.pay(`${order.id}-p0`);
    supplier.faults.next("reprice", "unavailable");
    clock.skip(2 * minute);
    await goOn();
    expect(await current(order.id)).toMatchObject({ status: "pending", unfinished: true });
    clock.skip(2 * minute);
    await goOn();
    expect(await current(order.id)).toMatchObject({ status: "confirmed" });
    expect(payments.payments()).toMatchObject([{ status: "captured" }]);
    expect(await differences()).toEqual([]);
  });

  it("puts a trip that was paid for before a person when its supplier stays out of reach, and goes on when they say so", async () => {
    const { book, bookings, payments, supplier, goOn, current, clock, signal, differences } = await bench();
    const { order } = await book(["hotel-1"]);
    payments.pay(`${order.id}-p0`);
    supplier.faults.next("reprice", ...Array.from({ length: 200 }, () => "unavailable" as const));
    for (let looks = 0; looks < 3; looks += 1) {
      expect((await current(order.id)).attention).toBe(undefined);
      clock.skip(10 * minute);
      await goOn();
    }
    expect(await current(order.id)).toMatchObject({ status: "needs-human", attention: expect.stringContaining("did not answer") });
    expect(payments.payments()).toMatchObject([{ status: "authorised" }]);
    supplier.faults.clear();
    expect((await bookings.reconcile(order.id, { waitMs: 5000, signal })).order.status).toBe("confirmed");
    expect(await differences()).toEqual([]);
  });

  it("asks by itself where no webhook comes, ever more rarely", async () => {
    const { book, payments, goOn, current, clock, bookings, differences } = await bench();
    const { order } = await book(["flight-1"]);
    for (let looks = 0; looks < 3; looks += 1) {
      clock.skip(2 * minute);
      await goOn();
      expect((await current(order.id)).status).toBe("held");
    }
    const { wake } = (await bookings.get(order.id))!;
    expect(wake!.at - clock.now()).toBeGreaterThan(minute);
    payments.pay(`${order.id}-p0`);
    clock.skip(5 * minute);
    await goOn();
    expect((await current(order.id)).status).toBe("ticketed");
    expect(await differences()).toEqual([]);
  });

  it("gives up at the end: the hold is released, the payment ended, nothing is bought", async () => {
    const { book, payments, supplier, goOn, current, clock, differences, statuses } = await bench();
    const { order } = await book(["flight-1", "hotel-1"]);
    clock.skip(61 * minute);
    await goOn();
    expect(await current(order.id)).toMatchObject({
      status: "failed",
      failure: { code: "OFFER_EXPIRED" },
      items: [{ status: "voided" }, { status: "failed" }],
    });
    expect(supplier.orders()).toMatchObject([{ status: "cancelled" }]);
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
    expect(payments.pay(`${order.id}-p0`)).toBe(false);
    expect(statuses.at(-1)).toBe("failed");
    expect(await differences()).toEqual([]);
  });

  it("gives back what is paid after that, and has it in the ledger", async () => {
    const late = await bench();
    const { order } = await late.book(["flight-1"]);
    late.clock.skip(61 * minute);
    await late.goOn();
    expect(late.payments.pay(`${order.id}-p0`, true)).toBe(true);
    await late.bookings.paymentNews([`${order.id}-p0`, "unknown"]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await late.idle();
    expect(late.payments.payments()).toMatchObject([{ status: "voided" }]);
    // Without news it is found by a last look.
    late.payments.pay(`${order.id}-p0`, true);
    late.clock.skip(2 * 60 * minute);
    await late.goOn();
    expect(late.payments.payments()).toMatchObject([{ status: "voided" }]);
    expect((await late.current(order.id)).status).toBe("failed");
    expect(await late.differences()).toEqual([]);
  });

  it("buys nothing when it got dearer while the customer took to pay", async () => {
    const { book, payments, supplier, goOn, current, clock, differences } = await bench();
    const { order } = await book(["hotel-1"]);
    expect(supplier.orders()).toEqual([]);
    supplier.setPrice("hotel-1", money(32_000n, "EUR"));
    payments.pay(`${order.id}-p0`);
    clock.skip(minute);
    await goOn();
    expect(await current(order.id)).toMatchObject({ status: "failed", failure: { code: "PRICE_CHANGED" } });
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
    expect(await differences()).toEqual([]);
  });

  it("can be cancelled while it waits, and cannot be changed", async () => {
    const { book, bookings, payments, supplier, signal, differences } = await bench();
    const { order } = await book(["flight-1", "hotel-1"]);
    const call = { requestId: "q", signal };
    await expect(bookings.quoteChange(order.reference, "changed-1", call)).rejects.toMatchObject({ code: "CONFLICT" });
    const confirmed = await bookings.quoteCancel(order.reference, call);
    expect(confirmed).toMatchObject({ penalty: money(0n, "EUR"), refund: money(0n, "EUR") });
    const { stored } = await bookings.cancel({ reference: order.reference, confirmed }, { idempotencyKey: "x", waitMs: 5000, signal });
    expect(stored.order).toMatchObject({ status: "failed", failure: { code: "CANCELLED" } });
    expect(supplier.orders()).toMatchObject([{ status: "cancelled" }]);
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
    expect(await differences()).toEqual([]);
  });

  it("makes a change once it is paid, and drops it otherwise", async () => {
    for (const paid of [true, false]) {
      const { book, bookings, payments, goOn, current, clock, signal, differences } = await bench();
      payments.askCustomer(false);
      const { order } = await book(["flight-1"]);
      payments.askCustomer(true);
      const { terms } = await bookings.quoteChange(order.reference, "changed-1", { requestId: "q", signal });
      const request = { reference: order.reference, newOfferId: "changed-1", confirmed: terms };
      const call = { idempotencyKey: "c", waitMs: 5000, signal };
      const waiting = await bookings.change(request, call);
      expect(waiting.terms).toBe(undefined);
      expect(waiting.stored.order).toMatchObject({ status: "ticketed", awaiting: { payUrl: expect.stringContaining("amount=50.60") }, planned: {} });
      if (paid) payments.pay(waiting.stored.order.awaiting!.key);
      clock.skip(61 * minute);
      await goOn();
      const after = await current(order.id);
      expect([after.status, after.items[0]!.offer.id, after.paid.amount, after.notice]).toEqual(
        paid ? ["ticketed", "changed-1", "240.00", undefined] : ["ticketed", "flight-1", "189.40", expect.stringContaining("not paid in time")],
      );
      if (!paid) await expect(bookings.change(request, call)).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("not paid in time") });
      expect(await differences()).toEqual([]);
    }
  });

  it("makes a change whose payment was in doubt and is found, and drops it with a word where there is none", async () => {
    for (const there of [true, false]) {
      const { book, bookings, payments, goOn, current, clock, signal, differences } = await bench();
      payments.askCustomer(false);
      const { order } = await book(["flight-1"]);
      const { terms } = await bookings.quoteChange(order.reference, "changed-1", { requestId: "q", signal });
      payments.faults.next("authorise", there ? "lost-reply" : "never-arrived");
      payments.faults.next("find", ...Array.from({ length: 3 }, () => "unavailable" as const));
      const request = { reference: order.reference, newOfferId: "changed-1", confirmed: terms };
      const call = { idempotencyKey: "c", waitMs: 5000, signal };
      const doubtful = await bookings.change(request, call);
      expect(doubtful.stored.order).toMatchObject({ status: "unknown", planned: { alteration: { item: 1 } } });
      clock.skip(11 * minute);
      await goOn();
      const after = await current(order.id);
      expect([after.status, after.items[0]!.offer.id, after.paid.amount, after.planned, after.notice]).toEqual(
        there
          ? ["ticketed", "changed-1", "240.00", undefined, undefined]
          : ["ticketed", "flight-1", "189.40", undefined, expect.stringContaining("its payment did not go through")],
      );
      if (!there)
        await expect(bookings.change(request, call)).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("did not go through") });
      expect(await differences()).toEqual([]);
    }
  });

  it("does not drop a change that was paid for because its supplier is out of reach for a moment", async () => {
    const { book, bookings, payments, supplier, goOn, current, clock, signal, differences } = await bench();
    payments.askCustomer(false);
    const { order } = await book(["flight-1"]);
    payments.askCustomer(true);
    const { terms } = await bookings.quoteChange(order.reference, "changed-1", { requestId: "q", signal });
    const { stored } = await bookings.change(
      { reference: order.reference, newOfferId: "changed-1", confirmed: terms },
      { idempotencyKey: "c", waitMs: 5000, signal },
    );
    payments.pay(stored.order.awaiting!.key);
    supplier.faults.next("quoteChange", "unavailable");
    clock.skip(2 * minute);
    await goOn();
    expect(await current(order.id)).toMatchObject({ items: [{ offer: { id: "flight-1" } }], planned: {}, unfinished: true });
    clock.skip(2 * minute);
    await goOn();
    const after = await current(order.id);
    expect([after.items[0]!.offer.id, after.paid.amount, after.planned, after.unfinished]).toEqual(["changed-1", "240.00", undefined, undefined]);
    expect(await differences()).toEqual([]);
  });

  it("makes no change that became dearer than what was paid for it, and gives that back", async () => {
    const { book, bookings, supplier, payments, goOn, current, clock, signal, differences } = await bench();
    payments.askCustomer(false);
    const { order } = await book(["flight-1"]);
    payments.askCustomer(true);
    const { terms } = await bookings.quoteChange(order.reference, "changed-1", { requestId: "q", signal });
    supplier.setPrice("changed-1", money(20_500n, "EUR"));
    const { stored } = await bookings.change(
      { reference: order.reference, newOfferId: "changed-1", confirmed: terms },
      { idempotencyKey: "c", waitMs: 5000, signal },
    );
    expect(stored.order.awaiting?.payUrl).toContain("amount=45.60");
    payments.pay(stored.order.awaiting!.key);
    supplier.setPrice("changed-1", money(21_000n, "EUR"));
    clock.skip(minute);
    await goOn();
    expect(await current(order.id)).toMatchObject({ status: "ticketed", items: [{ offer: { id: "flight-1" } }], notice: expect.stringContaining("dearer") });
    expect(payments.payments()).toMatchObject([{ status: "captured" }, { status: "voided" }]);
    expect(await differences()).toEqual([]);
  });

  it("uses the provider that was chosen, and the sandbox's never for real travel", async () => {
    const db = await testDatabase();
    opened.push(() => db.close());
    const { createBookings } = await import("../bookings.ts");
    const made = await bookingBench({ db });
    const [card, page, real] = [fakePayments({ id: "card" }), fakePayments({ id: "page", asks: true }), fakePayments({ id: "real", live: true })];
    const bookings = createBookings({
      db,
      work: made.work,
      suppliers: [made.supplier],
      payments: [real, card, page],
      clock: made.clock,
      customers: { ensure: async () => ({ customerId: "c1" }) },
    });
    await made.findAll();
    const book = (provider?: string, idempotencyKey = "k") =>
      bookings.book(
        { offerIds: ["flight-1"], travellers: [{ ...ana, givenName: provider ?? "Ana" }], contact, buyer, ...(provider ? { payment: { provider } } : {}) },
        { idempotencyKey, waitMs: 5000, signal: made.signal },
      );
    expect((await book()).order.status).toBe("ticketed");
    expect(card.payments()).toHaveLength(1);
    expect((await book("page", "k2")).order).toMatchObject({ provider: "page", awaiting: {} });
    await expect(book("real", "k3")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(real.payments()).toEqual([]);
    expect(bookings.paymentProviders()).toEqual([
      { id: "real", live: true, webhooks: true },
      { id: "card", live: false, webhooks: true },
      { id: "page", live: false, webhooks: true },
    ]);
    bookings.stop();
  });

  it("ends the same wherever the process dies, paid or not", async () => {
    for (const paid of [true, false]) {
      for (let point = 1; ; point += 1) {
        const made = await bench();
        const work = made.work as CrashingWork;
        const { order } = await made.book(["flight-1", "hotel-1"]);
        if (paid) made.payments.pay(`${order.id}-p0`);
        made.clock.skip(61 * minute);
        work.crashAt(point);
        await made.goOn();
        const died = work.crashed();
        if (died) work.restart();
        await made.idle();
        const after = await made.current(order.id);
        expect(`point ${point}: ${after.status} ${after.attention ?? ""} ${(await made.differences()).join("; ")}`).toBe(
          `point ${point}: ${paid ? "confirmed" : "failed"}  `,
        );
        made.bookings.stop();
        if (died) continue;
        expect(point).toBeGreaterThan(20);
        break;
      }
    }
  }, 120_000);
});

describe("what is in doubt", () => {
  it("is gone on with by itself, ever more rarely, and then put before a person with what is not known", async () => {
    const { book, bookings, supplier, payments, clock, goOn, current } = await bench();
    payments.askCustomer(false);
    supplier.faults.next("hold", "lost-reply");
    supplier.faults.next("find", ...Array.from({ length: 200 }, () => "unavailable" as const));
    const { order } = await book(["flight-1"]);
    expect((await bookings.list({ status: "unknown" })).bookings).toHaveLength(1);
    const { wake } = (await bookings.get(order.id))!;
    expect(wake).toMatchObject({ count: 1 });
    clock.skip(minute);
    await goOn();
    expect((await bookings.get(order.id))!.wake).toMatchObject({ count: 2, since: wake!.since });
    clock.skip(30 * minute);
    await goOn();
    expect((await current(order.id)).attention).toContain(`item 1 (hold at fake, our key ${order.id}-1)`);
    expect((await bookings.list({ status: "needs-human" })).bookings).toHaveLength(1);
    expect((await bookings.get(order.id))!.wake).toBe(undefined);
  });

  it("is not put before a person when a provider is merely out of reach for a while", async () => {
    const { book, payments, clock, goOn, current, differences } = await bench();
    payments.askCustomer(false);
    payments.faults.next("capture", "unavailable", "unavailable");
    const { order } = await book(["flight-1"]);
    expect(order).toMatchObject({ status: "ticketed", unfinished: true });
    clock.skip(minute);
    await goOn();
    expect(await current(order.id)).toMatchObject({ status: "ticketed", paid: money(18_940n, "EUR") });
    expect((await current(order.id)).unfinished).toBe(undefined);
    expect(await differences()).toEqual([]);
  });

  /** A hold whose reply was lost, before a person; the supplier has it or not. */
  async function doubtful(happened: boolean) {
    const made = await bench();
    made.payments.askCustomer(false);
    made.supplier.faults.next("hold", happened ? "lost-reply" : "never-arrived");
    made.supplier.faults.next("find", ...Array.from({ length: 6 }, () => "unavailable" as const));
    const { order } = await made.book(["flight-1"]);
    made.clock.skip(31 * minute);
    await made.goOn();
    expect((await made.current(order.id)).status).toBe("needs-human");
    const attend = (
      resolution: "found" | "never-happened" | "keep" | "settled",
      more: { supplierReference?: string; item?: number } = {},
      idempotencyKey = "a1",
    ) =>
      made.bookings.attend({ id: order.id, resolution, note: "asked the airline", by: "lena", ...more }, { idempotencyKey, waitMs: 5000, signal: made.signal });
    return { ...made, order, attend };
  }

  it("goes on with what a person found out, on record with name and note", async () => {
    const found = await doubtful(true);
    const after = await found.attend("found", { supplierReference: found.supplier.orders()[0]!.reference });
    expect(after.order.status).toBe("ticketed");
    expect((await found.bookings.timeline(found.order.id)).find(({ type, entry }) => type === "attended" && entry.note !== undefined)?.entry).toMatchObject({
      by: "lena",
      resolution: "found",
      note: "asked the airline",
    });
    // The same word again is the same answer.
    expect((await found.attend("found")).order.status).toBe("ticketed");
    const never = await doubtful(false);
    expect((await never.attend("never-happened")).order).toMatchObject({ status: "failed" });
    expect(never.payments.payments()).toMatchObject([{ status: "voided" }]);
    for (const made of [found, never]) {
      expect(made.supplier.orders()).toHaveLength(made === found ? 1 : 0);
      expect(await made.differences()).toEqual([]);
    }
  });

  it("closes the page of a payment at its end although a person has the booking, and leaves the rest to them", async () => {
    const { book, bookings, payments, supplier, goOn, current, clock, signal, differences } = await bench();
    supplier.faults.next("hold", "never-arrived");
    supplier.faults.next("find", ...Array.from({ length: 200 }, () => "unavailable" as const));
    const { order } = await book(["flight-1"]);
    for (let looks = 0; looks < 4; looks += 1) {
      clock.skip(10 * minute);
      await goOn();
    }
    expect(await current(order.id)).toMatchObject({ status: "needs-human", awaiting: { key: `${order.id}-p0` } });
    expect((await bookings.get(order.id))!.wake?.at).toBe(Date.parse(order.awaiting!.payUntil));
    // The provider is out of reach just then: a little later.
    payments.faults.next("void", "unavailable", "unavailable");
    clock.skip(21 * minute);
    await goOn();
    expect(payments.payments()).toMatchObject([{ status: "awaiting-customer" }]);
    clock.skip(minute);
    await goOn();
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
    expect(payments.pay(`${order.id}-p0`)).toBe(false);
    const closed = await current(order.id);
    expect([closed.status, closed.awaiting]).toEqual(["needs-human", undefined]);
    supplier.faults.clear();
    await bookings.attend({ id: order.id, resolution: "never-happened", note: "asked", by: "lena" }, { idempotencyKey: "a", waitMs: 5000, signal });
    expect((await current(order.id)).status).toBe("failed");
    expect(await differences()).toEqual([]);
  });

  it("stays with the person when the supplier does not show what was said to be found", async () => {
    const made = await doubtful(false);
    expect((await made.attend("found", { supplierReference: "nothing-like-it" })).order).toMatchObject({
      status: "needs-human",
      attention: expect.stringContaining("could not show it"),
    });
    await expect(made.attend("found", { item: 7 }, "a2")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect((await made.attend("never-happened", {}, "a3")).order.status).toBe("failed");
    await expect(made.attend("settled", {}, "a4")).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("keeps what stands or takes it back at a cost, as a person decides", async () => {
    for (const resolution of ["keep", "accept-cost"] as const) {
      const made = await bench({ canHold: false, offers: [sampleFlight(), sampleHotel({ cancellation: [{ from: "now", penalty: money(31_000n, "EUR") }] })] });
      made.payments.askCustomer(false);
      made.supplier.faults.next("book", undefined, new TravelAgentError("SOLD_OUT", "no room"));
      const { order } = await made.book(["flight-1", "hotel-1"]);
      expect(order.status).toBe("needs-human");
      const after = await made.bookings.attend(
        { id: order.id, resolution, note: "spoke to the customer", by: "lena" },
        { idempotencyKey: "a", waitMs: 5000, signal: made.signal },
      );
      expect([after.order.status, after.order.paid.amount]).toEqual(resolution === "keep" ? ["ticketed", "189.40"] : ["failed", "50.00"]);
      expect(await made.differences()).toEqual([]);
    }
  });
});
