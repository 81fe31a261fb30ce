import { TravelAgentError, type Vertical } from "@travelagent/protocol";
import { minorUnits, money } from "../../money.ts";
import type { Offer, PassengerType, Price } from "../../offer.ts";
import type { Taken } from "./world/availability.ts";

/** Minutes an offer stands. */
export const offerMinutes = 30;

/** One unit of stock on a day, as an order takes it. */
export interface Take {
  day: string;
  resource: string;
  units: number;
}

/** What a supplier reference says once opened. `terms` is enough to find and price the same thing again at any time. */
export interface Reference<T> {
  kind: Vertical;
  id: string;
  expiresAt: number;
  terms: T;
  /** Per cent on top, since a reprice said that the price had moved. */
  surcharge?: number;
}

export interface Moment {
  now: number;
  taken: Taken;
}

/** Terms with their price of this moment, before they become an offer. */
export interface Proposal<O extends Offer, T> {
  terms: T;
  /** Of an offer, all but its identity. */
  content: Omit<O, "id" | "supplier" | "sandbox" | "supplierRef" | "offerExpiresAt">;
  takes: Take[];
}

/** One kind of travel in the sandbox world: pure, without state of its own. */
export interface Product<Q, O extends Offer, T> {
  kind: O["vertical"];
  /** First and last day whose stock decides on the answer. Raises `SUPPLIER_REJECTED` for a query that makes no sense. */
  days(query: Q): readonly [string, string];
  search(query: Q, moment: Moment): Proposal<O, T>[];
  daysOf(terms: T): readonly [string, string];
  /** The same thing at its price of this moment; null when it is sold out or no longer sold. */
  propose(terms: T, moment: Moment): Proposal<O, T> | null;
  /** ISO UTC. */
  startsAt(offer: O): string;
}

export function rejected(code: string, message: string): TravelAgentError {
  return new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });
}

interface PriceLine {
  ptc: PassengerType;
  count: number;
  /** Minor units, each. */
  base: bigint;
  taxes: bigint;
  fees: bigint;
}

/** A price whose parts sum up exactly: everything is added in minor units, nothing is divided. */
export function priceOf(lines: readonly PriceLine[], currency: string): Price {
  const sum = (part: (line: PriceLine) => bigint) => lines.reduce((total, line) => total + part(line) * BigInt(line.count), 0n);
  const each = (line: PriceLine) => line.base + line.taxes + line.fees;
  return {
    total: money(sum(each), currency),
    base: money(
      sum(({ base }) => base),
      currency,
    ),
    taxes: money(
      sum(({ taxes }) => taxes),
      currency,
    ),
    fees: money(
      sum(({ fees }) => fees),
      currency,
    ),
    perPassenger: lines.map((line) => ({ ptc: line.ptc, count: line.count, each: money(each(line), currency) })),
  };
}

/** The price with a surcharge in per cent, its parts still summing up. */
export function dearer(price: Price, perCent: number): Price {
  if (perCent === 0) return price;
  const { currency } = price.total;
  const perPassenger = price.perPassenger.map(({ ptc, count, each }) => ({
    ptc,
    count,
    each: money((minorUnits(each) * BigInt(100 + perCent)) / 100n, currency),
  }));
  const total = perPassenger.reduce((sum, { count, each }) => sum + minorUnits(each) * BigInt(count), 0n);
  const base = total - minorUnits(price.taxes) - minorUnits(price.fees);
  return { ...price, perPassenger, total: money(total, currency), base: money(base, currency) };
}
