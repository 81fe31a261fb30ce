import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Row, SqlValue } from "@travelagent/protocol/ports";
import { storageError } from "./storage-error.ts";

/** One SQLite connection with its prepared statements. Every failure of the storage is raised in our codes. */
export interface Connection {
  readonly path: string;
  all<R extends Row>(sql: string, params: readonly SqlValue[]): R[];
  get<R extends Row>(sql: string, params: readonly SqlValue[]): R | undefined;
  run(sql: string, params: readonly SqlValue[]): { changes: number };
  /** Several statements at once, without parameters. */
  exec(sql: string): void;
  inTransaction(): boolean;
  close(): void;
}

export interface ConnectionOptions {
  path: string;
  readOnly?: boolean;
  busyTimeoutMs: number;
  /** Prepared statements kept. */
  statements: number;
}

export function openConnection({ path, readOnly = false, busyTimeoutMs, statements }: ConnectionOptions): Connection {
  const coded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw storageError(error, path);
    }
  };
  const database = coded(() => new DatabaseSync(path, { readOnly, timeout: busyTimeoutMs }));
  const prepared = new Map<string, StatementSync>();

  function prepare(sql: string): StatementSync {
    const known = prepared.get(sql);
    if (known) {
      prepared.delete(sql);
      prepared.set(sql, known);
      return known;
    }
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    if (prepared.size > statements) prepared.delete(prepared.keys().next().value as string);
    return statement;
  }

  return {
    path,
    all: <R extends Row>(sql: string, params: readonly SqlValue[]) => coded(() => prepare(sql).all(...params) as R[]),
    get: <R extends Row>(sql: string, params: readonly SqlValue[]) => coded(() => prepare(sql).get(...params) as R | undefined),
    run: (sql, params) => coded(() => ({ changes: Number(prepare(sql).run(...params).changes) })),
    exec: (sql) => coded(() => database.exec(sql)),
    inTransaction: () => database.isTransaction,
    close() {
      prepared.clear();
      if (database.isOpen) database.close();
    },
  };
}
