import type { Database, Tx } from "@travelagent/protocol/ports";

const hourMs = 3_600_000;
/** Suppliers look back a week at most; what was not asked for longer begins anew. */
const cursorLifeMs = 7 * 24 * hourMs;

export interface DueSource {
  supplier: string;
  cursor: string | undefined;
  nextPoll: number;
}

/** How far each supplier was asked, and how often it was read in this hour. */
export interface NewsSources {
  /** Undefined while it is not due. */
  due(supplier: string, now: number): Promise<DueSource | undefined>;
  /** False when somebody else asks already. */
  claim(source: DueSource, until: number): Promise<boolean>;
  /** With the commit that stored the news. */
  advance(tx: Tx, supplier: string, cursor: string, now: number, next: number): Promise<void>;
  nextPoll(supplier: string): Promise<number | undefined>;
  /** Counts one read. False when the hour's are spent. */
  spend(supplier: string, now: number, perHour: number): Promise<boolean>;
}

export function createNewsSources(db: Database): NewsSources {
  const ensure = (tx: Tx, supplier: string) =>
    tx.run("insert into booking_news_source (supplier, polled_at, next_poll, hour, reads) values (?, 0, 0, 0, 0) on conflict (supplier) do nothing", supplier);

  return {
    async due(supplier, now) {
      const row = await db.get("select cursor, polled_at, next_poll from booking_news_source where supplier = ?", supplier);
      if (!row) {
        await db.transaction((tx) => ensure(tx, supplier));
        return { supplier, cursor: undefined, nextPoll: 0 };
      }
      if (Number(row.next_poll) > now) return undefined;
      const stale = now - Number(row.polled_at) > cursorLifeMs;
      return { supplier, cursor: row.cursor === null || stale ? undefined : (row.cursor as string), nextPoll: Number(row.next_poll) };
    },

    claim: ({ supplier, nextPoll }, until) =>
      db.transaction(
        async (tx) =>
          (await tx.run("update booking_news_source set next_poll = ? where supplier = ? and next_poll = ?", until, supplier, nextPoll)).changes > 0,
      ),

    async advance(tx, supplier, cursor, now, next) {
      await tx.run("update booking_news_source set cursor = ?, polled_at = ?, next_poll = ? where supplier = ?", cursor, now, next, supplier);
    },

    async nextPoll(supplier) {
      const row = await db.get("select next_poll from booking_news_source where supplier = ?", supplier);
      return row ? Number(row.next_poll) : undefined;
    },

    spend: (supplier, now, perHour) =>
      db.transaction(
        async (tx) => {
          await ensure(tx, supplier);
          const hour = Math.floor(now / hourMs);
          const row = (await tx.get("select hour, reads from booking_news_source where supplier = ?", supplier))!;
          const reads = Number(row.hour) === hour ? Number(row.reads) : 0;
          if (reads >= perHour) return false;
          await tx.run("update booking_news_source set hour = ?, reads = ? where supplier = ?", hour, reads + 1, supplier);
          return true;
        },
        { durable: false },
      ),
  };
}
