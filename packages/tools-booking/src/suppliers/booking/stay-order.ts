import type { Money } from "@travelagent/protocol";
import { add, compare, subtract, sum, zero } from "../../money.ts";
import type { CancellationStep } from "../../offer.ts";
import { penaltyAt } from "../../offer-facts.ts";
import type { SupplierOrder } from "../../supplier.ts";
import { charged, scheduleSteps } from "./map-stay.ts";
import type { ReservationNote } from "./session.ts";
import type { StayOrder } from "./wire.ts";

/** A reservation as it was read, with what we know of it. */
export interface SeenStay {
  note: ReservationNote;
  shown: StayOrder;
  order: SupplierOrder;
}

const isCancelled = (status: string): boolean => status.startsWith("cancelled");

/** The reservation as an order. */
export function orderOf(shown: StayOrder, note: ReservationNote): SupplierOrder {
  const currency = shown.currency.accommodation;
  const details = shown.cancellation_details;
  const said = isCancelled(shown.status) ? (details?.original_total_price ?? shown.price?.total) : shown.price?.total;
  const whole = said?.accommodation_currency === null || said?.accommodation_currency === undefined ? undefined : charged(said, currency);
  const total = whole ? (note.dueAtHouse ? subtract(whole, note.dueAtHouse) : whole) : note.total;
  const common = {
    reference: shown.reservation,
    key: note.key,
    locators: [shown.reservation, ...(shown.accommodation_order_references ?? [])],
    total,
    documents: [{ type: "VOUCHER" as const, number: shown.reservation }],
  };
  if (isCancelled(shown.status)) {
    const fee = details?.fee ? charged(details.fee, currency) : undefined;
    const penalty = fee && (compare(fee, total) > 0 ? total : fee);
    const kept = penalty ? { refund: subtract(total, penalty), penalty } : note.cancelled;
    return { ...common, status: "cancelled", ...kept, commission: zero(currency) };
  }
  const pay = shown.commission?.actual_amount ?? shown.commission?.estimated_amount;
  return { ...common, status: "confirmed", ...(pay?.accommodation_currency ? { commission: charged(pay, currency) } : {}) };
}

/** Rooms are cancelled together, so their steps add up. */
export function summedSteps(all: readonly CancellationStep[][], total: Money, now: number): CancellationStep[] {
  if (all.length === 1) return all[0]!;
  const moments = [...new Set(all.flat().map(({ from }) => from))].sort((a, b) => (a === "now" ? -1 : b === "now" ? 1 : Date.parse(a) - Date.parse(b)));
  return moments.map((from) => {
    const at = from === "now" ? now : Date.parse(from);
    const whole = sum(
      all.map((steps) => penaltyAt(steps, at, total.currency)),
      total.currency,
    );
    return { from, penalty: compare(whole, total) > 0 ? total : whole };
  });
}

/** What cancelling costs at `now`, and until when that holds. */
export function cancelTerms({ shown, order, note }: SeenStay, now: number): { penalty: Money; refund: Money; until: number } {
  const whole = note.dueAtHouse ? add(order.total, note.dueAtHouse) : order.total;
  const each = shown.products.map(({ policies }) => {
    // A room that shows no rules gives nothing back.
    if (!policies?.cancellation?.length) return { penalty: order.total, until: Number.POSITIVE_INFINITY };
    const steps = scheduleSteps(policies.cancellation, whole, note.timeZone, now);
    const next = steps.find(({ from }) => from !== "now" && Date.parse(from) > now);
    return { penalty: penaltyAt(steps, now, whole.currency), until: next ? Date.parse(next.from) : Number.POSITIVE_INFINITY };
  });
  const cost = sum(
    each.map(({ penalty }) => penalty),
    order.total.currency,
  );
  const penalty = compare(cost, order.total) > 0 ? order.total : cost;
  return { penalty, refund: subtract(order.total, penalty), until: Math.min(...each.map(({ until }) => until)) };
}
