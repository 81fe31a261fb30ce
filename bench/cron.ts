/**
 * Jobs over a simulated year with restarts, kills, clock steps and both changes of daylight time, judged by a book of the world's own, and what
 * 10,000 jobs cost beside the way without an index. `node --conditions=@travelagent/source bench/cron.ts [--year] [--quick] [--json]`.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { createScheduler, type Job, openFileJobStore } from "../packages/cron/src/index.ts";
import { liveThrough } from "../packages/cron/src/testing/year/year.ts";
import { openEngine } from "../packages/engine/src/index.ts";
import { quantile } from "./figures.ts";

const { values } = parseArgs({
  options: { year: { type: "boolean", default: false }, quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const root = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function manyJobs(count: number): Promise<Record<string, { measured: number; goal?: number }>> {
  const directory = mkdtempSync(join(tmpdir(), "cron-bench-"));
  let wall = Date.UTC(2027, 0, 15, 9);
  /** Timers are fired by hand, so that what a look costs is measured alone. */
  let timer: (() => void) | undefined;
  const clock = {
    now: () => wall,
    after(_: number, run: () => void) {
      timer = run;
      return () => {
        if (timer === run) timer = undefined;
      };
    },
  };
  const open = async () => {
    const engine = openEngine({ path: join(directory, "data.db") });
    const store = await openFileJobStore({ jobsPath: join(directory, "jobs.json"), runsDirectory: join(directory, "runs"), db: engine.db, clock });
    const scheduler = createScheduler({ store, db: engine.db, work: engine.work, clock, timeZone: "UTC", perform: async () => ({ status: "ok" }) });
    return { engine, store, scheduler };
  };
  try {
    const first = await open();
    const jobs = Array.from(
      { length: count },
      (_, index): Job => ({
        id: `job-${index}`,
        name: `job ${index}`,
        enabled: true,
        createdAtMs: wall,
        updatedAtMs: wall,
        schedule: { kind: "cron", expr: `${index % 60} ${index % 24} * * *`, tz: ["Europe/Madrid", "America/New_York", "Asia/Tokyo"][index % 3]! },
        sessionTarget: "isolated",
        wakeMode: "next-heartbeat",
        payload: { kind: "workflow", name: "x" },
        state: {},
      }),
    );
    await Promise.all(jobs.map((job) => first.store.upsert(job)));
    const firstStart = performance.now();
    await first.scheduler.prepare();
    const firstMs = performance.now() - firstStart;
    await first.engine.start();
    await first.scheduler.stop();
    await first.engine.stop({ drainMs: 0 });

    const starts: number[] = [];
    let opened: Awaited<ReturnType<typeof open>> | undefined;
    for (let round = 0; round < 5; round++) {
      await opened?.scheduler.stop();
      await opened?.engine.stop({ drainMs: 0 });
      const engine = openEngine({ path: join(directory, "data.db") });
      const before = performance.now();
      const store = await openFileJobStore({ jobsPath: join(directory, "jobs.json"), runsDirectory: join(directory, "runs"), db: engine.db, clock });
      const scheduler = createScheduler({ store, db: engine.db, work: engine.work, clock, timeZone: "UTC", perform: async () => ({ status: "ok" }) });
      await scheduler.prepare();
      const prepared = performance.now();
      await engine.start();
      const started = performance.now();
      await scheduler.start();
      starts.push(prepared - before + performance.now() - started);
      opened = { engine, store, scheduler };
    }
    const { engine, scheduler } = opened!;

    const idle: number[] = [];
    const due: number[] = [];
    for (let round = 0; round < 60; round++) {
      const next = scheduler.nextWakeAtMs()!;
      // A look for nothing, and one for the jobs of this minute.
      wall = next - 1;
      const before = performance.now();
      timer?.();
      idle.push(performance.now() - before);
      wall = next;
      const began = performance.now();
      timer?.();
      due.push(performance.now() - began);
      for (let quiet = 0; quiet < 5; quiet = scheduler.running().length === 0 ? quiet + 1 : 0) await new Promise((resolve) => setImmediate(resolve));
    }
    // The way without an index: every job is asked whether it is due.
    const loops: number[] = [];
    for (let round = 0; round < 60; round++) {
      const before = performance.now();
      scheduler.list().filter(({ enabled, state }) => enabled && state.nextRunAtMs !== undefined && state.nextRunAtMs <= wall);
      loops.push(performance.now() - before);
    }
    const cpu = process.cpuUsage();
    const from = performance.now();
    const seconds = values.quick ? 2 : 10;
    // As the timer does: a look each half minute.
    timer?.();
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const used = process.cpuUsage(cpu);
    const idleShare = ((used.user + used.system) / 1000 / (performance.now() - from)) * 100;
    await scheduler.stop();
    await engine.stop({ drainMs: 0 });
    return {
      [`start with ${count} jobs, median ms`]: { measured: quantile(starts, 0.5), goal: 100 },
      [`first start ever with ${count} jobs, ms`]: { measured: firstMs },
      "look with nobody due, p95 ms": { measured: quantile(idle, 0.95), goal: 5 },
      "look with jobs due, p95 ms": { measured: quantile(due, 0.95), goal: 5 },
      "the same by asking every job, p95 ms": { measured: quantile(loops, 0.95) },
      "processor when idle, % of one core": { measured: idleShare, goal: 1 },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const figures = await manyJobs(10_000);
if (!values.json)
  for (const [name, { measured, goal }] of Object.entries(figures))
    console.log(`${name.padEnd(44)} ${measured.toFixed(3)}${goal === undefined ? "" : `  (goal ${goal})`}`);
if (values.year) {
  const began = performance.now();
  const report = await liveThrough({
    jobs: values.quick ? 100 : 1_000,
    restarts: values.quick ? 20 : 500,
    fromMs: Date.UTC(2027, 0, 1),
    toMs: values.quick ? Date.UTC(2027, 3, 15) : Date.UTC(2028, 0, 1),
    seed: 2027,
    root,
    onProgress: (done, of) => done % 10 === 0 && say(`${done} of ${of} lives, ${((performance.now() - began) / 1000).toFixed(0)} s`),
  });
  const { problems, ...rest } = report;
  if (!values.json) {
    console.log({ ...rest, seconds: Math.round((performance.now() - began) / 1000) });
    for (const problem of problems.slice(0, 20)) console.log(problem);
  }
  if (problems.length > 0) process.exitCode = 1;
  if (values.json) console.log(JSON.stringify({ figures, year: report }, null, 2));
} else if (values.json) console.log(JSON.stringify({ figures }, null, 2));
