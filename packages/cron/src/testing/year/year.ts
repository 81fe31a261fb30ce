import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expectedTimes } from "./expected-times.ts";
import { random } from "./random.ts";
import { yearJobs } from "./year-jobs.ts";

const ends = ["after-claim", "before-effect", "in-effect", "after-effect", "before-history", "after-history", "stop"] as const;

export interface Segment {
  directory: string;
  fromMs: number;
  toMs: number;
  jobs: number;
  jobSeed: number;
  seed: number;
  catchUpCap: number;
  /** When the process ends otherwise than in order: at the latest in this many runs. */
  end: { kind: (typeof ends)[number]; within: number };
  /** Clocks that are set, and machines that sleep. */
  steps: { atMs: number; byMs: number }[];
}

export interface YearOptions {
  jobs: number;
  restarts: number;
  fromMs: number;
  toMs: number;
  seed?: number;
  /** On a disk in memory a year is minutes. */
  root?: string;
  onProgress?(done: number, of: number): void;
}

export interface YearReport {
  jobs: number;
  restarts: number;
  kills: Record<string, number>;
  clockSteps: number;
  /** Times that were due. */
  expected: number;
  /** Of them, those whose effect the world saw, and those the books account for. */
  ran: number;
  accounted: number;
  /** Effects that were asked for twice under one key, since the process died before it knew of the first. */
  repeated: number;
  /** What must not be: each a line. Empty when all is well. */
  problems: string[];
}

const hour = 3_600_000;
const child = fileURLToPath(new URL("./year-child.ts", import.meta.url));

