import type { ZodType } from "zod";

/**
 * A job whose work is code and no conversation: the payload `{kind: "workflow", name, params}` names it. Registered by whoever has the
 * services it needs.
 */
export interface Workflow<Params = Record<string, unknown>> {
  /** Small letters and hyphens, such as `price-monitoring`. */
  readonly name: string;
  /** A line for people. */
  readonly description: string;
  /** What a job may set; each has a default, so that `{}` is enough. */
  readonly params: ZodType<Params>;
  /**
   * Does one run. Rejects with a `TravelAgentError` when it failed; what it did in steps stays done, and the next run of the same slot after a
   * crash goes on behind them.
   */
  run(run: WorkflowRun<Params>): Promise<WorkflowResult>;
}

export interface WorkflowRun<Params = Record<string, unknown>> {
  readonly jobId: string;
  /** When it was due, in milliseconds since the epoch. What depends on the time of day is worked out from it, so that a late run says the same. */
  readonly slotMs: number;
  readonly params: Params;
  readonly signal: AbortSignal;
  /** Says what it would do, does nothing, tells nobody. */
  readonly dryRun: boolean;
  /** Done once for this slot, whatever crashes between; the answer is JSON. Names are unique within the run. */
  step<T>(name: string, task: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** For people who watch. */
  progress(done: number, of: number): void;
}

export interface WorkflowResult {
  status: "ok" | "skipped";
  /** For people, in a few lines. */
  summary: string;
  /** Such as `{checked: 120, alerts: 2}`; added up in metrics. */
  counts?: Record<string, number>;
}
