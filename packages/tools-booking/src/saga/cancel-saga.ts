import { type ErrorShape, type Money, TravelAgentError } from "@travelagent/protocol";
import { refundOf } from "../after-sale.ts";
import { compare, sum } from "../money.ts";
import { isBooked, type OrderItem } from "../order.ts";
import type { Quote } from "../supplier.ts";
import { finishMoney } from "./booking-saga.ts";
import type { Saga } from "./saga.ts";
import { cancelItem, quoteOf } from "./undo.ts";

export interface CancelInput {
  orderId: string;
  /** What the customer said yes to. */
  confirmed: { penalty: Money; refund: Money };
}

export type AfterSaleResult = { error: ErrorShape } | { penalty: Money; refund: Money };

const open = (item: OrderItem): boolean => isBooked(item) || item.doing?.what === "cancel";

/**
 * Cancels everything of a trip for what was confirmed. Quotes are asked again first: dearer than confirmed, or not to be had, and
 * nothing is cancelled. The last bought goes first; the money follows what was really cancelled.
 */
export async function cancelSaga(saga: Saga, { confirmed }: CancelInput): Promise<AfterSaleResult | null> {
  const { currency } = saga.order();
  const bought = await saga.boughtOrder();
  const quotes = new Map<number, Quote>();
  // On a repeat after a crash the answers are remembered, also those for items that are cancelled by now.
  for (const no of bought.toReversed()) {
    const item = saga.item(no);
    if (!open(item) && saga.ctx.attempt === 1) continue;
    if (!item.supplierReference || item.status === "failed") continue;
    const quote = await quoteOf(saga, item, `quote:${no}`);
    if ("failed" in quote) {
      if (!open(item)) continue;
      return { error: quote.failed.toShape() };
    }
    quotes.set(no, quote.value);
  }
  const penalty = sum(
    [...quotes.values()].map((quote) => quote.penalty),
    currency,
  );
  const refund = sum(
    [...quotes].map(([no, quote]) => refundOf(saga.item(no), quote)),
    currency,
  );
  if (compare(penalty, confirmed.penalty) > 0 || compare(refund, confirmed.refund) < 0) {
    return {
      error: new TravelAgentError("PRICE_CHANGED", "cancelling costs more than what was confirmed; ask again with the new terms", {
        details: { was: confirmed, now: { penalty, refund } },
      }).toShape(),
    };
  }
  // What waits for its payment is not bought any more.
  await saga.record("attended", [
    { type: "attended" },
    { type: "change-begun" },
    ...(saga.order().items.some(({ status }) => status === "pending" || status === "held") && saga.order().awaiting
      ? [{ type: "failed" as const, error: new TravelAgentError("CANCELLED", "it was cancelled before it was paid").toShape() }]
      : []),
  ]);
  let cancelled = 0;
  for (const [no, quote] of quotes) {
    if (!open(saga.item(no))) {
      cancelled += 1;
      continue;
    }
    const ending = await cancelItem(saga, no, quote, `cancel:${no}`);
    if (ending.state === "unknown") return null;
    if (ending.state === "refused") {
      if (cancelled === 0 && !saga.order().failure) return { error: ending.error };
      await saga.record(`cancel:${no}:stop`, [
        { type: "needs-human", reason: `item ${no} could not be cancelled (${ending.error.code}) ; cancel it by hand, then reconcile` },
      ]);
      return null;
    }
    cancelled += 1;
  }
  if ((await finishMoney(saga)).state !== "done") return null;
  const items = saga.order().items.filter((item) => quotes.has(item.no));
  return {
    penalty: sum(
      items.map((item) => item.penalty ?? quotes.get(item.no)!.penalty),
      currency,
    ),
    refund: sum(
      items.map((item) => refundOf(item, { refund: item.refund ?? quotes.get(item.no)!.refund })),
      currency,
    ),
  };
}
