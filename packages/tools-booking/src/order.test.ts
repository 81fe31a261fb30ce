import { BookingStatus, TravelAgentError } from "@travelagent/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minorUnits, money } from "./money.ts";
import { advance, balanceOf, chargeOf, type Doing, type Order, type OrderEvent, type OrderItem, statusOf } from "./order.ts";
import { sampleFlight } from "./testing/sample-offers.ts";

const euro = (minor: bigint) => money(minor, "EUR");
const item = (status: BookingStatus, doing?: Doing, no = 1): OrderItem => ({
  no,
  offer: sampleFlight(),
  quoted: euro(18_940n),
  total: euro(18_940n),
  paidHere: true,
  status,
  ...(doing ? { doing } : {}),
  ...(["pending", "failed"].includes(status) ? {} : { supplierReference: "R1" }),
  locators: [],
  documents: [],
});
const order = (...items: OrderItem[]): Order => ({
  id: "bk1",
  reference: "ABC234",
  customerId: "c1",
  sessionKey: "s1",
  travellers: [],
  contact: { email: "ana@example.com" },
  currency: "EUR",
  maxTotal: euro(18_940n),
  items,
  paid: euro(0n),
  status: statusOf({ items }),
});
const facts = (status: "held" | "confirmed" | "ticketed" | "cancelled", total = 18_940n) => ({
  reference: "R1",
  status,
  locators: ["XYZ789"],
  documents: [],
  total: euro(total),
  ...(status === "cancelled" ? { penalty: euro(5_000n), refund: euro(13_940n) } : {}),
});
const doing = (what: Doing["what"], before: BookingStatus): Doing => ({ what, key: "k", before });

const events: Record<string, OrderEvent> = {
  reprice: { type: "repriced", item: 1, offer: sampleFlight() },
  "try hold": { type: "attempt", item: 1, what: "hold", key: "n" },
  "try book": { type: "attempt", item: 1, what: "book", key: "n" },
  "try ticket": { type: "attempt", item: 1, what: "ticket", key: "n" },
  "try cancel": { type: "attempt", item: 1, what: "cancel", key: "n" },
  "try change": { type: "attempt", item: 1, what: "change", key: "n" },
  "is held": { type: "outcome", item: 1, facts: facts("held") },
  "is confirmed": { type: "outcome", item: 1, facts: facts("confirmed") },
  "is ticketed": { type: "outcome", item: 1, facts: facts("ticketed") },
  "is cancelled": { type: "outcome", item: 1, facts: facts("cancelled") },
  refused: { type: "refused", item: 1 },
  lost: { type: "lost", item: 1 },
  lapsed: { type: "lapsed", item: 1 },
};

const states: Record<string, OrderItem> = {
  pending: item("pending"),
  holding: item("pending", doing("hold", "pending")),
  booking: item("pending", doing("book", "pending")),
  held: item("held"),
  ticketing: item("held", doing("ticket", "held")),
  confirmed: item("confirmed"),
  ticketed: item("ticketed"),
  changing: item("ticketed", doing("change", "ticketed")),
  cancelling: item("cancellation-pending", doing("cancel", "ticketed")),
  "lost hold": item("unknown", doing("hold", "pending")),
  "lost ticket": item("unknown", doing("ticket", "held")),
  "lost cancel": item("unknown", doing("cancel", "ticketed")),
  cancelled: item("cancelled"),
  voided: item("voided"),
  refunded: item("refunded"),
  failed: item("failed"),
};

/** Every move that is allowed, and where it leads; all others are refused. */
const legal: Record<string, Record<string, BookingStatus>> = {
  pending: { reprice: "pending", "try hold": "pending", "try book": "pending" },
  holding: { "is held": "held", "is confirmed": "confirmed", "is ticketed": "ticketed", "is cancelled": "cancelled", refused: "failed", lost: "unknown" },
  booking: { "is held": "held", "is confirmed": "confirmed", "is ticketed": "ticketed", "is cancelled": "cancelled", refused: "failed", lost: "unknown" },
  held: { "try ticket": "held", "try cancel": "cancellation-pending", "is held": "held", lapsed: "cancelled" },
  ticketing: { "is confirmed": "confirmed", "is ticketed": "ticketed", "is cancelled": "cancelled", refused: "held", lost: "unknown" },
  confirmed: { "try ticket": "confirmed", "try cancel": "cancellation-pending", "try change": "confirmed", "is confirmed": "confirmed" },
  ticketed: { "try cancel": "cancellation-pending", "try change": "ticketed", "is ticketed": "ticketed" },
  changing: { "is held": "held", "is confirmed": "confirmed", "is ticketed": "ticketed", refused: "ticketed", lost: "unknown" },
  cancelling: { "is cancelled": "cancelled", refused: "ticketed", lost: "unknown" },
  "lost hold": { "is held": "held", "is confirmed": "confirmed", "is ticketed": "ticketed", "is cancelled": "cancelled", refused: "failed", lost: "unknown" },
  "lost ticket": { "is confirmed": "confirmed", "is ticketed": "ticketed", "is cancelled": "cancelled", refused: "held", lost: "unknown" },
  "lost cancel": { "is cancelled": "cancelled", refused: "ticketed", lost: "unknown" },
  cancelled: { "is cancelled": "cancelled", lapsed: "cancelled" },
  voided: {},
  refunded: {},
  failed: { refused: "failed" },
};

