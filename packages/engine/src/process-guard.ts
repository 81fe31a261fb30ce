import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { TravelAgentError } from "@travelagent/protocol";
import { storageError } from "./storage-error.ts";

/**
 * Makes this process the only owner of the database at `path` until the returned function is called or the process dies.
 *
 * A write lock on a small database beside it is held for life: the operating system releases it with the process, also
 * after a kill, so it never goes stale, and others can still read in it who the owner is.
 * Raises `CONFLICT` with the owner's process id when somebody else holds it.
 */
export function guardProcess(path: string, pid: number): () => void {
  const lockPath = `${path}.lock`;
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockPath, { timeout: 200 });
    chmodSync(lockPath, 0o600);
    if (take(lock, pid)) {
      const held = lock;
      return () => held.close();
    }
    const owner = readOwner(lock);
    throw new TravelAgentError(
      "CONFLICT",
      `the database ${path} is in use by ${owner === undefined ? "another process" : `process ${owner}`}; stop it first, or choose another state directory`,
      { details: { path, ...(owner === undefined ? {} : { pid: owner }) } },
    );
  } catch (error) {
    lock?.close();
    throw storageError(error, lockPath);
  }
}

/** Writes who we are, then takes the lock again for good. Whoever came in between is the owner. */
function take(lock: DatabaseSync, pid: number): boolean {
  try {
    for (;;) {
      lock.exec("begin immediate");
      lock.exec("create table if not exists owner (one integer primary key check (one = 1), pid integer not null)");
      const known = readOwner(lock);
      if (known === pid) return true;
      lock.prepare("insert into owner (one, pid) values (1, ?) on conflict (one) do update set pid = excluded.pid").run(pid);
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

function readOwner(lock: DatabaseSync): number | undefined {
  const table = lock.prepare("select count(*) as found from sqlite_master where name = 'owner'").get() as { found: number };
  if (table.found === 0) return undefined;
  return (lock.prepare("select pid from owner").get() as { pid: number } | undefined)?.pid;
}
