import { createHash, randomBytes } from "node:crypto";
import type { Clock, Database } from "@travelagent/protocol/ports";
import { accountOf, type PortalAccount } from "./accounts.ts";

/** A browser that was let in. */
export interface Visit extends PortalAccount {
  /** Milliseconds. */
  until: number;
}

/** Browsers that were let in by a link, each by a cookie of which only the hash is kept. */
export interface Visits {
  begin(accountId: string): Promise<{ cookie: string; until: number }>;
  /** Undefined for a cookie that is none of ours, or no longer. Coming back keeps it alive. */
  of(cookie: string): Promise<Visit | undefined>;
  end(cookie: string): Promise<void>;
  prune(): Promise<void>;
}

const dayMs = 86_400_000;
/** Without a visit for so long a new link is needed. */
export const idleMs = 30 * dayMs;
const longestMs = 180 * dayMs;
/** How often coming back is written down. */
const noteEveryMs = 3_600_000;

const hashOf = (cookie: string): string => createHash("sha256").update(cookie).digest("base64url");

export function createVisits({ db, clock }: { db: Database; clock: Clock }): Visits {
  return {
    async begin(accountId) {
      const cookie = randomBytes(32).toString("base64url");
      const now = clock.now();
      await db.transaction((tx) =>
        tx.run(
          "insert into portal_visit (id_hash, account_id, created_at, seen_at, expires_at) values (?, ?, ?, ?, ?)",
          hashOf(cookie),
          accountId,
          now,
          now,
          now + idleMs,
        ),
      );
      return { cookie, until: now + idleMs };
    },

    async of(cookie) {
      if (!/^[\w-]{43}$/.test(cookie)) return undefined;
      const now = clock.now();
      const hash = hashOf(cookie);
      const row = await db.get("select account_id, created_at, seen_at, expires_at from portal_visit where id_hash = ? and expires_at > ?", hash, now);
      if (!row) return undefined;
      let until = Number(row.expires_at);
      if (now - Number(row.seen_at) >= noteEveryMs) {
        until = Math.min(now + idleMs, Number(row.created_at) + longestMs);
        const alive = until;
        await db.transaction((tx) => tx.run("update portal_visit set seen_at = ?, expires_at = ? where id_hash = ?", now, alive, hash), { durable: false });
      }
      const account = await accountOf(db, row.account_id as string);
      return account && { ...account, until };
    },

    async end(cookie) {
      await db.transaction((tx) => tx.run("delete from portal_visit where id_hash = ?", hashOf(cookie)));
    },

    async prune() {
      await db.transaction((tx) => tx.run("delete from portal_visit where expires_at <= ?", clock.now()));
    },
  };
}
