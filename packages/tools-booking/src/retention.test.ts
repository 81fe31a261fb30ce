import { testEngine } from "@travelagent/engine/testing";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hasBooked } from "./has-booked.ts";
import { newsMigrations } from "./news/tables.ts";
import { createProposals } from "./papers/proposals.ts";
import { quoteRetention, sessionsWithOpenBookings } from "./retention.ts";
import { databaseMemory, migrateSupplierMemory } from "./suppliers/http/memory.ts";
import { bookingMigrations } from "./tables.ts";

let engine: Engine;
const dayMs = 86_400_000;
const now = Date.parse("2027-06-01T00:00:00Z");
const long = now - 500 * dayMs;

beforeEach(async () => {
  engine = await testEngine();
  await engine.db.migrate("booking", bookingMigrations);
  await engine.db.migrate("booking-news", newsMigrations);
  await createProposals({ db: engine.db, clock: fakeClock() }).migrate();
  await migrateSupplierMemory(engine.db);
});
afterEach(() => engine.stop());

const id = (name: string) => `bk${name.padEnd(16, "0")}`;
const order = (name: string, status: string, { at = long, upcoming }: { at?: number; upcoming?: boolean } = {}) =>
  engine.db.transaction(async (tx) => {
    await tx.run(
      "insert into booking_order (id, reference, customer_id, session_key, status, document, round, version, created_at, updated_at) values (?, ?, ?, ?, ?, '{}', 1, 1, ?, ?)",
      id(name),
      name,
      `cus_${name}`,
      `s_${name}`,
      status,
      at,
      at,
    );
    if (upcoming !== undefined)
      await tx.run(
        "insert into booking_supplied (order_id, item, supplier, vertical, reference, upcoming, moments) values (?, 1, 'duffel', 'flight', 'R', ?, '[]')",
        id(name),
        upcoming ? 1 : 0,
      );
  });

it("forgets proposals nobody accepted, ended quotes and purchases of bookings that are over; what is open keeps its keys", async () => {
  await order("over", "cancelled");
  await order("flown", "ticketed", { upcoming: false });
  await order("ahead", "ticketed", { upcoming: true });
  await order("held", "held");
  await order("recent", "failed", { at: now });
  const memory = databaseMemory(engine.db, "duffel");
  for (const name of ["over", "flown", "ahead", "held", "recent", "gone"]) await memory.put("purchase", `${id(name)}-1h1`, { state: "done" });
  await memory.put("order note", "PNR123", {});
  await memory.put("quote", "old", { expiresAt: new Date(long).toISOString() });
  await memory.put("quote", "new", { expiresAt: new Date(now).toISOString() });
  for (const [name, status, expires] of [
    ["old", "open", long],
    ["chosen", "accepted", long],
    ["new", "open", now],
  ] as const)
    await engine.db.transaction((tx) =>
      tx.run(
        "insert into booking_proposal (id, token_hash, session_key, status, document, expires_at, created_at) values (?, ?, 's', ?, '{}', ?, ?)",
        name,
        name,
        status,
        expires,
        long,
      ),
    );
  const prune = (dryRun: boolean) => quoteRetention({ db: engine.db }).prune(now - 400 * dayMs, { dryRun, signal: new AbortController().signal });
  expect(await prune(true)).toEqual({ removed: 5, kept: 0 });
  expect(await prune(false)).toEqual({ removed: 5, kept: 0 });
  expect((await engine.db.all("select key from supplier_memory order by key")).map(({ key }) => key)).toEqual(
    [`${id("ahead")}-1h1`, `${id("held")}-1h1`, `${id("recent")}-1h1`, "PNR123", "new"].sort(),
  );
  expect((await engine.db.all("select id from booking_proposal order by id")).map((row) => row.id)).toEqual(["chosen", "new"]);
  expect(await prune(false)).toEqual({ removed: 0, kept: 0 });
});

it("knows which conversations have a booking under way, and who has booked", async () => {
  await order("over", "refunded");
  await order("flown", "confirmed", { upcoming: false });
  await order("ahead", "confirmed", { upcoming: true });
  await order("doubt", "unknown");
  await order("failed", "failed");
  const keys = ["over", "flown", "ahead", "doubt", "failed"].map((name) => `s_${name}`);
  expect((await sessionsWithOpenBookings(engine.db, keys)).sort()).toEqual(["s_ahead", "s_doubt"]);
  expect(await sessionsWithOpenBookings(engine.db, [])).toEqual([]);
  expect(await hasBooked(engine.db, ["cus_failed", "cus_doubt"])).toBe(false);
  expect(await hasBooked(engine.db, ["cus_failed", "cus_over"])).toBe(true);
});
