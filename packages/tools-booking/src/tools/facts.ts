import type { Money } from "@travelagent/protocol";
import type { Offer } from "../offer.ts";
import { isFreeToCancel, startOf } from "../offer-facts.ts";

/** An action may be said yes to for this long, unless an offer or quote ends earlier. */
export const actionLifeMs = 15 * 60_000;

/** For policy rules, which compare numbers; never for arithmetic. */
export const figure = ({ amount, currency }: Money): { amount: number; currency: string } => ({ amount: Number(amount), currency });

/** What policy rules look at, the same for booking, changing and cancelling. */
export function travelFacts(offers: readonly Offer[], travellers: number, now: number): Record<string, unknown> {
  const kinds = [...new Set(offers.map((offer) => offer.vertical))];
  const start = Math.min(...offers.map((offer) => Date.parse(startOf(offer).utc)));
  return {
    vertical: kinds.length === 1 ? kinds[0] : "mixed",
    verticals: kinds,
    hasFlight: kinds.includes("flight"),
    suppliers: [...new Set(offers.map((offer) => offer.supplier))],
    live: offers.some((offer) => !offer.sandbox),
    hoursToStart: Math.round((start - now) / 36_000) / 100,
    refundable: offers.every((offer) => offer.conditions.refund.allowed === true || isFreeToCancel(offer, now)),
    travellers,
  };
}
