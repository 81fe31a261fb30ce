import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import type { AccountBalance, LedgerLine, Transfer } from "./ledger.ts";
import { minorUnits, money } from "./money.ts";

/** The double-entry ledger. Lines are added and never changed; the two of a transfer cancel out, so everything always balances. */
export interface LedgerStore {
  /** The same id again changes nothing. */
  book(tx: Tx, transfer: Transfer & { id: string; orderId: string; memo: string }): Promise<void>;
  /** Oldest first. */
  lines(orderId: string): Promise<LedgerLine[]>;
  /** Of one booking, or of all of them. Ordered by account and currency. */
  accounts(orderId?: string): Promise<AccountBalance[]>;
}

const readLine = (row: Row): LedgerLine => ({
  account: row.account as string,
  minor: BigInt(row.minor as number),
  currency: row.currency as string,
  memo: row.memo as string,
  at: Number(row.at),
});

export function createLedgerStore(db: Database, clock: Clock): LedgerStore {
  return {
    async book(tx, { id, orderId, debit, credit, amount, memo }) {
      const minor = minorUnits(amount);
      if (minor === 0n) return;
      for (const [account, side] of [
        [debit, minor],
        [credit, -minor],
      ] as const) {
        await tx.run(
          "insert into booking_ledger (id, account, order_id, minor, currency, memo, at) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
          id,
          account,
          orderId,
          side,
          amount.currency,
          memo,
          clock.now(),
        );
      }
    },
    async lines(orderId) {
      return (await db.all("select * from booking_ledger where order_id = ? order by at, id, minor desc", orderId)).map(readLine);
    },
    async accounts(orderId) {
      const where = orderId === undefined ? "" : "where order_id = ?";
      const rows = await db.all(
        `select account, currency, sum(minor) as minor from booking_ledger ${where} group by account, currency order by account, currency`,
        ...(orderId === undefined ? [] : [orderId]),
      );
      return rows.map((row) => ({ account: row.account as string, balance: money(BigInt(row.minor as number), row.currency as string) }));
    },
  };
}
