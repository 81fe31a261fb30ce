import { testDatabase } from "@travelagent/engine/testing";
import { afterEach, describe, expect, it } from "vitest";
import { type AccountBalance, marginOf, openOf, transfersOf } from "./ledger.ts";
import { createLedgerStore } from "./ledger-store.ts";
import { money } from "./money.ts";
import type { OrderItem } from "./order.ts";
import { createPaymentStore } from "./payment-store.ts";
import { bookingMigrations } from "./tables.ts";
import { bookingBench } from "./testing/bench.ts";
import { fakePayments } from "./testing/fake-payments.ts";
import { fakeSupplier } from "./testing/fake-supplier.ts";
import { sampleCar, sampleFlight, sampleHotel } from "./testing/sample-offers.ts";

const euro = (minor: bigint) => money(minor, "EUR");
const dollar = (minor: bigint) => money(minor, "USD");
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});
const said = (accounts: readonly AccountBalance[]) => accounts.map(({ account, balance }) => `${account} ${balance.amount} ${balance.currency}`);

async function bench() {
  const db = await testDatabase();
  opened.push(db);
  const made = await bookingBench({
    db,
    supplier: fakeSupplier({ offers: [sampleFlight(), sampleHotel(), sampleCar()], commissionPercent: 10n }),
    payments: fakePayments({ feePercent: 2n }),
  });
  await made.findAll();
  return made;
}

describe("the ledger", () => {
  it("has payments, cost, commission and fees of a trip, and nothing of what is paid on the spot but the commission", async () => {
    const { book, bookings, differences } = await bench();
    const { order } = await book(["flight-1", "hotel-1", "car-1"]);
    const accounts = await bookings.accounts(order.id);
    expect(said(accounts)).toEqual([
      "commission -59.54 EUR",
      "cost 499.40 EUR",
      "customer 0.00 EUR",
      "fees 9.99 EUR",
      "provider:fake-payments 489.41 EUR",
      "sales -499.40 EUR",
      "supplier:fake -439.86 EUR",
    ]);
    expect([openOf(accounts), marginOf(accounts)]).toEqual([[], [euro(4_955n)]]);
    expect(await differences()).toEqual([]);
  });

  it("recalls commission and cost with a cancellation, and keeps what the supplier keeps", async () => {
    const { book, bookings, differences, signal } = await bench();
    const { order } = await book(["flight-1"]);
    const confirmed = await bookings.quoteCancel(order.reference, { requestId: "q", signal });
    await bookings.cancel({ reference: order.reference, confirmed }, { idempotencyKey: "x", waitMs: 5000, signal });
    const accounts = await bookings.accounts(order.id);
    expect(said(accounts)).toEqual([
      "commission 0.00 EUR",
      "cost 0.00 EUR",
      "customer 0.00 EUR",
      "fees 3.79 EUR",
      "lost 50.00 EUR",
      "penalties -50.00 EUR",
      "provider:fake-payments 46.21 EUR",
      "sales 0.00 EUR",
      "supplier:fake -50.00 EUR",
    ]);
    expect(marginOf(accounts)).toEqual([euro(-379n)]);
    expect((await bookings.ledger(order.id)).filter(({ account }) => account === "commission").map(({ minor }) => minor)).toEqual([-1_894n, 1_894n]);
    expect(await differences()).toEqual([]);
  });

  it("says nothing of a hold", async () => {
    const { book, bookings, payments } = await bench();
    payments.askCustomer(true);
    const { order } = await book(["flight-1"]);
    expect(order.status).toBe("held");
    expect(await bookings.accounts(order.id)).toEqual([]);
    bookings.stop();
  });

  it("has a refund that failed afterwards and was made again", async () => {
    const { book, bookings, db, clock } = await bench();
    const { order } = await book(["flight-1"]);
    const store = createPaymentStore(db, clock, createLedgerStore(db, clock));
    const [payment] = await bookings.payments(order.id);
    for (const refunded of [5_000n, 0n, 5_000n]) {
      const state = { reference: payment!.reference!, key: payment!.key, authorised: payment!.amount, captured: payment!.captured };
      await db.transaction((tx) => store.settle(tx, payment!.key, { ...state, status: "captured", refunded: euro(refunded) }));
    }
    expect(said(await bookings.accounts(order.id))).toContain("customer 50.00 EUR");
  });

  it("keeps currencies apart, where a supplier counts in another one", () => {
    const item: OrderItem = {
      no: 1,
      offer: sampleHotel(),
      quoted: euro(31_000n),
      total: euro(31_000n),
      paidHere: true,
      status: "pending",
      locators: [],
      documents: [],
    };
    const bought: OrderItem = { ...item, status: "confirmed", cost: dollar(30_000n), commission: dollar(2_000n) };
    expect(transfersOf(item, bought)).toEqual([
      { debit: "customer", credit: "sales", amount: euro(31_000n) },
      { debit: "cost", credit: "supplier:fake", amount: dollar(30_000n) },
      { debit: "supplier:fake", credit: "commission", amount: dollar(2_000n) },
    ]);
    const cancelled: OrderItem = { ...bought, status: "cancelled", penalty: euro(0n), refund: euro(31_000n) };
    expect(transfersOf(bought, cancelled)).toEqual([
      { debit: "customer", credit: "sales", amount: euro(-31_000n) },
      { debit: "cost", credit: "supplier:fake", amount: dollar(-30_000n) },
      { debit: "supplier:fake", credit: "commission", amount: dollar(-2_000n) },
    ]);
    expect(transfersOf(bought, bought)).toEqual([]);
    const accounts = [
      { account: "sales", balance: euro(-31_000n) },
      { account: "cost", balance: dollar(30_000n) },
      { account: "customer", balance: euro(31_000n) },
    ];
    expect([marginOf(accounts), openOf(accounts)]).toEqual([[euro(31_000n), dollar(-30_000n)], [euro(31_000n)]]);
  });

  it("splits what an earlier version booked on two accounts", async () => {
    const db = await testDatabase();
    opened.push(db);
    await db.migrate("booking", bookingMigrations.slice(0, 1));
    await db.transaction(async (tx) => {
      for (const [account, minor] of [
        ["customer", 500],
        ["supplier:fake", -500],
      ] as const)
        await tx.run("insert into booking_ledger (id, account, order_id, minor, currency, memo, at) values ('1', ?, 'bk', ?, 'EUR', 'm', 1)", account, minor);
    });
    await db.migrate("booking", bookingMigrations);
    expect((await db.all("select account, minor from booking_ledger order by account")).map(({ account, minor }) => `${account} ${minor}`)).toEqual([
      "cost 500",
      "customer 500",
      "sales -500",
      "supplier:fake -500",
    ]);
  });
});
