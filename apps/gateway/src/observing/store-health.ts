import { randomUUID } from "node:crypto";
import { open, rm, statfs } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database } from "@travelagent/protocol/ports";

export interface StoreState {
  id: string;
  /** `full`: there is no room; `busy`: another program holds it; `failing`: anything else. */
  state: "ok" | "full" | "busy" | "failing";
  /** Of the write and the read that found out. */
  ms: number;
  freeBytes?: number;
  error?: string;
}

export interface StoreHealth {
  /** Before the first reading. */
  migrate(): Promise<void>;
  /** Writes and reads back, in the database and in the directory. Never rejects. */
  read(): Promise<StoreState[]>;
}

/** Less room than this and the next busy hour may end it. */
const lowBytes = 64 * 1024 * 1024;
const withinMs = 3_000;

const stateOf = (error: unknown): StoreState["state"] => {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === "STORAGE_FULL" || code === "ENOSPC" || code === "EDQUOT") return "full";
  return code === "STORAGE_BUSY" || code === "TIMEOUT" ? "busy" : "failing";
};

export function createStoreHealth({ db, directory, clock }: { db: Database; directory: string; clock: Clock }): StoreHealth {
  const tried = async (id: string, attempt: () => Promise<{ freeBytes?: number }>): Promise<StoreState> => {
    const startedAt = clock.now();
    let disarm = (): void => undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        disarm = clock.after(withinMs, () => reject(new TravelAgentError("TIMEOUT", `it did not answer within ${withinMs / 1000} s`)));
      });
      const { freeBytes } = await Promise.race([attempt(), late]);
      const low = freeBytes !== undefined && freeBytes < lowBytes;
      return { id, state: low ? "full" : "ok", ms: clock.now() - startedAt, ...(freeBytes === undefined ? {} : { freeBytes }) };
    } catch (error) {
      return {
        id,
        state: stateOf(error),
        ms: clock.now() - startedAt,
        error: TravelAgentError.is(error) ? error.code : ((error as { code?: string }).code ?? "INTERNAL"),
      };
    } finally {
      disarm();
    }
  };

  const inDatabase = async () => {
    const at = clock.now();
    await db.transaction((tx) => tx.run("insert into health_check (id, at) values (1, ?) on conflict (id) do update set at = excluded.at", at));
    const row = await db.get("select at from health_check where id = 1");
    if (Number(row?.at) < at) throw new TravelAgentError("STORAGE_CORRUPT", "what was written is not what is read");
    return {};
  };

  const inDirectory = async () => {
    const path = join(directory, `.health-${randomUUID()}`);
    const text = String(clock.now());
    try {
      const file = await open(path, "wx+", 0o600);
      try {
        await file.write(text);
        await file.sync();
        const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
        if (buffer.toString("utf8", 0, bytesRead) !== text) throw new TravelAgentError("STORAGE_CORRUPT", "what was written is not what is read");
      } finally {
        await file.close();
      }
    } finally {
      await rm(path, { force: true });
    }
    const { bavail, bsize } = await statfs(directory);
    return { freeBytes: bavail * bsize };
  };

  return {
    migrate: () => db.migrate("health", [{ version: 1, sql: "create table health_check (id integer primary key, at integer not null)" }]),
    read: () => Promise.all([tried("database", inDatabase), tried("state-directory", inDirectory)]),
  };
}
