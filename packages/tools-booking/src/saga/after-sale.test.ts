import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../money.ts";
import { createOrderStore } from "../order-store.ts";
import type { OrderChange } from "../supplier.ts";
import { bookingBench, buyer } from "../testing/bench.ts";
import type { CrashingWork } from "../testing/crashing-work.ts";
import { sampleCar, sampleFlight, sampleHotel } from "../testing/sample-offers.ts";

const euro = (minor: bigint) => money(minor, "EUR");
const later = () => {
  const offer = sampleFlight({ id: "changed-1" });
  const [journey] = offer.journeys;
  return {
    ...offer,
    journeys: [{ ...journey!, segments: [{ ...journey!.segments[0]!, flightNumber: "1127" }] }],
    price: { ...offer.price, total: euro(21_000n) },
  };
};
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
async function booked(offerIds: string[]) {
  const db = await testDatabase();
  opened.push(db);
  const made = await bookingBench({ db, offers: [sampleFlight(), later(), sampleHotel(), sampleCar()] });
  await made.findAll();
  const { order } = await made.book(offerIds);
  expect(order.status).toMatch(/ticketed|confirmed/);
  const { bookings, signal } = made;
  return {
    ...made,
    order,
    quote: () => bookings.quoteCancel(order.reference, { requestId: "q", signal }),
    cancel: (confirmed: { penalty: ReturnType<typeof euro>; refund: ReturnType<typeof euro> }, idempotencyKey = "yes-2") =>
      bookings.cancel({ reference: order.reference, confirmed }, { idempotencyKey, waitMs: 5000, signal }),
    change: async (idempotencyKey = "yes-3") => {
      const { terms } = await bookings.quoteChange(order.reference, "changed-1", { requestId: "q", signal });
      return bookings.change({ reference: order.reference, newOfferId: "changed-1", confirmed: terms }, { idempotencyKey, waitMs: 5000, signal });
    },
  };
}

describe("cancelling", () => {
  it("costs what was confirmed and gives the rest back", async () => {
    const { quote, cancel, payments, differences, order, bookings } = await booked(["flight-1", "hotel-1", "car-1"]);
    const terms = await quote();
    expect(terms).toMatchObject({ penalty: euro(5_000n), refund: euro(44_940n) });
    const done = await cancel(terms);
    expect(done.stored.order).toMatchObject({ status: "refunded", paid: euro(5_000n) });
    expect(done.stored.order.items.map(({ status }) => status)).toEqual(["refunded", "refunded", "cancelled"]);
    expect(done.terms).toEqual({ penalty: euro(5_000n), refund: euro(44_940n) });
    expect(payments.payments()).toMatchObject([{ status: "partially-refunded", captured: euro(49_940n), refunded: euro(44_940n) }]);
    expect(await differences()).toEqual([]);
    // The same yes again: the first answer, and no second refund.
    expect((await cancel(terms)).terms).toEqual(done.terms);
    await expect(quote()).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await bookings.payments(order.id))[0]!.refunded).toEqual(euro(44_940n));
  });

  it("does nothing when it costs more than was confirmed", async () => {
    const { quote, cancel, supplier, differences, bookings, order } = await booked(["flight-1"]);
    const terms = await quote();
    supplier.setPenalty(euro(9_000n));
    await expect(cancel(terms)).rejects.toMatchObject({ code: "PRICE_CHANGED", details: { now: { penalty: euro(9_000n), refund: euro(9_940n) } } });
    expect((await bookings.get(order.id))!.order.status).toBe("ticketed");
    expect(supplier.calls.some(({ operation }) => operation === "cancel")).toBe(false);
    expect(await differences()).toEqual([]);
  });

  it("finds out what became of a lost cancellation and a lost refund", async () => {
    const { quote, cancel, supplier, payments, differences } = await booked(["flight-1", "hotel-1"]);
    supplier.faults.next("cancel", "lost-reply");
    payments.faults.next("refund", "lost-reply");
    expect((await cancel(await quote())).stored.order.status).toBe("refunded");
    expect(await differences()).toEqual([]);
  });

  it("is unknown when nobody can tell, and reconciling finishes it with the refund", async () => {
    const { quote, cancel, supplier, payments, differences, bookings, order, signal } = await booked(["flight-1"]);
    supplier.faults.next("cancel", "lost-reply");
    supplier.faults.next("find", "unavailable", "unavailable", "unavailable");
    const { stored, terms } = await cancel(await quote());
    expect([stored.order.status, terms]).toEqual(["unknown", undefined]);
    expect((await bookings.reconcile(order.id, { waitMs: 5000, signal })).order.status).toBe("refunded");
    expect(payments.payments()).toMatchObject([{ refunded: euro(13_940n) }]);
    expect(await differences()).toEqual([]);
  });

  it("goes to a person when a later part cannot be cancelled", async () => {
    const { quote, cancel, supplier, differences } = await booked(["flight-1", "hotel-1"]);
    const terms = await quote();
    supplier.faults.next("cancel", undefined, new TravelAgentError("SUPPLIER_REJECTED", "call the hotel"));
    expect((await cancel(terms)).stored.order.status).toBe("needs-human");
    expect(await differences()).toEqual([]);
  });

  it("leaves the booking as it was when the supplier refuses", async () => {
    const { quote, cancel, supplier, differences, bookings, order } = await booked(["flight-1"]);
    const terms = await quote();
    supplier.faults.next("cancel", new TravelAgentError("SUPPLIER_REJECTED", "departed"));
    await expect(cancel(terms)).rejects.toMatchObject({ code: "SUPPLIER_REJECTED", message: "departed" });
    expect((await bookings.get(order.id))!.order.status).toBe("ticketed");
    expect(await differences()).toEqual([]);
  });

  it("ends the same wherever the process dies", async () => {
    for (let point = 1; ; point += 1) {
      const made = await booked(["flight-1", "hotel-1"]);
      const terms = await made.quote();
      const work = made.work as CrashingWork;
      work.crashAt(point);
      void made.cancel(terms).catch(() => undefined);
      while (!(await made.bookings.get(made.order.id))?.work && made.supplier.orders()[0]!.status !== "cancelled")
        await new Promise((resolve) => setTimeout(resolve, 1));
      await work.idle();
      const died = work.crashed();
      if (died) work.restart();
      await work.idle();
      const done = await made.cancel(terms);
      expect(`point ${point}: ${done.stored.order.status} ${JSON.stringify(done.terms)} ${(await made.differences()).join("; ")}`).toBe(
        `point ${point}: refunded ${JSON.stringify({ penalty: euro(5_000n), refund: euro(44_940n) })} `,
      );
      if (!died) return expect(point).toBeGreaterThan(25);
    }
  }, 120_000);
});

