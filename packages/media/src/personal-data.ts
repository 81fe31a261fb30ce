import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import type { MediaFiles } from "./store.ts";

/** Files of conversations for export and erasure: the person gets them as they were sent. */
export const mediaPersonalData = ({ db, directory, media }: { db: Database; directory: string; media: MediaFiles }): PersonalDataStore => ({
  name: "media",
  covers: { tables: ["media_file"], files: ["media/*"] },
  async *export({ sessionKeys }, signal) {
    for (const sessionKey of sessionKeys) {
      const files = await media.list(sessionKey);
      if (files.length > 0)
        yield { path: `${Buffer.from(sessionKey).toString("base64url").slice(-24)}/files.json`, title: "Files you sent us and we sent you", content: files };
      for (const { id, fileName = "file" } of files) {
        signal.throwIfAborted();
        yield { path: `files/${id}/${fileName}`, content: await media.read(sessionKey, id) };
      }
    }
  },
  async erase({ sessionKeys }) {
    let removed = 0;
    for (const sessionKey of sessionKeys) {
      const files = await media.list(sessionKey);
      // The file first: what a crash leaves has a row still, and is found again.
      for (const { id } of files) await rm(join(directory, `${id}.sealed`), { force: true });
      removed += (await db.transaction((tx) => tx.run("delete from media_file where session_key = ?", sessionKey))).changes;
    }
    return { removed, held: [] };
  },
});
