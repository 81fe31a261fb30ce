import type { OrderEvent } from "./order.ts";

/** What the timeline keeps of an event: the figures and references, without the offers. */
export function historyEntry(event: OrderEvent): Record<string, unknown> {
  switch (event.type) {
    case "repriced":
      return { item: event.item, total: event.offer.price.total };
    case "attempt":
      return { item: event.item, what: event.what, key: event.key };
    case "outcome": {
      const { reference, status, total, locators, penalty, refund } = event.facts;
      return {
        item: event.item,
        supplierStatus: status,
        supplierReference: reference,
        locators,
        total,
        ...(penalty ? { penalty } : {}),
        ...(refund ? { refund } : {}),
      };
    }
    case "failed":
      return { code: event.error.code, message: event.error.message };
    case "needs-human":
      return { reason: event.reason };
    case "paid":
      return { paid: event.paid };
    case "returned":
      return { how: event.how };
    case "papers":
      return { item: event.item, locators: event.locators, documents: event.documents.map(({ number }) => number) };
    case "schedule-changed":
      return { item: event.item, ...event.change };
    case "schedule-answered":
      return { item: event.item, answer: event.answer };
    case "drifted":
      return { item: event.item, was: event.was, now: event.now };
    case "earned":
      return { item: event.item, commission: event.commission };
    case "schedule-restored":
    case "refused":
    case "lost":
    case "lapsed":
      return { item: event.item };
    case "attended": {
      const { type: _, ...entry } = event;
      return entry;
    }
    case "awaiting-payment":
      return { key: event.key, payUntil: event.payUntil };
    case "payment-over":
    case "payment-lost":
    case "payment-settled":
      return { key: event.key };
    case "planned": {
      const { alteration, confirmed, payment } = event.planned;
      return { ...("to" in alteration ? { item: alteration.item, to: alteration.to.id } : { changes: Object.keys(alteration.change) }), ...confirmed, payment };
    }
    case "change-dropped":
      return { reason: event.reason };
    case "kept":
    case "change-begun":
    case "unfinished":
    case "finished":
      return {};
  }
}
