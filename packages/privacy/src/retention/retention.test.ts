import { testEngine } from "@travelagent/engine/testing";
import type { RetentionStore } from "@travelagent/protocol/personal-data";
import type { Engine } from "@travelagent/protocol/ports";
import { type FakeClock, fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openConsents } from "../consents/ledger.ts";
import { createRetention, type Retention } from "./retention.ts";

const dayMs = 86_400_000;
let engine: Engine;
let clock: FakeClock;
let retention: Retention;
const pruned: { name: string; before: number; dryRun: boolean }[] = [];
const store = (name: string, kind: string, fails = false): RetentionStore => ({
  name,
  kind,
  async prune(before, { dryRun }) {
    pruned.push({ name, before, dryRun });
    if (fails) throw new Error("the disk is gone");
    return { removed: 2, kept: 1 };
  },
});

beforeEach(async () => {
  pruned.length = 0;
  engine = await testEngine();
  clock = fakeClock("2027-01-10T00:00:00Z");
  await openConsents({ db: engine.db, clock, secret: "x".repeat(32) });
  retention = createRetention({
    db: engine.db,
    work: engine.work,
    clock,
    log: recordingLogger(),
    stores: () => [store("inbox", "messages"), store("broken", "messages", true), store("audits", "audits"), store("usage", "usage")],
    policy: () => ({ messages: 30, usage: 1 }),
  });
  retention.define();
  await engine.start();
});
afterEach(async () => {
  retention.stop();
  await engine.stop();
});

it("removes what its time is over of, keeps what has none, and one that fails stops no other", async () => {
  const { lines, dryRun } = await retention.run({ dryRun: false });
  expect(dryRun).toBe(false);
  expect(lines).toEqual([
    { kind: "messages", store: "inbox", days: 30, before: "2026-12-11T00:00:00.000Z", removed: 2, kept: 1 },
    expect.objectContaining({ store: "broken", removed: 0, error: expect.stringMatching(/^INTERNAL: /) as string }),
    { kind: "audits", store: "audits", removed: 0, kept: 0 },
    expect.objectContaining({ store: "usage", removed: 2 }),
  ]);
  expect(pruned.map(({ name }) => name)).toEqual(["inbox", "broken", "usage"]);
  expect((await retention.status()).last).toMatchObject({ lines });
});

it("a dry run only counts, and is not the day's run", async () => {
  const { lines } = await retention.run({ dryRun: true });
  expect(lines[0]).toMatchObject({ removed: 2 });
  expect(pruned.every(({ dryRun }) => dryRun)).toBe(true);
  expect(await retention.status()).toEqual({ running: false });
});

it("runs once a day, counted over restarts", async () => {
  await retention.start();
  expect(await retention.status()).toEqual({ running: false, nextAt: "2027-01-10T00:10:00.000Z" });
  const ended = async (count: number) => {
    for (let tries = 0; tries < 200; tries++) {
      if (Number((await engine.db.get("select count(*) as n from retention_run where ended_at is not null"))?.n) === count) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    throw new Error(`there were not ${count} runs`);
  };
  await clock.advance(600_000);
  await ended(1);
  await clock.advance(dayMs);
  await ended(2);
  // Another process, two hours later.
  retention.stop();
  await clock.advance(2 * 3_600_000);
  const next = createRetention({ db: engine.db, work: engine.work, clock, log: recordingLogger(), stores: () => [], policy: () => ({}) });
  await next.start();
  expect((await next.status()).nextAt).toBe(new Date(clock.now() + 22 * 3_600_000).toISOString());
  next.stop();
});
