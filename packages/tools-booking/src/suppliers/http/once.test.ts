import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { money } from "../../money.ts";
import type { SupplierOrder } from "../../supplier.ts";
import { databaseMemory, migrateSupplierMemory, type SupplierMemory, volatileMemory } from "./memory.ts";
import { moneyOf } from "./money-of.ts";
import { afterSaleOnce, createPurchases } from "./once.ts";
import { createQuoteBook } from "./quotes.ts";

const euro = (minor: bigint) => money(minor, "EUR");
const order = (reference: string, key: string): SupplierOrder => ({ reference, key, status: "confirmed", locators: [], total: euro(100n), documents: [] });
const unknown = () => new TravelAgentError("OUTCOME_UNKNOWN", "lost");
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: unknown) => (TravelAgentError.is(error) ? error.code : String(error)),
  );

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
async function inDatabase(): Promise<SupplierMemory> {
  const db = await testDatabase();
  opened.push(db);
  await migrateSupplierMemory(db);
  return databaseMemory(db, "acme");
}

describe.each([
  ["in memory", async () => volatileMemory()],
  ["in the database", inDatabase],
] as const)("purchases with notes %s", (_, open) => {
  async function bench(lookUp?: (key: string) => Promise<string | null>) {
    const memory = await open();
    const sold: string[] = [];
    const make = () =>
      createPurchases({ supplier: "acme", memory, kind: "flight", read: async (reference, key) => order(reference, key), ...(lookUp ? { lookUp } : {}) });
    const buy = async () => {
      sold.push("R1");
      return order("R1", "k1");
    };
    return { memory, make, buy, sold };
  }

  it("spends a key once, also side by side and after a restart", async () => {
    const { make, buy, sold } = await bench();
    const purchases = make();
    const [one, other] = await Promise.all([purchases.buy("k1", buy), purchases.buy("k1", buy)]);
    expect(one).toEqual(other);
    expect(await make().buy("k1", buy)).toEqual(one);
    expect(await make().find("k1")).toEqual(one);
    expect(await make().keyOf("R1")).toBe("k1");
    expect(sold).toEqual(["R1"]);
  });

  it("has never heard of a key that was not tried, or was refused", async () => {
    const { make, buy, sold } = await bench();
    expect(await make().find("k1")).toBe(null);
    expect(await codeOf(make().buy("k1", async () => Promise.reject(new TravelAgentError("SOLD_OUT", "gone"))))).toBe("SOLD_OUT");
    expect(await make().find("k1")).toBe(null);
    await make().buy("k1", buy);
    expect(sold).toEqual(["R1"]);
  });

  it("never spends a key again whose first attempt was lost, where the vendor cannot be asked", async () => {
    const { make, buy, sold } = await bench();
    expect(await codeOf(make().buy("k1", () => Promise.reject(unknown())))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(make().find("k1"))).toBe("OUTCOME_UNKNOWN");
    expect(await codeOf(make().buy("k1", buy))).toBe("OUTCOME_UNKNOWN");
    expect(sold).toEqual([]);
  });

  it("says of an earlier attempt that cannot be asked for just now that its outcome is open, whatever the question was answered", async () => {
    for (const answer of ["SUPPLIER_UNAVAILABLE", "RATE_LIMITED", "SUPPLIER_REJECTED"] as const) {
      const { memory, make, sold } = await bench(async () => {
        throw new TravelAgentError(answer, "not now");
      });
      const lose = async () => {
        throw unknown();
      };
      expect(await codeOf(make().buy("k1", lose))).toBe("OUTCOME_UNKNOWN");
      expect(await codeOf(make().buy("k1", lose))).toBe("OUTCOME_UNKNOWN");
      expect(sold).toEqual([]);
      const settled = async () => {
        throw new TravelAgentError(answer, "not now");
      };
      const once = (act: () => Promise<SupplierOrder>) => afterSaleOnce(memory, "flight cancel", { reference: "R1", key: "x1" }, { act, settled });
      expect(await codeOf(once(lose))).toBe("OUTCOME_UNKNOWN");
      expect(await codeOf(once(lose))).toBe("OUTCOME_UNKNOWN");
    }
  });

  it("finds a lost order where the vendor can be asked", async () => {
    let known: string | null = null;
    const { make, buy, sold } = await bench(async () => known);
    expect(await codeOf(make().buy("k1", () => Promise.reject(unknown())))).toBe("OUTCOME_UNKNOWN");
    expect(await make().find("k1")).toBe(null);
    known = "R9";
    expect((await make().find("k1"))?.reference).toBe("R9");
    expect((await make().buy("k1", buy)).reference).toBe("R9");
    expect(sold).toEqual([]);
  });

  it("does a write on an order once for each key, and not for another order", async () => {
    const { memory } = await bench();
    let done = 0;
    const steps = { act: async () => ({ ...order("R1", "k1"), locators: [String(++done)] }), settled: async () => null };
    const first = await afterSaleOnce(memory, "cancel", { reference: "R1", key: "c1" }, steps);
    expect(await afterSaleOnce(memory, "cancel", { reference: "R1", key: "c1" }, steps)).toEqual(first);
    expect(await codeOf(afterSaleOnce(memory, "cancel", { reference: "R2", key: "c1" }, steps))).toBe("SUPPLIER_REJECTED");
    expect(done).toBe(1);
  });

  it("takes a refusal for none while an earlier attempt may still arrive, and for what it did once it has", async () => {
    const { memory } = await bench();
    const cancelled = { ...order("R1", "k1"), status: "cancelled" as const };
    let arrived = false;
    let fail = unknown();
    const steps = {
      act: async () => {
        // The first attempt gets there while the second is on its way.
        if (TravelAgentError.is(fail, "SUPPLIER_REJECTED")) arrived = true;
        throw fail;
      },
      settled: async () => (arrived ? cancelled : null),
    };
    const cancel = () => afterSaleOnce(memory, "cancel", { reference: "R1", key: "c1" }, steps);
    expect(await codeOf(cancel())).toBe("OUTCOME_UNKNOWN");
    fail = new TravelAgentError("SUPPLIER_UNAVAILABLE", "down");
    expect(await codeOf(cancel())).toBe("OUTCOME_UNKNOWN");
    fail = new TravelAgentError("SUPPLIER_REJECTED", "cancelled already");
    expect(await cancel()).toEqual(cancelled);
  });

  it("asks the order before it repeats a write whose reply was lost", async () => {
    const { memory } = await bench();
    let done = 0;
    const cancelled = { ...order("R1", "k1"), status: "cancelled" as const };
    const lost = {
      act: async () => {
        done += 1;
        throw unknown();
      },
      settled: async () => (done > 0 ? cancelled : null),
    };
    expect(await codeOf(afterSaleOnce(memory, "cancel", { reference: "R1", key: "c1" }, lost))).toBe("OUTCOME_UNKNOWN");
    expect(await afterSaleOnce(memory, "cancel", { reference: "R1", key: "c1" }, lost)).toEqual(cancelled);
    expect(done).toBe(1);
  });
});

