import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger, Work, WorkContext } from "@travelagent/protocol/ports";
import type { Job, JobState, RunRecord } from "./job.ts";
import { type JobOutcome, type JobRun, runWork } from "./job-run.ts";
import type { JobPosition, OpenRun, RunLedger } from "./run-ledger.ts";
import type { CronEvent, Entry } from "./scheduler.ts";
import type { JobStore } from "./store.ts";

/** How long a run that was told to stop may take to do so. */
const graceMs = 5_000;
const progressEveryMs = 1_000;
const longestText = 8_000;

const lightly = { durable: false } as const;

/** The id of a run: the same for the same time of the same job. */
export const runIdOf = (jobId: string, slot: number | string): string => `cron:${jobId}:${typeof slot === "number" ? slot : `manual:${slot}`}`;

export interface RunsDeps {
  work: Work;
  ledger: RunLedger;
  store: JobStore;
  perform(run: JobRun): Promise<JobOutcome>;
  clock: Clock;
  log: Logger;
  /** Of this process. */
  instance: string;
  stuckAfterMs: number;
  entryOf(jobId: string): Entry | undefined;
  positionOf(entry: Entry): JobPosition;
  shown(entry: Entry): Job;
  onEvent(event: CronEvent): void;
  disable(jobId: string): Promise<void>;
  remove(jobId: string): Promise<void>;
  /** The job is at work from now on. */
  hold(entry: Entry, run: OpenRun): void;
  /** It is free again. */
  ended(entry: Entry, runId: string): void;
}

interface RunInput {
  run: OpenRun;
  /** The process that began it. */
  instance: string;
  missed?: number;
}

/** What the recorded outcome is put in place of. */
const alreadyRecorded: JobOutcome = { status: "skipped" };

export interface CronRuns {
  define(): void;
  /** Runs that were under way when the last process ended: each goes on, or is accounted for. From then on runs do their work. */
  takeUp(open: readonly OpenRun[]): Promise<void>;
}

