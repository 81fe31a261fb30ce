import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { bookingBench } from "../testing/bench.ts";
import type { CrashingWork } from "../testing/crashing-work.ts";
import { fakePayments } from "../testing/fake-payments.ts";
import { fakeSupplier } from "../testing/fake-supplier.ts";
import { sampleHotel } from "../testing/sample-offers.ts";
import { bookingOutput } from "../tools/booking-result.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
async function bench(options: Omit<Parameters<typeof bookingBench>[0], "db"> = {}) {
  const db = await testDatabase();
  opened.push(() => db.close());
  const made = await bookingBench({ db, ...options });
  opened.push(() => made.bookings.stop());
  await made.findAll();
  return made;
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("a purchase whose response is lost", () => {
  it("is one order and one charge: the process dies, the model tries five times, an operator clicks twice, the webhook comes first", async () => {
    const early: string[] = [];
    const payments = fakePayments({ asks: true, onChange: (key) => early.push(key) });
    const { book, bookings, supplier, work: plain, clock, differences, signal } = await bench({ payments });
    const work = plain as CrashingWork;
    supplier.faults.next("hold", "lost-reply");
    payments.faults.next("authorise", "lost-reply");
    work.crashAt(12);
    const tries = Array.from({ length: 5 }, (_, index) => book(["flight-1", "hotel-1"], index % 2 === 0 ? "yes-1" : "yes-2").catch(() => undefined));
    while ((await bookings.list({})).bookings.length === 0) await soon();
    await work.idle();
    const [first] = (await bookings.list({})).bookings;
    // The provider tells of the payment before anybody has heard its answer.
    for (const id of ["e1", "e1", "e2"]) await bookings.receivePayment(payments.id, payments.webhook(early[0]!, id), signal);
    if (work.crashed()) work.restart();
    const clicks = [0, 1].map(() => bookings.reconcile(first!.id, { waitMs: 5000, signal }).catch(() => undefined));
    await Promise.all([...tries, ...clicks]);
    await work.idle();
    payments.pay(`${first!.id}-p0`);
    await bookings.receivePayment(payments.id, payments.webhook(`${first!.id}-p0`, "e3"), signal);
    await soon();
    await work.idle();
    clock.skip(60_000);
    await bookings.resume();
    await work.idle();
    expect((await bookings.list({})).bookings).toMatchObject([{ id: first!.id, status: "confirmed" }]);
    expect(supplier.orders().map(({ status }) => status)).toEqual(["ticketed", "confirmed"]);
    expect(payments.payments()).toMatchObject([{ status: "captured" }]);
    expect(await differences()).toEqual([]);
  });

  it("has its intent and its key on record before the supplier or the provider hears of it", async () => {
    const { book, supplier, payments, bookings } = await bench();
    const seen: string[] = [];
    const { book: buy } = supplier.hotels!;
    supplier.hotels!.book = async (request, call) => {
      const [booking] = (await bookings.list({})).bookings;
      const attempt = (await bookings.timeline(booking!.id)).find(({ type }) => type === "attempt");
      seen.push(`${attempt?.entry.key === request.key} ${request.key === `${booking!.id}-1`}`);
      return buy(request, call);
    };
    const { authorise } = payments;
    payments.authorise = async (request, signal) => {
      const [booking] = (await bookings.list({})).bookings;
      seen.push(String((await bookings.payments(booking!.id)).some(({ key, status }) => key === request.key && status === "started")));
      return authorise(request, signal);
    };
    await book(["hotel-1"]);
    expect(seen).toEqual(["true", "true true"]);
  });

  it("is neither booked again nor cancelled while nobody can tell, and the customer is told just that", async () => {
    const { book, supplier, bookings, clock, work } = await bench();
    supplier.faults.next("book", "lost-reply");
    supplier.faults.next("find", ...Array.from({ length: 100 }, () => "unavailable" as const));
    const stored = await book(["hotel-1"]);
    const { content, cards } = bookingOutput(stored, "booked");
    expect(content).toMatchObject({
      status: "unknown",
      booking: { status: "unknown" },
      note: expect.stringContaining("has not said yet whether it went through"),
    });
    expect(cards?.[0]?.title).toContain("In progress");
    for (let round = 0; round < 6; round += 1) {
      clock.skip(10 * 60_000);
      await bookings.resume();
      await (work as CrashingWork).idle();
    }
    const after = (await bookings.get(stored.order.id))!;
    expect(bookingOutput(after, "booked").content).toMatchObject({ status: "needs-person", note: expect.stringContaining("A colleague looks at it") });
    const writes = supplier.calls.filter(({ operation }) => ["book", "cancel", "quoteCancel"].includes(operation));
    expect(writes.map(({ operation }) => operation)).toEqual(["book"]);
    expect(supplier.orders()).toMatchObject([{ status: "confirmed" }]);
  });

  it("of a part of the trip costs the other parts nothing: what can be taken back for nothing is, the rest goes to a person", async () => {
    const { book, supplier, payments, differences } = await bench();
    supplier.faults.next("book", undefined, new TravelAgentError("SOLD_OUT", "no car"));
    const { order } = await book(["flight-1", "hotel-1", "car-1"]);
    expect(order.failure?.code).toBe("SOLD_OUT");
    expect(supplier.orders().map(({ status }) => status)).toEqual(["cancelled", "cancelled"]);
    expect(payments.payments()).toMatchObject([{ status: "voided" }]);
    expect(await differences()).toEqual([]);
  });

  it("after a restart counts from the call that was repeated, however long the process was down", async () => {
    const arriving: (() => void)[] = [];
    const supplier = fakeSupplier({ offers: [sampleHotel()], trouble: { later: (run) => arriving.push(run) } });
    const { book, bookings, work: plain, clock, differences } = await bench({ supplier });
    const work = plain as CrashingWork;
    supplier.faults.next("book", "hang", "late");
    const first = book(["hotel-1"], "yes-1", { waitMs: 5 });
    while (!supplier.calls.some(({ operation }) => operation === "book")) await soon();
    work.kill();
    await first.catch(() => undefined);
    clock.skip(15 * 60_000);
    work.restart();
    await work.idle();
    const [booking] = (await bookings.list({})).bookings;
    expect(booking).toMatchObject({ status: "unknown" });
    for (const arrive of arriving) arrive();
    clock.skip(60_000);
    await bookings.resume();
    await work.idle();
    expect((await bookings.list({})).bookings).toMatchObject([{ id: booking!.id, status: "confirmed" }]);
    expect(supplier.orders()).toHaveLength(1);
    expect(await differences()).toEqual([]);
  });

  it("buys nothing for a payment whose page had ended when the process came back", async () => {
    const { book, bookings, supplier, payments, work: plain, clock, differences } = await bench();
    const work = plain as CrashingWork;
    const { authorise } = payments;
    payments.askCustomer(true);
    // It is asked for, and the process dies before the answer is here.
    payments.authorise = async (request, signal) => {
      await authorise(request, signal);
      work.kill();
      return new Promise(() => {});
    };
    const first = book(["hotel-1"], "yes-1", { waitMs: 5 });
    while (!work.crashed()) await soon();
    await first.catch(() => undefined);
    payments.authorise = authorise;
    const { reference } = payments.payments()[0]!;
    await payments.void(reference, "its page ended", new AbortController().signal);
    clock.skip(2 * 60 * 60_000);
    work.restart();
    await work.idle();
    expect((await bookings.list({})).bookings).toMatchObject([{ status: "failed" }]);
    expect(supplier.orders()).toEqual([]);
    expect(await differences()).toEqual([]);
  });

  it("that waits for its payment is told with the link and until when", async () => {
    const { book, payments } = await bench();
    payments.askCustomer(true);
    const stored = await book(["flight-1", "hotel-1"]);
    const { content, cards } = bookingOutput(stored, "booked");
    const { payUrl, payUntil } = stored.order.awaiting!;
    expect(content).toMatchObject({ status: "awaiting-payment", booking: { payUrl, payUntil }, note: expect.stringContaining(payUrl) });
    expect((content as { note: string }).note).toContain("Nothing is bought before it is paid. The flights are held until then.");
    expect(cards?.[0]?.title).toContain("Waiting for your payment");
  });
});
