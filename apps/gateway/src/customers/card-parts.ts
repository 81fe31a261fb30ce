import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PartRemover } from "@travelagent/gateway-core";
import type { Clock, Database, Logger, SqlValue } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";

export interface CardPartsOptions {
  db: Database;
  sessions: Sessions;
  /** Of the notes. */
  workspace: string;
  clock: Clock;
  log: Logger;
}

/** Gone through by the inbox itself, whose rows say where the parts are until all is done. */
const leftOut = new Set(["inbox"]);
/** Keys and times: nothing that somebody wrote. */
const names = /(?:^id|_id|^key|_key|hash|digest|nonce|tag|status|state|name|channel|version)$/;
/** Writing the database anew takes everybody's time: not more often, however often somebody asks for it. */
const betweenMs = 10_000;

/**
 * Takes parts of a card number that came in several messages out of everything that is kept of the conversation: transcripts, what set
 * aside of them, calls of tools, yeses, memory of running turns, notes and leads, memory files, and what the database still has of them
 * in free pages and its log.
 */
export function cardParts({ db, sessions, workspace, clock, log }: CardPartsOptions): PartRemover {
  let columns: Promise<{ table: string; session: "session_key" | "lane"; texts: string[] }[]> | undefined;
  /** Every table with a conversation in it; new ones are found by themselves. */
  const tables = async () => {
    const found = await db.all(
      "select name, sql from sqlite_master where type = 'table' and sql not like 'create virtual table%' and sql not like '%without rowid%'",
    );
    const all = await Promise.all(
      found.map(async ({ name }) => {
        const table = String(name);
        const own = await db.all("select name, type from pragma_table_info(?)", table);
        const session = own.some((column) => column.name === "session_key") ? "session_key" : table === "work" ? "lane" : undefined;
        const texts = own
          .filter(({ name: column, type }) => String(type).toLowerCase() === "text" && !names.test(String(column)))
          .map(({ name: column }) => String(column));
        return session === undefined || leftOut.has(table) ? [] : [{ table, session, texts } as const];
      }),
    );
    return all.flat();
  };

  const cleanValue = (value: string, clean: (text: string) => string): string => {
    if (!/^[[{"]/.test(value)) return clean(value);
    const map = (entry: unknown): unknown =>
      typeof entry === "string"
        ? clean(entry)
        : Array.isArray(entry)
          ? entry.map(map)
          : typeof entry === "object" && entry !== null
            ? Object.fromEntries(Object.entries(entry).map(([key, inner]) => [key, map(inner)]))
            : entry;
    try {
      return JSON.stringify(map(JSON.parse(value)));
    } catch {
      return clean(value);
    }
  };

  async function cleanRows(sessionKey: string, clean: (text: string) => string): Promise<void> {
    columns ??= tables();
    const places = await columns;
    await db.transaction(async (tx) => {
      const update = async (table: string, key: [column: string, value: SqlValue][], row: Record<string, unknown>, texts: readonly string[]): Promise<void> => {
        for (const column of texts) {
          const before = row[column];
          if (typeof before !== "string") continue;
          const after = cleanValue(before, clean);
          if (after === before || after === JSON.stringify(before)) continue;
          await tx.run(
            `update "${table}" set "${column}" = ? where ${key.map(([name]) => `"${name}" = ?`).join(" and ")}`,
            after,
            ...key.map(([, value]) => value),
          );
        }
      };
      for (const { table, session, texts } of places) {
        if (texts.length === 0) continue;
        for (const row of await tx.all(`select rowid as "row number", * from "${table}" where "${session}" = ?`, sessionKey))
          await update(table, [["rowid", row["row number"] as SqlValue]], row, texts);
      }
      for (const row of await tx.all("select work_id, name, value from step where work_id in (select id from work where lane = ?)", sessionKey))
        await update(
          "step",
          [
            ["work_id", String(row.work_id)],
            ["name", String(row.name)],
          ],
          row,
          ["value"],
        );
    });
  }

  async function cleanMemory(sessionKey: string, clean: (text: string) => string): Promise<void> {
    const customerId = (await sessions.get(sessionKey))?.customerId;
    if (customerId === undefined || !/^[A-Za-z0-9_-]{1,100}$/.test(customerId)) return;
    const path = join(workspace, "memory", "customers", `${customerId}.md`);
    const before = await readFile(path, "utf8").catch(() => undefined);
    const after = before === undefined ? undefined : clean(before);
    if (after === undefined || after === before) return;
    await writeFile(`${path}.tmp`, after, { mode: 0o600 });
    await rename(`${path}.tmp`, path);
  }

  let last = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  /** One run for all who want one at the same time. */
  const writeAnew = (): Promise<void> => {
    writing ??= new Promise<void>((resolve) => void clock.after(Math.max(250, last + betweenMs - clock.now()), resolve))
      .then(() => {
        writing = undefined;
        last = clock.now();
        return db.scrub?.();
      })
      .catch((error: unknown) =>
        log.warn("the database could not be written anew; parts of a card number may be in its free pages until the next time", { error }),
      );
    return writing;
  };

  return async (sessionKey, clean, { final }) => {
    await sessions.redact(sessionKey, clean);
    await cleanRows(sessionKey, clean);
    await cleanMemory(sessionKey, clean);
    if (final) await writeAnew();
  };
}
