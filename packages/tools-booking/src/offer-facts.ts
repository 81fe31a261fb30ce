import type { Money, TravelTime } from "@travelagent/protocol";
import { compare, zero } from "./money.ts";
import type { CancellationStep, Offer } from "./offer.ts";

/** When the travel begins: first departure, check-in, pick-up. */
export function startOf(offer: Offer): TravelTime {
  if (offer.vertical === "flight") return offer.journeys[0]!.segments[0]!.departure.time;
  return offer.vertical === "hotel" ? offer.checkIn : offer.pickUp.time;
}

/** When it ends: last arrival, check-out, drop-off. */
export function endOf(offer: Offer): TravelTime {
  if (offer.vertical === "flight") return offer.journeys.at(-1)!.segments.at(-1)!.arrival.time;
  return offer.vertical === "hotel" ? offer.checkOut : offer.dropOff.time;
}

/** Whether it is paid through us; otherwise at the property or the counter. */
export function isPaidHere(offer: Offer): boolean {
  if (offer.vertical === "flight") return offer.paidTo !== "supplier";
  return (offer.vertical === "hotel" ? offer.ratePlan.paymentType : offer.paymentType) === "PREPAID";
}

/** What cancelling costs at `now` by the published steps. */
export function penaltyAt(steps: readonly CancellationStep[], now: number, currency: string): Money {
  return steps.findLast((step) => step.from === "now" || Date.parse(step.from) <= now)?.penalty ?? zero(currency);
}

/** Whether cancelling right after buying would cost nothing. */
export function isFreeToCancel(offer: Offer, now: number): boolean {
  const { currency } = offer.price.total;
  if (offer.vertical !== "flight" && offer.cancellation.length > 0) return compare(penaltyAt(offer.cancellation, now, currency), zero(currency)) === 0;
  const { allowed, penalty } = offer.conditions.refund;
  return allowed === true && (penalty === undefined || compare(penalty, zero(currency)) === 0);
}

/** The last moment it can still be cancelled for nothing; undefined when that never was or never ends. */
export function freeUntil(offer: Offer, now: number): string | undefined {
  if (offer.vertical === "flight" || !isFreeToCancel(offer, now)) return undefined;
  const next = offer.cancellation.find((step) => step.from !== "now" && Date.parse(step.from) > now);
  return next?.from;
}
