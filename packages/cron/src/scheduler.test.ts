import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Engine } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileJobStore } from "./file-store.ts";
import type { JobOutcome, JobRun } from "./job-run.ts";
import { type CronEvent, createScheduler, type NewJob, type Scheduler, type SchedulerOptions } from "./scheduler.ts";

const minute = 60_000;
const hour = 60 * minute;
const start = Date.parse("2027-01-15T09:00:00Z");

const hourly: NewJob = {
  id: "hourly",
  name: "hourly",
  enabled: true,
  schedule: { kind: "every", everyMs: hour },
  sessionTarget: "isolated",
  wakeMode: "next-heartbeat",
  payload: { kind: "workflow", name: "x" },
};

describe("the scheduler", () => {
  let dir: string;
  let engine: Engine;
  let scheduler: Scheduler;
  let clock: ReturnType<typeof fakeClock> & { step(ms: number): void };
  /** What the world outside saw, whatever the scheduler thinks. */
  let world: { jobId: string; slot: number; trigger: string }[];
  let events: CronEvent[];
  let perform: (run: JobRun) => Promise<JobOutcome>;

  /** A clock on the wall that can be set, beside timers that run evenly. */
  function settable(): typeof clock {
    const inner = fakeClock();
    let skew = 0;
    const made: Clock & { advance(ms: number): Promise<void>; step(ms: number): void } = {
      now: () => inner.now() + skew,
      after: inner.after,
      advance: inner.advance,
      step(ms) {
        skew += ms;
      },
    };
    return made;
  }

  async function boot(options: Partial<SchedulerOptions> = {}): Promise<void> {
    engine = openEngine({ path: join(dir, "data.db") });
    const store = await openFileJobStore({ jobsPath: join(dir, "cron/jobs.json"), runsDirectory: join(dir, "cron/runs"), db: engine.db, clock });
    scheduler = createScheduler({
      store,
      db: engine.db,
      work: engine.work,
      clock,
      timeZone: "UTC",
      onEvent: (event) => events.push(event),
      perform: (run) => perform(run),
      ...options,
    });
    await scheduler.prepare();
    await engine.start();
    await scheduler.start();
  }
  async function down(): Promise<void> {
    await scheduler.stop();
    await engine.stop({ drainMs: 0 });
  }
  const idle = async () => {
    for (let tries = 0; tries < 400; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (scheduler.running().length === 0) return;
    }
    throw new Error("a run did not end");
  };
  /** Time goes on in small steps, with room for the disk between. */
  const pass = async (ms: number, stepMs = 30 * minute) => {
    for (let left = ms; left > 0; left -= stepMs) {
      await clock.advance(Math.min(stepMs, left));
      await new Promise((resolve) => setTimeout(resolve, 15));
      await idle();
    }
  };
  const slots = (jobId = "hourly") => world.filter((one) => one.jobId === jobId).map(({ slot }) => (slot - start) / hour);

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "cron-"));
    clock = settable();
    world = [];
    events = [];
    perform = async ({ job, slotMs, trigger }) => {
      world.push({ jobId: job.id, slot: slotMs, trigger });
      return { status: "ok", summary: "done" };
    };
    await boot();
  });
  afterEach(async () => {
    await down();
    await rm(dir, { recursive: true, force: true });
  });

  it("runs each time once, writes it down and says so", async () => {
    await scheduler.add(hourly);
    await pass(3 * hour);
    expect(slots()).toEqual([1, 2, 3]);
    expect(scheduler.get("hourly")!.state).toMatchObject({ lastStatus: "ok", lastRunAtMs: start + 3 * hour, nextRunAtMs: start + 4 * hour });
    expect(scheduler.get("hourly")!.state.runningAtMs).toBeUndefined();
    expect((await scheduler.runs("hourly")).map(({ status, summary, runAtMs }) => [status, summary, runAtMs])).toEqual(
      [1, 2, 3].map((at) => ["ok", "done", start + at * hour]),
    );
    expect(events.map(({ action }) => action)).toEqual(["added", "started", "finished", "started", "finished", "started", "finished"]);
  });

  it("makes up for the last time only, for all up to a limit, or for none, after it was down", async () => {
    await scheduler.add(hourly);
    await scheduler.add({ ...hourly, id: "all", name: "all", catchUp: "all" });
    await scheduler.add({ ...hourly, id: "skip", name: "skip", catchUp: "skip" });
    await down();
    clock.step(5.5 * hour);
    await boot({ catchUpCap: 3 });
    await pass(0.6 * hour, 0.1 * hour);
    expect(slots()).toEqual([5, 6]);
    expect(slots("all")).toEqual([3, 4, 5, 6]);
    expect(slots("skip")).toEqual([6]);
    expect(await scheduler.missed("hourly")).toEqual([{ fromMs: start + hour, toMs: start + 4 * hour, count: 4 }]);
    expect(await scheduler.missed("all")).toEqual([{ fromMs: start + hour, toMs: start + 2 * hour, count: 2 }]);
    expect(await scheduler.missed("skip")).toEqual([{ fromMs: start + hour, toMs: start + 5 * hour, count: 5 }]);
    expect((await scheduler.runs("skip"))[0]).toMatchObject({ status: "skipped" });
  });

  it("treats a standstill of the process and a step of the clock forward like time that it was down, and a step back as nothing", async () => {
    await scheduler.add({ ...hourly, schedule: { kind: "every", everyMs: minute } });
    clock.step(27 * minute);
    await pass(40_000, 20_000);
    expect(world.map(({ slot }) => (slot - start) / minute)).toEqual([27]);
    clock.step(2 * hour);
    await pass(40_000, 20_000);
    const seen = world.length;
    expect(seen).toBe(2);
    clock.step(-2 * hour);
    await pass(hour, 10 * minute);
    expect(world.length).toBe(seen);
    expect(new Set(world.map(({ slot }) => slot)).size).toBe(world.length);
  });

  it("runs one that a crash interrupted once more behind its finished steps, or gives it up", async () => {
    const steps: string[] = [];
    let crash = true;
    perform = async (run) => {
      world.push({ jobId: run.job.id, slot: run.slotMs, trigger: run.trigger });
      await run.step("first", async () => void steps.push(`${run.job.id}:first`));
      if (crash) await new Promise((_, reject) => run.signal.addEventListener("abort", () => reject(run.signal.reason), { once: true }));
      await run.step("second", async () => void steps.push(`${run.job.id}:second`));
      return { status: "ok" };
    };
    await down();
    await boot({ maxConcurrentRuns: () => 5 });
    await scheduler.add(hourly);
    await scheduler.add({ ...hourly, id: "once", name: "once", whenInterrupted: "skip" });
    await clock.advance(hour);
    for (let tries = 0; tries < 100 && steps.length < 2; tries++) await new Promise((resolve) => setTimeout(resolve, 5));
    await down();
    crash = false;
    await boot({ maxConcurrentRuns: () => 5 });
    await idle();
    expect(slots()).toEqual([1, 1]);
    expect(slots("once")).toEqual([1]);
    expect(steps.sort()).toEqual(["hourly:first", "hourly:second", "once:first"]);
    expect(await scheduler.runs("hourly")).toMatchObject([{ status: "ok" }]);
    expect(await scheduler.runs("once")).toMatchObject([{ status: "error", error: expect.stringContaining("ended during this run") }]);
    await down();
    await boot();
    await pass(10 * minute);
    expect(world).toHaveLength(3);
  });

  it("never overlaps a job with itself, and keeps to the number of runs at a time", async () => {
    let inside = 0;
    let most = 0;
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    perform = async ({ job, slotMs, trigger }) => {
      world.push({ jobId: job.id, slot: slotMs, trigger });
      most = Math.max(most, ++inside);
      await gate;
      inside--;
      return { status: "ok" };
    };
    await down();
    await boot({ maxConcurrentRuns: () => 2 });
    for (const id of ["a", "b", "c"]) await scheduler.add({ ...hourly, id, name: id });
    await clock.advance(3.2 * hour);
    await expect.poll(() => scheduler.running().length, { timeout: 5_000 }).toBe(2);
    expect(await scheduler.run("a")).toEqual({ ran: false, reason: "already-running" });
    open();
    await pass(minute, 10_000);
    expect(most).toBe(2);
    // What became due meanwhile is made up for once.
    expect(slots("a")).toEqual([1, 3]);
    expect(slots("c")).toEqual([3]);
  });

  it("ends a run that takes too long, and one that somebody ends", async () => {
    perform = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
    await scheduler.add(hourly);
    await clock.advance(hour);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(scheduler.running()).toHaveLength(1);
    await clock.advance(2 * hour);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect((await scheduler.runs("hourly"))[0]).toMatchObject({ status: "error", error: expect.stringContaining("longer than 7200 seconds") });
    await clock.advance(minute);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await scheduler.cancel("hourly")).toBe(true);
    await idle();
    expect((await scheduler.runs("hourly"))[1]).toMatchObject({ status: "error", error: "somebody ended this run" });
    expect(await scheduler.cancel("hourly")).toBe(false);
  });

  it("switches a single time off when it ran, or removes it, and keeps one that failed", async () => {
    const at = { kind: "at", atMs: start + hour } as const;
    await scheduler.add({ ...hourly, id: "off", name: "off", schedule: at });
    await scheduler.add({ ...hourly, id: "gone", name: "gone", schedule: at, deleteAfterRun: true });
    await scheduler.add({ ...hourly, id: "bad", name: "bad", schedule: at });
    perform = async ({ job, slotMs, trigger }) => {
      if (job.id === "bad") throw new TravelAgentError("UNAVAILABLE", "the supplier is away");
      world.push({ jobId: job.id, slot: slotMs, trigger });
      return { status: "ok" };
    };
    await pass(3 * hour);
    for (let tries = 0; tries < 200 && scheduler.get("bad")!.state.lastStatus === undefined; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(world.map(({ jobId }) => jobId).sort()).toEqual(["gone", "off"]);
    expect(scheduler.get("off")).toMatchObject({ enabled: false });
    expect(scheduler.get("gone")).toBeUndefined();
    expect(scheduler.get("bad")).toMatchObject({ enabled: true, state: { lastStatus: "error", lastError: "the supplier is away" } });
    expect(scheduler.get("bad")!.state.nextRunAtMs).toBeUndefined();
  });

  it("keeps reading, editing and switching from losing or doubling a time", async () => {
    await scheduler.add(hourly);
    for (let half = 1; half <= 8; half++) {
      await pass(30 * minute - 1, 30 * minute);
      scheduler.list();
      scheduler.nextWakeAtMs();
      await scheduler.preview("hourly", 3);
      await scheduler.update("hourly", { description: `edit ${half}` });
      await down();
      await boot();
      await pass(1);
    }
    expect(slots()).toEqual([1, 2, 3, 4]);
    await scheduler.update("hourly", { enabled: false });
    await pass(2 * hour);
    await scheduler.update("hourly", { enabled: true });
    await pass(hour);
    expect(slots()).toEqual([1, 2, 3, 4, 7]);
  });

  it("gives a time to one of two schedulers on the same books", async () => {
    await scheduler.add(hourly);
    const taken: number[] = [];
    /** Where the other process would run what it gets: one run that takes for ever. */
    const elsewhere = {
      ...engine.work,
      define: () => undefined,
      state: async () => "running" as const,
      submit: async ({ input }: { input?: unknown }) => void taken.push(((input as { run: { slotMs: number } }).run.slotMs - start) / hour),
    };
    const other = createScheduler({
      store: await openFileJobStore({ jobsPath: join(dir, "cron/jobs.json"), runsDirectory: join(dir, "cron/runs"), db: engine.db, clock }),
      db: engine.db,
      work: elsewhere,
      clock,
      perform: (run) => perform(run),
    });
    await other.prepare();
    await other.start();
    await clock.advance(hour);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...taken, ...slots()]).toEqual([1]);
    await other.stop();
  });

  it("runs by hand beside the schedule, the same key once, and only says what it would do when asked so", async () => {
    await scheduler.add(hourly);
    expect(await scheduler.run("hourly", { mode: "due" })).toEqual({ ran: false, reason: "not-due" });
    expect(await scheduler.run("hourly", { key: "k" })).toEqual({ ran: true, runId: "cron:hourly:manual:k" });
    await idle();
    expect(await scheduler.run("hourly", { key: "k" })).toMatchObject({ ran: false, reason: "already-run" });
    await pass(hour);
    expect(world.map(({ trigger }) => trigger)).toEqual(["manual", "slot"]);
    let dry: boolean | undefined;
    perform = async (run) => {
      dry = run.dryRun;
      return { status: "ok", summary: "would look at 3 bookings" };
    };
    expect(await scheduler.dryRun("hourly")).toMatchObject({ summary: "would look at 3 bookings" });
    expect(dry).toBe(true);
    expect(await scheduler.runs("hourly")).toHaveLength(2);
  });

  it("is switched off as a whole, and shows the next times on the wall clock of the job", async () => {
    await down();
    await boot({ enabled: false });
    await scheduler.add({ ...hourly, schedule: { kind: "cron", expr: "30 2 * * *", tz: "Europe/Berlin" } });
    expect(scheduler.nextWakeAtMs()).toBeUndefined();
    await pass(30 * hour, 5 * hour);
    expect(world).toEqual([]);
    expect(await scheduler.preview({ kind: "cron", expr: "30 2 28 3 *", tz: "Europe/Berlin" }, 1)).toEqual([
      { atMs: Date.parse("2027-03-28T01:00:00Z"), local: "2027-03-28 03:00:00", timeZone: "Europe/Berlin" },
    ]);
    await expect(scheduler.add({ ...hourly, id: "x", schedule: { kind: "cron", expr: "61 * * * *" } })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(scheduler.add({ ...hourly, id: "x", schedule: { kind: "cron", expr: "1 * * * *", tz: "Mars/Base" } })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
    expect(scheduler.get("x")).toBeUndefined();
  });
});
