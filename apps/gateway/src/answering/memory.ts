import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import { createRecall, hashEmbeddings, memoryFiles, type Recall, sqliteRecallIndex } from "@travelagent/sessions/recall";

export interface MemoryOptions {
  db: Database;
  /** Where the notes are. */
  directory: string;
  clock: Clock;
  log: Logger;
  timeZone: string;
}

/** The agency's notes, found again without any service. */
export async function openMemory({ db, directory, clock, log, timeZone }: MemoryOptions): Promise<Recall> {
  const index = sqliteRecallIndex({ db });
  await index.migrate();
  return createRecall({ files: memoryFiles({ directory }), index, embeddings: hashEmbeddings(), clock, log, timeZone });
}