/** Lives through the time with `restarts` processes, then holds the world's book against the judge's times and the scheduler's accounts. */
export async function liveThrough({ jobs, restarts, fromMs, toMs, seed = 1, root = tmpdir(), onProgress = () => undefined }: YearOptions): Promise<YearReport> {
  const directory = mkdtempSync(join(root, "cron-year-"));
  mkdirSync(directory, { recursive: true });
  const draw = random(seed);
  const kills: Record<string, number> = {};
  let clockSteps = 0;
  let wall = fromMs;
  const catchUpCap = 5;
  try {
    for (let life = 0; life < restarts; life++) {
      const left = restarts - life;
      const length = left === 1 ? toMs - wall : ((toMs - wall) / left) * (0.5 + draw());
      const until = Math.min(toMs, Math.max(wall + 60_000, Math.round(wall + length)));
      const kind = life === 0 || left === 1 ? "stop" : ends[Math.floor(draw() * ends.length)]!;
      const steps: Segment["steps"] = [];
      if (left > 1 && draw() < 0.15) {
        clockSteps++;
        steps.push({ atMs: Math.round(wall + draw() * (until - wall)), byMs: [2 * hour, -2 * hour, 27 * 60_000, 8 * hour][Math.floor(draw() * 4)]! });
      }
      const segment: Segment = {
        directory,
        fromMs: wall,
        toMs: until,
        jobs,
        jobSeed: seed,
        seed: seed * 1000 + life,
        catchUpCap,
        end: { kind, within: 1 + Math.floor(draw() * Math.max(2, (jobs * (until - wall)) / (10 * 24 * hour))) },
        steps,
      };
      const path = join(directory, "segment.json");
      writeFileSync(path, JSON.stringify(segment));
      const { signal, output } = await live(path);
      if (kind === "stop" && (signal !== null || output !== "")) throw new Error(`a life that was to end in order did not: ${output || signal}`);
      if (kind !== "stop") kills[kind] = (kills[kind] ?? 0) + 1;
      if (signal === null && kind !== "stop") throw new Error(`a life ended by itself: ${output}`);
      wall = livedUntil(directory);
      // Away for a while, sometimes for a day.
      if (left > 1) wall += draw() < 0.1 ? draw() * 20 * hour : draw() * 600_000;
      wall = Math.round(wall);
      if (wall >= toMs) wall = toMs - 1;
      onProgress(life + 1, restarts);
    }
    return judge({ directory, jobs, restarts, kills, clockSteps, fromMs, toMs, seed });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const book = (directory: string): Record<string, unknown>[] => {
  try {
    return readFileSync(join(directory, "world.log"), "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  } catch {
    return [];
  }
};

/** The last thing that a process does is to tell its time. */
function livedUntil(directory: string): number {
  const line = readFileSync(join(directory, "world.log"), "utf8").trimEnd().split("\n").at(-1)!;
  return (JSON.parse(line) as { lived: [number, number] }).lived[1];
}

function live(segment: string): Promise<{ signal: string | null; output: string }> {
  return new Promise((resolve) => {
    const process_ = spawn(process.execPath, ["--conditions=@travelagent/source", "--disable-warning=ExperimentalWarning", child, segment], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let output = "";
    process_.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    process_.on("close", (code, signal) => resolve({ signal, output: code === 0 || signal ? "" : output || `code ${code}` }));
  });
}

function judge({
  directory,
  jobs,
  restarts,
  kills,
  clockSteps,
  fromMs,
  toMs,
  seed,
}: {
  directory: string;
  jobs: number;
  restarts: number;
  kills: Record<string, number>;
  clockSteps: number;
  fromMs: number;
  toMs: number;
  seed: number;
}): YearReport {
  const missed = passedOver(directory);
  const givenUp = refused(directory, jobs, seed);
  const effects = effectsIn(directory);
  const problems: string[] = [];
  let [expected, ran, accounted, repeated] = [0, 0, 0, 0];
  for (const { id, schedule } of yearJobs(jobs, seed)) {
    if (schedule.kind !== "cron") continue;
    const times = expectedTimes(schedule.expr, schedule.tz!, fromMs, toMs).filter((at) => at > fromMs && at < toMs);
    const own = effects.get(id!) ?? new Map<number, Effect>();
    const known = new Set(times);
    for (const slot of own.keys())
      if (!known.has(slot) && slot < toMs)
        problems.push(`${id} (${schedule.expr} ${schedule.tz}) ran at ${new Date(slot).toISOString()}, which is no time of it`);
    for (const at of times) {
      expected++;
      const seen = own.get(at);
      const passed = (missed.get(id!) ?? []).some(({ from, to }) => from <= at && at <= to);
      const dropped = givenUp.has(`${id} ${at}`);
      if (seen) {
        ran++;
        repeated += seen.calls - 1;
        if (seen.keys.size > 1) problems.push(`${id} ran twice for ${new Date(at).toISOString()}`);
        if (seen.calls > 2) problems.push(`${id} was tried ${seen.calls} times for ${new Date(at).toISOString()}`);
        if (passed) problems.push(`${id} ran for ${new Date(at).toISOString()} and says it did not`);
      } else if (passed || dropped) accounted++;
      else problems.push(`${id} (${schedule.expr} ${schedule.tz}) lost ${new Date(at).toISOString()}`);
    }
  }
  return { jobs, restarts, kills, clockSteps, expected, ran, accounted, repeated, problems };
}

/** Times that the scheduler says it passed over, by job. */
function passedOver(directory: string): Map<string, { from: number; to: number }[]> {
  const db = new DatabaseSync(join(directory, "data.db"), { readOnly: true });
  const missed = new Map<string, { from: number; to: number }[]>();
  for (const row of db.prepare("select job_id, from_ms, to_ms from cron_missed").all() as { job_id: string; from_ms: number; to_ms: number }[])
    missed.set(row.job_id, [...(missed.get(row.job_id) ?? []), { from: row.from_ms, to: row.to_ms }]);
  db.close();
  return missed;
}

/** Runs that were given up after a crash, by the policy of their job, as `job slot`. */
function refused(directory: string, jobs: number, seed: number): Set<string> {
  const db = new DatabaseSync(join(directory, "data.db"), { readOnly: true });
  const givenUp = new Set<string>();
  for (const row of db.prepare("select job_id, slot_ms from cron_run where state = 'error'").all() as { job_id: string; slot_ms: number }[])
    givenUp.add(`${row.job_id} ${row.slot_ms}`);
  const claimed = db.prepare("select slot_ms from cron_slots where job_id = ? and claimed_at = ?");
  for (const { id } of yearJobs(jobs, seed))
    for (const { runAtMs } of history(directory, id!).filter(({ status }) => status === "error"))
      for (const { slot_ms } of claimed.all(id!, runAtMs) as { slot_ms: number }[]) givenUp.add(`${id} ${slot_ms}`);
  db.close();
  return givenUp;
}

interface Effect {
  keys: Set<string>;
  calls: number;
}

/** What the world saw, by job and time. */
function effectsIn(directory: string): Map<string, Map<number, Effect>> {
  const effects = new Map<string, Map<number, Effect>>();
  for (const { job, slot, key } of book(directory) as { job?: string; slot?: number; key?: string }[]) {
    if (job === undefined || slot === undefined || key === undefined) continue;
    const ofJob = effects.get(job) ?? new Map<number, Effect>();
    effects.set(job, ofJob);
    const seen = ofJob.get(slot) ?? { keys: new Set<string>(), calls: 0 };
    seen.keys.add(key);
    seen.calls++;
    ofJob.set(slot, seen);
  }
  return effects;
}

function history(directory: string, jobId: string): { status: string; runAtMs: number }[] {
  try {
    return readFileSync(join(directory, "runs", `${jobId}.jsonl`), "utf8")
      .split("\n")
      .filter((line) => line.endsWith("}"))
      .map((line) => JSON.parse(line) as { status: string; runAtMs: number });
  } catch {
    return [];
  }
}
