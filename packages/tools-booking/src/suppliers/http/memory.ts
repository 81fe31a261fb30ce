import type { Database, Migration } from "@travelagent/protocol/ports";

/**
 * What an adapter has to remember across restarts, because its vendor knows no key of ours: which order a key became, what a
 * quote was for. Everything is durable when the call resolves.
 */
export interface SupplierMemory {
  get<T>(kind: string, key: string): Promise<T | null>;
  put(kind: string, key: string, value: unknown): Promise<void>;
  /** Stores `value` only where nothing is; says what is there now. */
  claim<T>(kind: string, key: string, value: T): Promise<{ created: boolean; value: T }>;
  remove(kind: string, key: string): Promise<void>;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table supplier_memory (
  supplier text not null,
  kind text not null,
  key text not null,
  value text not null,
  primary key (supplier, kind, key)
);
`,
  },
];

/** In the agency's own database. `migrateSupplierMemory` comes first. */
export function databaseMemory(db: Database, supplier: string): SupplierMemory {
  const read = async (kind: string, key: string) =>
    (await db.get<{ value: string }>("select value from supplier_memory where supplier = ? and kind = ? and key = ?", supplier, kind, key))?.value;
  return {
    async get<T>(kind: string, key: string) {
      const found = await read(kind, key);
      return found === undefined ? null : (JSON.parse(found) as T);
    },
    async put(kind, key, value) {
      await db.transaction((tx) =>
        tx.run(
          "insert into supplier_memory (supplier, kind, key, value) values (?, ?, ?, ?) on conflict (supplier, kind, key) do update set value = excluded.value",
          supplier,
          kind,
          key,
          JSON.stringify(value),
        ),
      );
    },
    async claim<T>(kind: string, key: string, value: T) {
      const { changes } = await db.transaction((tx) =>
        tx.run(
          "insert into supplier_memory (supplier, kind, key, value) values (?, ?, ?, ?) on conflict do nothing",
          supplier,
          kind,
          key,
          JSON.stringify(value),
        ),
      );
      return changes > 0 ? { created: true, value } : { created: false, value: JSON.parse((await read(kind, key))!) as T };
    },
    async remove(kind, key) {
      await db.transaction((tx) => tx.run("delete from supplier_memory where supplier = ? and kind = ? and key = ?", supplier, kind, key));
    },
  };
}

export const migrateSupplierMemory = (db: Database): Promise<void> => db.migrate("supplier-memory", migrations);

/** For tests and tools without a database. Forgets everything with the process. */
export function volatileMemory(): SupplierMemory {
  const entries = new Map<string, string>();
  const name = (kind: string, key: string) => `${kind}\n${key}`;
  return {
    async get<T>(kind: string, key: string) {
      const found = entries.get(name(kind, key));
      return found === undefined ? null : (JSON.parse(found) as T);
    },
    put: async (kind, key, value) => void entries.set(name(kind, key), JSON.stringify(value)),
    async claim<T>(kind: string, key: string, value: T) {
      const found = entries.get(name(kind, key));
      if (found !== undefined) return { created: false, value: JSON.parse(found) as T };
      entries.set(name(kind, key), JSON.stringify(value));
      return { created: true, value };
    },
    remove: async (kind, key) => void entries.delete(name(kind, key)),
  };
}
