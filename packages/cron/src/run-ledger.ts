import type { Database, Tx } from "@travelagent/protocol/ports";
import type { JobState, RunStatus } from "./job.ts";
import { slotLedger } from "./slots.ts";

/** How far a job has got: every time up to `cursorMs` has run, runs, or is accounted for. */
export interface JobPosition {
  jobId: string;
  /** What the position was worked out for; another one means that the job was edited meanwhile. */
  scheduleKey: string;
  cursorMs: number;
  nextMs: number | undefined;
  state: Omit<JobState, "nextRunAtMs">;
}

export interface OpenRun {
  runId: string;
  jobId: string;
  slotMs: number;
  trigger: "slot" | "manual";
  runAt: number;
}

/** Times that did not run, by the policy of their job. */
export interface Missed {
  fromMs: number;
  toMs: number;
  count: number;
}

/** Which slot ran, and what the others came to. Kept in the database: a file of all jobs would be written anew for each run. */
export interface RunLedger {
  prepare(): Promise<void>;
  positions(): Promise<Map<string, JobPosition>>;
  position(jobId: string): Promise<JobPosition | undefined>;
  save(position: JobPosition): Promise<void>;
  saveAll(positions: readonly JobPosition[]): Promise<void>;
  /** Runs of a process that ended before they did, and those of this one. */
  open(): Promise<OpenRun[]>;
  /**
   * True for exactly one caller per job and slot: in the same commit the job moves on and `submit` hands the run to the engine. A run by hand has
   * no slot and is always given.
   */
  begin(run: OpenRun, position: JobPosition, missed: Missed | undefined, submit: (tx: Tx) => Promise<void>): Promise<boolean>;
  /** The job moves on without a run. */
  pass(position: JobPosition, missed: Missed, now: number): Promise<void>;
  /** Whether nothing is recorded of it yet. */
  isOpen(runId: string): Promise<boolean>;
  end(tx: Tx, run: OpenRun, status: RunStatus, position: JobPosition, now: number): Promise<void>;
  /** The same in a commit of its own. */
  finish(run: OpenRun, status: RunStatus, position: JobPosition, now: number): Promise<void>;
  /** Newest first. */
  missed(jobId: string, limit: number): Promise<Missed[]>;
  forget(jobId: string): Promise<void>;
}

const keptRuns = 2_000;
const keptMissed = 1_000;

interface PositionRow extends Record<string, unknown> {
  job_id: string;
  schedule_key: string;
  cursor_ms: number;
  next_ms: number | null;
  state: string;
}

const readPosition = (row: PositionRow): JobPosition => ({
  jobId: row.job_id,
  scheduleKey: row.schedule_key,
  cursorMs: Number(row.cursor_ms),
  nextMs: row.next_ms === null ? undefined : Number(row.next_ms),
  state: JSON.parse(row.state) as JobPosition["state"],
});

export function runLedger(db: Database): RunLedger {
  const slots = slotLedger(db);

  const saveIn = (tx: Tx, { jobId, scheduleKey, cursorMs, nextMs, state }: JobPosition) =>
    tx.run(
      `insert into cron_job (job_id, schedule_key, cursor_ms, next_ms, state) values (?, ?, ?, ?, ?)
       on conflict (job_id) do update set schedule_key = excluded.schedule_key, cursor_ms = excluded.cursor_ms, next_ms = excluded.next_ms, state = excluded.state`,
      jobId,
      scheduleKey,
      cursorMs,
      nextMs ?? null,
      JSON.stringify(state),
    );

  const noteMissed = async (tx: Tx, jobId: string, { fromMs, toMs, count }: Missed, now: number): Promise<void> => {
    await tx.run(
      "insert into cron_missed (job_id, from_ms, to_ms, count, noted_at) values (?, ?, ?, ?, ?) on conflict (job_id, from_ms) do nothing",
      jobId,
      fromMs,
      toMs,
      count,
      now,
    );
    await tx.run(
      "delete from cron_missed where job_id = ? and from_ms < (select min(from_ms) from (select from_ms from cron_missed where job_id = ? order by from_ms desc limit ?) as kept)",
      jobId,
      jobId,
      keptMissed,
    );
  };

  const end: RunLedger["end"] = async (tx, { runId, jobId }, status, position, now) => {
    await tx.run("update cron_run set state = ?, ended_at = ? where run_id = ?", status, now, runId);
    await tx.run(
      "delete from cron_run where job_id = ? and state <> 'running' and run_at < (select min(run_at) from (select run_at from cron_run where job_id = ? order by run_at desc limit ?) as kept)",
      jobId,
      jobId,
      keptRuns,
    );
    await saveIn(tx, position);
  };

  return {
    prepare: slots.prepare,
    async positions() {
      return new Map((await db.all<PositionRow>("select * from cron_job")).map((row) => [row.job_id, readPosition(row)]));
    },
    async position(jobId) {
      const row = await db.get<PositionRow>("select * from cron_job where job_id = ?", jobId);
      return row && readPosition(row);
    },
    save: (position) => db.transaction(async (tx) => void (await saveIn(tx, position))),
    saveAll: (positions) =>
      db.transaction(async (tx) => {
        for (const position of positions) await saveIn(tx, position);
      }),
    async open() {
      const rows = await db.all("select * from cron_run where state = 'running' order by run_at, run_id");
      return rows.map((row) => ({
        runId: String(row.run_id),
        jobId: String(row.job_id),
        slotMs: Number(row.slot_ms),
        trigger: row.trigger_kind as OpenRun["trigger"],
        runAt: Number(row.run_at),
      }));
    },
    begin: (run, position, missed, submit) =>
      db.transaction(async (tx) => {
        const { runId, jobId, slotMs, trigger, runAt } = run;
        if (trigger === "slot" && !(await slots.claimIn(tx, jobId, slotMs, runAt))) return false;
        const { changes } = await tx.run(
          "insert into cron_run (run_id, job_id, slot_ms, trigger_kind, state, run_at) values (?, ?, ?, ?, 'running', ?) on conflict (run_id) do nothing",
          runId,
          jobId,
          slotMs,
          trigger,
          runAt,
        );
        if (changes === 0) return false;
        if (missed) await noteMissed(tx, jobId, missed, runAt);
        await saveIn(tx, position);
        await submit(tx);
        return true;
      }),
    pass: (position, missed, now) =>
      db.transaction(async (tx) => {
        await noteMissed(tx, position.jobId, missed, now);
        await saveIn(tx, position);
      }),
    isOpen: async (runId) => (await db.get("select 1 as found from cron_run where run_id = ? and state = 'running'", runId)) !== undefined,
    end,
    finish: (run, status, position, now) => db.transaction((tx) => end(tx, run, status, position, now)),
    async missed(jobId, limit) {
      const rows = await db.all("select * from cron_missed where job_id = ? order by from_ms desc limit ?", jobId, limit);
      return rows.map((row) => ({ fromMs: Number(row.from_ms), toMs: Number(row.to_ms), count: Number(row.count) }));
    },
    forget: slots.forget,
  };
}
