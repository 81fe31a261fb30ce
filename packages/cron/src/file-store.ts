import { readFile } from "node:fs/promises";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, systemClock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { checkedJob, checkedRun } from "./checked-job.ts";
import { replaceFile } from "./durable-file.ts";
import { Job } from "./job.ts";
import { runHistory } from "./run-history.ts";
import { slotLedger } from "./slots.ts";
import { defaultRunsLimit, type JobStore, maxRunsLimit } from "./store.ts";

export interface FileJobStoreOptions {
  /** `cron/jobs.json` below the state directory. */
  jobsPath: string;
  /** `cron/runs` below the state directory. */
  runsDirectory: string;
  /** Holds the slots, so that two processes never run the same one. */
  db: Database;
  clock?: Clock;
}

const JobsFile = z.strictObject({ version: z.literal(1), jobs: z.array(Job) });

/**
 * Opens the jobs of one gateway; the file must have no other writer while the store is in use. Raises `STORAGE_CORRUPT` for
 * a file it cannot read as jobs, and leaves that file alone.
 */
export async function openFileJobStore({ jobsPath, runsDirectory, db, clock = systemClock }: FileJobStoreOptions): Promise<JobStore> {
  const slots = slotLedger(db);
  await slots.prepare();
  const history = runHistory(runsDirectory);
  let jobs = new Map((await readJobs(jobsPath)).map((job) => [job.id, job]));
  let writing: Promise<unknown> = Promise.resolve();

  /** One write at a time; nobody sees a change that is not on the disk yet. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = writing.then(work);
    writing = done.catch(() => {});
    return done;
  };
  const replaceJobs = async (next: Map<string, Job>) => {
    await replaceFile(jobsPath, `${JSON.stringify({ version: 1, jobs: [...next.values()] }, null, 2)}\n`);
    jobs = next;
  };
  /** Changes that came while the file was being written go into the next write together: it has all jobs in it. */
  let waiting: ((next: Map<string, Job>) => void)[] = [];
  let next: Promise<void> | undefined;
  const change = (edit: (next: Map<string, Job>) => void): Promise<void> => {
    waiting.push(edit);
    next ??= inTurn(async () => {
      const edits = waiting;
      waiting = [];
      next = undefined;
      const edited = new Map(jobs);
      for (const one of edits) one(edited);
      await replaceJobs(edited);
    });
    return next;
  };

  return {
    list: async () => structuredClone([...jobs.values()]),
    kept: () => [...jobs.values()],
    get: async (id) => structuredClone(jobs.get(id) ?? null),
    upsert: async (job) => {
      const copy = checkedJob(job);
      await change((next) => next.set(copy.id, copy));
    },
    noteStates: (states) =>
      change((next) => {
        for (const [id, state] of states) {
          const job = next.get(id);
          if (job) next.set(id, { ...job, state });
        }
      }),
    remove: (id) =>
      inTurn(async () => {
        if (!jobs.has(id)) return false;
        const next = new Map(jobs);
        next.delete(id);
        await replaceJobs(next);
        await history.forget(id);
        await slots.forget(id);
        return true;
      }),
    appendRun: async (record) => {
      const copy = checkedRun(record);
      if (!jobs.has(copy.jobId)) throw new TravelAgentError("NOT_FOUND", `there is no job ${copy.jobId}`);
      await inTurn(() => history.append(copy));
    },
    runs: async (jobId, { limit = defaultRunsLimit } = {}) => (jobs.has(jobId) ? history.last(jobId, Math.min(Math.max(1, limit), maxRunsLimit)) : []),
    claim: (jobId, slotMs) => slots.claim(jobId, slotMs, clock.now()),
  };
}

async function readJobs(path: string): Promise<Job[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    if (code === "ENOENT") return [];
    throw new TravelAgentError("UNAVAILABLE", `${path} cannot be read (${code}); check that it is a file of yours`, { cause: error });
  }
  const corrupt = (reason: string) =>
    new TravelAgentError("STORAGE_CORRUPT", `${path} holds no jobs this program can read (${reason}); repair it, or move it away to start without jobs`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw corrupt("no valid JSON");
  }
  const parsed = JobsFile.safeParse(value);
  if (!parsed.success) throw corrupt(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  return parsed.data.jobs;
}
