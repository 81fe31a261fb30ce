import { openDatabase } from "@travelagent/engine";
import type { SqlValue } from "@travelagent/protocol/ports";
import { fakeClock, personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { liveBookings } from "./live-bookings.ts";
import { newsMigrations } from "./news/tables.ts";
import { createInvoices } from "./papers/invoices.ts";
import { createPaperLinks } from "./papers/links.ts";
import { createProposals } from "./papers/proposals.ts";
import { bookingPersonalData } from "./personal-data.ts";
import { databaseMemory, migrateSupplierMemory } from "./suppliers/http/memory.ts";
import { sandboxPersonalData } from "./suppliers/sandbox/index.ts";
import { bookingMigrations } from "./tables.ts";

const subject = (index: number) => ({
  customerIds: [`cus_${index}`],
  sessionKeys: [`agent:main:webchat:dm:v${index}`],
  bookingIds: [`ord_${index}`],
  identities: [],
  identifiers: [`word${index}@example.com`],
});
const [mine, other] = [subject(1), subject(2)];
const money = { amount: "10.00", currency: "EUR" };
const year = 365 * 86_400_000;
const end = Date.parse("2027-03-01T10:00:00Z");

async function open({
  keepYears = 10,
  ...changes
}: {
  keepYears?: number;
  status?: string;
  work?: string | null;
  itemStatus?: string;
  attention?: string;
} = {}) {
  const db = openDatabase({ path: ":memory:" });
  const clock = fakeClock();
  await db.migrate("booking", bookingMigrations);
  await db.migrate("booking-news", newsMigrations);
  await migrateSupplierMemory(db);
  for (const store of [createInvoices({ db, clock }), createPaperLinks({ db, clock }), createProposals({ db, clock })]) await store.migrate();
  const insert = (table: string, row: Record<string, SqlValue>) =>
    db.transaction((tx) =>
      tx.run(
        `insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.keys(row)
          .map(() => "?")
          .join(", ")})`,
        ...Object.values(row),
      ),
    );
  for (const [index, { customerIds, sessionKeys, bookingIds }] of [mine, other].entries()) {
    const number = index + 1;
    const [customer_id, session_key, id] = [customerIds[0]!, sessionKeys[0]!, bookingIds[0]!];
    const order = {
      ...{ id, reference: `TA${number}`, customerId: customer_id, sessionKey: session_key, currency: "EUR", paid: money, maxTotal: money },
      travellers: [{ id: "1", givenName: "Person", familyName: `Word${number}`, ptc: "ADT" }],
      contact: { email: `word${number}@example.com`, phone: `+3460011122${number}` },
      status: changes.status ?? "ticketed",
      ...(changes.attention ? { attention: changes.attention } : {}),
      items: [
        {
          ...{ no: 1, status: changes.itemStatus ?? "ticketed", supplierReference: `SUP${number}REF`, locators: [`LOC${number}`], documents: [] },
          offer: { vertical: "car", dropOff: { time: { local: "2027-03-01T11:00", timeZone: "Europe/Madrid", utc: new Date(end).toISOString() } } },
        },
      ],
    };
    await insert("booking_order", {
      ...{ id, reference: order.reference, customer_id, session_key, status: order.status, document: JSON.stringify(order), work: changes.work ?? null },
      ...{ round: 1, version: 1, created_at: 1, updated_at: 1 },
    });
    await insert("booking_history", { order_id: id, seq: 1, at: 1, type: "created", entry: JSON.stringify({ for: `word${number}` }) });
    await insert("booking_word", { word: `word${number}`, order_id: id });
    await insert("booking_offer", { id: `off${number}`, session_key, customer_id, vertical: "car", offer: "{}", found_at: 1, expires_at: 2 });
    await insert("booking_proposal", {
      ...{ id: `q${number}`, token_hash: `t${number}`, session_key, customer_id, status: "open", expires_at: 2, created_at: 1 },
      document: JSON.stringify({ id: `q${number}`, customerId: customer_id, message: `for word${number}` }),
    });
    await insert("paper_link", { token_hash: `l${number}`, link: JSON.stringify({ orderId: id, kind: "invoice" }), expires_at: 2 });
    await insert("booking_step", { work_id: `booking:${id}:1`, name: "hold" });
    await insert("booking_invoice", {
      ...{ number: `2027-000${number}`, year: 2027, seq: number, order_id: id },
      document: JSON.stringify({ buyer: { name: `Person Word${number}` }, issuedAt: "2027-01-14T10:00:00Z", lines: [], total: money }),
    });
    await insert("booking_payment", {
      ...{ key: `${id}-1`, order_id: id, purpose: "purchase", provider: "sandbox", status: "captured", currency: "EUR", amount: 1000, captured: 1000 },
      ...{ refunded: 0, created_at: Date.parse("2027-01-14T10:00:00Z"), updated_at: 1, pay_url: "https://pay.example/1" },
    });
    for (const [account, minor] of [
      ["customer", 1000],
      ["customer", -1000],
    ] as const)
      await insert("booking_ledger", {
        id: `${id}:${minor}`,
        account,
        order_id: id,
        minor,
        currency: "EUR",
        memo: "x",
        at: Date.parse("2027-01-14T10:00:00Z"),
      });
    await databaseMemory(db, "duffel").put("order", `${id}-1b`, { name: `word${number}` });
    await databaseMemory(db, "duffel").put("quote", `SUP${number}REF`, { x: 1 });
  }
  const keepInvoices = () => ({ basis: "tax: invoices", until: (issuedAt: number) => issuedAt + keepYears * year });
  return { db, store: bookingPersonalData({ db, keepInvoices }) };
}

personalDataContract({ describe, it, expect }, "bookings", async () => {
  const { db, store } = await open();
  const said = ["word1@example.com", "for word1", "2027-0001", "Person Word1"];
  return { store, mine, other, said, saidByOther: ["word2", "2027-0002"], held: 4, transaction: db.transaction.bind(db), close: () => db.close() };
});

describe("bookings of a person", () => {
  const request = { reason: "asked", now: Date.parse("2027-06-01T00:00:00Z"), signal: new AbortController().signal };

  it("go, and the records of money stay until their term is over", async () => {
    const { db, store } = await open();
    const { held } = await store.erase(mine, request);
    expect(held.map(({ where }) => where)).toEqual([
      "booking_invoice/2027-0001",
      "booking_ledger/ord_1:-1000/customer",
      "booking_ledger/ord_1:1000/customer",
      "booking_payment/ord_1-1",
    ]);
    expect(held[0]).toMatchObject({ what: "invoice 2027-0001", basis: "tax: invoices", until: "2037-01-11T10:00:00.000Z" });
    expect(await db.get("select pay_url from booking_payment where key = 'ord_1-1'")).toEqual({ pay_url: null });
    expect(await db.all("select key from supplier_memory order by key")).toEqual([{ key: "SUP2REF" }, { key: "ord_2-1b" }]);
    const named: string[] = [];
    for await (const { table, row } of db.everyRow!()) if (/word1|cus_1|dm:v1/i.test(JSON.stringify(row))) named.push(table);
    expect(named).toEqual(["booking_invoice"]);
    const later = await store.erase(mine, { ...request, now: Date.parse("2037-02-01T00:00:00Z") });
    expect(later).toEqual({ removed: 4, held: [] });
    await db.close();
  });

  it("are live while something is to come of them", async () => {
    const before = end - 1;
    const whyOf = async (changes: Parameters<typeof open>[0], now = before) => {
      const { db } = await open(changes);
      const [live] = await liveBookings(db, mine, now);
      await db.close();
      return live?.why;
    };
    expect(await whyOf({})).toBe("travel-ahead");
    expect(await whyOf({}, end)).toBe(undefined);
    expect(await whyOf({ status: "refunded", itemStatus: "refunded" })).toBe(undefined);
    expect(await whyOf({ status: "needs-human", attention: "look" }, end)).toBe("needs-human");
    expect(await whyOf({ status: "unknown", itemStatus: "unknown" }, end)).toBe("money-open");
    expect(await whyOf({ work: JSON.stringify({ id: "w" }) }, end)).toBe("working");
    const { db } = await open();
    await db.transaction((tx) => tx.run("delete from booking_ledger where id = 'ord_1:-1000'"));
    expect(await liveBookings(db, mine, end)).toEqual([{ id: "ord_1", reference: "TA1", why: "money-open" }]);
    await db.close();
  });
});

personalDataContract({ describe, it, expect }, "sandbox", async () => {
  const db = openDatabase({ path: ":memory:" });
  const store = sandboxPersonalData({ db, references: async ({ bookingIds }) => bookingIds.map((id) => `REF-${id}`) });
  for await (const _ of store.export(mine, new AbortController().signal));
  await db.transaction(async (tx) => {
    for (const [index, { bookingIds }] of [mine, other].entries()) {
      const id = bookingIds[0]!;
      const order = (reference: string) => JSON.stringify({ reference, createdAt: 1, contact: { email: `word${index + 1}@example.com` }, travellers: [] });
      await tx.run(
        "insert into sandbox_orders (reference, kind, key, status, version, created_at, content) values (?, 'car', ?, 'confirmed', 1, 1, ?)",
        `REF-${id}`,
        `${id}-1b`,
        order(`REF-${id}`),
      );
      await tx.run("insert into sandbox_operations (operation, key, reference, outcome) values ('cancel', ?, ?, '{}')", `${id}-1c`, `REF-${id}`);
      await tx.run("insert into sandbox_payments (reference, key, created_at, content) values (?, ?, 1, '{}')", `PAY-${id}`, `${id}-1p`);
    }
  });
  return { store, mine, other, said: ["word1@example.com"], saidByOther: ["word2"], close: () => db.close() };
});

it("an order in the sandbox with an address that somebody of another agency has, too, is theirs by its booking alone", async () => {
  const db = openDatabase({ path: ":memory:" });
  const store = sandboxPersonalData({ db, references: async ({ bookingIds }) => bookingIds.map((id) => `REF-${id}`) });
  const found = async (subject: typeof mine & { shared?: string[] }) => {
    const references: string[] = [];
    for await (const { content } of store.export(subject, new AbortController().signal))
      references.push(...(content as { reference: string }[]).map(({ reference }) => reference));
    return references;
  };
  await found(mine);
  await db.transaction(async (tx) => {
    for (const reference of ["REF-ord_1", "REF-elsewhere"])
      await tx.run(
        "insert into sandbox_orders (reference, kind, key, status, version, created_at, content) values (?, 'car', ?, 'confirmed', 1, 1, ?)",
        reference,
        `k-${reference}`,
        JSON.stringify({ reference, createdAt: 1, contact: { email: "word1@example.com" }, travellers: [] }),
      );
  });
  expect((await found(mine)).sort()).toEqual(["REF-elsewhere", "REF-ord_1"]);
  expect(await found({ ...mine, shared: ["word1@example.com"] })).toEqual(["REF-ord_1"]);
  await db.close();
});
