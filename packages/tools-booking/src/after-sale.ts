import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { alteredItems } from "./alteration.ts";
import { withDeadline } from "./deadline.ts";
import { sum, zero } from "./money.ts";
import type { Offer } from "./offer.ts";
import { type ChangeTerms, isBooked, type OrderItem } from "./order.ts";
import type { StoredOrder } from "./order-store.ts";
import type { Preparation } from "./preparation.ts";
import { portOf } from "./saga/saga.ts";
import type { OrderChange, Quote, Supplier, Traveller } from "./supplier.ts";
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

/** What a change that keeps the travel costs now, all items of the trip together. */
export interface ModifyTerms extends ChangeTerms {
  /** Numbers of the items it concerns. */
  items: number[];
  expiresAt: string;
}

interface AfterSaleParts {
  suppliers: readonly Supplier[];
  preparation: Preparation;
  clock: Clock;
  readTimeoutMs: number;
}

/**
 * Raises `CONFLICT` for a booking that something else is happening to, or of which nothing is left. What waits for its payment can
 * be cancelled and not be changed.
 */
export function checkSettled({ order, work }: StoredOrder, to: "cancel" | "change"): void {
  if (order.awaiting && !work && order.status !== "unknown" && order.status !== "needs-human") {
    if (to === "cancel") return;
    throw new TravelAgentError("CONFLICT", `booking ${order.reference} waits for a payment; pay it or cancel first`);
  }
  if (to === "change" && order.status === "needs-human")
    throw new TravelAgentError("CONFLICT", `a colleague looks at booking ${order.reference}; it can be changed afterwards`);
  if (order.items.some(({ doing }) => doing !== undefined) || order.paymentInDoubt || order.unfinished || (to === "change" && order.failure))
    throw new TravelAgentError("CONFLICT", `it is not known yet how booking ${order.reference} stands; try again in a few minutes`);
  if (work || order.status === "unknown" || order.status === "pending" || order.status === "cancellation-pending")
    throw new TravelAgentError("CONFLICT", `booking ${order.reference} is still being processed; try again in a few minutes`);
  if (!order.items.some(isBooked))
    throw new TravelAgentError("CONFLICT", `booking ${order.reference} is ${order.status}; there is nothing left to cancel or change`);
}

/** What comes back to the customer through us: nothing for what is paid on the spot. */
export const refundOf = (item: OrderItem, quote: Pick<Quote, "refund">): Money => (item.paidHere ? quote.refund : zero(quote.refund.currency));

const dayMs = 86_400_000;

const earliest = (times: readonly string[]): string => times.toSorted((a, b) => Date.parse(a) - Date.parse(b))[0]!;

/** The item that `to` can replace: same kind, same supplier, and for flights the same route if several fit. */
function itemFor(items: readonly OrderItem[], to: Offer): OrderItem {
  const alike = items.filter((item) => isBooked(item) && item.status !== "held" && item.offer.vertical === to.vertical && item.offer.supplier === to.supplier);
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

function checkChange(travellers: readonly Traveller[], change: OrderChange): void {
  if (change.travellers === undefined && change.cabin === undefined && change.checkedBags === undefined)
    throw new TravelAgentError("INVALID_REQUEST", "say what shall change: travellers, cabin or bags");
  const ids = (people: readonly Traveller[]): string =>
    people
      .map(({ id }) => id)
      .sort()
      .join();
  if (change.travellers && ids(change.travellers) !== ids(travellers))
    throw new TravelAgentError("INVALID_REQUEST", `give all ${travellers.length} travellers with their ids; nobody can be added or left out`);
  if (change.checkedBags && change.checkedBags.paid > change.checkedBags.total)
    throw new TravelAgentError("INVALID_REQUEST", "there cannot be more paid bags than bags");
}

export function createAfterSale({ suppliers, preparation, clock, readTimeoutMs }: AfterSaleParts) {
  return {
    /** Asks every supplier of the trip. Raises `SUPPLIER_REJECTED` where one does not let it be cancelled. */
    async cancelTerms(stored: StoredOrder, signal: AbortSignal, requestId: string): Promise<CancelTerms> {
      checkSettled(stored, "cancel");
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
        expiresAt: quotes.length === 0 ? new Date(clock.now() + dayMs).toISOString() : earliest(quotes.map((quote) => quote.expiresAt)),
      };
    },

    async changePlan(stored: StoredOrder, newOfferId: string, signal: AbortSignal, requestId: string): Promise<ChangePlan> {
      checkSettled(stored, "change");
      const { offer: to } = await preparation.validOffer(newOfferId);
      if (to.price.total.currency !== stored.order.currency)
        throw new TravelAgentError("INVALID_REQUEST", `this booking is in ${stored.order.currency}; search for the new date in that currency`);
      const item = itemFor(stored.order.items, to);
      checkTravellers(stored.order.travellers, [to], new Date(clock.now()).toISOString().slice(0, 10), stored.order.contact);
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

    async modifyTerms(stored: StoredOrder, change: OrderChange, signal: AbortSignal, requestId: string): Promise<ModifyTerms> {
      checkSettled(stored, "change");
      const { order } = stored;
      checkChange(order.travellers, change);
      const items = alteredItems(order.items, { change });
      if (items.length === 0) throw new TravelAgentError("INVALID_REQUEST", "there is nothing in this booking that this change is about");
      const quotes = await Promise.all(
        items.map(async (item) => {
          const port = portOf(suppliers, item.offer);
          if (!port.quoteModify || !port.modify)
            throw new TravelAgentError("SUPPLIER_REJECTED", "this supplier cannot change names, cabin or bags; exchange it, or cancel and book anew", {
              details: { supplier: item.offer.supplier, item: item.no },
            });
          return withDeadline(clock, readTimeoutMs, signal, (own) => port.quoteModify!(item.supplierReference!, change, { signal: own, requestId }));
        }),
      );
      const total = (of: "penalty" | "refund" | "due"): Money =>
        sum(
          quotes.map((quote) => quote[of]),
          order.currency,
        );
      return {
        items: items.map(({ no }) => no),
        penalty: total("penalty"),
        refund: total("refund"),
        due: total("due"),
        expiresAt: earliest(quotes.map((quote) => quote.expiresAt)),
      };
    },
  };
}

export type AfterSale = ReturnType<typeof createAfterSale>;
