import type { Money } from "@travelagent/protocol";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import { minorUnits, money } from "./money.ts";
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
  createdAt: number;
}

export interface LedgerLine {
  account: string;
  /** Debit positive, credit negative. */
  minor: bigint;
  currency: string;
  memo: string;
  at: number;
}

/** Payments and the double-entry ledger. Every transfer has two lines that cancel out. */
export interface PaymentStore {
  /** On record before the provider is called. The same key again changes nothing. */
  start(tx: Tx, payment: Pick<Payment, "key" | "orderId" | "purpose" | "provider" | "amount">): Promise<void>;
  /** What the provider says now; captured and refunded money moves in the ledger by the difference. */
  settle(tx: Tx, key: string, state: PaymentState): Promise<void>;
  /** Money owed for travel: `amount` from the supplier's account to the customer's. The same id again changes nothing. */
  charge(tx: Tx, charge: { id: string; orderId: string; supplier: string; amount: Money; memo: string }): Promise<void>;
  ofOrder(orderId: string, tx?: Tx): Promise<Payment[]>;
  ledger(orderId: string): Promise<LedgerLine[]>;
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
    createdAt: Number(row.created_at),
  };
};

export function createPaymentStore(db: Database, clock: Clock): PaymentStore {
  async function transfer(tx: Tx, id: string, orderId: string, debit: string, credit: string, amount: bigint, currency: string, memo: string): Promise<void> {
    if (amount === 0n) return;
    for (const [account, minor] of [
      [debit, amount],
      [credit, -amount],
    ] as const) {
      await tx.run(
        "insert into booking_ledger (id, account, order_id, minor, currency, memo, at) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        id,
        account,
        orderId,
        minor,
        currency,
        memo,
        clock.now(),
      );
    }
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
      const { currency } = before.amount;
      const [captured, refunded] = [minorUnits(state.captured), minorUnits(state.refunded)];
      const provider = `provider:${before.provider}`;
      await transfer(
        tx,
        `${key}:captured:${captured}`,
        before.orderId,
        provider,
        "customer",
        captured - minorUnits(before.captured),
        currency,
        "payment captured",
      );
      await transfer(
        tx,
        `${key}:refunded:${refunded}`,
        before.orderId,
        "customer",
        provider,
        refunded - minorUnits(before.refunded),
        currency,
        "payment refunded",
      );
      await tx.run(
        "update booking_payment set status = ?, reference = ?, captured = ?, refunded = ?, updated_at = ? where key = ?",
        state.status,
        state.reference,
        captured,
        refunded,
        clock.now(),
        key,
      );
    },

    async charge(tx, { id, orderId, supplier, amount, memo }) {
      await transfer(tx, id, orderId, "customer", `supplier:${supplier}`, minorUnits(amount), amount.currency, memo);
    },

    async ofOrder(orderId, tx) {
      return (await (tx ?? db).all("select * from booking_payment where order_id = ? order by created_at, key", orderId)).map(read);
    },

    async ledger(orderId) {
      const rows = await db.all("select * from booking_ledger where order_id = ? order by at, id, minor desc", orderId);
      return rows.map((row) => ({
        account: row.account as string,
        minor: BigInt(row.minor as number),
        currency: row.currency as string,
        memo: row.memo as string,
        at: Number(row.at),
      }));
    },
  };
}
