import { prunedTogether, pruneRows, type RetentionStore, type SessionsInUse } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

export interface MessageRetentionOptions {
  db: Database;
  inUse: SessionsInUse;
}

/** Conversations in which a customer's message waits for somebody, beside those that others need. */
export const unansweredSessions =
  (db: Database): SessionsInUse =>
  async (sessionKeys) => {
    if (sessionKeys.length === 0) return new Set();
    const marks = sessionKeys.map(() => "?").join(", ");
    const rows = await db.all(
      `select session_key from conversation where session_key in (${marks}) and (state <> 'agent' or unanswered = 1)
       union select session_key from inbox where session_key in (${marks}) and status = 'accepted'`,
      ...sessionKeys,
      ...sessionKeys,
    );
    return new Set(rows.map((row) => row.session_key as string));
  };

/** Texts that came in and went out, and what failed on the way. What is still to be answered, sent or found out about stays. */
export const messageRetention = ({ db, inUse }: MessageRetentionOptions): RetentionStore => ({
  name: "messages",
  kind: "messages",
  async prune(before, options) {
    const neededBy = { column: "session_key", needed: inUse };
    const inbox = await pruneRows(db, { table: "inbox", key: "id", where: "status <> 'accepted' and ended_at < ?", params: [before], neededBy }, options);
    const outbox = await pruneRows(
      db,
      { table: "outbox", key: "id", where: "status in ('sent', 'failed', 'expired', 'refused') and updated_at < ?", params: [before], neededBy },
      options,
    );
    if (!options.dryRun) await db.transaction((tx) => tx.run("delete from delivery_part where at < ? and delivery_id not in (select id from outbox)", before));
    const letters = await pruneRows(db, { table: "dead_letter", key: "id", where: "state <> 'open' and at < ?", params: [before] }, options);
    const shown = "preview is not null and last_at < ? and state = 'agent' and unanswered = 0";
    // Where a conversation lives stays known: the person may write again.
    const previews = options.dryRun
      ? Number((await db.get(`select count(*) as n from conversation where ${shown}`, before))?.n ?? 0)
      : (await db.transaction((tx) => tx.run(`update conversation set preview = null where ${shown}`, before))).changes;
    return prunedTogether([inbox, outbox, letters, { removed: previews, kept: 0 }]);
  },
});

/** What each run of a model used. */
export const usageRetention = ({ db }: { db: Database }): RetentionStore => ({
  name: "usage",
  kind: "usage",
  prune: (before, options) => pruneRows(db, { table: "usage_run", key: "run_id", where: "at < ?", params: [before] }, options),
});
