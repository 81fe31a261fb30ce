import { type Money, TravelAgentError } from "@travelagent/protocol";
import { add, compare, subtract, zero } from "../money.ts";
import type { Offer } from "../offer.ts";
import type { SupplierCall } from "../supplier.ts";
import type { AfterSaleResult } from "./cancel-saga.ts";
import { authorise, settleMoney } from "./money-steps.ts";
import { portOf, type Saga } from "./saga.ts";

export interface ChangeTerms {
  penalty: Money;
  refund: Money;
  due: Money;
}

export interface ChangeInput {
  orderId: string;
  item: number;
  to: Offer;
  /** What the customer said yes to. */
  confirmed: ChangeTerms;
}

/** True when `terms` are no worse for the customer than `confirmed`. */
export const withinTerms = (terms: ChangeTerms, confirmed: ChangeTerms): boolean =>
  compare(terms.penalty, confirmed.penalty) <= 0 && compare(terms.due, confirmed.due) <= 0 && compare(terms.refund, confirmed.refund) >= 0;

/** Exchanges one item for another offer of the same supplier, for what was confirmed: quote, authorise what is due, change, settle. */
export async function changeSaga(saga: Saga, { item: no, to, confirmed }: ChangeInput): Promise<AfterSaleResult | null> {
  const before = saga.item(no);
  const callOf = (signal: AbortSignal): SupplierCall => ({ signal, requestId: saga.ctx.id });
  const quote = await saga.look(`quote:${no}`, (signal) => portOf(saga.suppliers, to).quoteChange!(before.supplierReference!, to, callOf(signal)));
  if ("failed" in quote) return { error: quote.failed };
  const { token, penalty, refund, due } = quote.value;
  if (!withinTerms({ penalty, refund, due }, confirmed)) {
    return {
      error: new TravelAgentError("PRICE_CHANGED", "the change costs more than what was confirmed; ask again with the new terms", {
        details: { was: confirmed, now: { penalty, refund, due } },
      }).toShape(),
    };
  }
  const nothing = zero(due.currency);
  if (before.paidHere && compare(due, nothing) > 0) {
    const paid = await authorise(saga, "change", saga.round, due);
    if (paid.state === "unknown") return null;
    if (paid.state === "refused") return { error: paid.error };
  }
  const key = `${saga.order().id}-${no}c${saga.round}`;
  // After a crash the item may show the new price already; the attempt is remembered, so this total is then not used.
  const total = subtract(add(before.total, due), refund);
  const ending = await saga.supplierWrite(no, {
    what: "change",
    key,
    label: `change:${no}`,
    to: { offer: to, total },
    call: (port, call) => port.change!(before.supplierReference!, to, token, key, call),
  });
  if (ending.state === "unknown") return null;
  const settled = await settleMoney(saga);
  if (settled.state === "refused")
    await saga.record("money", [{ type: "needs-human", reason: `the money of this change could not be settled: ${settled.error.message}` }]);
  if (ending.state === "refused") return { error: ending.error };
  return { penalty, refund };
}
