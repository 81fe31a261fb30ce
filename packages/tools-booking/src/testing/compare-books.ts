import type { Bookings } from "../bookings.ts";
import { minorUnits, money, sum } from "../money.ts";
import { chargeOf, isBooked, type Order, type OrderItem } from "../order.ts";
import type { SupplierOrder } from "../supplier.ts";
import type { FakePayments } from "./fake-payments.ts";
import type { FakeSupplier } from "./fake-supplier.ts";

const gone = ["cancelled", "voided", "refunded"];

function againstSupplier(theirs: SupplierOrder, item: OrderItem | undefined): string[] {
  if (!item) return [`${theirs.key} is unknown to us`];
  const same = theirs.status === "cancelled" ? gone.includes(item.status) : item.status === theirs.status;
  if (!same) return [`${theirs.key}: ours ${item.status}, theirs ${theirs.status}`];
  return item.total.amount === theirs.total.amount ? [] : [`${theirs.key}: ours ${item.total.amount}, theirs ${theirs.total.amount}`];
}

async function againstProvider(bookings: Bookings, orders: readonly Order[], payments: FakePayments): Promise<string[]> {
  const ours = (await Promise.all(orders.map(({ id }) => bookings.payments(id)))).flat();
  return payments.payments().flatMap((theirs) => {
    const mine = ours.find(({ key }) => key === theirs.key);
    const say = (figures: { status: string; captured: { amount: string }; refunded: { amount: string } } | undefined) =>
      figures ? `${figures.status} ${figures.captured.amount} ${figures.refunded.amount}` : "nothing";
    return say(mine) === say(theirs) ? [] : [`${theirs.key}: ours ${say(mine)}, theirs ${say(theirs)}`];
  });
}

async function againstLedger(bookings: Bookings, order: Order): Promise<string[]> {
  const lines = await bookings.ledger(order.id);
  const customer = lines.filter(({ account }) => account === "customer").reduce((total, { minor }) => total + minor, 0n);
  const owed = minorUnits(sum(order.items.map(chargeOf), order.currency)) - minorUnits(order.paid);
  return [
    ...(lines.reduce((total, { minor }) => total + minor, 0n) === 0n ? [] : [`${order.id}: the ledger does not balance`]),
    ...(customer === owed ? [] : [`${order.id}: the ledger says ${money(customer, order.currency).amount}, the order ${money(owed, order.currency).amount}`]),
  ];
}

/** Every place where our books differ from the supplier's, the provider's or our own ledger. */
export async function compareBooks(bookings: Bookings, supplier: FakeSupplier, payments: FakePayments): Promise<string[]> {
  const { bookings: all } = await bookings.list({ limit: 100 });
  const orders = await Promise.all(all.map(async ({ id }) => (await bookings.get(id))!.order));
  const items = orders.flatMap((order) => order.items.map((item) => ({ key: `${order.id}-${item.no}`, item })));
  const theirs = supplier.orders();
  return [
    ...theirs.flatMap((record) => againstSupplier(record, items.find(({ key }) => key === record.key)?.item)),
    ...items.filter(({ key, item }) => isBooked(item) && !theirs.some((record) => record.key === key)).map(({ key }) => `${key} is unknown to them`),
    ...(await againstProvider(bookings, orders, payments)),
    ...(await Promise.all(orders.map((order) => againstLedger(bookings, order)))).flat(),
  ];
}
