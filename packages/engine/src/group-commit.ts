import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, CommitOptions, Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import type { Connection } from "./connection.ts";
import type { DiskSync } from "./disk-sync.ts";

/** The writer's queue. Transactions that wait together share one commit, and so one sync of the disk. */
export interface GroupCommit {
  transaction<T>(work: (tx: Tx, connection: Connection) => Promise<T>, options?: CommitOptions): Promise<T>;
  /** Runs `work` outside of any transaction while nobody else writes. */
  between<T>(work: (connection: Connection) => T): Promise<T>;
  /** Resolves when no batch is open. */
  idle(): Promise<void>;
  /** Refuses what comes from now on and waits for what is queued. */
  close(): Promise<void>;
}

export interface GroupCommitOptions {
  connection: Connection;
  clock: Clock;
  /** How long a lock of another program is waited for. The process goes on meanwhile. */
  busyTimeoutMs: number;
  /** A transaction open for longer than this has awaited something else than its `tx`: it is rolled back and fails. */
  stuckAfterMs: number;
  /** Called at the start of every transaction of the file; what it throws ends the batch with nothing stored. */
  guard?: () => void;
  /** What makes commits outlast a loss of power. Absent: nothing does. */
  sync?: DiskSync;
  batchSize?: number;
}

interface Job {
  durable: boolean;
  work: (tx: Tx, connection: Connection) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** A transaction that ended well and waits for the commit of its batch. */
interface Pending {
  job: Job;
  value: unknown;
  hooks: (() => void)[];
}

const hooksOf = new WeakMap<Tx, { connection: Connection; hooks: (() => void)[] }>();

/** Runs `hook` right after the commit of `tx`, before its promise resolves. False when `tx` belongs to another database. */
export function afterCommit(tx: Tx, connection: Connection, hook: () => void): boolean {
  const entry = hooksOf.get(tx);
  if (entry?.connection !== connection) return false;
  entry.hooks.push(hook);
  return true;
}

/** Between two looks at a lock. */
const BUSY_PAUSE_MS = 20;
/** What did not wait for the disk is on its way there after so long. */
const SETTLE_MS = 50;

export function groupCommit({ connection, clock, busyTimeoutMs, stuckAfterMs, guard = () => {}, sync, batchSize = 256 }: GroupCommitOptions): GroupCommit {
  const queue: Job[] = [];
  const apart: (() => void)[] = [];
  let draining: Promise<void> | undefined;
  let batchOpen: Promise<void> | undefined;
  let closed = false;
  let patient = false;
  /** Those that wait for the disk. */
  const syncing = new Set<Promise<void>>();
  /** A moment after commits that did not wait for the disk. */
  let settling: (() => void) | undefined;

  /** What waits for the disk hears of its commit when it is there; meanwhile the next batch is made. */
  function announce(pending: readonly Pending[]): void {
    const tell = ({ job, value, hooks }: Pending): void => {
      for (const hook of hooks) hook();
      job.resolve(value);
    };
    // What sets something going waits too, so that things begin in the order they were committed.
    const durable = sync ? pending.filter(({ job, hooks }) => job.durable || hooks.length > 0) : [];
    if (durable.length > 0) {
      settling?.();
      settling = undefined;
      const synced = sync!().then(
        () => durable.forEach(tell),
        (error: unknown) => {
          for (const { job } of durable) job.reject(error);
        },
      );
      syncing.add(synced);
      void synced.finally(() => syncing.delete(synced));
    } else if (sync && pending.length > 0)
      settling ??= clock.after(SETTLE_MS, () => {
        settling = undefined;
        if (!closed) sync().catch(() => {});
      });
    for (const one of pending) if (!durable.includes(one)) tell(one);
  }

  /** Waits for the rest of the tick before each batch, so that whatever the last commit set going can join the next one. */
  async function drain(): Promise<void> {
    do {
      await new Promise<void>((resolve) => setImmediate(resolve));
      for (const run of apart.splice(0)) run();
      if (queue.length === 0) continue;
      batchOpen = runBatch(queue.splice(0, batchSize));
      await batchOpen;
      batchOpen = undefined;
    } while (queue.length > 0 || apart.length > 0);
    draining = undefined;
  }

  /** SQLite itself would wait with the whole process standing still. */
  async function begin(): Promise<void> {
    // The disk is waited for beside the commits, where it does not hold up the process.
    if (!patient) connection.exec(`pragma busy_timeout = 0; pragma synchronous = ${sync ? "normal" : "full"}`);
    patient = true;
    for (let waited = 0; ; waited += BUSY_PAUSE_MS) {
      try {
        connection.run("begin immediate", []);
        return;
      } catch (error) {
        if (!TravelAgentError.is(error, "STORAGE_BUSY") || waited >= busyTimeoutMs) throw error;
        await new Promise<void>((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
      }
    }
  }

  /** Never rejects. */
  async function runBatch(jobs: Job[]): Promise<void> {
    try {
      sync?.check();
      await begin();
      guard();
    } catch (error) {
      rollBack();
      for (const job of jobs) job.reject(error);
      return;
    }
    const pending: Pending[] = [];
    const batch: { failure?: unknown } = {};
    // One that is alone needs no way back to what others did before it.
    const alone = jobs.length === 1;
    for (const [index, job] of jobs.entries()) {
      const done = await runOne(job, batch, alone);
      if (done) pending.push(done);
      if (batch.failure !== undefined) {
        queue.unshift(...jobs.slice(index + 1));
        break;
      }
    }
    if (alone && pending.length === 0 && batch.failure === undefined) return rollBack();
    if (batch.failure === undefined) {
      try {
        connection.run("commit", []);
      } catch (error) {
        batch.failure = error;
      }
    }
    if (batch.failure !== undefined) {
      rollBack();
      for (const { job } of pending) job.reject(batch.failure);
      return;
    }
    announce(pending);
  }

  function rollBack(): void {
    if (!connection.inTransaction()) return;
    try {
      connection.run("rollback", []);
    } catch {
      // The next `begin` fails with the same cause and reports it.
    }
  }

  /** One transaction in its savepoint. A failure of the storage may have rolled back the whole batch: then `batch.failure` says so. */
  async function runOne(job: Job, batch: { failure?: unknown }, alone: boolean): Promise<Pending | undefined> {
    let state: "open" | "ended" = "open";
    const hooks: (() => void)[] = [];
    const statement = <T>(run: () => T): Promise<T> => {
      if (state === "ended") return Promise.reject(new TravelAgentError("INTERNAL", "a transaction was used after its end; await every statement inside it"));
      if (batch.failure !== undefined) return Promise.reject(batch.failure);
      try {
        return Promise.resolve(run());
      } catch (error) {
        if (!connection.inTransaction()) batch.failure = error;
        return Promise.reject(error);
      }
    };
    const tx: Tx = {
      all: <R extends Row = Row>(sql: string, ...params: SqlValue[]) => statement(() => connection.all<R>(sql, params)),
      get: <R extends Row = Row>(sql: string, ...params: SqlValue[]) => statement(() => connection.get<R>(sql, params)),
      run: (sql, ...params) => statement(() => connection.run(sql, params)),
    };
    hooksOf.set(tx, { connection, hooks });
    try {
      if (!alone) connection.run("savepoint one", []);
      const value = await unlessStuck(job.work(tx, connection));
      state = "ended";
      if (batch.failure === undefined) {
        if (!connection.inTransaction())
          throw new TravelAgentError("INTERNAL", "a transaction was ended by a statement inside it; leave begin, commit and rollback to the engine");
        if (!alone) connection.run("release one", []);
        return { job, value, hooks };
      }
      job.reject(batch.failure);
    } catch (error) {
      state = "ended";
      try {
        if (!connection.inTransaction()) batch.failure ??= error;
        else if (alone) rollBack();
        else if (batch.failure === undefined) {
          connection.run("rollback to one", []);
          connection.run("release one", []);
        }
      } catch (failure) {
        batch.failure = failure;
      }
      job.reject(error);
    }
    return undefined;
  }

  function unlessStuck<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const disarm = clock.after(stuckAfterMs, () =>
        reject(new TravelAgentError("INTERNAL", `a transaction was open for ${stuckAfterMs} ms and is rolled back; await nothing but its tx inside it`)),
      );
      work.then(
        (value) => {
          disarm();
          resolve(value);
        },
        (error: unknown) => {
          disarm();
          reject(error);
        },
      );
    });
  }

  return {
    transaction<T>(work: (tx: Tx, connection: Connection) => Promise<T>, { durable = true }: CommitOptions = {}): Promise<T> {
      if (closed) return Promise.reject(new TravelAgentError("UNAVAILABLE", "the database is closed; start the gateway again"));
      return new Promise<T>((resolve, reject) => {
        queue.push({ work, durable, resolve: resolve as (value: unknown) => void, reject });
        draining ??= drain();
      });
    },
    between<T>(work: (connection: Connection) => T): Promise<T> {
      if (closed) return Promise.reject(new TravelAgentError("UNAVAILABLE", "the database is closed; start the gateway again"));
      return new Promise<T>((resolve, reject) => {
        apart.push(() => {
          try {
            guard();
            resolve(work(connection));
          } catch (error) {
            reject(error);
          }
        });
        draining ??= drain();
      });
    },
    async idle() {
      while (batchOpen) await batchOpen;
    },
    async close() {
      closed = true;
      settling?.();
      while (draining) await draining;
      await Promise.all(syncing);
    },
  };
}
