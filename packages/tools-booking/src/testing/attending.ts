import type { Bookings } from "../bookings.ts";
import { compare } from "../money.ts";
import type { Order } from "../order.ts";
import type { Resolution } from "../saga/attend-saga.ts";
import { purchaseKey } from "../saga/saga.ts";
import type { SupplierOrder } from "../supplier.ts";
import type { Random } from "./random.ts";
import type { RandomWorld } from "./random-world.ts";

/** What a careful person does with a booking in the queue: looks outside first, then says what is there or decides. */
export async function attend(
  bookings: Bookings,
  { books }: RandomWorld,
  random: Random,
  order: Order,
  key: string,
  tried: (what: string, run: () => Promise<unknown>) => void,
  signal: AbortSignal,
): Promise<void> {
  const outside = (await Promise.all(books.suppliers.map((supplier) => supplier.orders()))).flat();
  const payments = (await Promise.all(books.payments.map((provider) => provider.payments()))).flat();
  const say = (resolution: Resolution, more: { item?: number; supplierReference?: string } = {}) =>
    tried(`attending (${resolution})`, () =>
      bookings.attend(
        { id: order.id, resolution, note: "looked it up", by: "lena", ...more },
        { idempotencyKey: `${key}-${order.id}`, waitMs: 60_000, signal },
      ),
    );
  const doubtful = order.items.find(({ doing }) => doing !== undefined);
  if (doubtful?.doing) {
    const record = outside.find((candidate) => candidate.key === purchaseKey(order, doubtful.no));
    // Who sees half of it does not say that it never happened.
    return record && (record.unclear || tookPlace(record, doubtful.doing.what, doubtful))
      ? say("found", { item: doubtful.no, supplierReference: record.reference })
      : say("never-happened", { item: doubtful.no });
  }
  if (order.paymentInDoubt) return payments.some((payment) => payment.key === order.paymentInDoubt) ? say("settled") : say("never-happened");
  say(random.pick(["settled", "keep", "accept-cost"] as const));
}

function tookPlace(record: SupplierOrder, what: string, item: Order["items"][number]): boolean {
  if (what === "ticket") return record.status === "ticketed";
  if (what === "cancel") return record.status === "cancelled";
  if (what === "change" || what === "modify") return compare(record.total, item.cost ?? item.total) !== 0;
  return true;
}
