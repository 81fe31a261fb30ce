import type { Database, Tx } from "@travelagent/protocol/ports";
import type { SupplierNews } from "../supplier.ts";

/** News of a supplier that is not settled yet. */
export interface HeardNews extends SupplierNews {
  supplier: string;
  heardAt: number;
  tries: number;
  nextAt: number;
}

export type NewsOutcome = "applied" | "nothing-new" | "unclaimed" | "given-up";

/** What suppliers told, each event once, until it is clear what became of it. */
export interface HeardStore {
  /** How many of them are new. */
  hear(tx: Tx, supplier: string, news: readonly SupplierNews[], now: number): Promise<number>;
  /** The oldest first. */
  due(now: number): Promise<HeardNews[]>;
  /** Takes one in hand until `until`, after which it is due again. False when somebody else has it. */
  claim(news: HeardNews, until: number): Promise<boolean>;
  later(tx: Tx, news: Pick<HeardNews, "supplier" | "id">, at: number): Promise<void>;
  settle(tx: Tx, news: Pick<HeardNews, "supplier" | "id">, outcome: NewsOutcome, orderId?: string): Promise<void>;
  nextAt(): Promise<number | undefined>;
  /** Settled ones heard before that time. */
  forget(before: number): Promise<void>;
}

export const createHeardStore = (db: Database): HeardStore => ({
  async hear(tx, supplier, news, now) {
    let fresh = 0;
    for (const { id, kind, vertical, reference } of news) {
      const { changes } = await tx.run(
        `insert into booking_news (supplier, event_id, kind, vertical, reference, heard_at, next_at) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (supplier, event_id) do nothing`,
        supplier,
        id,
        kind,
        vertical,
        reference,
        now,
        now,
      );
      fresh += changes;
    }
    return fresh;
  },

  async due(now) {
    const rows = await db.all("select * from booking_news where next_at <= ? order by heard_at limit 100", now);
    return rows.map((row) => ({
      supplier: row.supplier as string,
      id: row.event_id as string,
      kind: row.kind as SupplierNews["kind"],
      vertical: row.vertical as SupplierNews["vertical"],
      reference: row.reference as string,
      heardAt: Number(row.heard_at),
      tries: Number(row.tries),
      nextAt: Number(row.next_at),
    }));
  },

  claim: ({ supplier, id, nextAt }, until) =>
    db.transaction(
      async (tx) =>
        (
          await tx.run(
            "update booking_news set next_at = ?, tries = tries + 1 where supplier = ? and event_id = ? and next_at = ?",
            until,
            supplier,
            id,
            nextAt,
          )
        ).changes > 0,
    ),

  async later(tx, { supplier, id }, at) {
    await tx.run("update booking_news set next_at = ? where supplier = ? and event_id = ? and next_at is not null", at, supplier, id);
  },

  async settle(tx, { supplier, id }, outcome, orderId) {
    await tx.run(
      "update booking_news set next_at = null, outcome = ?, order_id = ? where supplier = ? and event_id = ?",
      outcome,
      orderId ?? null,
      supplier,
      id,
    );
  },

  async nextAt() {
    const row = await db.get("select min(next_at) as at from booking_news where next_at is not null");
    return row?.at === null || row?.at === undefined ? undefined : Number(row.at);
  },

  async forget(before) {
    await db.transaction(async (tx) => void (await tx.run("delete from booking_news where next_at is null and heard_at < ?", before)));
  },
});