describe("order", () => {
  for (const [state, start] of Object.entries(states)) {
    for (const [name, event] of Object.entries(events)) {
      const expected = legal[state]![name];
      it(`${state} + ${name} = ${expected ?? "refused"}`, () => {
        if (expected === undefined) {
          expect(() => advance(order(start), event)).toThrow(expect.objectContaining({ code: "CONFLICT" }));
          return;
        }
        const next = advance(order(start), event);
        expect(next.items[0]!.status).toBe(expected);
        expect(next.status).toBe(statusOf(next));
        const again = () => advance(next, event);
        if (name === "refused" && expected !== "failed") expect(again).toThrow(expect.objectContaining({ code: "CONFLICT" }));
        else expect(again()).toEqual(next);
      });
    }
  }

  it("forgets a price that had drifted with the supplier's record of a later write", () => {
    const drifted = advance(order(item("confirmed")), { type: "drifted", item: 1, was: euro(1n), now: euro(2n) });
    expect(drifted.items[0]!.drift).toEqual(euro(2n));
    const cancelling = advance(drifted, { type: "attempt", item: 1, what: "cancel", key: "x" });
    const facts = { reference: "R", status: "cancelled" as const, locators: [], documents: [], total: euro(2n), refund: euro(1n), penalty: euro(1n) };
    expect(advance(cancelling, { type: "outcome", item: 1, facts }).items[0]).not.toHaveProperty("drift");
  });

  it("shows the least settled of its parts", () => {
    const cases: [BookingStatus[], BookingStatus][] = [
      [["ticketed", "confirmed"], "confirmed"],
      [["held", "confirmed"], "held"],
      [["pending", "held"], "pending"],
      [["ticketed", "cancelled"], "ticketed"],
      [["unknown", "ticketed"], "unknown"],
      [["cancellation-pending", "ticketed"], "cancellation-pending"],
      [["cancelled", "refunded"], "refunded"],
      [["cancelled", "cancelled"], "cancelled"],
      [["voided", "cancelled"], "voided"],
      [["failed", "failed"], "failed"],
    ];
    for (const [items, expected] of cases) expect(statusOf({ items: items.map((status, index) => item(status, undefined, index + 1)) })).toBe(expected);
    expect(statusOf({ items: [item("ticketed")], attention: "look" })).toBe("needs-human");
    expect(statusOf({ items: [item("ticketed")], paymentInDoubt: true })).toBe("unknown");
    expect(statusOf({ items: [item("cancelled")], failure: { code: "SOLD_OUT", message: "gone" } })).toBe("failed");
  });

  it("gives up what is not begun, and nothing else", () => {
    const error = { code: "SOLD_OUT", message: "gone" };
    const failed = advance(order(item("ticketed"), item("pending", undefined, 2), item("pending", doing("book", "pending"), 3)), { type: "failed", error });
    expect(failed.items.map(({ status }) => status)).toEqual(["ticketed", "failed", "pending"]);
    expect(advance(failed, { type: "failed", error: { code: "INTERNAL", message: "later" } })).toBe(failed);
  });

  it("takes the new offer and price of a change", () => {
    const to = { offer: sampleFlight({ id: "later" }), total: euro(25_000n) };
    const begun = advance(order(item("ticketed")), { type: "attempt", item: 1, what: "change", key: "c", to });
    const [changed] = advance(begun, { type: "outcome", item: 1, facts: facts("ticketed", 25_000n) }).items;
    expect(changed).toMatchObject({ total: euro(25_000n), quoted: euro(25_000n), offer: { id: "later" }, status: "ticketed" });
    const [kept] = advance(begun, { type: "refused", item: 1 }).items;
    expect(kept).toEqual(item("ticketed"));
  });

  it("owes the price while booked, the penalty once cancelled, nothing before", () => {
    expect(chargeOf(item("pending"))).toEqual(euro(0n));
    expect(chargeOf(item("unknown", doing("hold", "pending")))).toEqual(euro(0n));
    expect(chargeOf(item("unknown", doing("cancel", "ticketed")))).toEqual(euro(18_940n));
    expect(chargeOf({ ...item("refunded"), penalty: euro(5_000n) })).toEqual(euro(5_000n));
    const paid = advance(order(item("ticketed")), { type: "paid", paid: euro(18_940n) });
    expect(balanceOf(paid)).toEqual(euro(0n));
    expect(balanceOf(order(item("pending")))).toEqual(euro(18_940n));
    const cancelled = advance(advance(paid, { type: "attempt", item: 1, what: "cancel", key: "x" }), { type: "outcome", item: 1, facts: facts("cancelled") });
    expect(balanceOf(cancelled)).toEqual(euro(-13_940n));
    expect(advance(cancelled, { type: "returned", how: "refunded" }).status).toBe("refunded");
    expect(() => advance(paid, { type: "returned", how: "refunded" })).toThrow(expect.objectContaining({ code: "CONFLICT" }));
  });

  it("never loses an item, and any row of events twice over is the same as once", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.values(events)), { maxLength: 12 }), (row) => {
        let current = order(item("pending"));
        for (const event of row) {
          try {
            const next = advance(current, event);
            if (event.type !== "refused") expect(advance(next, event)).toEqual(next);
            current = next;
          } catch (error) {
            expect(TravelAgentError.is(error, "CONFLICT")).toBe(true);
          }
        }
        expect(current.items).toHaveLength(1);
        expect(BookingStatus.safeParse(current.status).success).toBe(true);
        expect(minorUnits(chargeOf(current.items[0]!))).toBeGreaterThanOrEqual(0n);
      }),
    );
  });
});
