import type { Pruned } from "./personal-data.ts";
import type { Database, SqlValue } from "./ports.ts";

export interface PruneRows {
  table: string;
  /** Column of a unique text. */
  key: string;
  /** What may go, as a condition over the columns of the table. */
  where: string;
  params: readonly SqlValue[];
  /** Column that names what may still need a row, such as `session_key`, and of these the ones that do. */
  neededBy?: { column: string; needed(values: readonly string[]): Promise<ReadonlySet<string>> };
}

const atOnce = 500;

/** Removes rows in parts, so that others can write in between. What is needed is asked for each part, and the condition holds when a row goes. */
export async function pruneRows(
  db: Database,
  { table, key, where, params, neededBy }: PruneRows,
  { dryRun, signal }: { dryRun: boolean; signal: AbortSignal },
): Promise<Pruned> {
  const pruned: Pruned = { removed: 0, kept: 0 };
  for (let after = ""; ; ) {
    signal.throwIfAborted();
    const column = neededBy?.column ?? key;
    const rows = await db.all(
      `select ${key} as id, ${column} as owner from ${table} where (${where}) and ${key} > ? order by ${key} limit ${atOnce}`,
      ...params,
      after,
    );
    const last = rows.at(-1);
    if (!last) return pruned;
    after = last.id as string;
    const owners = [...new Set(rows.flatMap(({ owner }) => (owner === null ? [] : [owner as string])))];
    const needed = neededBy ? await neededBy.needed(owners) : new Set<string>();
    const going = rows.filter(({ owner }) => owner === null || !needed.has(owner as string)).map(({ id }) => id as string);
    pruned.kept += rows.length - going.length;
    if (dryRun || going.length === 0) {
      pruned.removed += going.length;
      continue;
    }
    const { changes } = await db.transaction((tx) =>
      tx.run(`delete from ${table} where (${where}) and ${key} in (${going.map(() => "?").join(", ")})`, ...params, ...going),
    );
    pruned.removed += changes;
  }
}

/** The sum of what several parts of a store did. */
export const prunedTogether = (parts: readonly Pruned[]): Pruned => ({
  removed: parts.reduce((sum, { removed }) => sum + removed, 0),
  kept: parts.reduce((sum, { kept }) => sum + kept, 0),
});
