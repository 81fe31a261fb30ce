import { TravelAgentError } from "@travelagent/protocol";
import type { Row } from "@travelagent/protocol/ports";
import type { Connection } from "./connection.ts";
import { type Holder, inUse } from "./process-guard.ts";

/** The last claim on a database counts: every commit of an owner before it is refused. */
export interface Ownership {
  /** Inside an open transaction. Raises `CONFLICT` when somebody else has claimed the database since. */
  assert(): void;
}

type HolderRow = Pick<Holder, "pid" | "since" | "nonce"> & Row;

const table = `create table if not exists owner (
  one integer primary key check (one = 1), epoch integer not null, pid integer not null, since integer not null, nonce text not null)`;

/**
 * Makes `holder` the owner whose commits count. The lock file keeps out whoever asks; this keeps out who was the owner, was
 * paused, and wakes up to find somebody else in its place. Raises `CONFLICT` when `replaces` is given and is not the owner.
 */
export function claimOwnership(connection: Connection, { pid, since, nonce }: Holder, replaces?: Holder): Ownership {
  connection.exec("begin immediate");
  try {
    connection.exec(table);
    const before = connection.get<HolderRow>("select pid, since, nonce from owner", []);
    if (replaces && before?.nonce !== replaces.nonce) throw inUse(connection.path, before);
    connection.run(
      `insert into owner (one, epoch, pid, since, nonce) values (1, 1, ?, ?, ?)
       on conflict (one) do update set epoch = owner.epoch + 1, pid = excluded.pid, since = excluded.since, nonce = excluded.nonce`,
      [pid, since, nonce],
    );
    connection.exec("commit");
  } catch (error) {
    if (connection.inTransaction()) connection.exec("rollback");
    throw error;
  }
  return {
    assert() {
      const owner = connection.get<HolderRow>("select pid, since, nonce from owner", []);
      if (owner?.nonce !== nonce) throw superseded(connection.path, owner);
    },
  };
}

export function superseded(path: string, owner?: { pid: number; since: number }): TravelAgentError {
  return new TravelAgentError(
    "CONFLICT",
    `this process was silent for long and ${owner ? `process ${owner.pid}` : "another process"} owns the database ${path} now: nothing more is written here, start again or leave it to the other one`,
    { details: { path, code: "SUPERSEDED", ...(owner ? { pid: owner.pid, since: owner.since } : {}) } },
  );
}
