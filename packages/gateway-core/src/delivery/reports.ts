import type { DeliveryReport } from "@travelagent/protocol/messages";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import type { Delivery } from "../outbox.ts";

/** What platforms tell later about messages that were sent. */
export interface Reports {
  /** Durable when it resolves. What is known already and what comes too late to be news changes nothing; an id that is not ours is passed over. */
  delivered(channel: string, accountId: string, report: DeliveryReport): Promise<void>;
  /** A delivery got its id just now: what was told of it before counts. */
  sent(delivery: Delivery): void;
}

export interface ReportsOptions {
  db: Database;
  clock: Clock;
  /** A delivery is otherwise than it was. */
  onReport(told: { id: string; sessionKey: string; report: DeliveryReport }): Promise<void> | void;
}

/** Reports overtake each other and the answer to the send itself: the one that says most counts, whenever it comes. */
const rank: Readonly<Record<DeliveryReport["state"], number>> = { failed: 1, delivered: 2, read: 3 };
const says = (state: unknown): number => rank[state as DeliveryReport["state"]] ?? 0;
/** A report that comes before the platform's answer to the send is kept for so long, and so many of them. */
const earlyForMs = 120_000;
const mostEarly = 2_000;

export function createReports({ db, clock, onReport }: ReportsOptions): Reports {
  const early = new Map<string, { report: DeliveryReport; until: number }>();
  const keyOf = (channel: string, accountId: string, externalId: string): string => JSON.stringify([channel, accountId, externalId]);

  const remember = (key: string, report: DeliveryReport): void => {
    const known = early.get(key);
    if (known && says(known.report.state) >= says(report.state)) return;
    early.delete(key);
    early.set(key, { report, until: clock.now() + earlyForMs });
    for (const [oldest, { until }] of early) {
      if (early.size <= mostEarly && until > clock.now()) break;
      early.delete(oldest);
    }
  };

  /** The delivery as a whole: failed when a part of it did, and no further than its slowest part. */
  const ofParts = async (tx: Tx, deliveryId: string): Promise<DeliveryReport["state"] | undefined> => {
    const parts = await tx.all("select reported from delivery_part where delivery_id = ?", deliveryId);
    const least = Math.min(...parts.map(({ reported }) => says(reported)));
    if (parts.some(({ reported }) => reported === "failed")) return "failed";
    return least === rank.read ? "read" : least >= rank.delivered ? "delivered" : undefined;
  };

  const note = async (tx: Tx, row: Row, state: DeliveryReport["state"], { at, reason, code }: DeliveryReport): Promise<boolean> => {
    // What a part failed with stays until the operator has it sent again.
    if (says(state) <= says(row.reported) && state !== row.reported) return false;
    if (state === row.reported) return false;
    const failed = state === "failed";
    const { changes } = await tx.run(
      `update outbox set reported = ?, reported_at = ?, status = case when ? = 1 then 'failed' when status in ('failed', 'unknown') and ? >= 2 then 'sent' else status end,
         reason = case when ? = 1 then ? when ? >= 2 then null else reason end, code = case when ? = 1 then ? else null end, updated_at = ?
       where id = ? and status in ('sent', 'unknown', 'failed')`,
      state,
      at,
      failed ? 1 : 0,
      says(state),
      failed ? 1 : 0,
      reason ?? "the platform could not deliver it",
      says(state),
      failed ? 1 : 0,
      code ?? null,
      clock.now(),
      String(row.id),
    );
    return changes > 0;
  };

  const apply = async (channel: string, accountId: string, report: DeliveryReport): Promise<boolean> => {
    const told = await db.transaction(async (tx) => {
      const own = [channel, accountId, report.externalId] as const;
      const part = await tx.get("select * from delivery_part where channel = ? and account_id = ? and external_id = ?", ...own);
      if (!part) {
        const row = await tx.get("select * from outbox where channel = ? and account_id = ? and external_id = ?", ...own);
        return row ? { row, news: await note(tx, row, report.state, report) } : undefined;
      }
      const row = await tx.get("select * from outbox where id = ?", String(part.delivery_id));
      if (!row) return undefined;
      if (says(report.state) <= says(part.reported)) return { row, news: false };
      await tx.run("update delivery_part set reported = ? where delivery_id = ? and part = ?", report.state, String(part.delivery_id), Number(part.part));
      const state = await ofParts(tx, String(row.id));
      return { row, news: state !== undefined && (await note(tx, row, state, { ...report, state })) };
    });
    if (told?.news) await onReport({ id: String(told.row.id), sessionKey: String(told.row.session_key), report });
    return told !== undefined;
  };

  return {
    async delivered(channel, accountId, report) {
      if (!(await apply(channel, accountId, report))) remember(keyOf(channel, accountId, report.externalId), report);
    },
    sent({ address: { channel, accountId }, externalId }) {
      if (externalId === undefined || early.size === 0) return;
      const key = keyOf(channel, accountId, externalId);
      const found = early.get(key);
      early.delete(key);
      if (found && found.until > clock.now()) void apply(channel, accountId, found.report).catch(() => undefined);
    },
  };
}
