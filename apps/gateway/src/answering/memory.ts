import type { GatewayConfig } from "@travelagent/config";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import { createRecall, type Embeddings, hashEmbeddings, httpEmbeddings, memoryFiles, type Recall, sqliteRecallIndex } from "@travelagent/sessions/recall";
import { mergedRecords } from "@travelagent/tools-crm";
import type { Environment } from "./model-providers.ts";

export interface MemoryOptions {
  /** Absent: notes are made findable without any service. */
  config?: Pick<GatewayConfig, "memory">;
  env?: Environment;
  db: Database;
  /** Where the notes are. */
  directory: string;
  clock: Clock;
  log: Logger;
  timeZone: string;
}

const vendorUrl = "https://api.openai.com/v1";

/** As configured. The vendor's key may be in the environment; it is sent to no other address. */
export function embeddingsOf({ config, env = {}, clock }: Pick<MemoryOptions, "config" | "env" | "clock">): Embeddings {
  const given = config?.memory.embeddings;
  if (given === undefined || given.provider === "local") return hashEmbeddings();
  const { baseUrl = vendorUrl, model = "text-embedding-3-small", timeoutMs } = given;
  const apiKey = given.apiKey ?? (baseUrl.replace(/\/+$/, "") === vendorUrl ? env.OPENAI_API_KEY : undefined);
  return httpEmbeddings({ baseUrl, model, clock, ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(apiKey ? { apiKey } : {}) });
}

/** The agency's notes, found again. */
export async function openMemory({ config, env, db, directory, clock, log, timeZone }: MemoryOptions): Promise<Recall> {
  const index = sqliteRecallIndex({ db });
  await index.migrate();
  const embeddings = embeddingsOf({ clock, ...(config ? { config } : {}), ...(env ? { env } : {}) });
  // A merge can be undone: notes stay in the file of the record they were written about.
  const formerly = (customerId: string) => mergedRecords(db, customerId);
  return createRecall({ files: memoryFiles({ directory }), index, embeddings, clock, log, timeZone, formerly });
}
