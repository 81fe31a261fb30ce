import type { Bookings } from "../bookings.ts";
import { minorUnits, subtract, sum } from "../money.ts";
import { changesOf } from "../news/changes-of.ts";
import { chargeOf } from "../order.ts";
import type { StoredOrder } from "../order-store.ts";
import { purchaseKey } from "../saga/saga.ts";
import type { RandomWorld } from "./random-world.ts";

/** Flights that leave at other times than the booking shows, although they were looked at since. */
export async function untold({ books }: RandomWorld, orders: readonly StoredOrder[]): Promise<string[]> {
  const outside = (await Promise.all(books.suppliers.map((supplier) => supplier.orders()))).flat();
  return orders.flatMap(({ order }) =>
    order.items.flatMap((item) => {
      const record = outside.find(({ key }) => key === purchaseKey(order, item.no));
      const moved = record ? changesOf(item, record).some(({ kind }) => kind === "schedule" || kind === "schedule-restored") : false;
      return moved ? [`${purchaseKey(order, item.no)}: the flights were moved and the booking does not show it`] : [];
    }),
  );
}

/** The same travel twice, or money taken that is not owed. */
export async function doubled(bookings: Bookings, { books }: RandomWorld, orders: readonly StoredOrder[]): Promise<string[]> {
  const problems: string[] = [];
  const alive = (await Promise.all(books.suppliers.map((supplier) => supplier.orders()))).flat().filter(({ status }) => status !== "cancelled");
  const ours = orders.flatMap(({ order }) => order.items.map((item) => ({ key: `${order.id}-${item.no}`, offer: item.quoted && item.offer.id, first: item })));
  const bought = alive.map(({ key }) => ours.find((item) => item.key === key)?.offer ?? key);
  if (new Set(bought).size !== bought.length) problems.push(`bought twice: ${bought.join(", ")}`);
  for (const { order } of orders) {
    const charged = (await bookings.payments(order.id)).filter(({ captured }) => minorUnits(captured) > 0n);
    if (charged.filter(({ purpose }) => purpose === "purchase").length > 1) problems.push(`${order.id} was charged twice`);
    if (order.status === "needs-human") continue;
    const owed = sum(order.items.filter((item) => item.paidHere).map(chargeOf), order.currency);
    const wrong = subtract(order.paid, owed);
    if (minorUnits(wrong) !== 0n) problems.push(`${order.id} (${order.status}) paid ${order.paid.amount} and owes ${owed.amount}`);
  }
  return problems;
}
