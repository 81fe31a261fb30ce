import type { Job, JobState, RunRecord } from "./job.ts";

export const defaultRunsLimit = 200;
export const maxRunsLimit = 5000;
/** A slot this much older than the newest claimed one is never given again, so older claims can be forgotten. */
export const slotHorizonMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Where jobs, their history and their slots live. What it gives is the caller's to change; what it was given it copies.
 * Every write is durable before it resolves.
 */
export interface JobStore {
  /** In the order of creation. */
  list(): Promise<Job[]>;
  get(id: string): Promise<Job | null>;
  /** Raises `INVALID_REQUEST` for what is no job, and stores nothing then. */
  upsert(job: Job): Promise<void>;
  /** Forgets the job, its history and its slots. False when there is none. */
  remove(id: string): Promise<boolean>;
  /** The history of a job is kept to its last 2000 lines once it has grown past two million bytes. */
  appendRun(record: RunRecord): Promise<void>;
  /** Oldest first, the last `limit` (default 200, at most 5000). Empty for an unknown job. */
  runs(jobId: string, options?: { limit?: number }): Promise<RunRecord[]>;
  /**
   * True for exactly one caller per job and slot, over all processes and restarts: whoever gets it runs the job.
   * `slotMs` is the time the run was due, not the time of the call.
   */
  claim(jobId: string, slotMs: number): Promise<boolean>;
  /** An ability: the same as `list` without a copy, not to be changed. */
  kept?(): readonly Job[];
  /** An ability: how jobs stand, for people who read the file, in one write. Nothing depends on it. */
  noteStates?(states: ReadonlyMap<string, JobState>): Promise<void>;
}
