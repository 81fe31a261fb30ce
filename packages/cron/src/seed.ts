import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { instantOf } from "./instant.ts";
import { type CatchUp, type Job, JobDefinition, type Payload, type Schedule, type WhenInterrupted } from "./job.ts";
import type { JobStore } from "./store.ts";

/** A job as it stands in the configuration. */
export interface JobSeed {
  name: string;
  description?: string | undefined;
  enabled?: boolean | undefined;
  agentId?: string | undefined;
  deleteAfterRun?: boolean | undefined;
  schedule: Schedule | { kind: "at"; at: string };
  payload: Payload;
  /** Follows from the payload when left out. */
  sessionTarget?: "main" | "isolated" | undefined;
  wakeMode?: "next-heartbeat" | "now" | undefined;
  catchUp?: CatchUp | undefined;
  whenInterrupted?: WhenInterrupted | undefined;
}

export interface SeedOptions {
  store: JobStore;
  /** `cron.jobs` of the configuration. */
  jobs: readonly JobSeed[];
  clock?: Clock;
  /** Makes the id of a new job. */
  newId?: () => string;
}

export interface SeedResult {
  added: string[];
  updated: string[];
  /** Came from the configuration once and are no longer in it. They are kept, but do not run. */
  disabled: string[];
}

/**
 * Brings the jobs of the configuration into the store, by name. Field by field: what changed in the configuration since
 * the last time wins, what was edited in the store stays. Starting twice changes nothing.
 */
export async function seedJobs({ store, jobs, clock = systemClock, newId = () => crypto.randomUUID() }: SeedOptions): Promise<SeedResult> {
  const result: SeedResult = { added: [], updated: [], disabled: [] };
  const stored = store.kept?.() ?? (await store.list());
  const now = clock.now();
  for (const entry of jobs) {
    const seed = definitionOf(entry);
    const existing = stored.find((job) => job.name === entry.name);
    if (!existing) {
      await store.upsert({ id: newId(), ...seed, createdAtMs: now, updatedAtMs: now, state: {}, seed });
      result.added.push(entry.name);
      continue;
    }
    const merged = merge(existing, seed, now);
    if (!merged) continue;
    await store.upsert(merged);
    result.updated.push(entry.name);
  }
  for (const { seed: _seed, ...job } of stored.filter((job) => job.seed && !jobs.some((entry) => entry.name === job.name))) {
    await store.upsert({ ...job, enabled: false, updatedAtMs: now });
    result.disabled.push(job.name);
  }
  return result;
}

/** Null when the configuration says what it said before. */
function merge(job: Job, seed: JobDefinition, now: number): Job | null {
  if (job.seed && same(job.seed, seed)) return null;
  const merged: Record<string, unknown> = { ...job, seed, updatedAtMs: now };
  for (const key of Object.keys(JobDefinition.shape) as (keyof JobDefinition)[]) {
    if (job.seed && same(job.seed[key], seed[key])) continue;
    if (seed[key] === undefined) delete merged[key];
    else merged[key] = seed[key];
  }
  // The next run was worked out for the old schedule.
  if (!same(merged.schedule, job.schedule)) {
    const { nextRunAtMs: _next, ...state } = job.state;
    merged.state = state;
  }
  return merged as unknown as Job;
}

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

function definitionOf({
  name,
  description,
  enabled = true,
  agentId,
  deleteAfterRun,
  schedule,
  payload,
  sessionTarget,
  wakeMode = "next-heartbeat",
  catchUp,
  whenInterrupted,
}: JobSeed): JobDefinition {
  const definition = {
    name,
    ...(description === undefined ? {} : { description }),
    enabled,
    ...(agentId === undefined ? {} : { agentId }),
    ...(deleteAfterRun === undefined ? {} : { deleteAfterRun }),
    schedule: "at" in schedule ? { kind: "at", atMs: timeOf(schedule.at, name) } : schedule,
    sessionTarget: sessionTarget ?? (payload.kind === "systemEvent" ? "main" : "isolated"),
    wakeMode,
    payload,
    ...(catchUp === undefined ? {} : { catchUp }),
    ...(whenInterrupted === undefined ? {} : { whenInterrupted }),
  };
  const parsed = JobDefinition.safeParse(definition);
  if (!parsed.success)
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `cron job "${name}": ${parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`,
    );
  return parsed.data;
}

function timeOf(text: string, name: string): number {
  const time = instantOf(text);
  if (time === undefined) throw new TravelAgentError("CONFIG_INVALID", `cron job "${name}": "${text}" is no time; write it like 2027-03-28T10:15:00Z`);
  return time;
}
