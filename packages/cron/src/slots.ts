import type { Database, Migration, Tx } from "@travelagent/protocol/ports";
import { slotHorizonMs } from "./store.ts";

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `create table cron_slots (
      job_id text not null,
      slot_ms bigint not null,
      claimed_at bigint not null,
      primary key (job_id, slot_ms)
    )`,
  },
  {
    version: 2,
    sql: `
      create table cron_job (
        job_id text primary key, schedule_key text not null, cursor_ms bigint not null, next_ms bigint, state text not null
      );
      create table cron_run (
        run_id text primary key, job_id text not null, slot_ms bigint not null, trigger_kind text not null, state text not null,
        run_at bigint not null, ended_at bigint
      );
      create index cron_run_job on cron_run (job_id, run_at);
      create index cron_run_open on cron_run (run_at) where state = 'running';
      create table cron_missed (
        job_id text not null, from_ms bigint not null, to_ms bigint not null, count bigint not null, noted_at bigint not null,
        primary key (job_id, from_ms)
      )`,
  },
];

/** Who runs which slot, decided by the database. */
export interface SlotLedger {
  prepare(): Promise<void>;
  claim(jobId: string, slotMs: number, nowMs: number): Promise<boolean>;
  /** The same within a commit of the caller's. */
  claimIn(tx: Tx, jobId: string, slotMs: number, nowMs: number): Promise<boolean>;
  forget(jobId: string): Promise<void>;
}

export function slotLedger(db: Database): SlotLedger {
  const claimIn = async (tx: Tx, jobId: string, slotMs: number, nowMs: number): Promise<boolean> => {
    const newest = await tx.get<{ slot_ms: number }>("select slot_ms from cron_slots where job_id = ? order by slot_ms desc limit 1", jobId);
    if (newest && slotMs < Number(newest.slot_ms) - slotHorizonMs) return false;
    const { changes } = await tx.run(
      "insert into cron_slots (job_id, slot_ms, claimed_at) values (?, ?, ?) on conflict (job_id, slot_ms) do nothing",
      jobId,
      slotMs,
      nowMs,
    );
    if (changes === 0) return false;
    await tx.run("delete from cron_slots where job_id = ? and slot_ms < ?", jobId, slotMs - slotHorizonMs);
    return true;
  };
  return {
    prepare: () => db.migrate("cron", migrations),
    claim: (jobId, slotMs, nowMs) => db.transaction((tx) => claimIn(tx, jobId, slotMs, nowMs)),
    claimIn,
    forget: (jobId) =>
      db.transaction(async (tx) => {
        for (const table of ["cron_slots", "cron_job", "cron_run", "cron_missed"]) await tx.run(`delete from ${table} where job_id = ?`, jobId);
      }),
  };
}
