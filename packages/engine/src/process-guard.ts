import { chmodSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { storageError } from "./storage-error.ts";

export interface Holder {
  pid: number;
  /** Milliseconds since the epoch. */
  since: number;
  /** Tells two processes with the same id apart. */
  nonce: string;
}

export interface GuardOptions {
  path: string;
  holder: Holder;
  clock: Clock;
  /** Somebody else owns the database now. Called once, from a timer. */
  onSuperseded(): void;
}

export interface ProcessGuard {
  /** The owner whose place is to be taken: alive, and silent for long. Absent when the place was free. */
  readonly replaces?: Holder;
  /** Once the database is claimed: from now on others see this process as the owner. */
  settle(): void;
  release(): void;
}

const heartbeatMs = 2000;
/** An owner that was silent for so long is looked at more closely. */
const silentAfterMs = 10_000;
/** After a sleep of the whole machine everybody is late: whoever lives says so within this time. */
const lookMs = 2 * heartbeatMs + 500;

/**
 * Makes this process the only owner of the database at `path` until it is released or the process dies.
 *
 * A write lock on a small database beside it is held for life: the operating system releases it with the process, also
 * after a kill, so it never goes stale, and others can still read in it who the owner is. The owner also touches that file
 * every two seconds; one that is alive and has not done so for long (it was paused, or hangs) is replaced. It may wake up
 * later, so the database itself is claimed too (see `claimOwnership`), and only then its place is taken with `settle`.
 *
 * Raises `CONFLICT` with the owner's process id, and since when it is the owner, when somebody else holds it.
 */
export function guardProcess({ path, holder, clock, onSuperseded }: GuardOptions): ProcessGuard {
  const lockPath = `${path}.lock`;
  const held = acquire(path, lockPath, holder, clock);
  let disarm = () => {};
  let inode: number | undefined;

  function touch(): void {
    const now = clock.now() / 1000;
    utimesSync(lockPath, now, now);
    disarm = clock.after(heartbeatMs, beat);
  }

  function beat(): void {
    if (inodeOf(lockPath) !== inode) {
      onSuperseded();
      return;
    }
    try {
      touch();
    } catch {
      // A disk that takes no time stamp takes no data either; the database will say so.
      disarm = clock.after(heartbeatMs, beat);
    }
  }

  return {
    ...(held.replaces ? { replaces: held.replaces } : {}),
    settle() {
      if (held.path !== lockPath) renameSync(held.path, lockPath);
      held.path = lockPath;
      inode = inodeOf(lockPath);
      touch();
    },
    release() {
      disarm();
      held.lock.close();
      if (held.path !== lockPath) rmSync(held.path, { force: true });
    },
  };
}

interface Held {
  lock: DatabaseSync;
  path: string;
  replaces?: Holder;
}

function acquire(path: string, lockPath: string, holder: Holder, clock: Clock): Held {
  const freshPath = `${lockPath}.${holder.nonce}`;
  let lock: DatabaseSync | undefined;
  try {
    lock = openLock(lockPath);
    if (take(lock, holder)) return { lock, path: lockPath };
    const owner = readHolder(lock);
    lock.close();
    if (!owner || !staysSilent(lockPath, clock)) throw inUse(path, owner);
    lock = openLock(freshPath);
    take(lock, holder);
    return { lock, path: freshPath, replaces: owner };
  } catch (error) {
    if (lock?.isOpen) lock.close();
    rmSync(freshPath, { force: true });
    throw storageError(error, lockPath);
  }
}

/** True when the owner of the lock has been silent for long and stays so while we look. */
function staysSilent(lockPath: string, clock: Clock): boolean {
  const before = statSync(lockPath);
  if (clock.now() - before.mtimeMs < silentAfterMs) return false;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lookMs);
  const after = statSync(lockPath);
  return after.ino === before.ino && after.mtimeMs === before.mtimeMs;
}

export function inUse(path: string, owner: Pick<Holder, "pid" | "since"> | undefined): TravelAgentError {
  const who = owner === undefined ? "another process" : `process ${owner.pid} since ${new Date(owner.since).toISOString()}`;
  return new TravelAgentError("CONFLICT", `the database ${path} is in use by ${who}; stop it first, or choose another state directory`, {
    details: { path, ...(owner === undefined ? {} : { pid: owner.pid, since: owner.since }) },
  });
}

function openLock(lockPath: string): DatabaseSync {
  const lock = new DatabaseSync(lockPath, { timeout: 200 });
  chmodSync(lockPath, 0o600);
  return lock;
}

/** Writes who we are, then takes the lock again for good. Whoever came in between is the owner. */
function take(lock: DatabaseSync, { pid, since, nonce }: Holder): boolean {
  try {
    for (;;) {
      lock.exec("begin immediate");
      lock.exec(
        "create table if not exists holder (one integer primary key check (one = 1), pid integer not null, since integer not null, nonce text not null)",
      );
      if (readHolder(lock)?.nonce === nonce) return true;
      lock
        .prepare(
          "insert into holder (one, pid, since, nonce) values (1, ?, ?, ?) on conflict (one) do update set pid = excluded.pid, since = excluded.since, nonce = excluded.nonce",
        )
        .run(pid, since, nonce);
      lock.exec("commit");
    }
  } catch (error) {
    if (TravelAgentError.is(storageError(error, ""), "STORAGE_BUSY")) {
      if (lock.isTransaction) lock.exec("rollback");
      return false;
    }
    throw error;
  }
}

function readHolder(lock: DatabaseSync): Holder | undefined {
  const table = lock.prepare("select count(*) as found from sqlite_master where name = 'holder'").get() as { found: number };
  if (table.found === 0) return undefined;
  return lock.prepare("select pid, since, nonce from holder").get() as unknown as Holder | undefined;
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}
