import type { Clock, Database, Logger } from "@travelagent/protocol/ports";

const BATCH = 200;
const PAUSE_MS = 50;
const INTERVAL_MS = 3_600_000;

/**
 * Forgets work that ended long ago, at most once an hour and only when something happens anyway. Dead work stays until a
 * person has dealt with it. Returns the function to call on activity.
 */
export function retention({ db, clock, log, keepFinishedMs }: { db: Database; clock: Clock; log: Logger; keepFinishedMs: number }): () => void {
  let last = clock.now();

  async function prune(before: number): Promise<void> {
    try {
      const removed = await db.transaction(async (tx) => {
        const ended = await tx.all<{ id: string }>(
          "select id from work where ended_at is not null and ended_at < ? and state in ('done', 'failed', 'cancelled') limit ?",
          before,
          BATCH,
        );
        for (const { id } of ended) {
          await tx.run("delete from step where work_id = ?", id);
          await tx.run("delete from work where id = ?", id);
        }
        return ended.length;
      });
      if (removed === BATCH) clock.after(PAUSE_MS, () => void prune(before));
    } catch (error) {
      log.warn("finished work could not be removed", { error });
    }
  }

  return () => {
    const now = clock.now();
    if (now - last < INTERVAL_MS) return;
    last = now;
    void prune(now - keepFinishedMs);
  };
}