/** One run as a durable function: perform, record, write down, tidy up. Each is done once, whatever crashes between. */
export function defineRuns(deps: RunsDeps): CronRuns {
  const { work, ledger, store, clock, log, instance, entryOf, onEvent } = deps;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });

  async function run(context: WorkContext, input: RunInput): Promise<unknown> {
    const { run: known, missed = 0 } = input;
    await unlessAborted(opened, context.signal);
    const entry = entryOf(known.jobId);
    if (!entry) return { status: "skipped", error: "the job was removed" };
    const recorded = context.attempt > 1 && !(await ledger.isOpen(known.runId));
    if (!recorded) deps.hold(entry, known);
    const outcome = recorded ? alreadyRecorded : await outcomeOf(context, input, entry);
    const ended = await context.transaction(
      "record",
      async (tx) => {
        const at = clock.now();
        const status = outcome.status;
        const state: JobState = {
          lastRunAtMs: known.runAt,
          lastStatus: status,
          ...(outcome.error === undefined ? {} : { lastError: outcome.error.slice(0, longestText) }),
          lastDurationMs: Math.max(0, at - known.runAt),
        };
        if (entryOf(known.jobId)) await ledger.end(tx, known, status, { ...deps.positionOf(entry), state }, at);
        return { at, state, outcome };
        // Lost with the power: the run goes on from its steps, which are not.
      },
      lightly,
    );
    if (!recorded) entry.state = ended.state;
    const record = recordOf(known, ended.outcome, ended.at, missed, entry);
    try {
      if (entryOf(known.jobId)) {
        await context.step("history", () => writeDown(record, context.attempt > 1), lightly);
        await context.step("afterwards", () => afterwards(entry, ended.outcome.status), lightly);
      }
    } finally {
      if (!context.signal.aborted) {
        onEvent({ action: "finished", jobId: known.jobId, runId: known.runId, job: entryOf(known.jobId) && deps.shown(entry), record });
        deps.ended(entry, known.runId);
      }
    }
    return { status: ended.outcome.status };
  }

  async function outcomeOf(context: WorkContext, { run: known, instance: began }: RunInput, entry: Entry): Promise<JobOutcome> {
    const job = structuredClone(entry.job);
    if (context.attempt > 1 && began !== instance && job.whenInterrupted === "skip")
      return { status: "error", error: "the process ended during this run, and the job is not to be run again then" };
    const controller = entry.running?.controller ?? new AbortController();
    const limitSeconds = (job.payload.kind === "agentTurn" ? job.payload.timeoutSeconds : undefined) ?? deps.stuckAfterMs / 1000;
    const stopTimer = clock.after(limitSeconds * 1000, () =>
      controller.abort(new TravelAgentError("TIMEOUT", `the run took longer than ${limitSeconds} seconds and was ended`)),
    );
    const signal = AbortSignal.any([context.signal, controller.signal]);
    let told = 0;
    const performed = Promise.resolve().then(() =>
      deps.perform({
        job,
        runId: known.runId,
        slotMs: known.slotMs,
        trigger: known.trigger,
        signal,
        dryRun: false,
        step: (name, task) => context.step(`job:${name}`, (own) => task(AbortSignal.any([own, signal]))),
        progress(done, of) {
          if (entry.running) Object.assign(entry.running, { done, of });
          if (clock.now() - told < progressEveryMs && done < of) return;
          told = clock.now();
          onEvent({ action: "progress", jobId: job.id, runId: known.runId, done, of });
        },
      }),
    );
    try {
      return await unlessAborted(performed, signal);
    } catch (thrown) {
      // The process stops: the run goes on after the restart.
      if (context.signal.aborted) throw context.signal.reason;
      const error = TravelAgentError.from(controller.signal.aborted ? controller.signal.reason : thrown);
      if (controller.signal.aborted) await within(clock, graceMs, performed);
      // The engine waits until there is room again, and calls once more.
      else if (error.code === "STORAGE_FULL" || error.code === "STORAGE_BUSY") throw thrown;
      if (!TravelAgentError.is(thrown)) log.error("a job failed for a reason nobody foresaw", { jobId: job.id, error: String(thrown) });
      return { status: "error", error: error.message };
    } finally {
      stopTimer();
    }
  }

  /** A crash between the line and its memo must not write it twice. */
  async function writeDown(record: RunRecord, again: boolean): Promise<void> {
    if (again && (await store.runs(record.jobId, { limit: 50 })).some(({ runAtMs, ts }) => runAtMs === record.runAtMs && ts === record.ts)) return;
    await store.appendRun(record);
  }

  async function afterwards({ job: { id, schedule, deleteAfterRun } }: Entry, status: JobOutcome["status"]): Promise<void> {
    if (status !== "ok" || (schedule.kind !== "at" && !deleteAfterRun)) return;
    if (deleteAfterRun) await deps.remove(id);
    else await deps.disable(id);
  }

  /** One that ended with its process more than once is not begun a third time. */
  async function giveUp(known: OpenRun, reason: string): Promise<void> {
    const entry = entryOf(known.jobId);
    if (!entry) return;
    const at = clock.now();
    const outcome: JobOutcome = { status: "error", error: reason };
    entry.state = { lastRunAtMs: known.runAt, lastStatus: "error", lastError: reason, lastDurationMs: Math.max(0, at - known.runAt) };
    await ledger.finish(known, "error", { ...deps.positionOf(entry), state: entry.state }, at);
    const record = recordOf(known, outcome, at, 0, entry);
    await store.appendRun(record);
    log.error("a run of a job was given up", { jobId: known.jobId, runId: known.runId, reason });
    onEvent({ action: "finished", jobId: known.jobId, runId: known.runId, job: deps.shown(entry), record });
    deps.ended(entry, known.runId);
  }

  return {
    define: () => work.define(runWork, (context, input) => run(context, input as RunInput), { maxCrashes: 1 }),
    async takeUp(left) {
      for (const known of left) {
        const state = await work.state(known.runId);
        // An engine that commits apart from the ledger may have lost it.
        if (state === null) await work.submit({ name: runWork, id: known.runId, input: { run: known, instance } satisfies RunInput });
        else if (state === "dead") await giveUp(known, "the process ended twice during this run; it is not tried a third time");
        else if (state === "failed" || state === "cancelled" || state === "done") await giveUp(known, `the run ended as ${state} and left no result`);
      }
      open();
    },
  };
}

function recordOf(known: OpenRun, { status, summary, error }: JobOutcome, at: number, missed: number, { nextMs, job }: Entry): RunRecord {
  const before = missed > 0 ? `(${missed === 1 ? "one earlier time was" : `${missed} earlier times were`} passed over) ` : "";
  const words = `${before}${summary ?? ""}`.trim();
  return {
    ts: at,
    jobId: known.jobId,
    action: "finished",
    status,
    ...(error === undefined ? {} : { error: error.slice(0, longestText) }),
    ...(words === "" ? {} : { summary: words.slice(0, longestText) }),
    runAtMs: known.runAt,
    durationMs: Math.max(0, at - known.runAt),
    ...(nextMs === undefined || !job.enabled ? {} : { nextRunAtMs: nextMs }),
  };
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

function within(clock: Clock, ms: number, promise: Promise<unknown>): Promise<void> {
  return new Promise<void>((resolve) => {
    const disarm = clock.after(ms, resolve);
    promise
      .catch(() => undefined)
      .finally(() => {
        disarm();
        resolve();
      });
  });
}
