import { testDatabase } from "@travelagent/engine/testing";
import { type Call, methods } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import { bookingHandlers } from "./handlers.ts";
import { bookingBench } from "./testing/bench.ts";

const call = {
  requestId: "r1",
  connectionId: "c1",
  role: "operator",
  scopes: ["operator.admin"],
  actor: "ops",
  signal: new AbortController().signal,
  follow() {},
  unfollow() {},
  later() {},
} satisfies Call;

describe("booking handlers", () => {
  it("answer in the shapes of the protocol", async () => {
    const db = await testDatabase();
    const made = await bookingBench({ db });
    await made.findAll();
    const { order } = await made.book(["flight-1", "hotel-1"]);
    const handlers = bookingHandlers(made.bookings);
    const list = methods["bookings.list"].result.parse(
      await handlers["bookings.list"]!({ customerId: order.customerId, from: "2027-01-15", to: "2027-01-15", query: "silva" }, call),
    );
    expect(list.bookings.map(({ id }) => id)).toEqual([order.id]);
    expect(await handlers["bookings.list"]!({ to: "2027-01-14" }, call)).toEqual({ bookings: [] });
    await expect(async () => handlers["bookings.list"]!({ from: "yesterday" }, call)).rejects.toMatchObject({ code: "INVALID_REQUEST" });

    for (const id of [order.id, order.reference]) {
      const one = methods["bookings.get"].result.parse(await handlers["bookings.get"]!({ id }, call));
      expect(one.booking.status).toBe("confirmed");
      expect(one.timeline.map(({ type }) => type)).toEqual([
        "created",
        "repriced",
        "repriced",
        "attempt",
        "outcome",
        "attempt",
        "outcome",
        "attempt",
        "outcome",
        "paid",
      ]);
      expect(one.payments).toMatchObject([{ status: "captured", captured: { amount: "499.40", currency: "EUR" } }]);
      expect(one.documents).toMatchObject([
        { item: 1, type: "ETKT" },
        { item: 2, type: "VOUCHER" },
      ]);
    }
    await expect(handlers["bookings.get"]!({ id: "nothing" }, call)).rejects.toMatchObject({ code: "NOT_FOUND" });
    methods["bookings.reconcile"].result.parse(await handlers["bookings.reconcile"]!({ id: order.id }, call));

    const query = { origin: "BCN", destination: "FRA", departureDate: "2027-03-12", adults: 1 };
    const found = methods["offers.search"].result.parse(await handlers["offers.search"]!({ kind: "flight", query }, call));
    // The customer found the same one before, so that this one has an id of its own.
    expect(found.offers).toMatchObject([{ id: expect.stringMatching(/^flight-1\./), tags: expect.arrayContaining(["cheapest"]) }]);
    expect(JSON.stringify(found)).not.toContain("supplierRef");
    await expect(handlers["offers.search"]!({ kind: "hotel", query }, call)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await handlers["suppliers.status"]!(undefined, call)).toMatchObject({
      suppliers: [{ id: "fake", live: false, kinds: ["flight", "hotel", "car"], lastSearch: { status: "ok" } }],
    });
    await db.close();
  });

  it("show the ledger, and let a person attend to what is in doubt", async () => {
    const db = await testDatabase();
    const made = await bookingBench({ db });
    await made.findAll();
    const paid = await made.book(["hotel-1"]);
    made.supplier.faults.next("hold", "never-arrived");
    const { order } = await made.book(["flight-1"], "yes-2");
    const handlers = bookingHandlers(made.bookings);
    const one = methods["bookings.get"].result.parse(await handlers["bookings.get"]!({ id: paid.order.id }, call));
    expect([one.balance, one.margin, one.ledger.length]).toEqual([[], [{ amount: "0.00", currency: "EUR" }], 6]);
    const ledger = methods["bookings.ledger"].result.parse(await handlers["bookings.ledger"]!({ id: paid.order.reference }, call));
    expect(ledger.lines).toEqual(one.ledger);
    const all = methods["bookings.ledger"].result.parse(await handlers["bookings.ledger"]!(undefined, call));
    expect(all.accounts).toContainEqual({ account: "supplier:fake", balance: { amount: "-310.00", currency: "EUR" } });
    expect(all.lines).toBe(undefined);

    expect(methods["bookings.list"].result.parse(await handlers["bookings.list"]!({ status: "unknown" }, call)).bookings.map(({ id }) => id)).toEqual([
      order.id,
    ]);
    const word = methods["bookings.attend"].params.parse({ id: order.id, resolution: "never-happened", note: " asked the airline ", idempotencyKey: "k" });
    const attended = methods["bookings.attend"].result.parse(await handlers["bookings.attend"]!(word, call));
    expect(attended.booking.status).toBe("failed");
    expect((await made.bookings.timeline(order.id)).find(({ type }) => type === "attended")?.entry).toMatchObject({ by: "ops", note: "asked the airline" });
    await expect(handlers["bookings.attend"]!({ ...word, id: paid.order.id }, call)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    made.bookings.stop();
    await db.close();
  });
});