describe("a quote book", () => {
  it("gives a token for one action on one order, until it expires", async () => {
    const clock = fakeClock();
    const quotes = createQuoteBook(volatileMemory(), clock, 60_000);
    const terms = { action: "cancel" as const, reference: "R1", penalty: euro(10n), refund: euro(90n), due: euro(0n), vendor: { version: 3 } };
    const { token } = await quotes.issue(terms);
    expect(await quotes.accept(token, "cancel", "R1")).toMatchObject(terms);
    expect(await codeOf(quotes.accept(token, "cancel", "R2"))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(quotes.accept(token, "change", "R1"))).toBe("SUPPLIER_REJECTED");
    expect(await codeOf(quotes.accept("made up", "cancel", "R1"))).toBe("SUPPLIER_REJECTED");
    await clock.advance(60_001);
    expect(await codeOf(quotes.accept(token, "cancel", "R1"))).toBe("SUPPLIER_REJECTED");
  });
});

describe("moneyOf", () => {
  it.each([
    ["189.4", "EUR", "189.40"],
    ["189.400", "EUR", "189.40"],
    [189.4, "EUR", "189.40"],
    [1234.56, "EUR", "1234.56"],
    [0.1 + 0.2, "EUR", "0.30"],
    ["12000.00", "JPY", "12000"],
    ["12000.5", "JPY", "12001"],
    ["1.005", "EUR", "1.01"],
    [-12.5, "KWD", "-12.500"],
  ] as const)("reads %s %s as %s", (amount, currency, text) => expect(moneyOf(amount, currency)).toEqual({ amount: text, currency }));
  it.each([
    ["", "EUR"],
    ["12,50", "EUR"],
    [Number.NaN, "EUR"],
    [1e21, "EUR"],
    ["1", "euro"],
  ] as const)("takes %s %s for no price", (amount, currency) => expect(() => moneyOf(amount, currency)).toThrow(RangeError));
});
