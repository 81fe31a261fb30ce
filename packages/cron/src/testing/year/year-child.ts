import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import type { Clock } from "@travelagent/protocol/ports";
import { openFileJobStore } from "../../file-store.ts";
import { createScheduler } from "../../scheduler.ts";
import { random } from "./random.ts";
import type { Segment } from "./year.ts";
import { yearJobs } from "./year-jobs.ts";

/**
 * One life of a process within the simulated year: time goes from `fromMs` to `toMs`, by jumps from timer to timer, then the process ends as it was told:
 * in order, or by SIGKILL at a certain moment of a certain run. What its runs do outside is a line in the world's own book.
 */
const segment = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Segment;
const { directory, fromMs, toMs, jobs, jobSeed, end, steps, seed } = segment;
const draw = random(seed);
const world = join(directory, "world.log");
const tell = (line: object): void => appendFileSync(world, `${JSON.stringify(line)}\n`);

let wall = fromMs;
let even = 0;
let timers: { at: number; run: () => void }[] = [];
const clock: Clock = {
  now: () => wall,
  after(delayMs, run) {
    const timer = { at: even + delayMs, run };
    timers.push(timer);
    return () => {
      timers = timers.filter((one) => one !== timer);
    };
  },
};
const die = (): never => {
  tell({ lived: [fromMs, wall] });
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
};
/** Of the runs of this life, this one meets the end. */
let until = end.kind === "stop" ? Number.POSITIVE_INFINITY : 1 + Math.floor(draw() * end.within);
const dies = (at: string): void => {
  if (end.kind === at && --until <= 0) die();
};

const engine = openEngine({ path: join(directory, "data.db") });
const store = await openFileJobStore({ jobsPath: join(directory, "jobs.json"), runsDirectory: join(directory, "runs"), db: engine.db, clock });
const scheduler = createScheduler({
  store: {
    ...store,
    async appendRun(record) {
      dies("before-history");
      await store.appendRun(record);
      dies("after-history");
    },
  },
  db: engine.db,
  work: engine.work,
  clock,
  timeZone: "UTC",
  maxConcurrentRuns: () => 50,
  catchUpCap: segment.catchUpCap,
  async perform(run) {
    dies("before-effect");
    await run.step("effect", async () => {
      // The key is what a supplier would know the call again by.
      tell({ job: run.job.id, slot: run.slotMs, key: run.runId });
      dies("in-effect");
    });
    dies("after-effect");
    return { status: "ok" };
  },
  onEvent(event) {
    if (event.action === "started") dies("after-claim");
  },
});
await scheduler.prepare();
await engine.start();
await scheduler.start();
if (scheduler.size() === 0) for (const job of yearJobs(jobs, jobSeed)) await scheduler.add(job);

const idle = async (): Promise<void> => {
  for (let quiet = 0; quiet < 3; ) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = scheduler.running().length === 0 ? quiet + 1 : 0;
  }
};
const pending = [...steps];
for (;;) {
  await idle();
  const next = timers.reduce<number | undefined>((least, { at }) => (least === undefined || at < least ? at : least), undefined);
  const due = scheduler.nextWakeAtMs();
  // The timer of the scheduler looks again after half a minute; without anybody due before, that is passed over in one jump.
  const jump = Math.max(next === undefined ? 1_000 : next - even, due === undefined ? 3_600_000 : Math.min(due - wall, 3_600_000));
  const step = pending[0];
  const target = Math.min(wall + Math.max(1, jump), toMs, step ? Math.max(wall, step.atMs) : Number.POSITIVE_INFINITY);
  even += target - wall;
  wall = target;
  if (step && wall >= step.atMs) {
    pending.shift();
    tell({ gap: [wall, wall + step.byMs] });
    wall += step.byMs;
  }
  const ripe = timers.filter(({ at }) => at <= even).sort((a, b) => a.at - b.at);
  timers = timers.filter(({ at }) => at > even);
  for (const { run } of ripe) run();
  if (wall >= toMs && pending.length === 0) break;
}
await idle();
if (end.kind !== "stop") die();
tell({ lived: [fromMs, wall] });
await scheduler.stop();
await engine.stop({ drainMs: 1_000 });
