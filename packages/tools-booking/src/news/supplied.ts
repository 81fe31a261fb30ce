import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import { isBooked, type Order, type OrderItem } from "../order.ts";
import { momentsOf, nextReading, type ReadingTimes } from "./reading-times.ts";

/** An item and where its supplier knows it. */
export interface SuppliedItem {
  orderId: string;
  item: number;
  supplier: string;
}

export interface DueItem extends SuppliedItem {
  nextRead: number;
}

/** Which supplier has what of us, and when it is looked at next. Made of the orders: it may be a moment behind them, and can be made anew. */
export interface SuppliedItems {
  /** Takes up every order that changed since the last time. */
  catchUp(): Promise<void>;
  /** By the supplier's reference. */
  find(supplier: string, reference: string): Promise<SuppliedItem | null>;
  /** Whether anything confirmed is still to come at this supplier. */
  hasUpcoming(supplier: string): Promise<boolean>;
  /** The longest overdue first. */
  due(now: number): Promise<DueItem[]>;
  /** Sets the next look. False when somebody else looks already. */
  claim(due: DueItem, now: number): Promise<boolean>;
  /** Look again at `at`, if not sooner. */
  lookAt(tx: Tx, orderId: string, item: number, at: number): Promise<void>;
  nextRead(): Promise<number | undefined>;
}

const page = 200;
/** Clocks of several processes differ, and what is written at one moment is seen a little later. */
const overlapMs = 60_000;

interface SuppliedParts {
  db: Database;
  clock: Clock;
  readingTimes: ReadingTimes;
  /** Whether items of this supplier are read again by and by. */
  isReadAgain(supplier: string): boolean;
}

export function createSuppliedItems({ db, clock, readingTimes, isReadAgain }: SuppliedParts): SuppliedItems {
  async function keep(tx: Tx, orderId: string, item: OrderItem, now: number): Promise<void> {
    const { supplierReference: reference, offer, no } = item;
    if (reference === undefined) return;
    const moments = momentsOf(item);
    const upcoming = isBooked(item) && item.status !== "held" && moments.some((moment) => moment > now);
    const next = upcoming && isReadAgain(offer.supplier) ? nextReading(moments, now, readingTimes) : null;
    const known = await tx.get("select reference from booking_supplied where order_id = ? and item = ?", orderId, no);
    await tx.run(
      `insert into booking_supplied (order_id, item, supplier, vertical, reference, upcoming, moments, next_read) values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (order_id, item) do update set supplier = excluded.supplier, reference = excluded.reference, upcoming = excluded.upcoming, moments = excluded.moments,
         next_read = case when excluded.next_read is not null and booking_supplied.next_read < excluded.next_read then booking_supplied.next_read else excluded.next_read end`,
      orderId,
      no,
      offer.supplier,
      offer.vertical,
      reference,
      upcoming ? 1 : 0,
      JSON.stringify(moments),
      next,
    );
    // What was heard before anybody knew whom it concerns. Once that is known, news that wait have their own time: an order in doubt changes with each look.
    if (known?.reference === reference) return;
    await tx.run("update booking_news set next_at = ? where supplier = ? and reference = ? and next_at > ?", now, offer.supplier, reference, now);
  }

  const changedSince = (since: number): Promise<Row[]> =>
    db.all(`select document, updated_at from booking_order where updated_at >= ? order by updated_at limit ${page}`, since);

  return {
    async catchUp() {
      const now = clock.now();
      let since = Number((await db.get("select at from booking_news_mark where name = 'orders'"))?.at ?? overlapMs) - overlapMs;
      for (;;) {
        const rows = await changedSince(since);
        const mark = Number(rows.at(-1)?.updated_at ?? since);
        if (rows.length === 0) return;
        await db.transaction(
          async (tx) => {
            for (const row of rows) {
              const order = JSON.parse(row.document as string) as Order;
              for (const item of order.items) await keep(tx, order.id, item, now);
            }
            await tx.run("insert into booking_news_mark (name, at) values ('orders', ?) on conflict (name) do update set at = excluded.at", mark);
          },
          { durable: false },
        );
        if (rows.length < page) return;
        since = mark > since ? mark : since + 1;
      }
    },

    async find(supplier, reference) {
      const row = await db.get("select order_id, item from booking_supplied where supplier = ? and reference = ? order by upcoming desc", supplier, reference);
      return row ? { orderId: row.order_id as string, item: Number(row.item), supplier } : null;
    },

    async hasUpcoming(supplier) {
      const rows = await db.all("select moments from booking_supplied where supplier = ? and upcoming = 1", supplier);
      const now = clock.now();
      return rows.some((row) => (JSON.parse(row.moments as string) as number[]).some((moment) => moment > now));
    },

    async due(now) {
      const rows = await db.all("select order_id, item, supplier, next_read from booking_supplied where next_read <= ? order by next_read limit 100", now);
      return rows.map((row) => ({
        orderId: row.order_id as string,
        item: Number(row.item),
        supplier: row.supplier as string,
        nextRead: Number(row.next_read),
      }));
    },

    claim: ({ orderId, item, nextRead }, now) =>
      db.transaction(async (tx) => {
        const row = await tx.get("select moments from booking_supplied where order_id = ? and item = ?", orderId, item);
        if (!row) return false;
        const next = nextReading(JSON.parse(row.moments as string) as number[], now, readingTimes);
        const { changes } = await tx.run(
          "update booking_supplied set next_read = ?, upcoming = ? where order_id = ? and item = ? and next_read = ?",
          next,
          next === null ? 0 : 1,
          orderId,
          item,
          nextRead,
        );
        return changes > 0;
      }),

    async lookAt(tx, orderId, item, at) {
      await tx.run("update booking_supplied set next_read = ? where order_id = ? and item = ? and (next_read is null or next_read > ?)", at, orderId, item, at);
    },

    async nextRead() {
      const row = await db.get("select min(next_read) as at from booking_supplied where next_read is not null");
      return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
    },
  };
}
