import type { Bookings } from "../bookings.ts";
import type { AccountBalance } from "../ledger.ts";
import { minorUnits, money, sum } from "../money.ts";
import { chargeOf, isBooked, type Order, type OrderItem } from "../order.ts";
import type { StoredOrder } from "../order-store.ts";
import type { PaymentState } from "../payment.ts";
import type { SupplierOrder } from "../supplier.ts";

/** `unclear`: by the supplier's own records nobody can tell whether it is bought, so that a person has to put it right there. */
export type SupplierRecord = SupplierOrder & { unclear?: boolean };

/** What really happened, as the world outside has it on record. */
export interface SupplierBooks {
  readonly id: string;
  orders(): SupplierRecord[] | Promise<SupplierRecord[]>;
}

export interface PaymentBooks {
  readonly id: string;
  payments(): PaymentState[] | Promise<PaymentState[]>;
}

export interface WorldBooks {
  suppliers: readonly SupplierBooks[];
  payments: readonly PaymentBooks[];
}

const gone = ["cancelled", "voided", "refunded"];

function againstSupplier(theirs: SupplierRecord, item: OrderItem | undefined): string[] {
  if (!item) return [`${theirs.key} is unknown to us`];
  // Half-issued tickets, for example: whoever took them for bought, held or cancelled would be wrong.
  if (theirs.unclear) return item.status === "unknown" ? [] : [`${theirs.key}: ours ${item.status}, theirs unclear`];
  // A cancelled hold and an attempt that was given up look the same from outside.
  const same = theirs.status === "cancelled" ? gone.includes(item.status) : item.status === theirs.status;
  if (!same) return [`${theirs.key}: ours ${item.status}, theirs ${theirs.status}`];
  const cost = item.cost ?? item.total;
  return cost.amount === theirs.total.amount && cost.currency === theirs.total.currency
    ? []
    : [`${theirs.key}: ours ${cost.amount}, theirs ${theirs.total.amount}`];
}

async function againstProvider(bookings: Bookings, orders: readonly Order[], { id, payments }: PaymentBooks): Promise<string[]> {
  const ours = (await Promise.all(orders.map((order) => bookings.payments(order.id)))).flat().filter(({ provider }) => provider === id);
  const theirs = await payments();
  const say = (figures: Pick<PaymentState, "status" | "captured" | "refunded"> | (typeof ours)[number] | undefined) =>
    figures ? `${figures.status} ${figures.captured.amount} ${figures.refunded.amount}` : "nothing";
  return [
    ...theirs.flatMap((record) => {
      const mine = ours.find(({ key }) => key === record.key);
      return say(mine) === say(record) ? [] : [`${record.key}: ours ${say(mine)}, theirs ${say(record)}`];
    }),
    ...ours
      .filter((mine) => ["authorised", "captured", "refunded", "partially-refunded"].includes(mine.status) && !theirs.some(({ key }) => key === mine.key))
      .map((mine) => `${mine.key}: ours ${say(mine)}, theirs nothing`),
  ];
}

async function againstLedger(bookings: Bookings, order: Order): Promise<string[]> {
  const accounts = await bookings.accounts(order.id);
  const customer = balanceOn(accounts, "customer", order.currency);
  const owed = minorUnits(sum(order.items.filter((item) => item.paidHere).map(chargeOf), order.currency)) - minorUnits(order.paid);
  return [
    ...unbalanced(accounts).map((currency) => `${order.id}: the ledger does not balance in ${currency}`),
    ...(customer === owed ? [] : [`${order.id}: the ledger says ${money(customer, order.currency).amount}, the order ${money(owed, order.currency).amount}`]),
  ];
}

const balanceOn = (accounts: readonly AccountBalance[], account: string, currency: string): bigint =>
  accounts.filter((entry) => entry.account === account && entry.balance.currency === currency).reduce((total, { balance }) => total + minorUnits(balance), 0n);

const currenciesOf = (accounts: readonly AccountBalance[]): string[] => [...new Set(accounts.map(({ balance }) => balance.currency))];

const unbalanced = (accounts: readonly AccountBalance[]): string[] =>
  currenciesOf(accounts).filter(
    (currency) => accounts.filter(({ balance }) => balance.currency === currency).reduce((total, { balance }) => total + minorUnits(balance), 0n) !== 0n,
  );

/** What a supplier has to get from us by its own books: nothing for what is paid on the spot or only held, penalties for what was bought. */
function owedTo(theirs: SupplierOrder, paidHere: boolean): bigint {
  const commission = theirs.commission ? minorUnits(theirs.commission) : 0n;
  if (theirs.status === "held") return 0n;
  if (theirs.status === "cancelled") return paidHere && theirs.penalty ? minorUnits(theirs.penalty) : 0n;
  return (paidHere ? minorUnits(theirs.total) : 0n) - commission;
}

/** The ledger over all bookings beside the books of everybody outside, account by account. */
async function againstTotals(bookings: Bookings, items: readonly { key: string; item: OrderItem }[], world: WorldBooks): Promise<string[]> {
  const accounts = await bookings.accounts();
  const problems = unbalanced(accounts).map((currency) => `the ledger does not balance in ${currency}`);
  const currencies = currenciesOf(accounts);
  const differ = (account: string, currency: string, theirs: bigint) => {
    const ours = balanceOn(accounts, account, currency);
    if (ours !== theirs) problems.push(`${account}: ours ${money(ours, currency).amount}, theirs ${money(theirs, currency).amount} ${currency}`);
  };
  for (const currency of currencies) {
    for (const { id, payments } of world.payments) {
      const theirs = (await payments())
        .filter(({ captured }) => captured.currency === currency)
        .reduce(
          (total, { captured, refunded, fee }) => total + minorUnits(captured) - minorUnits(refunded) - (fee?.currency === currency ? minorUnits(fee) : 0n),
          0n,
        );
      differ(`provider:${id}`, currency, theirs);
    }
    for (const { id, orders } of world.suppliers) {
      const records = await orders();
      // What an unclear order costs is as unclear.
      if (records.some(({ unclear }) => unclear)) continue;
      const theirs = records
        .filter(({ total }) => total.currency === currency)
        .reduce((total, record) => total + owedTo(record, items.find(({ key }) => key === record.key)?.item.paidHere ?? true), 0n);
      differ(`supplier:${id}`, currency, -theirs);
    }
  }
  return problems;
}

async function everything(bookings: Bookings): Promise<StoredOrder[]> {
  const all: StoredOrder[] = [];
  let cursor: string | undefined;
  do {
    const page = await bookings.list({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    for (const { id } of page.bookings) all.push((await bookings.get(id))!);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}

/** Every place where our books differ from the suppliers', the providers' or our own ledger. Empty is right. */
export async function compareBooks(bookings: Bookings, world: WorldBooks): Promise<string[]> {
  const orders = (await everything(bookings)).map(({ order }) => order);
  const items = orders.flatMap((order) => order.items.map((item) => ({ key: `${order.id}-${item.no}`, item })));
  const theirs = (await Promise.all(world.suppliers.map((books) => books.orders()))).flat();
  return [
    ...theirs.flatMap((record) => againstSupplier(record, items.find(({ key }) => key === record.key)?.item)),
    ...items.filter(({ key, item }) => isBooked(item) && !theirs.some((record) => record.key === key)).map(({ key }) => `${key} is unknown to them`),
    ...(await Promise.all(world.payments.map((books) => againstProvider(bookings, orders, books)))).flat(),
    ...(await Promise.all(orders.map((order) => againstLedger(bookings, order)))).flat(),
    ...(await againstTotals(bookings, items, world)),
  ];
}
