import type { Job, RunStatus } from "./job.ts";

/** Name of the durable function. */
export const runWork = "cron.run";

/** One run of one job. */
export interface JobRun {
  /** A copy, as it stood when the run began. */
  readonly job: Job;
  readonly runId: string;
  /** When it was due; for a run by hand, when it was asked for. */
  readonly slotMs: number;
  readonly trigger: "slot" | "manual";
  /** Aborts on cancellation, time-out and shutdown. */
  readonly signal: AbortSignal;
  /** Says what it would do, does nothing. */
  readonly dryRun: boolean;
  /** Done once for this run, whatever crashes between; the answer is JSON. */
  step<T>(name: string, task: (signal: AbortSignal) => Promise<T>): Promise<T>;
  progress(done: number, of: number): void;
}

export interface JobOutcome {
  status: RunStatus;
  /** For people. */
  summary?: string;
  error?: string;
  counts?: Record<string, number>;
}
