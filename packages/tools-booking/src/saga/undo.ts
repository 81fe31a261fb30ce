import { TravelAgentError } from "@travelagent/protocol";
import { compare, formatMoney, zero } from "../money.ts";
import { isBooked, type OrderItem } from "../order.ts";
import type { Quote, SupplierCall } from "../supplier.ts";
import { type Ending, portOf, type Saga } from "./saga.ts";

/** What cancelling an item costs now, asked fresh. */
export async function quoteOf(saga: Saga, item: OrderItem, label: string): Promise<{ value: Quote } | { failed: TravelAgentError }> {
  const seen = await saga.look(label, (signal) => {
    const call: SupplierCall = { signal, requestId: saga.ctx.id };
    return portOf(saga.suppliers, item.offer).quoteCancel(item.supplierReference!, call);
  });
  return "value" in seen ? seen : { failed: TravelAgentError.fromShape(seen.failed) };
}

/** Cancels an item for what `quote` says. The attempt is on record before the supplier hears of it. */
export const cancelItem = (saga: Saga, no: number, quote: Quote, label: string): Promise<Ending> =>
  saga.supplierWrite(no, {
    what: "cancel",
    key: `${saga.order().id}-${no}x${saga.round}`,
    label,
    call: (port, call) => port.cancel(saga.item(no).supplierReference!, quote.token, `${saga.order().id}-${no}x${saga.round}`, call),
  });

/**
 * Takes back what was bought, last first. Stops for a person where that would cost money or cannot be done.
 * `done` means that nothing is left at any supplier.
 */
export async function undo(saga: Saga): Promise<Ending> {
  const bought = await saga.boughtOrder();
  for (const no of bought.toReversed()) {
    const item = saga.item(no);
    // One that was being cancelled when the process died is taken up again under the same key.
    if (!isBooked(item) && item.doing?.what !== "cancel") continue;
    const stop = async (reason: string): Promise<Ending> => {
      await saga.record(`undo:${no}:stop`, [{ type: "needs-human", reason }]);
      return { state: "refused", error: new TravelAgentError("CONFLICT", reason).toShape() };
    };
    const quote = await quoteOf(saga, item, `undo:${no}:quote`);
    if ("failed" in quote)
      return stop(`item ${no} must be cancelled and the supplier gives no terms (${quote.failed.code}); cancel it by hand, then reconcile`);
    if (compare(quote.value.penalty, zero(quote.value.penalty.currency)) > 0)
      return stop(`cancelling item ${no} would cost ${formatMoney(quote.value.penalty)}; decide whether to keep or cancel it, then reconcile`);
    const ending = await cancelItem(saga, no, quote.value, `undo:${no}`);
    if (ending.state === "unknown") return ending;
    if (ending.state === "refused") return stop(`the supplier refused to cancel item ${no} (${ending.error.code}); cancel it by hand, then reconcile`);
  }
  return { state: "done" };
}
