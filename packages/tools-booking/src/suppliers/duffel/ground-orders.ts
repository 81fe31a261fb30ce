import { TravelAgentError } from "@travelagent/protocol";
import { minorUnits, subtract, zero } from "../../money.ts";
import type { CarOffer, HotelOffer } from "../../offer.ts";
import type { Reprice, SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, createQuoteBook } from "../http/index.ts";
import { afterWrite, vendorCodeOf } from "./client.ts";
import { type DuffelParts, expired, rejected } from "./parts.ts";

/** What a booking of a room or a car is cancelled with: Duffel has no quote for these. */
export interface Cancellable {
  order: SupplierOrder;
  /** What cancelling costs at this moment, and until when that holds. */
  terms(now: number): { penalty: SupplierOrder["total"]; until?: number };
}

/** The rate a room or car is booked with. */
export function rateOf({ supplierRef }: HotelOffer | CarOffer): string {
  try {
    const { rate } = JSON.parse(supplierRef) as { rate?: unknown };
    if (typeof rate === "string") return rate;
  } catch {
    // Falls through to the refusal.
  }
  throw rejected("invalid_offer", "this is no offer of duffel's; search again");
}

const quoteValidMs = 15 * 60_000;

/** Cancelling in two steps at a vendor that cancels in one: we quote what the booking's own terms say, and hold to it. */
export function createGroundCancelling(
  { memory, clock }: DuffelParts,
  kind: "hotel" | "car",
  load: (reference: string, call: SupplierCall) => Promise<Cancellable>,
  cancel: (reference: string, call: SupplierCall) => Promise<unknown>,
): Required<Pick<VerticalSupplier<never, never>, "quoteCancel" | "cancel">> {
  const quotes = createQuoteBook(memory, clock);
  return {
    async quoteCancel(reference, call) {
      const { order, terms } = await load(reference, call);
      if (order.status === "cancelled") throw rejected("already_cancelled", "the booking is cancelled already; nothing is left to do");
      const now = clock.now();
      const { penalty, until } = terms(now);
      const nothing = zero(order.total.currency);
      // A quote must not outlive the moment at which cancelling becomes dearer.
      const expiresAt = new Date(Math.min(now + quoteValidMs, until ?? Number.POSITIVE_INFINITY)).toISOString();
      return quotes.issue({ action: "cancel", reference, penalty, refund: subtract(order.total, penalty), due: nothing, vendor: null }, expiresAt);
    },
    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        `${kind} cancel`,
        { reference, key },
        {
          async settled() {
            const { order } = await load(reference, call);
            return order.status === "cancelled" ? order : null;
          },
          async act() {
            const { penalty, refund } = await quotes.accept(token, "cancel", reference);
            const { order } = await load(reference, call);
            if (order.status === "cancelled") throw rejected("already_cancelled", "the booking is cancelled already; nothing is left to do");
            await cancel(reference, call);
            return afterWrite(async () => ({ ...(await load(reference, call)).order, status: "cancelled", refund, penalty }));
          },
        },
      ),
  };
}

/** The offer at the price of a fresh quote. */
export async function repriced<O extends HotelOffer | CarOffer>(offer: O, now: number, quote: () => Promise<SupplierOrder["total"]>): Promise<Reprice<O>> {
  if (Date.parse(offer.offerExpiresAt) <= now) return { status: "expired" };
  try {
    const total = await quote();
    const was = offer.price.total;
    if (total.currency === was.currency && minorUnits(total) === minorUnits(was)) return { status: "available", offer };
    if (total.currency !== was.currency) return { status: "expired" };
    const taxes = minorUnits(offer.price.taxes) + minorUnits(offer.price.fees) > minorUnits(total) ? zero(total.currency) : offer.price.taxes;
    const fees = taxes === offer.price.taxes ? offer.price.fees : zero(total.currency);
    const price = { total, base: subtract(subtract(total, taxes), fees), taxes, fees, perPassenger: [{ ptc: "ADT" as const, count: 1, each: total }] };
    // What was the whole price to lose is the whole new price.
    const cancellation = offer.cancellation.map((step) => (minorUnits(step.penalty) >= minorUnits(was) ? { ...step, penalty: total } : step));
    return { status: "price-changed", offer: { ...offer, price, cancellation }, was };
  } catch (error) {
    if (TravelAgentError.is(error, "SOLD_OUT")) return { status: "sold-out" };
    if (TravelAgentError.is(error, "OFFER_EXPIRED") || vendorCodeOf(error) === "not_found") return { status: "expired" };
    throw error;
  }
}

export function stillValid(offer: HotelOffer | CarOffer, now: number): void {
  if (Date.parse(offer.offerExpiresAt) <= now) throw expired();
}
