import type { Money } from "@travelagent/protocol";
import { minorUnits, money, subtract, zero } from "./money.ts";
import { chargeOf, isGone, type OrderItem } from "./order.ts";

/** One side of a transfer. */
export interface LedgerLine {
  account: string;
  /** Debit positive, credit negative. */
  minor: bigint;
  currency: string;
  memo: string;
  at: number;
}

/** What stands on one account in one currency: debit positive, credit negative. */
export interface AccountBalance {
  account: string;
  balance: Money;
}

/** Money from one account to another. Two lines that cancel out. */
export interface Transfer {
  debit: string;
  credit: string;
  amount: Money;
}

/**
 * The accounts: `customer` (what customers owe us), `sales` and `penalties` (what we earn from them), `cost` and `lost` (what
 * suppliers ask for travel, and keep for what was cancelled), `commission`, `fees` (of payment providers), `supplier:<id>` and
 * `provider:<id>` (what we owe the one and have at the other).
 */
const earning = ["sales", "penalties", "commission", "cost", "lost", "fees"];

/** What an item makes us owe and earn as it stands. What is paid on the spot is no money of ours, apart from the commission. */
function standing(item: OrderItem): { sales: Money; penalties: Money; cost: Money; lost: Money; commission: Money } {
  const nothing = zero(item.total.currency);
  const cost = item.cost ?? item.total;
  const free = zero(cost.currency);
  const status = item.doing && item.status !== "cancellation-pending" ? item.doing.before : item.status;
  const bought = status !== "pending" && status !== "held" && !isGone({ ...item, status });
  const charge = item.paidHere ? chargeOf(item) : nothing;
  const kept = item.paidHere && isGone({ ...item, status });
  return {
    sales: bought ? charge : nothing,
    penalties: kept ? charge : nothing,
    cost: bought && item.paidHere ? cost : free,
    // What the supplier keeps is in its quote, which is in the currency of the trip.
    lost: kept && charge.currency === cost.currency ? charge : free,
    commission: bought && item.commission ? item.commission : zero(item.commission?.currency ?? cost.currency),
  };
}

/** What has to be booked when an item went from one state to another. */
export function transfersOf(was: OrderItem, now: OrderItem): Transfer[] {
  const supplier = `supplier:${now.offer.supplier}`;
  const [before, after] = [standing(was), standing(now)];
  const moved = (kind: keyof typeof before): Money[] =>
    before[kind].currency === after[kind].currency ? [subtract(after[kind], before[kind])] : [after[kind], negated(before[kind])];
  return [
    ...moved("sales").map((amount) => ({ debit: "customer", credit: "sales", amount })),
    ...moved("penalties").map((amount) => ({ debit: "customer", credit: "penalties", amount })),
    ...moved("cost").map((amount) => ({ debit: "cost", credit: supplier, amount })),
    ...moved("lost").map((amount) => ({ debit: "lost", credit: supplier, amount })),
    ...moved("commission").map((amount) => ({ debit: supplier, credit: "commission", amount })),
  ].filter(({ amount }) => minorUnits(amount) !== 0n);
}

const negated = (amount: Money): Money => money(-minorUnits(amount), amount.currency);

/** What the customer owes, one amount for each currency; empty when nothing is open, negative when we owe. */
export const openOf = (accounts: readonly AccountBalance[]): Money[] =>
  accounts.filter(({ account, balance }) => account === "customer" && minorUnits(balance) !== 0n).map(({ balance }) => balance);

/**
 * What is earned, one amount for each currency. With more than one there is no single figure: nothing here converts.
 */
export function marginOf(accounts: readonly AccountBalance[]): Money[] {
  const sums = new Map<string, bigint>();
  for (const { account, balance } of accounts) {
    if (!earning.includes(account)) continue;
    sums.set(balance.currency, (sums.get(balance.currency) ?? 0n) - minorUnits(balance));
  }
  return [...sums].map(([currency, minor]) => money(minor, currency));
}
