import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { withDeadline } from "./deadline.ts";
import { sum, zero } from "./money.ts";
import type { Offer } from "./offer.ts";
import { isBooked, type OrderItem } from "./order.ts";
import type { StoredOrder } from "./order-store.ts";
import type { Preparation } from "./preparation.ts";
import type { ChangeTerms } from "./saga/change-saga.ts";
import { portOf } from "./saga/saga.ts";
import type { Quote, Supplier } from "./supplier.ts";
import { checkTravellers } from "./travellers.ts";

/** What cancelling a whole trip costs now. */
export interface CancelTerms {
  penalty: Money;
  refund: Money;
  /** ISO UTC; asked again at the cancellation in any case. */
  expiresAt: string;
}

/** What exchanging one item costs now. */
export interface ChangePlan {
  item: number;
  from: Offer;
  to: Offer;
  terms: ChangeTerms;
  expiresAt: string;
}

interface AfterSaleParts {
  suppliers: readonly Supplier[];
  preparation: Preparation;
  clock: Clock;
  readTimeoutMs: number;
}

/** Raises `CONFLICT` for a booking that something else is happening to, or of which nothing is left. */
export function checkSettled({ order, work }: StoredOrder): void {
  if (work || order.status === "unknown" || order.status === "pending" || order.status === "cancellation-pending")
    throw new TravelAgentError("CONFLICT", `booking ${order.reference} is still being processed; try again in a few minutes`);
  if (!order.items.some(isBooked))
    throw new TravelAgentError("CONFLICT", `booking ${order.reference} is ${order.status}; there is nothing left to cancel or change`);
}

/** What comes back to the customer through us: nothing for what is paid on the spot. */
export const refundOf = (item: OrderItem, quote: Pick<Quote, "refund">): Money => (item.paidHere ? quote.refund : zero(quote.refund.currency));

const earliest = (times: readonly string[]): string => times.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0]!;

/** The item that `to` can replace: same kind, same supplier, and for flights the same route if several fit. */
function itemFor(items: readonly OrderItem[], to: Offer): OrderItem {
  const alike = items.filter((item) => isBooked(item) && item.offer.vertical === to.vertical && item.offer.supplier === to.supplier);
  const route = (offer: Offer): string =>
    offer.vertical === "flight" ? offer.journeys.map(({ origin, destination }) => `${origin}-${destination}`).join() : "";
  const fitting = alike.length > 1 ? alike.filter((item) => route(item.offer) === route(to)) : alike;
  if (fitting.length === 1) return fitting[0]!;
  if (fitting.length === 0)
    throw new TravelAgentError(
      "INVALID_REQUEST",
      "nothing in this booking can be exchanged for that offer; choose one of the same kind and supplier, or cancel and book anew",
    );
  throw new TravelAgentError("INVALID_REQUEST", "several items of this booking could be meant; cancel the one to replace and book the new offer");
}

export function createAfterSale({ suppliers, preparation, clock, readTimeoutMs }: AfterSaleParts) {
  return {
    /** Asks every supplier of the trip. Raises `SUPPLIER_REJECTED` where one does not let it be cancelled. */
    async cancelTerms(stored: StoredOrder, signal: AbortSignal, requestId: string): Promise<CancelTerms> {
      checkSettled(stored);
      const items = stored.order.items.filter(isBooked);
      const quotes = await Promise.all(
        items.map(
          (item): Promise<Quote> =>
            withDeadline(clock, readTimeoutMs, signal, (own) => portOf(suppliers, item.offer).quoteCancel(item.supplierReference!, { signal: own, requestId })),
        ),
      );
      return {
        penalty: sum(
          quotes.map((quote) => quote.penalty),
          stored.order.currency,
        ),
        refund: sum(
          quotes.map((quote, index) => refundOf(items[index]!, quote)),
          stored.order.currency,
        ),
        expiresAt: earliest(quotes.map((quote) => quote.expiresAt)),
      };
    },

    async changePlan(stored: StoredOrder, newOfferId: string, signal: AbortSignal, requestId: string): Promise<ChangePlan> {
      checkSettled(stored);
      const { offer: to } = await preparation.validOffer(newOfferId);
      if (to.price.total.currency !== stored.order.currency)
        throw new TravelAgentError("INVALID_REQUEST", `this booking is in ${stored.order.currency}; search for the new date in that currency`);
      const item = itemFor(stored.order.items, to);
      checkTravellers(stored.order.travellers, [to], new Date(clock.now()).toISOString().slice(0, 10));
      const port = portOf(suppliers, to);
      if (!port.quoteChange || !port.change)
        throw new TravelAgentError("SUPPLIER_REJECTED", "this supplier cannot exchange a booking; cancel it and book the new offer instead", {
          details: { supplier: to.supplier },
        });
      const { penalty, refund, due, expiresAt } = await withDeadline(clock, readTimeoutMs, signal, (own) =>
        port.quoteChange!(item.supplierReference!, to, { signal: own, requestId }),
      );
      return { item: item.no, from: item.offer, to, terms: { penalty, refund, due }, expiresAt: earliest([expiresAt, to.offerExpiresAt]) };
    },
  };
}

export type AfterSale = ReturnType<typeof createAfterSale>;
