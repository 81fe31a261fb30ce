import { pruneRows, type RetentionStore, type SessionsInUse } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import type { MediaFiles } from "./store.ts";

/** Files go with the messages they came with. */
export const mediaRetention = ({ db, media, inUse }: { db: Database; media: MediaFiles; inUse: SessionsInUse }): RetentionStore => ({
  name: "media",
  kind: "messages",
  async prune(before, options) {
    const pruned = await pruneRows(
      db,
      { table: "media_file", key: "id", where: "created_at < ?", params: [before], neededBy: { column: "session_key", needed: inUse } },
      options,
    );
    if (!options.dryRun) await media.sweep();
    return pruned;
  },
});
