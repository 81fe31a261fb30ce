import { type Money, TravelAgentError } from "@travelagent/protocol";
import { alteredItems, alteredOffer } from "../alteration.ts";
import { add, compare, subtract, sum, zero } from "../money.ts";
import type { Alteration, ChangeTerms, Doing } from "../order.ts";
import type { Quote, SupplierCall } from "../supplier.ts";
import type { AfterSaleResult } from "./cancel-saga.ts";
import { authorise } from "./money-steps.ts";
import { outOfReach, portOf, type Saga } from "./saga.ts";

/** True when `terms` are no worse for the customer than `confirmed`. */
const withinTerms = (terms: ChangeTerms, confirmed: ChangeTerms): boolean =>
  compare(terms.penalty, confirmed.penalty) <= 0 && compare(terms.due, confirmed.due) <= 0 && compare(terms.refund, confirmed.refund) >= 0;

/** A change that is not made after all: the customer is told why, and what was paid for it is given back. */
export const dropChange = (saga: Saga, reason: string): Promise<void> => saga.record("dropped", [{ type: "change-dropped", reason }]);

/** What is asked of one supplier. */
interface Part {
  no: number;
  /** The supplier's reference of it, as it was before. */
  reference: string;
  before: Money;
  quote: Quote;
}

async function quotesOf(saga: Saga, alteration: Alteration, numbers: readonly number[]): Promise<Part[] | { error: AfterSaleResult }> {
  const parts: Part[] = [];
  for (const no of numbers) {
    const item = saga.item(no);
    const seen = await saga.look(`quote:${no}`, async (signal): Promise<Part> => {
      const port = portOf(saga.suppliers, item.offer);
      const call: SupplierCall = { signal, requestId: saga.ctx.id };
      const reference = item.supplierReference!;
      const quote = "to" in alteration ? port.quoteChange!(reference, alteration.to, call) : port.quoteModify!(reference, alteration.change, call);
      return { no, reference, before: item.total, quote: await quote };
    });
    if ("failed" in seen) return { error: { error: seen.failed } };
    parts.push(seen.value);
  }
  return parts;
}

/**
 * Changes what is booked for what was confirmed: quotes again, sets aside what is due, has the suppliers change it. Waits where the
 * customer has to pay first; `paidWith` says that this has happened. Settles no money.
 */
export async function alter(saga: Saga, alteration: Alteration, confirmed: ChangeTerms, paidWith?: string): Promise<AfterSaleResult | "waiting" | null> {
  const refuse = async (result: AfterSaleResult): Promise<AfterSaleResult> => {
    if (paidWith !== undefined && "error" in result) await dropChange(saga, `the change was not made: ${result.error.message}`);
    return result;
  };
  const numbers = await saga.ctx.step("altered-items", async () => alteredItems(saga.order().items, alteration).map(({ no }) => no));
  const parts = await quotesOf(saga, alteration, numbers);
  if ("error" in parts) {
    const { error } = parts;
    if (paidWith === undefined || !("error" in error) || !outOfReach(error.error)) return refuse(error);
    // What is paid for is not given up because a supplier does not answer just now.
    await saga.record("altered-items:unfinished", [{ type: "unfinished" }]);
    return null;
  }
  const { currency } = saga.order();
  const total = (of: "penalty" | "refund" | "due"): Money =>
    sum(
      parts.map(({ quote }) => quote[of]),
      currency,
    );
  const terms: ChangeTerms = { penalty: total("penalty"), refund: total("refund"), due: total("due") };
  if (!withinTerms(terms, confirmed))
    return refuse({
      error: new TravelAgentError("PRICE_CHANGED", "the change costs more than what was confirmed; ask again with the new terms", {
        details: { was: confirmed, now: terms },
      }).toShape(),
    });

  const dueHere = sum(
    parts.filter(({ no }) => saga.item(no).paidHere).map(({ quote }) => quote.due),
    currency,
  );
  if (paidWith === undefined && compare(dueHere, zero(currency)) > 0) {
    const paid = await authorise(saga, "change", saga.round, dueHere);
    if (paid.state === "waiting" || paid.state === "unknown") {
      // Also where nobody can tell yet: a payment that turns out to be there pays for the change, and one that is not ends it with a word.
      await saga.record("planned", [{ type: "planned", planned: { alteration, confirmed, payment: `${saga.order().id}-p${saga.round}` } }]);
      return paid.state === "waiting" ? "waiting" : null;
    }
    if (paid.state === "refused") return { error: paid.error };
  }
  if (paidWith !== undefined) {
    const payment = (await saga.paymentStore.ofOrder(saga.order().id)).find(({ key }) => key === paidWith);
    if (payment?.status !== "authorised" && payment?.status !== "captured")
      return refuse({ error: new TravelAgentError("SUPPLIER_REJECTED", "its payment did not go through").toShape() });
    if (compare(payment.amount, dueHere) < 0)
      return refuse({ error: new TravelAgentError("PRICE_CHANGED", "it became dearer than what was paid for it; ask again with the new terms").toShape() });
  }

  await saga.record("begun", [{ type: "change-begun" }]);
  let done = 0;
  for (const part of parts) {
    const ending = await write(saga, alteration, part);
    if (ending.state === "done") {
      done += 1;
      continue;
    }
    if (parts.length > 1 && (done > 0 || ending.state === "unknown"))
      await saga.record(`alter:${part.no}:stop`, [
        { type: "needs-human", reason: `the change went through for ${done} of ${parts.length} items; finish item ${part.no} by hand, then attend to it` },
      ]);
    if (ending.state === "unknown") return null;
    return done > 0 ? null : refuse({ error: ending.error });
  }
  return { penalty: terms.penalty, refund: terms.refund };
}

function write(saga: Saga, alteration: Alteration, { no, reference, before, quote }: Part) {
  const what: Doing["what"] = "to" in alteration ? "change" : "modify";
  const key = `${saga.order().id}-${no}${what === "change" ? "c" : "m"}${saga.round}`;
  const total = subtract(add(before, quote.due), quote.refund);
  const offer = "to" in alteration ? alteration.to : alteredOffer(saga.item(no).offer, alteration.change);
  return saga.supplierWrite(no, {
    what,
    key,
    label: `${what}:${no}`,
    to: { offer, total, ...("change" in alteration ? { change: alteration.change } : {}) },
    call: (port, call) =>
      "to" in alteration ? port.change!(reference, alteration.to, quote.token, key, call) : port.modify!(reference, alteration.change, quote.token, key, call),
  });
}