describe("changing", () => {
  it("pays what is due and exchanges the flight", async () => {
    const { change, payments, differences, order, bookings } = await booked(["flight-1"]);
    const { stored, terms } = await change();
    // 20.60 dearer and a fee of 30.00.
    expect(terms).toEqual({ penalty: euro(3_000n), refund: euro(0n) });
    expect(stored.order).toMatchObject({ status: "ticketed", paid: euro(24_000n), items: [{ offer: { id: "changed-1" }, total: euro(24_000n) }] });
    expect(payments.payments()).toMatchObject([{ captured: euro(18_940n) }, { captured: euro(5_060n) }]);
    expect(await differences()).toEqual([]);
    await change("yes-3");
    expect(payments.payments()).toHaveLength(2);
    expect((await bookings.ledger(order.id)).filter(({ account }) => account === "provider:fake-payments").map(({ minor }) => minor)).toEqual([
      18_940n,
      5_060n,
    ]);
  });

  it("changes nothing when the payment is declined or the supplier refuses", async () => {
    const poor = await booked(["flight-1"]);
    poor.payments.decline();
    await expect(poor.change()).rejects.toMatchObject({ code: "SUPPLIER_REJECTED" });
    const refused = await booked(["flight-1"]);
    refused.supplier.faults.next("change", new TravelAgentError("SOLD_OUT", "just gone"));
    await expect(refused.change()).rejects.toMatchObject({ code: "SOLD_OUT" });
    expect(refused.payments.payments()).toMatchObject([{ status: "captured" }, { status: "voided" }]);
    for (const made of [poor, refused]) {
      expect((await made.bookings.get(made.order.id))!.order).toMatchObject({ status: "ticketed", paid: euro(18_940n) });
      expect(await made.differences()).toEqual([]);
    }
  });

  it("finds out what became of a lost change, now or later", async () => {
    const now = await booked(["flight-1"]);
    now.supplier.faults.next("change", "lost-reply");
    expect((await now.change()).stored.order).toMatchObject({ status: "ticketed", paid: euro(24_000n) });
    const reconciled = await booked(["flight-1"]);
    reconciled.supplier.faults.next("change", "lost-reply");
    reconciled.supplier.faults.next("find", ...Array.from({ length: 3 }, () => "unavailable" as const));
    expect((await reconciled.change()).stored.order.status).toBe("unknown");
    const after = await reconciled.bookings.reconcile(reconciled.order.id, { waitMs: 5000, signal: reconciled.signal });
    expect(after.order.attention).toBe(undefined);
    expect(after.order).toMatchObject({ status: "ticketed", paid: euro(24_000n) });
    for (const made of [now, reconciled]) expect(await made.differences()).toEqual([]);
  });

  it("ends the same wherever the process dies", async () => {
    for (let point = 1; ; point += 1) {
      const made = await booked(["flight-1"]);
      const work = made.work as CrashingWork;
      work.crashAt(point);
      void made.change().catch(() => undefined);
      while ((await made.bookings.get(made.order.id))!.round === 1) await new Promise((resolve) => setTimeout(resolve, 1));
      await work.idle();
      const died = work.crashed();
      if (died) work.restart();
      await work.idle();
      const { order } = (await made.bookings.get(made.order.id))!;
      expect(`point ${point}: ${order.status} ${order.paid.amount} ${(await made.differences()).join("; ")}`).toBe(`point ${point}: ticketed 240.00 `);
      expect(made.payments.payments()).toHaveLength(2);
      if (!died) return expect(point).toBeGreaterThan(20);
    }
  }, 120_000);

  it("refuses what cannot be exchanged", async () => {
    const { bookings, order, signal } = await booked(["hotel-1"]);
    await expect(bookings.quoteChange(order.reference, "changed-1", { requestId: "q", signal })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(bookings.quoteChange(order.reference, "nothing", { requestId: "q", signal })).rejects.toMatchObject({ code: "OFFER_NOT_FOUND" });
    await expect(bookings.quoteCancel("ZZZZZZ", { requestId: "q", signal })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(buyer.sessionKey).toBe(order.sessionKey);
  });
});

describe("changes that keep the travel", () => {
  const anna = [{ id: "1", givenName: "Anna", familyName: "Silva", ptc: "ADT" as const }];
  async function modifying(offerIds: string[]) {
    const made = await booked(offerIds);
    const modify = async (change: OrderChange, idempotencyKey = "m-1") => {
      const { penalty, refund, due } = await made.bookings.quoteModify(made.order.reference, change, { requestId: "q", signal: made.signal });
      return made.bookings.modify(
        { reference: made.order.reference, change, confirmed: { penalty, refund, due } },
        { idempotencyKey, waitMs: 5000, signal: made.signal },
      );
    };
    return { ...made, modify };
  }

  it("is not taken for made because the price had moved before", async () => {
    const { modify, supplier, order, db, clock, bookings } = await modifying(["flight-1"]);
    const moved = euro(20_000n);
    supplier.happen(`${order.id}-1`, { total: moved });
    await db.transaction((tx) => createOrderStore(db, clock).apply(tx, order.id, [{ type: "drifted", item: 1, was: order.items[0]!.total, now: moved }]));
    supplier.faults.next("modify", "never-arrived");
    const { stored } = await modify({ cabin: "BUSINESS" });
    expect(stored.order).toMatchObject({ status: "unknown", items: [{ doing: { what: "modify" }, offer: { fareComponents: [{ cabin: "ECONOMY" }] } }] });
    bookings.stop();
  });

  it("pays for cabin and bags, once", async () => {
    const { modify, payments, differences, supplier, bookings, order, signal } = await modifying(["flight-1", "hotel-1"]);
    const change: OrderChange = { cabin: "BUSINESS", checkedBags: { total: 3, paid: 2 } };
    expect(await bookings.quoteModify(order.reference, change, { requestId: "q", signal })).toMatchObject({ items: [1], due: euro(11_000n), refund: euro(0n) });
    const { stored, terms } = await modify(change);
    expect(terms).toEqual({ penalty: euro(0n), refund: euro(0n) });
    expect(stored.order.items[0]).toMatchObject({
      status: "ticketed",
      total: euro(29_940n),
      checkedBags: { total: 3, paid: 2 },
      offer: { id: "flight-1", fareComponents: [{ cabin: "BUSINESS" }] },
    });
    expect(payments.payments()).toMatchObject([{ captured: euro(49_940n) }, { captured: euro(11_000n) }]);
    const confirmed = { penalty: euro(0n), refund: euro(0n), due: euro(11_000n) };
    await bookings.modify({ reference: order.reference, change, confirmed }, { idempotencyKey: "m-1", waitMs: 5000, signal });
    expect(supplier.calls.filter(({ operation }) => operation === "modify")).toHaveLength(1);
    expect(payments.payments()).toHaveLength(2);
    expect(await differences()).toEqual([]);
  });

  it("changes names with every supplier of the trip, and who travels is known by them", async () => {
    const { modify, supplier, differences } = await modifying(["flight-1", "hotel-1"]);
    const { stored } = await modify({ travellers: anna });
    expect(stored.order.travellers).toEqual(anna);
    expect(supplier.calls.filter(({ operation }) => operation === "modify").map(({ key }) => key?.slice(-4))).toEqual(["-1m2", "-2m2"]);
    expect(await differences()).toEqual([]);
  });

  it("refuses what is no change, other people, and dearer than confirmed", async () => {
    const { bookings, order, signal, supplier, modify } = await modifying(["flight-1"]);
    const quote = (change: OrderChange) => bookings.quoteModify(order.reference, change, { requestId: "q", signal });
    await expect(quote({})).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(quote({ travellers: [...anna, { ...anna[0]!, id: "2" }] })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(quote({ checkedBags: { total: 1, paid: 2 } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    const confirmed = { penalty: euro(0n), refund: euro(0n), due: euro(7_999n) };
    await expect(
      bookings.modify({ reference: order.reference, change: { cabin: "FIRST" }, confirmed }, { idempotencyKey: "d", waitMs: 5000, signal }),
    ).rejects.toMatchObject({ code: "PRICE_CHANGED" });
    expect(supplier.calls.some(({ operation }) => operation === "modify")).toBe(false);
    supplier.faults.next("modify", new TravelAgentError("SUPPLIER_REJECTED", "not this fare"));
    await expect(modify({ cabin: "FIRST" })).rejects.toMatchObject({ message: "not this fare" });
  });

  it("finds out what became of a lost one, and what leaves no trace goes to a person in the end", async () => {
    const found = await modifying(["flight-1"]);
    found.supplier.faults.next("modify", "lost-reply");
    expect((await found.modify({ cabin: "BUSINESS" })).stored.order).toMatchObject({ status: "ticketed", paid: euro(26_940n) });
    const lost = await modifying(["flight-1"]);
    lost.supplier.faults.next("modify", "never-arrived");
    expect((await lost.modify({ travellers: anna })).stored.order.status).toBe("unknown");
    lost.clock.skip(31 * 60_000);
    await lost.bookings.resume();
    await (lost.work as CrashingWork).idle();
    expect((await lost.bookings.get(lost.order.id))!.order).toMatchObject({ status: "needs-human", attention: expect.stringContaining("modify at fake") });
    for (const made of [found]) expect(await made.differences()).toEqual([]);
    for (const made of [found, lost]) made.bookings.stop();
  });

  it("goes to a person when it went through for a part only", async () => {
    const { modify, supplier } = await modifying(["flight-1", "hotel-1"]);
    supplier.faults.next("modify", undefined, new TravelAgentError("SUPPLIER_REJECTED", "call the hotel"));
    expect((await modify({ travellers: anna })).stored.order).toMatchObject({ status: "needs-human", attention: expect.stringContaining("1 of 2 items") });
  });

  it("ends the same wherever the process dies", async () => {
    for (let point = 1; ; point += 1) {
      const made = await modifying(["flight-1"]);
      const work = made.work as CrashingWork;
      work.crashAt(point);
      void made.modify({ cabin: "BUSINESS" }).catch(() => undefined);
      while ((await made.bookings.get(made.order.id))!.round === 1) await new Promise((resolve) => setTimeout(resolve, 1));
      await work.idle();
      const died = work.crashed();
      if (died) work.restart();
      await work.idle();
      const { order } = (await made.bookings.get(made.order.id))!;
      expect(`point ${point}: ${order.status} ${order.paid.amount} ${(await made.differences()).join("; ")}`).toBe(`point ${point}: ticketed 269.40 `);
      expect(made.payments.payments()).toHaveLength(2);
      if (!died) return expect(point).toBeGreaterThan(20);
    }
  }, 120_000);
});
