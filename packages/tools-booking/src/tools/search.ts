import type { ToolContext, ToolOutput } from "@travelagent/agent-runtime";
import { type Money, TravelAgentError, type Vertical } from "@travelagent/protocol";
import type { Card } from "@travelagent/protocol/messages";
import type { Bookings } from "../bookings.ts";
import type { Search } from "../fan-out.ts";
import { compareLines, titleOf } from "../wording.ts";
import type { OfferSummary, SearchResult } from "./results.ts";

export interface SearchToolOptions {
  /** For searches without a budget. */
  currency: string;
  /** Offers shown when the search does not say. */
  limit: number;
}

const titles: Record<Vertical, string> = { flight: "Flights", hotel: "Hotels", car: "Cars" };

/** The date of now where the customer is, `YYYY-MM-DD`. */
export const todayAt = ({ now, turn }: ToolContext): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: turn.timeZone, dateStyle: "short" }).format(new Date(now));

/** Raises `INVALID_REQUEST` for a date or wall clock that is over. */
export function refusePast(what: string, date: string, today: string): void {
  if (date.slice(0, 10) < today) throw new TravelAgentError("INVALID_REQUEST", `the ${what} ${date} is in the past, today is ${today}; give a later date`);
}

export function refuseBackwards(first: string, then: string, message: string): void {
  if (then < first) throw new TravelAgentError("INVALID_REQUEST", message);
}

/** Raises `INVALID_REQUEST` for a group that no supplier books at once. */
export function checkGroup(adults: number, childrenAges: readonly number[]): void {
  if (adults + childrenAges.length > 9) throw new TravelAgentError("INVALID_REQUEST", "at most 9 travellers fit in one search; split the group");
  if (childrenAges.filter((age) => age < 2).length > adults)
    throw new TravelAgentError("INVALID_REQUEST", "each infant travels on the lap of an adult; there are more infants than adults");
}

export const currencyOf = (maxTotal: Money | undefined, options: SearchToolOptions): string => maxTotal?.currency ?? options.currency;

/** Searches and words the result for model and customer. */
export async function runSearch(bookings: Bookings, search: Search, context: ToolContext): Promise<ToolOutput> {
  const { turn } = context;
  const owner = { sessionKey: turn.sessionKey, ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }) };
  const { offers, suppliers } = await bookings.search(search, owner, { requestId: `${turn.runId}:${context.toolCallId}`, signal: context.signal });
  if (offers.length === 0 && suppliers.length > 0 && suppliers.every(({ status }) => status !== "ok"))
    throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "no supplier answers at the moment; try again in a minute", { details: { suppliers } });
  const summaries = offers.map(
    ({ offer, tags }, index): OfferSummary => ({
      number: index + 1,
      offerId: offer.id,
      supplier: offer.supplier,
      title: titleOf(offer),
      lines: compareLines(offer, context.now),
      price: offer.price.total,
      tags,
      expiresAt: offer.offerExpiresAt,
      ...(offer.requires?.length ? { requires: offer.requires } : {}),
      sandbox: offer.sandbox,
    }),
  );
  const content: SearchResult = {
    status: summaries.length > 0 ? "ok" : "no-offers",
    vertical: search.kind,
    query: { ...search.query },
    offers: summaries,
    suppliers,
  };
  const card: Card = {
    kind: "offers",
    vertical: search.kind,
    title: titles[search.kind],
    offers: summaries.map(({ offerId, number, title, lines, price, tags, sandbox }) => ({ offerId, number, title, lines, price, tags, sandbox })),
    buttons: summaries.map(({ number }) => ({ label: `Choose ${number}`, text: String(number) })),
  };
  return {
    content,
    ...(summaries.length > 0 ? { cards: [card] } : {}),
    // Names and descriptions of real offers are written by suppliers; the sandbox's are ours.
    ...(summaries.some(({ sandbox }) => !sandbox) ? { tainted: true } : {}),
  };
}
