import { TravelAgentError } from "@travelagent/protocol";
import { compare, formatMoney, zero } from "../money.ts";
import { isBooked, type OrderItem } from "../order.ts";
import type { Quote, SupplierCall } from "../supplier.ts";
import { type Ending, portOf, type Saga, transient } from "./saga.ts";

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

/** A hold that the supplier let go already has no terms any more, and needs none. */
async function ranOut(saga: Saga, { no, status, offer, supplierReference }: OrderItem, label: string): Promise<boolean> {
  if (status !== "held") return false;
  const seen = await saga.look(label, (signal) => portOf(saga.suppliers, offer).read(supplierReference!, { signal, requestId: saga.ctx.id }));
  if (!("value" in seen) || seen.value.status !== "cancelled") return false;
  await saga.record(`${label}:lapsed`, [{ type: "lapsed", item: no }]);
  return true;
}

/**
 * Takes back what was bought, last first. Stops for a person where that would cost money, unless `atAnyCost`, or cannot be done.
 * `done` means that nothing is left at any supplier, `unknown` that it goes on later.
 */
export async function undo(saga: Saga, atAnyCost = false): Promise<Ending> {
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
    if ("failed" in quote && transient(quote.failed.toShape())) {
      await saga.record(`undo:${no}:unfinished`, [{ type: "unfinished" }]);
      return { state: "unknown" };
    }
    if ("failed" in quote && (await ranOut(saga, item, `undo:${no}:read`))) continue;
    if ("failed" in quote)
      return stop(`item ${no} must be cancelled and the supplier gives no terms (${quote.failed.code}); cancel it by hand, then reconcile`);
    if (!atAnyCost && compare(quote.value.penalty, zero(quote.value.penalty.currency)) > 0)
      return stop(`cancelling item ${no} would cost ${formatMoney(quote.value.penalty)}; attend to it: keep what stands, or accept the cost`);
    const ending = await cancelItem(saga, no, quote.value, `undo:${no}`);
    if (ending.state === "unknown") return ending;
    if (ending.state === "refused" && transient(ending.error)) {
      await saga.record(`undo:${no}:later`, [{ type: "unfinished" }]);
      return { state: "unknown" };
    }
    if (ending.state === "refused") return stop(`the supplier refused to cancel item ${no} (${ending.error.code}); cancel it by hand, then reconcile`);
  }
  return { state: "done" };
}
