import type { Database, SqlValue } from "@travelagent/protocol/ports";

/** What was read lately, for as long as nobody writes to the database. */
export interface KeptReads<T> {
  read(sql: string, params: readonly SqlValue[], load: () => Promise<T>): Promise<T>;
}

const MAX_KEPT = 32;

/** Without `db.version` nothing is kept. */
export function createKeptReads<T>(db: Pick<Database, "version">): KeptReads<T> {
  const kept = new Map<string, T>();
  let keptAt: number | undefined;

  return {
    async read(sql, params, load) {
      // Looked at before the rows: what is committed meanwhile makes the answer too new, never too old.
      const version = db.version?.();
      if (version === undefined) return load();
      if (version !== keptAt) {
        kept.clear();
        keptAt = version;
      }
      const name = JSON.stringify([sql, ...params]);
      const known = kept.get(name);
      if (known !== undefined) return known;
      const loaded = await load();
      if (keptAt !== version) return loaded;
      kept.set(name, loaded);
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value as string);
      return loaded;
    },
  };
}
