import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { databaseCrm } from "../database-crm.ts";
import { afterTripMs, stageOf, type TripFact } from "./stage.ts";
import { trackLifecycle } from "./tracker.ts";

const day = 86_400_000;

it("goes with a customer from the first word to long after the trip, by events and by the clock alone", async () => {
  const db = await testDatabase();
  const clock = fakeClock();
  const crm = await databaseCrm({ db, clock });
  const { customer } = await crm.create({ name: "Ana Silva" }, { idempotencyKey: "k" });
  let trips: TripFact[] = [];
  const moves: string[] = [];
  const tracker = trackLifecycle({
    lifecycle: crm.lifecycle!,
    tripsOf: async () => trips,
    clock,
    log: recordingLogger(),
    longestWaitMs: day,
    onMoved: ({ from, to }) => moves.push(`${from}→${to}`),
  });
  const stage = async () => (await crm.get(customer.id))?.lifecycle;
  const listed = async (lifecycle: "lead" | "booked" | "after-trip") => (await crm.list({ lifecycle })).customers.length;
  await tracker.start([customer.id]);
  expect([await stage(), await listed("lead")]).toEqual(["lead", 1]);

  const start = clock.now() + 10 * day;
  trips = [{ status: "pending", start, end: start + 5 * day }];
  await tracker.look(customer.id);
  expect(await stage()).toBe("customer");
  trips = trips.map((trip) => ({ ...trip, status: "confirmed" }));
  await tracker.look(customer.id);
  expect([await stage(), await listed("booked"), await listed("lead")]).toEqual(["booked", 1, 0]);
  const { version } = (await crm.get(customer.id))!;

  const until = async (at: number) => {
    while (clock.now() < at) {
      await clock.advance(Math.min(day, at - clock.now()));
      await new Promise((done) => setTimeout(done, 0));
    }
    await tracker.look("cus_none");
  };
  await until(start - 1000);
  expect(await stage()).toBe("booked");
  await until(start + 1000);
  expect(await stage()).toBe("travelling");
  await until(start + 5 * day + 1000);
  expect([await stage(), await listed("after-trip")]).toEqual(["after-trip", 1]);
  await until(start + 5 * day + afterTripMs + 1000);
  expect(await stage()).toBe("customer");
  expect(moves).toEqual(["lead→customer", "customer→booked", "booked→travelling", "travelling→after-trip", "after-trip→customer"]);
  // Nobody who edits the record is stopped by it.
  expect((await crm.get(customer.id))?.version).toBe(version);
  const told = await crm.events!.of(customer.id, { until: clock.now(), limit: 10 });
  expect(told.map(({ data }) => data.to)).toEqual(["customer", "after-trip", "travelling", "booked", "customer"]);
  tracker.stop();
  await db.close();
});

it("counts what lies nearest, and what failed for nothing", () => {
  const trip = (status: TripFact["status"], from: number, to: number): TripFact => ({ status, start: from * day, end: to * day });
  const now = 100 * day;
  expect(stageOf([], now)).toEqual({ stage: "lead" });
  expect(stageOf([trip("failed", 110, 112)], now)).toEqual({ stage: "lead" });
  expect(stageOf([trip("cancelled", 110, 112)], now)).toEqual({ stage: "customer" });
  expect(stageOf([trip("ticketed", 90, 95), trip("confirmed", 110, 112)], now)).toEqual({ stage: "booked", until: 110 * day });
  expect(stageOf([trip("ticketed", 90, 101), trip("confirmed", 110, 112)], now)).toEqual({ stage: "travelling", until: 101 * day });
  expect(stageOf([trip("ticketed", 90, 95), trip("cancelled", 110, 112)], now)).toEqual({ stage: "after-trip", until: 125 * day });
  expect(stageOf([trip("ticketed", 10, 12)], now)).toEqual({ stage: "customer" });
});
