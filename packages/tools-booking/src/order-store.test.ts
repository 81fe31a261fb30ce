import type { OpenDatabase } from "@travelagent/engine";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { money, zero } from "./money.ts";
import { createOfferStore } from "./offer-store.ts";
import type { Order } from "./order.ts";
import { createOrderStore, type OrderStore } from "./order-store.ts";
import { bookingMigrations } from "./tables.ts";
import { sampleFlight } from "./testing/sample-offers.ts";

const order = (n: number, changes: Partial<Order> = {}): Order => ({
  id: `bk${n}`,
  reference: `REF${String(n).padStart(3, "0")}`,
  customerId: `c${n % 3}`,
  sessionKey: "s1",
  travellers: [{ id: "1", givenName: "Ana", familyName: `Silva${n}`, ptc: "ADT" }],
  contact: { email: `ana${n}@example.com` },
  currency: "EUR",
  maxTotal: money(100n, "EUR"),
  items: [
    { no: 1, offer: sampleFlight(), quoted: money(100n, "EUR"), total: money(100n, "EUR"), paidHere: true, status: "pending", locators: [], documents: [] },
  ],
  paid: zero("EUR"),
  status: "pending",
  ...changes,
});
const work = (n: number) => ({ name: "booking.saga", id: `w${n}`, input: {} });

let db: OpenDatabase;
let clock: ReturnType<typeof fakeClock>;
let orders: OrderStore;
beforeEach(async () => {
  db = await testDatabase();
  await db.migrate("booking", bookingMigrations);
  clock = fakeClock();
  orders = createOrderStore(db, clock);
});
afterEach(() => db.close());
const create = (made: Order, keys: { attempt: string; request: string }, n = 1) => db.transaction((tx) => orders.create(tx, made, keys, work(n)));

