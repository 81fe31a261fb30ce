import { formatMoney } from "../money.ts";
import type { OrderEvent, OrderItem } from "../order.ts";
import { portOf, type Saga } from "../saga/saga.ts";
import type { SupplierOrder } from "../supplier.ts";
import { scheduleAttention } from "./answer-saga.ts";
import { alsoAttend } from "./attention.ts";
import { changesOf, type SupplierChange } from "./changes-of.ts";
import type { NoticeFacts, Notices } from "./notices.ts";
import type { SuppliedItems } from "./supplied.ts";

export interface NewsInput {
  orderId: string;
}

export interface NewsSagaParts {
  notices: Notices;
  supplied: SuppliedItems;
  /** Changes of fewer minutes are news and no question. */
  minorMinutes: number;
}

/** A supplier that cannot be asked just now is asked again after this. */
const againMs = 5 * 60_000;

interface Consequence {
  events: OrderEvent[];
  notice?: NoticeFacts;
}

/** What follows from one change: never a write at the supplier, never money. */
function consequenceOf(saga: Saga, item: OrderItem, found: SupplierOrder, change: SupplierChange): Consequence {
  const order = saga.order();
  const { no } = item;
  switch (change.kind) {
    case "ticketed":
      return {
        events: [
          { type: "attempt", item: no, what: "ticket", key: `${order.id}-${no}n${saga.round}` },
          { type: "outcome", item: no, facts: found },
        ],
        notice: { kind: "ticketed", documents: found.documents },
      };
    case "cancelled": {
      const back = change.refund ? `gives back ${formatMoney(change.refund)}` : "does not say what comes back";
      const reason = `the supplier cancelled item ${no} by itself and ${back}; find out why and what is due, then reconcile, which settles the money`;
      return { events: alsoAttend(order, reason), notice: { kind: "cancelled", ...(change.refund ? { refund: change.refund } : {}) } };
    }
    case "schedule": {
      const major = change.change.severity === "major";
      const attention = scheduleAttention(no, change.change);
      return {
        events: [{ type: "schedule-changed", item: no, journeys: change.journeys, change: change.change }, ...(major ? alsoAttend(order, attention) : [])],
        notice: { kind: "schedule", change: change.change, ...(major ? { attention } : {}) },
      };
    }
    case "schedule-restored":
      return { events: [{ type: "schedule-restored", item: no }], notice: { kind: "schedule-restored" } };
    case "papers":
      return { events: [{ type: "papers", item: no, locators: change.locators, documents: change.documents }] };
    case "commission":
      return { events: [{ type: "earned", item: no, commission: change.commission }] };
    case "price":
    case "refund": {
      const what = change.kind === "price" ? "shows a price of" : "now gives back";
      const reason = `the supplier ${what} ${formatMoney(change.now)} for item ${no} and ${formatMoney(change.was)} is on record; find out why`;
      return { events: [{ type: "drifted", item: no, was: change.was, now: change.now }, ...alsoAttend(order, reason)] };
    }
  }
}

/**
 * Reads every item of a booking at its supplier and takes over what changed there, with the words it gives rise to, in one commit
 * for each change. What costs or brings money is left to a person and to the booking's own saga.
 */
export async function newsSaga(saga: Saga, _input: NewsInput, { notices, supplied, minorMinutes }: NewsSagaParts): Promise<null> {
  const { id } = saga.order();
  for (const { no, offer, supplierReference } of saga.order().items) {
    if (supplierReference === undefined) continue;
    const seen = await saga.look(`news:${no}`, (signal) => portOf(saga.suppliers, offer).read(supplierReference, { signal, requestId: saga.ctx.id }));
    if ("failed" in seen) {
      await saga.record(`news:${no}:later`, [], (tx) => supplied.lookAt(tx, id, no, saga.clock.now() + againMs));
      continue;
    }
    for (const change of changesOf(saga.item(no), seen.value, { minorMinutes })) {
      const { events, notice } = consequenceOf(saga, saga.item(no), seen.value, change);
      if (events.length === 0) continue;
      await saga.record(`news:${no}:${change.kind}`, events, async (tx) => {
        if (notice) await notices.add(tx, { id: `${saga.ctx.id}:${no}:${change.kind}`, orderId: id, item: no, facts: notice }, saga.clock.now());
      });
    }
  }
  return null;
}
