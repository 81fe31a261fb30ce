import type { Order } from "../order.ts";
import type { Wake } from "../order-store.ts";
import { type Payment, toAsk } from "../payment-store.ts";
import type { Saga, SagaTiming } from "./saga.ts";

/** How long after the last moment for paying the provider is asked again, in units of the time after which things are settled. */
const lastLooks = [1, 6, 144];

/** When to ask again for a payment that was given up: banks can be slow, and a webhook can be lost. */
const lastLook = ({ payUntil, status, askedAt }: Payment, settleMs: number): number | undefined =>
  payUntil === undefined || status !== "voided" ? undefined : lastLooks.map((times) => Date.parse(payUntil) + times * settleMs).find((at) => askedAt < at);

/** Until when the customer may pay: as long as the provider takes it and everything held is surely still held. */
export function payDeadline(order: Order, payUntil: string, { payMarginMs }: SagaTiming): number {
  const limits = order.items.flatMap((item) => (item.status === "held" && item.paymentTimeLimit !== undefined ? [Date.parse(item.paymentTimeLimit)] : []));
  return Math.min(Date.parse(payUntil), ...limits.map((limit) => limit - payMarginMs));
}

/** Nobody has said yet how it stands, or somebody could not be reached. */
const isOpen = ({ status, unfinished, paymentInDoubt, items }: Order): boolean =>
  status === "unknown" || unfinished === true || paymentInDoubt === true || items.some(({ doing }) => doing !== undefined);

/** When to go on by itself with an order as it stands; undefined when everything is said and done, or a person has it. */
export function wakeOf(saga: Pick<Saga, "order" | "wake" | "timing" | "unreachable">, payments: readonly Payment[], now: number): Wake | undefined {
  const { wake: before, timing } = saga;
  const order = saga.order();
  const count = before?.count ?? 0;
  const at = now + timing.wakeDelaysMs[Math.min(count, timing.wakeDelaysMs.length - 1)]!;
  if (payments.some(toAsk)) return { at: saga.unreachable ? at : now, since: before?.since ?? now, count: count + 1 };
  if (order.attention !== undefined) {
    if (!order.awaiting) return undefined;
    // A person has it. Its page is closed at its end all the same.
    const end = payDeadline(order, order.awaiting.payUntil, timing);
    return { at: end > now ? end : at, since: before?.since ?? now, count: end > now ? 0 : count + 1 };
  }
  if (isOpen(order) || order.awaiting) {
    if (isOpen(order)) return { at, since: before?.since ?? now, count: count + 1 };
    // Waiting for a customer is nothing that has to be cleared up; it ends by itself.
    return { at: Math.max(now, Math.min(at, payDeadline(order, order.awaiting!.payUntil, timing))), since: now, count: count + 1 };
  }
  const looks = payments.flatMap((payment) => lastLook(payment, timing.settleMs) ?? []);
  return looks.length === 0 ? undefined : { at: Math.min(...looks), since: now, count: 0 };
}

const doubtsOf = (order: Order): string => {
  const items = order.items.flatMap(({ no, doing, offer }) => (doing ? [`item ${no} (${doing.what} at ${offer.supplier}, our key ${doing.key})`] : []));
  return [...items, ...(order.paymentInDoubt ? ["a payment"] : [])].join(" and ");
};

/** Why a person has to look at what was open for so long. */
const overdue = (order: Order, minutes: number): string => {
  const doubts = doubtsOf(order);
  return doubts === ""
    ? `for ${minutes} minutes a supplier or the payment provider did not answer, so that it could not be finished; see that they are back, then reconcile`
    : `for ${minutes} minutes nobody could say what became of ${doubts}; ask there, then attend to it with what you learned`;
};

/** The end of a run: what was open for too long goes to a person, the rest gets its next time. */
export async function closeRound(saga: Saga): Promise<void> {
  const { timing, clock, orders, paymentStore, ctx, wake: before } = saga;
  const { id } = saga.order();
  const now = await ctx.step("closed-at", async () => clock.now());
  const order = saga.order();
  const open = isOpen(order) && order.attention === undefined;
  if (open && before && now - before.since >= timing.personAfterMs) {
    const minutes = Math.round((now - before.since) / 60_000);
    await saga.record("overdue", [{ type: "needs-human", reason: overdue(order, minutes) }]);
  }
  await saga.record("release", [], async (tx) => {
    const payments = await paymentStore.ofOrder(id, tx);
    await orders.release(tx, id, ctx.id, wakeOf(saga, payments, now));
  });
}
