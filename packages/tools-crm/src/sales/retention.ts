import { pruneRows, type RetentionStore } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

/** Leads that were lost. One to whom something is still promised stays. */
export const leadRetention = ({ db }: { db: Database }): RetentionStore => ({
  name: "leads",
  kind: "leads",
  async prune(before, options) {
    const needed = async (sessionKeys: readonly string[]): Promise<ReadonlySet<string>> => new Set(await sessionsWithPromises(db, sessionKeys));
    const pruned = await pruneRows(
      db,
      { table: "crm_lead", key: "id", where: "stage = 'lost' and updated_at < ?", params: [before], neededBy: { column: "session_key", needed } },
      options,
    );
    if (!options.dryRun)
      await db.transaction((tx) => tx.run("delete from crm_lead_step where not exists (select 1 from crm_lead l where l.id = crm_lead_step.lead_id)"));
    return pruned;
  },
});

/** Conversations in which something is promised that is not kept yet. */
export async function sessionsWithPromises(db: Database, sessionKeys: readonly string[]): Promise<string[]> {
  if (sessionKeys.length === 0) return [];
  const rows = await db.all(
    `select distinct session_key from crm_promise where status = 'open' and session_key in (${sessionKeys.map(() => "?").join(", ")})`,
    ...sessionKeys,
  );
  return rows.map((row) => row.session_key as string);
}
