import type { Money } from "@travelagent/protocol";
import type { Offer } from "../offer.ts";
import { endOf, isFreeToCancel, startOf } from "../offer-facts.ts";
import type { Traveller } from "../supplier.ts";
import { documentFactNames } from "./document-facts.ts";
import { peopleFactNames, peopleFacts } from "./people-facts.ts";
import { recordFactNames } from "./record-facts.ts";
import { routeFactNames, routeFacts } from "./route-facts.ts";

/** An action may be said yes to for this long, unless an offer or quote ends earlier. */
export const actionLifeMs = 15 * 60_000;

/** For policy rules, which compare numbers; never for arithmetic. */
export const figure = ({ amount, currency }: Money): { amount: number; currency: string } => ({ amount: Number(amount), currency });

const amount = (name: string): string[] => [`${name}.amount`, `${name}.currency`];

const travelFactNames: readonly string[] = [
  "vertical",
  "verticals",
  "hasFlight",
  "suppliers",
  "live",
  "hoursToStart",
  "refundable",
  "firstDate",
  "lastDate",
  "holdable",
  "minutesToTicketingLimit",
  ...routeFactNames,
  ...peopleFactNames,
  ...recordFactNames,
];

/** What each tool states, for the check of rules. */
export const createBookingFacts: readonly string[] = [...travelFactNames, ...documentFactNames, ...amount("total"), ...amount("budget"), "already"];
export const cancelBookingFacts: readonly string[] = [...travelFactNames, ...amount("penalty"), ...amount("refund"), "status"];
export const modifyBookingFacts: readonly string[] = [...cancelBookingFacts, ...amount("total")];

/** The days that ages are counted on: of flights the departures, since that is when airlines look. */
function travelDates(offers: readonly Offer[]): { firstDate: string; lastDate: string } {
  const days = (offer: Offer): string[] =>
    offer.vertical === "flight"
      ? offer.journeys.flatMap(({ segments }) => segments.map(({ departure }) => departure.time.local))
      : [startOf(offer).local, endOf(offer).local];
  const flights = offers.filter((offer) => offer.vertical === "flight");
  const sorted = (flights.length > 0 ? flights : offers).flatMap(days).toSorted();
  return { firstDate: sorted[0]!.slice(0, 10), lastDate: sorted.at(-1)!.slice(0, 10) };
}

export interface TravelFactsOptions {
  /** Of a change: those that will be travelled. Default all. */
  travelled?: readonly Offer[];
  /** Until when what is held already must be paid, ISO UTC. Default what the offers say. */
  ticketBy?: readonly (string | undefined)[];
}

/** What policy rules look at, the same for booking, changing and cancelling. */
export function travelFacts(
  offers: readonly Offer[],
  travellers: readonly Traveller[],
  now: number,
  { travelled = offers, ticketBy = travelled.map((offer) => offer.paymentTimeLimit) }: TravelFactsOptions = {},
): Record<string, unknown> {
  const kinds = [...new Set(offers.map((offer) => offer.vertical))];
  const start = Math.min(...offers.map((offer) => Date.parse(startOf(offer).utc)));
  const limits = ticketBy.flatMap((limit) => (limit === undefined ? [] : [Date.parse(limit)]));
  const dates = travelDates(travelled);
  return {
    vertical: kinds.length === 1 ? kinds[0] : "mixed",
    verticals: kinds,
    hasFlight: kinds.includes("flight"),
    suppliers: [...new Set(offers.map((offer) => offer.supplier))],
    live: offers.some((offer) => !offer.sandbox),
    hoursToStart: Math.round((start - now) / 36_000) / 100,
    refundable: offers.every((offer) => offer.conditions.refund.allowed === true || isFreeToCancel(offer, now)),
    ...dates,
    holdable: travelled.some((offer) => offer.paymentTimeLimit !== undefined),
    ...(limits.length === 0 ? {} : { minutesToTicketingLimit: Math.floor((Math.min(...limits) - now) / 60_000) }),
    ...routeFacts(travelled),
    ...peopleFacts(travellers, dates),
  };
}
