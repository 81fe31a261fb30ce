import { type Pruned, prunedTogether, pruneRows, type RetentionStore } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import { migrateSupplierMemory } from "./suppliers/http/memory.ts";

const over = "('cancelled', 'voided', 'refunded', 'failed')";

/** Conversations with a booking that is not over: something is to be paid, to be travelled, or to be found out. */
export async function sessionsWithOpenBookings(db: Database, sessionKeys: readonly string[]): Promise<string[]> {
  if (sessionKeys.length === 0) return [];
  const rows = await db.all(
    `select distinct o.session_key from booking_order o where o.session_key in (${sessionKeys.map(() => "?").join(", ")})
     and o.status not in ${over} and (o.status not in ('confirmed', 'ticketed') or exists (select 1 from booking_supplied s where s.order_id = o.id and s.upcoming = 1))`,
    ...sessionKeys,
  );
  return rows.map((row) => row.session_key as string);
}

const atOnce = 500;

/**
 * Offers and quotes that came to nothing: proposals nobody accepted, quotes of suppliers that ended, and what adapters remember of
 * purchases of bookings that are over or never came about. Proposals that were accepted stay, as the bookings do.
 */
export function quoteRetention({ db }: { db: Database }): RetentionStore {
  /** Keys of purchases begin with the id of their booking. */
  const bookingOf = (key: string): string | undefined => /^(bk[a-z0-9]{16})(?:-|$)/.exec(key)?.[1];

  const neededBookings = async (ids: readonly string[], before: number): Promise<Set<string>> => {
    if (ids.length === 0) return new Set();
    const rows = await db.all(
      `select o.id from booking_order o where o.id in (${ids.map(() => "?").join(", ")})
       and (o.updated_at >= ? or (o.status not in ${over} and (o.status not in ('confirmed', 'ticketed') or exists (select 1 from booking_supplied s where s.order_id = o.id and s.upcoming = 1))))`,
      ...ids,
      before,
    );
    return new Set(rows.map((row) => row.id as string));
  };

  const remembered = async (before: number, { dryRun, signal }: { dryRun: boolean; signal: AbortSignal }): Promise<Pruned> => {
    const pruned: Pruned = { removed: 0, kept: 0 };
    for (let after = ["", "", ""] as [string, string, string]; ; ) {
      signal.throwIfAborted();
      const rows = await db.all(
        "select supplier, kind, key, value from supplier_memory where (supplier, kind, key) > (?, ?, ?) order by supplier, kind, key limit ?",
        ...after,
        atOnce,
      );
      const last = rows.at(-1);
      if (!last) return pruned;
      after = [last.supplier as string, last.kind as string, last.key as string];
      const bookings = [...new Set(rows.flatMap((row) => bookingOf(row.key as string) ?? []))];
      const needed = await neededBookings(bookings, before);
      const going = rows.filter((row) => {
        if (row.kind === "quote") return Date.parse(String((JSON.parse(row.value as string) as { expiresAt?: unknown }).expiresAt)) < before;
        const booking = bookingOf(row.key as string);
        // What is kept by a supplier's own reference belongs to a booking that cannot be named from here.
        return booking !== undefined && !needed.has(booking);
      });
      pruned.removed += going.length;
      if (!dryRun && going.length > 0)
        await db.transaction(async (tx) => {
          for (const row of going)
            await tx.run(
              "delete from supplier_memory where supplier = ? and kind = ? and key = ?",
              row.supplier as string,
              row.kind as string,
              row.key as string,
            );
        });
    }
  };

  return {
    name: "quotes",
    kind: "quotes",
    async prune(before, options) {
      await migrateSupplierMemory(db);
      return prunedTogether([
        await pruneRows(db, { table: "booking_proposal", key: "id", where: "status <> 'accepted' and expires_at < ?", params: [before] }, options),
        await remembered(before, options),
      ]);
    },
  };
}
