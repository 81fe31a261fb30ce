import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Lease, Leases, Logger, Migration } from "@travelagent/protocol/ports";

export const leaseMigrations: readonly Migration[] = [
  { version: 1, sql: "create table lease (name text primary key, owner text not null, epoch integer not null, expires_at integer not null) without rowid" },
];

export interface OwnLeases extends Leases {
  /** Gives back every lease of this process. */
  stop(): Promise<void>;
}

/** Leases as rows: an owner, an epoch that grows with every new owner, and a time until which nobody else may take over. */
export function rowLeases({ db, clock, log }: { db: Database; clock: Clock; log: Logger }): OwnLeases {
  const held = new Set<Lease>();

  function hold(name: string, owner: string, epoch: number, ttlMs: number, validUntil: number): Lease {
    const lost = new AbortController();
    let expiresAt = validUntil;
    let ended = false;
    let disarm = () => {};

    function end(reason?: TravelAgentError): void {
      if (ended) return;
      ended = true;
      disarm();
      held.delete(lease);
      if (reason) {
        log.warn("a lease was lost", { name, epoch });
        lost.abort(reason);
      }
    }

    async function renew(): Promise<void> {
      if (ended) return;
      const from = clock.now();
      // A process that was suspended past the end of its lease must not believe in it again, whatever the row says.
      if (from >= expiresAt) return end(lostLease(name));
      try {
        const { changes } = await db.transaction((tx) => tx.run("update lease set expires_at = ? where name = ? and owner = ?", from + ttlMs, name, owner));
        if (ended) return;
        if (changes === 0) return end(lostLease(name));
        expiresAt = from + ttlMs;
      } catch (error) {
        log.warn("a lease could not be renewed", { name, epoch, error });
      }
      arm();
    }

    function arm(): void {
      if (!ended) disarm = clock.after(Math.max(1, Math.floor(ttlMs / 3)), () => void renew());
    }

    const lease: Lease = {
      name,
      epoch,
      lost: lost.signal,
      valid: () => !ended && clock.now() < expiresAt,
      async release() {
        if (ended) return;
        end();
        await db.transaction((tx) => tx.run("update lease set expires_at = 0 where name = ? and owner = ?", name, owner));
      },
    };
    held.add(lease);
    arm();
    return lease;
  }

  return {
    async acquire(name, ttlMs) {
      const owner = randomUUID();
      const now = clock.now();
      const row = await db.transaction((tx) =>
        tx.get<{ epoch: number }>(
          `insert into lease (name, owner, epoch, expires_at) values (?, ?, 1, ?)
           on conflict (name) do update set owner = excluded.owner, epoch = lease.epoch + 1, expires_at = excluded.expires_at
           where lease.expires_at <= ? returning epoch`,
          name,
          owner,
          now + ttlMs,
          now,
        ),
      );
      return row ? hold(name, owner, row.epoch, ttlMs, now + ttlMs) : null;
    },
    async stop() {
      await Promise.all([...held].map((lease) => lease.release()));
    },
  };
}

function lostLease(name: string): TravelAgentError {
  return new TravelAgentError("UNAVAILABLE", `the lease ${name} is lost; another owner may have it now`);
}
