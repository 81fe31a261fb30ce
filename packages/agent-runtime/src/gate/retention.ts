import { prunedTogether, pruneRows, type RetentionStore, type SessionsInUse } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

/** Who decided what and why, and what was done for it. What waits for a decision or is under way stays, and what a booking under way rests on. */
export const auditRetention = ({ db, inUse }: { db: Database; inUse: SessionsInUse }): RetentionStore => ({
  name: "audits",
  kind: "audits",
  async prune(before, options) {
    const neededBy = { column: "session_key", needed: inUse };
    return prunedTogether([
      await pruneRows(db, { table: "audit", key: "id", where: "at < ?", params: [before], neededBy }, options),
      await pruneRows(db, { table: "intent", key: "key", where: "ended_at < ? and state <> 'started'", params: [before], neededBy }, options),
      await pruneRows(
        db,
        { table: "decision", key: "id", where: "status <> 'pending' and expires_at < ? and coalesce(decided_at, 0) < ?", params: [before, before], neededBy },
        options,
      ),
    ]);
  },
});
