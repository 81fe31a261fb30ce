import type { Money } from "@travelagent/protocol";
import type { Clock, Database, Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import type { LedgerStore } from "./ledger-store.ts";
import { minorUnits, money, subtract, zero } from "./money.ts";
import type { PaymentState } from "./payment.ts";

/** One authorisation and what became of it. */
export interface Payment {
  /** The key of `authorise`. */
  key: string;
  orderId: string;
  purpose: "purchase" | "change";
  provider: string;
  reference?: string;
  /** `started` before the provider has answered. */
  status: PaymentState["status"] | "started";
  amount: Money;
  captured: Money;
  refunded: Money;
  /** What the provider keeps of it, where it says. */
  fee?: Money;
  /** Of one that the customer makes on the provider's page. */
  payUrl?: string;
  payUntil?: string;
  /** Pieces of news that came about it, and how many of them the last look at the provider knew. */
  heard: number;
  seen: number;
  /** When the provider was last asked; 0 for never. */
  askedAt: number;
  createdAt: number;
}

/** Something was heard about it since the provider was last asked. */
export const toAsk = (payment: Payment): boolean => payment.heard > payment.seen;

/** Payments as we know them, and what was heard about them. Money that moves is booked in the ledger by the same commit. */
export interface PaymentStore {
  /** On record before the provider is called. The same key again changes nothing. */
  start(tx: Tx, payment: Pick<Payment, "key" | "orderId" | "purpose" | "provider" | "amount">): Promise<void>;
  /** What the provider says now; captured, refunded and kept money moves in the ledger by the difference. */
  settle(tx: Tx, key: string, state: PaymentState): Promise<void>;
  /**
   * A webhook was received, about these payments of this provider. False for an event that was heard before. Afterwards they are
   * `toAsk`, and the ids of their orders are given back.
   */
  hear(tx: Tx, provider: string, eventId: string, keys: readonly string[]): Promise<{ orderIds: string[] } | false>;
  /** These payments are to be asked for again; for hints that have no event of their own. */
  doubt(tx: Tx, keys: readonly string[]): Promise<string[]>;
  /** The provider was asked, after `heard` pieces of news. */
  asked(tx: Tx, key: string, heard: number): Promise<void>;
  ofOrder(orderId: string, tx?: Tx): Promise<Payment[]>;
  forgetEvents(before: number): Promise<void>;
}

const read = (row: Row): Payment => {
  const currency = row.currency as string;
  return {
    key: row.key as string,
    orderId: row.order_id as string,
    purpose: row.purpose as Payment["purpose"],
    provider: row.provider as string,
    ...(row.reference === null ? {} : { reference: row.reference as string }),
    status: row.status as Payment["status"],
    amount: money(BigInt(row.amount as number), currency),
    captured: money(BigInt(row.captured as number), currency),
    refunded: money(BigInt(row.refunded as number), currency),
    ...(row.fee === null ? {} : { fee: money(BigInt(row.fee as number), row.fee_currency as string) }),
    ...(row.pay_url === null ? {} : { payUrl: row.pay_url as string }),
    ...(row.pay_until === null ? {} : { payUntil: row.pay_until as string }),
    heard: Number(row.heard),
    seen: Number(row.seen),
    askedAt: Number(row.asked_at),
    createdAt: Number(row.created_at),
  };
};

const some = (keys: readonly string[]): { list: string; params: SqlValue[] } => ({ list: keys.map(() => "?").join(", "), params: [...keys] });

export function createPaymentStore(db: Database, clock: Clock, ledger: LedgerStore): PaymentStore {
  async function doubt(tx: Tx, keys: readonly string[], provider?: string): Promise<string[]> {
    if (keys.length === 0) return [];
    const { list, params } = some(keys);
    const [own, ownParams] = provider === undefined ? ["", []] : [" and provider = ?", [provider]];
    const rows = await tx.all(`select distinct order_id from booking_payment where key in (${list})${own}`, ...params, ...ownParams);
    await tx.run(`update booking_payment set heard = heard + 1 where key in (${list})${own}`, ...params, ...ownParams);
    return rows.map((row) => row.order_id as string);
  }

  return {
    async start(tx, { key, orderId, purpose, provider, amount }) {
      await tx.run(
        `insert into booking_payment (key, order_id, purpose, provider, status, currency, amount, captured, refunded, created_at, updated_at)
         values (?, ?, ?, ?, 'started', ?, ?, 0, 0, ?, ?) on conflict do nothing`,
        key,
        orderId,
        purpose,
        provider,
        amount.currency,
        minorUnits(amount),
        clock.now(),
        clock.now(),
      );
    },

    async settle(tx, key, state) {
      const row = await tx.get("select * from booking_payment where key = ?", key);
      if (!row) return;
      const before = read(row);
      const { orderId } = before;
      const provider = `provider:${before.provider}`;
      const { captured, refunded, fee } = state;
      // A refund that failed afterwards and is made again moves the same amount once more, so the amount is no name for a move.
      const { lines } = (await tx.get<{ lines: number | string }>("select count(*) as lines from booking_ledger where order_id = ?", orderId))!;
      const move = (what: string, debit: string, credit: string, now: Money, was: Money) =>
        ledger.book(tx, { id: `${key}:${what}:${minorUnits(now)}:${lines}`, orderId, debit, credit, amount: subtract(now, was), memo: `payment ${what}` });
      await move("captured", provider, "customer", captured, before.captured);
      await move("refunded", "customer", provider, refunded, before.refunded);
      if (fee) await move("fee", "fees", provider, fee, before.fee ?? zero(fee.currency));
      await tx.run(
        `update booking_payment set status = ?, reference = ?, captured = ?, refunded = ?, fee = ?, fee_currency = ?, pay_url = ?, pay_until = ?, updated_at = ?
         where key = ?`,
        state.status,
        state.reference,
        minorUnits(captured),
        minorUnits(refunded),
        fee ? minorUnits(fee) : before.fee ? minorUnits(before.fee) : null,
        fee?.currency ?? before.fee?.currency ?? null,
        state.payUrl ?? before.payUrl ?? null,
        state.payUntil ?? before.payUntil ?? null,
        clock.now(),
        key,
      );
    },

    async hear(tx, provider, eventId, keys) {
      const { changes } = await tx.run(
        "insert into booking_payment_event (provider, event_id, at) values (?, ?, ?) on conflict do nothing",
        provider,
        eventId,
        clock.now(),
      );
      return changes === 0 ? false : { orderIds: await doubt(tx, keys, provider) };
    },

    doubt,

    async asked(tx, key, heard) {
      await tx.run("update booking_payment set seen = ?, asked_at = ? where key = ? and seen <= ?", heard, clock.now(), key, heard);
    },

    async ofOrder(orderId, tx) {
      return (await (tx ?? db).all("select * from booking_payment where order_id = ? order by created_at, key", orderId)).map(read);
    },

    async forgetEvents(before) {
      await db.transaction((tx) => tx.run("delete from booking_payment_event where at < ?", before), { durable: false });
    },
  };
}
