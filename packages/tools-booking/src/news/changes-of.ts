import { canonicalJson, type Money } from "@travelagent/protocol";
import { compare } from "../money.ts";
import type { Journey } from "../offer.ts";
import { isBooked, type OrderItem } from "../order.ts";
import type { SupplierOrder } from "../supplier.ts";
import { journeyChanges, type ScheduleChange, severityOf } from "./journey-changes.ts";

/** What the supplier's record says and ours does not, although nobody here caused it. */
export type SupplierChange =
  | { kind: "ticketed" }
  | { kind: "cancelled"; refund?: Money; penalty?: Money }
  | { kind: "schedule"; change: ScheduleChange; journeys: Journey[] }
  /** The flights are again as they were agreed. */
  | { kind: "schedule-restored" }
  /** Locators or documents that were not there before. */
  | { kind: "papers"; locators: string[]; documents: SupplierOrder["documents"] }
  /** What we earn by it, which was not known when it was bought. */
  | { kind: "commission"; commission: Money }
  /** It costs something else than what was recorded, without a change of ours. */
  | { kind: "price"; was: Money; now: Money }
  /** What comes back for something cancelled is not what was recorded. */
  | { kind: "refund"; was: Money; now: Money };

/** Changes of fewer minutes are news and no question. */
export const defaultMinorMinutes = 30;

/** What the customer said yes to: what was bought, or the last schedule change that was accepted. */
export const agreedJourneys = ({ agreed, offer }: OrderItem): Journey[] | undefined => agreed ?? (offer.vertical === "flight" ? offer.journeys : undefined);

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);
const differs = (a: Money | undefined, b: Money | undefined): boolean => a !== undefined && b !== undefined && a.currency === b.currency && compare(a, b) !== 0;

function scheduleChanges(item: OrderItem, found: SupplierOrder, minorMinutes: number): SupplierChange[] {
  const agreed = agreedJourneys(item);
  if (!agreed || !found.journeys || found.journeys.length === 0) return [];
  const sinceKnown = journeyChanges(item.journeys ?? agreed, found.journeys);
  const waiting = found.changeToAnswer !== undefined && found.changeToAnswer !== item.scheduleChange?.reference && item.scheduleChange?.answer === undefined;
  if (sinceKnown.length === 0 && !(waiting && item.scheduleChange)) return [];
  const journeys = journeyChanges(agreed, found.journeys);
  if (journeys.length === 0) return [{ kind: "schedule-restored" }];
  // Small moves add up: what counts is how far it is from what was agreed.
  const reference = found.changeToAnswer === undefined ? {} : { reference: found.changeToAnswer };
  return [{ kind: "schedule", journeys: found.journeys, change: { severity: severityOf(journeys, minorMinutes), journeys, ...reference } }];
}

function papersOf(item: OrderItem, found: SupplierOrder): SupplierChange[] {
  const locators = [...new Set([...item.locators, ...found.locators])];
  const known = new Set(item.documents.map(({ number }) => number));
  const documents = [...item.documents, ...found.documents.filter(({ number }) => !known.has(number))];
  return locators.length === item.locators.length && documents.length === item.documents.length ? [] : [{ kind: "papers", locators, documents }];
}

/**
 * Compares a bought item with the supplier's record. Empty while a write of ours is under way, since that one learns its outcome
 * itself, for what is not bought or held, and where both say the same.
 */
export function changesOf(item: OrderItem, found: SupplierOrder, { minorMinutes = defaultMinorMinutes }: { minorMinutes?: number } = {}): SupplierChange[] {
  if (item.doing) return [];
  if (item.status === "cancelled" || item.status === "refunded" || item.status === "voided") {
    const known = item.drift ?? item.refund;
    return found.status === "cancelled" && differs(known, found.refund) ? [{ kind: "refund", was: known!, now: found.refund! }] : [];
  }
  if (!isBooked(item)) return [];
  if (found.status === "cancelled") {
    const { refund, penalty } = found;
    return [{ kind: "cancelled", ...(refund ? { refund } : {}), ...(penalty ? { penalty } : {}) }];
  }
  // The price and the flights of a hold are looked at again when it is paid.
  if (item.status === "held") return [];
  const ticketed = item.status === "confirmed" && found.status === "ticketed";
  const known = item.drift ?? item.cost ?? item.total;
  return [
    ...(ticketed ? [{ kind: "ticketed" } as const] : papersOf(item, found)),
    ...scheduleChanges(item, found, minorMinutes),
    ...(item.commission === undefined && found.commission ? [{ kind: "commission", commission: found.commission } as const] : []),
    ...(differs(known, found.total) && !same(known, found.total) ? [{ kind: "price", was: known, now: found.total } as const] : []),
  ];
}
