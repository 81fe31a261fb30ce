import { randomUUID } from "node:crypto";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Migration, type Row, type SqlValue, systemClock, type Tx } from "@travelagent/protocol/ports";
import { type Connection, openConnection } from "./connection.ts";
import { diskSync } from "./disk-sync.ts";
import { everyRow } from "./every-row.ts";
import { afterCommit, groupCommit } from "./group-commit.ts";
import { applyMigration, pendingMigrations } from "./migrate.ts";
import { claimOwnership, type Ownership, superseded } from "./ownership.ts";
import { guardProcess } from "./process-guard.ts";
import { scrub } from "./scrub.ts";

export interface DatabaseOptions {
  /** File of the database; its directory is made when it is missing. `:memory:` keeps everything in memory. */
  path: string;
  /** Refuses to open with `CONFLICT` while another process has the same file open in this way. Default false. */
  exclusive?: boolean;
  /** Of an exclusive database: another process has taken it over, after this one was silent for long. Every transaction fails from now on. Called once. */
  onSuperseded?: (error: TravelAgentError) => void;
  /** How long a lock of another program is waited for before `STORAGE_BUSY`. Default 1000. */
  busyTimeoutMs?: number;
  /** Prepared statements kept per connection. Default 300. */
  statements?: number;
  /** A transaction that is open for longer has awaited something else than its `tx`; it is rolled back with `INTERNAL`. Default 10 000. */
  stuckAfterMs?: number;
  clock?: Clock;
}

export interface OpenDatabase extends Database {
  /** Ends what is queued, then closes the file. Safe to call twice; later calls of anything else raise `UNAVAILABLE`. */
  close(): Promise<void>;
}

/** What the engine itself needs beyond the public handle. */
export interface EngineDatabase extends OpenDatabase {
  /** Runs `hook` right after the commit of `tx`. Raises `INVALID_REQUEST` for a `tx` of another database. */
  onCommit(tx: Tx, hook: () => void): void;
  /** Before anything is queued. */
  migrateNow(owner: string, migrations: readonly Migration[]): void;
  /** One statement before anything is queued. */
  runNow(sql: string): void;
}

/**
 * Opens a database on `node:sqlite`: one writer whose waiting transactions share a durable commit, and one reader that sees
 * committed rows only. Raises `STORAGE_CORRUPT` for a damaged file and `CONFLICT` when `exclusive` and taken.
 */
export function openDatabase(options: DatabaseOptions): OpenDatabase {
  return openEngineDatabase(options);
}

