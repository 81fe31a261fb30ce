import type { Money } from "@travelagent/protocol";
import type { Clock, Database, Row } from "@travelagent/protocol/ports";
import { minor } from "./amounts.ts";

/** One look at a price. Without a price: the same travel was not for sale. */
export interface PriceLook {
  /** Milliseconds. */
  at: number;
  price?: Money;
}

/** What has a price that is looked at again: an item of a booking (`ord_1/2`), or a watch (`watch:…`). */
export interface PricedSubject {
  subject: string;
  tripId?: string;
  customerId?: string;
  sessionKey: string;
}

/** When a drop is told. */
export interface AlertRule {
  /** What is saved at the price, in smallest units of `price`; negative when nothing. */
  saving: bigint;
  /** Least saving worth a word. */
  threshold: bigint;
}

/** What a price means: an alert of that number is to be given, the next drop counts again, or nothing. */
export type AlertDecision = { kind: "alert"; alert: number } | { kind: "rearm" } | { kind: "quiet" };

/** What became of the decision. `weighed`: the drop is not worth what moving costs, and nothing is said until it falls by the threshold once more. */
export type AlertOutcome = { kind: "alerted"; alert: number } | { kind: "weighed" } | { kind: "rearm" } | { kind: "quiet" };

export interface PriceHistory {
  /** Those whose look was the longest ago come first; those looked at in `slot` are left out. */
  order(subjects: readonly PricedSubject[], slot: number): Promise<PricedSubject[]>;
  /** Keeps a look and what became of it, in one commit, as the last thing of it. The same slot again changes nothing. */
  keep(subject: PricedSubject, slot: number, price: Money | undefined, outcome?: AlertOutcome): Promise<void>;
  /**
   * Whether a drop is to be told: when the saving reaches the threshold for the first time, when it falls by the threshold once more, and
   * when it reached it again after it was gone. A rise tells nothing. Reads only.
   */
  decide(subject: string, price: Money, rule: AlertRule): Promise<AlertDecision>;
  /** Oldest first. */
  looks(subject: string, limit?: number): Promise<PriceLook[]>;
  /** How many looks and how many prices there were in a span of time. */
  count(from: number, to: number): Promise<{ looks: number; priced: number }>;
  forget(before: number): Promise<number>;
}

const moneyOf = (row: Row): Money | undefined =>
  row.amount === null || row.amount === undefined ? undefined : { amount: row.amount as string, currency: row.currency as string };

export function createPriceHistory({ db, clock }: { db: Database; clock: Clock }): PriceHistory {
  return {
    async order(subjects, slot) {
      const known = new Map<string, Row>();
      for (const row of await db.all("select subject, last_slot, checked_at from travel_priced")) known.set(row.subject as string, row);
      const at = ({ subject }: PricedSubject): number => Number(known.get(subject)?.checked_at ?? 0);
      return subjects.filter(({ subject }) => Number(known.get(subject)?.last_slot ?? -1) < slot).sort((a, b) => at(a) - at(b));
    },

    async keep({ subject, tripId, customerId, sessionKey }, slot, price, outcome = { kind: "quiet" }) {
      const now = clock.now();
      await db.transaction(
        async (tx) => {
          const { changes } = await tx.run(
            `insert into travel_priced (subject, booking_id, customer_id, session_key, last_slot, checked_at, price) values (?, ?, ?, ?, ?, ?, ?)
             on conflict (subject) do update set last_slot = excluded.last_slot, checked_at = excluded.checked_at, price = excluded.price
             where coalesce(travel_priced.last_slot, -1) < excluded.last_slot`,
            subject,
            tripId ?? null,
            customerId ?? null,
            sessionKey,
            slot,
            now,
            price ? JSON.stringify(price) : null,
          );
          if (changes === 0) return;
          await tx.run(
            "insert into travel_price (subject, at, amount, currency) values (?, ?, ?, ?) on conflict (subject, at) do nothing",
            subject,
            now,
            price?.amount ?? null,
            price?.currency ?? null,
          );
          if (outcome.kind === "rearm") await tx.run("update travel_priced set armed = 1, alerted = null where subject = ?", subject);
          if ((outcome.kind === "alerted" || outcome.kind === "weighed") && price)
            await tx.run("update travel_priced set armed = 0, alerted = ? where subject = ?", JSON.stringify(price), subject);
          if (outcome.kind === "alerted") await tx.run("update travel_priced set alerts = ? where subject = ?", outcome.alert, subject);
        },
        // What was told is on record with its effect; a look that a loss of power takes away is taken again.
        { durable: false },
      );
    },

    async decide(subject, price, { saving, threshold }) {
      const row = await db.get("select alerts, armed, alerted from travel_priced where subject = ?", subject);
      const armed = row === undefined || Number(row.armed) === 1;
      const alert = Number(row?.alerts ?? 0) + 1;
      if (saving < threshold) return armed ? { kind: "quiet" } : { kind: "rearm" };
      if (armed) return { kind: "alert", alert };
      const before = row.alerted === null ? undefined : (JSON.parse(row.alerted as string) as Money);
      const fell = before && before.currency === price.currency ? minor(before) - minor(price) : 0n;
      return fell >= threshold ? { kind: "alert", alert } : { kind: "quiet" };
    },

    async looks(subject, limit = 500) {
      const rows = await db.all("select * from travel_price where subject = ? order by at desc limit ?", subject, limit);
      return rows.reverse().map((row) => {
        const price = moneyOf(row);
        return { at: Number(row.at), ...(price ? { price } : {}) };
      });
    },

    async count(from, to) {
      const row = await db.get("select count(*) as looks, count(amount) as priced from travel_price where at >= ? and at < ?", from, to);
      return { looks: Number(row?.looks ?? 0), priced: Number(row?.priced ?? 0) };
    },

    forget: (before) =>
      db.transaction(
        async (tx) => {
          await tx.run("delete from travel_priced where checked_at < ?", before);
          return (await tx.run("delete from travel_price where at < ?", before)).changes;
        },
        { durable: false },
      ),
  };
}
