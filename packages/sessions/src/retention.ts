import type { Pruned, RetentionStore, SessionsInUse } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import type { Sessions } from "./sessions.ts";

export interface TranscriptRetentionOptions {
  db: Database;
  sessions: Pick<Sessions, "remove">;
  inUse: SessionsInUse;
}

const atOnce = 100;

/** What was said in conversations that nobody has used for so long, with every transcript they ever had. */
export const transcriptRetention = ({ db, sessions, inUse }: TranscriptRetentionOptions): RetentionStore => ({
  name: "transcripts",
  kind: "transcripts",
  async prune(before, { dryRun, signal }) {
    const pruned: Pruned = { removed: 0, kept: 0 };
    for (let after = ""; ; ) {
      signal.throwIfAborted();
      const keys = (await db.all("select key from session where updated_at < ? and key > ? order by key limit ?", before, after, atOnce)).map(
        (row) => row.key as string,
      );
      const last = keys.at(-1);
      if (last === undefined) return pruned;
      after = last;
      const needed = await inUse(keys);
      for (const key of keys) {
        // Used since it was listed.
        const isOld = await db.get("select 1 as found from session where key = ? and updated_at < ?", key, before);
        if (needed.has(key) || !isOld) pruned.kept += 1;
        else if (dryRun || (await sessions.remove(key))) pruned.removed += 1;
      }
    }
  },
});
