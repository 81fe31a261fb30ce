import type { Database, Migration } from "@travelagent/protocol/ports";
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
];

/** Who runs which slot, decided by the database. */
export interface SlotLedger {
  prepare(): Promise<void>;
  claim(jobId: string, slotMs: number, nowMs: number): Promise<boolean>;
  forget(jobId: string): Promise<void>;
}

export function slotLedger(db: Database): SlotLedger {
  return {
    prepare: () => db.migrate("cron", migrations),
    claim: (jobId, slotMs, nowMs) =>
      db.transaction(async (tx) => {
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
      }),
    forget: (jobId) => db.transaction(async (tx) => void (await tx.run("delete from cron_slots where job_id = ?", jobId))),
  };
}
