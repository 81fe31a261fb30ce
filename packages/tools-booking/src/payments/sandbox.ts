import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Database, Migration, Row, Tx } from "@travelagent/protocol/ports";
import { compare, minorUnits, money, zero } from "../money.ts";
import type { PaymentProvider, PaymentState } from "../payment.ts";

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table sandbox_payment (
  key text primary key,
  reference text not null unique,
  status text not null,
  currency text not null,
  authorised bigint not null,
  captured bigint not null,
  refunded bigint not null
);
create table sandbox_payment_call (
  key text primary key,
  outcome text not null
);
`,
  },
];

const read = (row: Row): PaymentState => {
  const amount = (column: string): Money => money(BigInt(row[column] as number), row.currency as string);
  return {
    reference: row.reference as string,
    key: row.key as string,
    status: row.status as PaymentState["status"],
    authorised: amount("authorised"),
    captured: amount("captured"),
    refunded: amount("refunded"),
  };
};

const refuse = (message: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", message);

/** Payments that move no money, kept in the database so that a refund still works after a restart. Authorises every amount. */
export async function sandboxPayments({ db, id = "sandbox" }: { db: Database; id?: string }): Promise<PaymentProvider> {
  await db.migrate("sandbox-payments", migrations);

  /** One call as one commit: the same key again reads what the first one was told. */
  const once = (call: string, effect: (tx: Tx) => Promise<PaymentState>): Promise<PaymentState> =>
    db.transaction(async (tx) => {
      const seen = await tx.get("select outcome from sandbox_payment_call where key = ?", call);
      if (seen) return JSON.parse(seen.outcome as string) as PaymentState;
      const state = await effect(tx);
      await tx.run(
        `insert into sandbox_payment (key, reference, status, currency, authorised, captured, refunded) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (key) do update set status = excluded.status, captured = excluded.captured, refunded = excluded.refunded`,
        state.key, state.reference, state.status, state.authorised.currency, minorUnits(state.authorised), minorUnits(state.captured), minorUnits(state.refunded),
      );
      await tx.run("insert into sandbox_payment_call (key, outcome) values (?, ?)", call, JSON.stringify(state));
      return state;
    });
  const must = async (tx: Tx, reference: string): Promise<PaymentState> => {
    const row = await tx.get("select * from sandbox_payment where reference = ?", reference);
    if (!row) throw refuse(`there is no payment ${reference}`);
    return read(row);
  };
  const within = (amount: Money, most: bigint, what: string): void => {
    if (compare(amount, zero(amount.currency)) <= 0 || minorUnits(amount) > most) throw refuse(`the ${what} must be more than nothing and at most what is left`);
  };

  return {
    id,
    live: false,
    authorise: ({ key, amount }) =>
      once(`authorise:${key}`, async () => ({ reference: `sandbox-${key}`, key, status: "authorised", authorised: amount, captured: zero(amount.currency), refunded: zero(amount.currency) })),
    capture: (reference, amount, key) =>
      once(`capture:${key}`, async (tx) => {
        const payment = await must(tx, reference);
        if (payment.status !== "authorised") throw refuse(`a payment that is ${payment.status} cannot be captured`);
        within(amount, minorUnits(payment.authorised), "capture");
        return { ...payment, status: "captured", captured: amount };
      }),
    void: (reference, key) =>
      once(`void:${key}`, async (tx) => {
        const payment = await must(tx, reference);
        if (payment.status !== "authorised") throw refuse(`a payment that is ${payment.status} cannot be voided`);
        return { ...payment, status: "voided" };
      }),
    refund: (reference, amount, key) =>
      once(`refund:${key}`, async (tx) => {
        const payment = await must(tx, reference);
        const left = minorUnits(payment.captured) - minorUnits(payment.refunded);
        within(amount, left, "refund");
        const rest = left - minorUnits(amount);
        const refunded = money(minorUnits(payment.captured) - rest, amount.currency);
        return { ...payment, refunded, status: rest === 0n ? "refunded" : "partially-refunded" };
      }),
    async find(key) {
      const row = await db.get("select * from sandbox_payment where key = ?", key);
      return row ? read(row) : null;
    },
  };
}