export function openEngineDatabase({
  path,
  exclusive = false,
  onSuperseded,
  busyTimeoutMs = 1000,
  statements = 300,
  stuckAfterMs = 10_000,
  clock = systemClock,
}: DatabaseOptions): EngineDatabase {
  const inMemory = path === ":memory:";
  if (!inMemory) createPrivately(path);
  const fence = exclusive && !inMemory ? openFence(path, clock, onSuperseded) : undefined;
  let writer: Connection | undefined;
  let reader: Connection;
  try {
    writer = openConnection({ path, busyTimeoutMs, statements });
    const journal = writer.get("pragma journal_mode = wal", [])?.journal_mode;
    if (!inMemory && journal !== "wal")
      throw new TravelAgentError(
        "UNAVAILABLE",
        `the file system under ${path} cannot hold a write-ahead log (${String(journal)}); put the state directory on a local disk`,
        {
          details: { path },
        },
      );
    writer.exec("pragma synchronous = full; pragma wal_autocheckpoint = 4000;");
    // Reads the whole schema, so that a damaged file is found now and not during the first turn.
    writer.get("select count(*) from sqlite_master", []);
    fence?.claim(writer);
    reader = inMemory ? writer : openConnection({ path, busyTimeoutMs, statements, readOnly: true });
  } catch (error) {
    writer?.close();
    fence?.release();
    throw error;
  }
  const connection = writer;
  const sync = inMemory ? undefined : diskSync(path);
  const commits = groupCommit({ connection, clock, busyTimeoutMs, stuckAfterMs, ...(fence ? { guard: fence.check } : {}), ...(sync ? { sync } : {}) });
  let closing: Promise<void> | undefined;

  function mustBeOpen(): void {
    if (closing) throw new TravelAgentError("UNAVAILABLE", "the database is closed; start the gateway again");
  }

  /** Tells of the commits of other connections only, so it is no use where the writer reads. */
  function version(): number {
    mustBeOpen();
    return Number(reader.get("pragma data_version", [])?.data_version);
  }

  async function read<T>(sql: string, run: (from: Connection) => T): Promise<T> {
    mustBeOpen();
    if (inMemory) await commits.idle();
    // Between two commits the writer sees what the reader sees and has the pages at hand; a commit makes the reader read its own
    // anew. What might write is left to the reader, which refuses it.
    if (sql.startsWith("select") && !connection.inTransaction()) {
      try {
        return run(connection);
      } catch (error) {
        // The reader waits for a lock, the writer does not.
        if (!TravelAgentError.is(error, "STORAGE_BUSY")) throw error;
      }
    }
    return run(reader);
  }

  return {
    all: <R extends Row = Row>(sql: string, ...params: SqlValue[]) => read(sql, (from) => from.all<R>(sql, params)),
    get: <R extends Row = Row>(sql: string, ...params: SqlValue[]) => read(sql, (from) => from.get<R>(sql, params)),
    ...(inMemory ? {} : { version }),
    transaction: (work, options) => commits.transaction((tx) => work(tx), options),
    scrub: () => commits.between(scrub),
    everyRow: () => everyRow((sql, ...params) => read(sql, (from) => from.all(sql, params))),
    async migrate(owner, migrations) {
      // What is left is looked up in the transaction that does it, so that two callers do nothing twice.
      const applyNext = async (_tx: Tx, writing: Connection) => {
        const [next, ...rest] = pendingMigrations(writing, owner, migrations);
        if (next) applyMigration(writing, owner, next);
        return rest.length;
      };
      while ((await commits.transaction(applyNext)) > 0);
    },
    migrateNow(owner, migrations) {
      for (const migration of pendingMigrations(connection, owner, migrations)) {
        connection.exec("begin immediate");
        try {
          applyMigration(connection, owner, migration);
          connection.exec("commit");
        } catch (error) {
          if (connection.inTransaction()) connection.exec("rollback");
          throw error;
        }
      }
    },
    runNow: (sql) => void connection.run(sql, []),
    onCommit(tx, hook) {
      if (!afterCommit(tx, connection, hook)) {
        throw new TravelAgentError("INVALID_REQUEST", "this transaction belongs to another database; open it on the engine's own `db`");
      }
    },
    close() {
      closing ??= commits.close().finally(async () => {
        await sync?.close();
        if (reader !== connection) reader.close();
        connection.close();
        fence?.release();
      });
      return closing;
    },
  };
}

/** Who owns an exclusive database: kept by a lock while we live, and by a claim in the database itself once we were taken for dead. */
function openFence(path: string, clock: Clock, onSuperseded: (error: TravelAgentError) => void = () => {}) {
  const holder = { pid: process.pid, since: clock.now(), nonce: randomUUID() };
  let ownership: Ownership | undefined;
  let lost: TravelAgentError | undefined;
  const lose = (error: TravelAgentError) => {
    if (lost) return;
    lost = error;
    onSuperseded(error);
  };
  const guard = guardProcess({ path, holder, clock, onSuperseded: () => lose(superseded(path)) });
  return {
    release: guard.release,
    claim(connection: Connection) {
      try {
        ownership = claimOwnership(connection, holder, guard.replaces);
        guard.settle();
      } catch (error) {
        throw guard.replaces && TravelAgentError.is(error, "STORAGE_BUSY") ? pausedInAWrite(path, error) : error;
      }
    },
    check() {
      if (lost) throw lost;
      try {
        ownership?.assert();
      } catch (error) {
        if (TravelAgentError.is(error, "CONFLICT")) lose(error);
        throw error;
      }
    },
  };
}

const pausedInAWrite = (path: string, cause: unknown): TravelAgentError =>
  new TravelAgentError(
    "CONFLICT",
    `the process that owns the database ${path} stands still in the middle of a write; end it with kill -9, nothing accepted is lost`,
    {
      details: { path },
      cause,
    },
  );

/** Rows hold personal data: only the owner of the process may read them. SQLite gives its side files the mode of the main file. */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}
