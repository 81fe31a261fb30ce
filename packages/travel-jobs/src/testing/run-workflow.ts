import type { Workflow, WorkflowResult } from "@travelagent/cron";

/** The process died in a step, before or after it was done. */
export class Crash extends Error {}

/** Steps of slots that are done, as a scheduler keeps them on disk. */
export type StepMemo = Map<string, string>;

export interface RunOptions {
  slotMs: number;
  params?: Record<string, unknown>;
  dryRun?: boolean;
  /** The same over the runs of one slot. */
  memo?: StepMemo;
  /** Called before and after each step that is really done; a `Crash` that it throws ends the run there. */
  at?: (where: "before" | "after", step: string) => void;
}

/** Runs a workflow once, as a scheduler does: params checked, steps remembered, and nothing goes on after a `Crash`. */
export async function runWorkflow(workflow: Workflow, { slotMs, params = {}, dryRun = false, memo = new Map(), at }: RunOptions): Promise<WorkflowResult> {
  const seen = new Set<string>();
  const process = new AbortController();
  const reach = (where: "before" | "after", step: string): void => {
    process.signal.throwIfAborted();
    try {
      at?.(where, step);
    } catch (error) {
      process.abort(error);
      throw error;
    }
  };
  return workflow.run({
    jobId: `job-${workflow.name}`,
    slotMs,
    params: workflow.params.parse(params),
    signal: process.signal,
    dryRun,
    progress: () => undefined,
    async step(name, task) {
      if (seen.has(name)) throw new Error(`the step ${name} has a name that is used twice in one run`);
      seen.add(name);
      const known = memo.get(name);
      if (known !== undefined) return JSON.parse(known);
      reach("before", name);
      const result = await task(process.signal);
      reach("after", name);
      memo.set(name, JSON.stringify(result ?? null));
      return result;
    },
  });
}