describe("order store", () => {
  it("keeps one live attempt, and one order of each request", async () => {
    const first = await create(order(1), { attempt: "a", request: "r1" });
    expect(first.created).toBe(true);
    const again = await create(order(2), { attempt: "a", request: "r2" });
    expect([again.created, again.stored.order.id]).toEqual([false, "bk1"]);
    expect((await create(order(2), { attempt: "b", request: "r1" })).stored.order.id).toBe("bk1");
    await expect(create(order(3, { reference: "REF001" }), { attempt: "c", request: "r3" })).rejects.toMatchObject({ code: "CONFLICT" });
    // Once it came to nothing the same may be bought again, but not by the same request.
    await db.transaction((tx) => orders.apply(tx, "bk1", [{ type: "failed", error: { code: "SOLD_OUT", message: "gone" } }]));
    expect(await orders.byAttempt("a")).toBe(null);
    expect((await create(order(4), { attempt: "a", request: "r1" })).stored.order.id).toBe("bk1");
    expect((await create(order(4), { attempt: "a", request: "r4" })).created).toBe(true);
  });

  it("lets one work at a time have an order", async () => {
    await create(order(1), { attempt: "a", request: "r1" });
    const next = (round: number) => ({ name: "booking.cancel", id: `x${round}`, input: {} });
    expect(await db.transaction((tx) => orders.takeUp(tx, "bk1", next))).toBe(false);
    await db.transaction((tx) => orders.release(tx, "bk1", "somebody-else"));
    expect((await orders.get("bk1"))!.work?.id).toBe("w1");
    await db.transaction((tx) => orders.release(tx, "bk1", "w1"));
    expect(await db.transaction((tx) => orders.takeUp(tx, "bk1", next))).toMatchObject({ round: 2, work: { id: "x2" } });
  });

  it("writes a history and a new version for what changes, and nothing for what does not", async () => {
    await create(order(1), { attempt: "a", request: "r1" });
    await clock.advance(1000);
    const event = { type: "attempt", item: 1, what: "book", key: "k" } as const;
    expect((await db.transaction((tx) => orders.apply(tx, "bk1", [event, event]))).version).toBe(2);
    expect((await db.transaction((tx) => orders.apply(tx, "bk1", [event]))).version).toBe(2);
    expect((await orders.history("bk1")).map(({ at, type, entry }) => [at - Date.parse("2027-01-15T09:00:00Z"), type, entry.status])).toEqual([
      [0, "created", "pending"],
      [1000, "attempt", "pending"],
    ]);
  });

  it("lists newest first, by page, customer, status, time and beginnings of words", async () => {
    for (let n = 1; n <= 7; n += 1) {
      await create(order(n), { attempt: `a${n}`, request: `r${n}` }, n);
      await clock.advance(1000);
    }
    const ids = async (filter: Parameters<OrderStore["list"]>[0]) => (await orders.list(filter)).orders.map((stored) => stored.order.id);
    const page = await orders.list({ limit: 3 });
    expect(page.orders.map((stored) => stored.order.id)).toEqual(["bk7", "bk6", "bk5"]);
    expect(await ids({ limit: 4, cursor: page.nextCursor! })).toEqual(["bk4", "bk3", "bk2", "bk1"]);
    expect((await orders.list({ limit: 7 })).nextCursor).toBe(undefined);
    expect(await ids({ customerId: "c0" })).toEqual(["bk6", "bk3"]);
    expect(await ids({ status: "held" })).toEqual([]);
    const start = Date.parse("2027-01-15T09:00:00Z");
    expect(await ids({ from: start + 2000, to: start + 4000 })).toEqual(["bk4", "bk3"]);
    expect(await ids({ query: "silva3" })).toEqual(["bk3"]);
    expect(await ids({ query: "ana ref00 silva5" })).toEqual(["bk5"]);
    expect(await ids({ query: "ANA2@EXAMPLE.COM" })).toEqual(["bk2"]);
    await expect(orders.list({ cursor: "nonsense" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("reads a page of 50 000 orders as fast as one of few", async () => {
    const document = JSON.stringify(order(0));
    await db.transaction(async (tx) => {
      for (let n = 0; n < 50_000; n += 1) {
        await tx.run(
          "insert into booking_order (id, reference, customer_id, session_key, status, document, round, version, created_at, updated_at) values (?, ?, ?, 's', ?, ?, 1, 1, ?, ?)",
          `bulk${n}`,
          `B${n}`,
          `c${n % 1000}`,
          n % 500 === 0 ? "unknown" : "ticketed",
          document,
          n,
          n,
        );
        await tx.run("insert into booking_word (word, order_id) values (?, ?)", `name${n}`, `bulk${n}`);
      }
    });
    const timed = async (filter: Parameters<OrderStore["list"]>[0]) => {
      const began = performance.now();
      const { orders: found } = await orders.list(filter);
      return { found: found.length, ms: performance.now() - began };
    };
    for (const filter of [
      {},
      { customerId: "c7" },
      { status: "unknown" as const },
      { query: "name4999" },
      { status: "ticketed" as const, from: 100, to: 40_000 },
    ]) {
      await timed(filter);
      const { found, ms } = await timed(filter);
      expect(found).toBeGreaterThan(0);
      expect(ms).toBeLessThan(50);
    }
  }, 60_000);
});

describe("offer store", () => {
  it("keeps the owner of an offer, whatever is kept later, and forgets what expired", async () => {
    const offers = createOfferStore(db);
    const offer = sampleFlight();
    await offers.keep([offer], { sessionKey: "s1", customerId: "c1" }, 1);
    await offers.keep([{ ...offer, seatsRemaining: 2 }], { sessionKey: "s2" }, 2);
    expect(await offers.get(offer.id)).toEqual({ offer: { ...offer, seatsRemaining: 2 }, sessionKey: "s1", customerId: "c1", foundAt: 1 });
    expect(await offers.get("other")).toBe(null);
    const expiry = Date.parse(offer.offerExpiresAt);
    expect(await offers.prune(expiry)).toBe(0);
    expect(await offers.prune(expiry + 1)).toBe(1);
    expect(await offers.get(offer.id)).toBe(null);
  });
});
