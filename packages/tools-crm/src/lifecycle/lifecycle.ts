import type { Database, Tx } from "@travelagent/protocol/ports";
import type { RecordEvents } from "../timeline/record-events.ts";
import { type LifecycleStage, stageOf, type TripFact } from "./stage.ts";

/** Where customers stand, kept with their records so that lists can filter by it. */
export interface Lifecycle {
  /** These are all of the customer's trips: computes where they stand. Undefined when that is as it was. */
  note(customerId: string, trips: readonly TripFact[], now: number): Promise<{ from: LifecycleStage; to: LifecycleStage } | undefined>;
  /** Whose time has come to look again, the longest overdue first. */
  due(now: number): Promise<string[]>;
  nextDue(): Promise<number | undefined>;
}

export const lifecycleIn = ({ db, events, index }: { db: Database; events: RecordEvents; index(tx: Tx, id: string): Promise<void> }): Lifecycle => ({
  note: (customerId, trips, now) =>
    db.transaction(async (tx) => {
      const row = await tx.get<{ lifecycle: LifecycleStage; lifecycle_due: number | null; merged_into: string | null }>(
        "select lifecycle, lifecycle_due, merged_into from crm_customer where id = ?",
        customerId,
      );
      if (!row || row.merged_into !== null) return undefined;
      const { stage, until = null } = stageOf(trips, now);
      if (stage === row.lifecycle && until === (row.lifecycle_due === null ? null : Number(row.lifecycle_due))) return undefined;
      await tx.run("update crm_customer set lifecycle = ?, lifecycle_due = ? where id = ?", stage, until, customerId);
      if (stage === row.lifecycle) return undefined;
      await index(tx, customerId);
      await events.add(tx, { customerId, kind: "lifecycle", data: { from: row.lifecycle, to: stage }, actor: "system", at: now });
      return { from: row.lifecycle, to: stage };
    }),
  async due(now) {
    const rows = await db.all<{ id: string }>("select id from crm_customer where lifecycle_due <= ? order by lifecycle_due limit 200", now);
    return rows.map(({ id }) => id);
  },
  async nextDue() {
    const row = await db.get<{ at: number | null }>("select min(lifecycle_due) as at from crm_customer where lifecycle_due is not null");
    return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
  },
});
