import type { BookingStatus, Customer } from "@travelagent/protocol";

export type LifecycleStage = NonNullable<Customer["lifecycle"]>;

/** A part of a trip of a customer. Times are milliseconds. */
export interface TripFact {
  status: BookingStatus;
  start: number;
  end: number;
}

/** How long somebody counts as just back. */
export const afterTripMs = 30 * 86_400_000;

const firm: ReadonlySet<BookingStatus> = new Set(["confirmed", "ticketed"]);

/**
 * What somebody is to the agency by what they booked. `lead`: nothing yet. `customer`: bought or is buying, and nothing lies ahead.
 * `booked`, `travelling`, `after-trip`: a firm trip lies ahead, goes on, or ended less than thirty days ago; what lies nearest counts.
 * `until`: when that may be otherwise by the clock alone.
 */
export function stageOf(trips: readonly TripFact[], now: number): { stage: LifecycleStage; until?: number } {
  const sure = trips.filter(({ status }) => firm.has(status));
  const moments = sure.flatMap(({ start, end }) => [start, end, end + afterTripMs]).filter((at) => at > now);
  const until = moments.length > 0 ? { until: Math.min(...moments) } : {};
  if (sure.some(({ start, end }) => start <= now && now < end)) return { stage: "travelling", ...until };
  if (sure.some(({ start }) => start > now)) return { stage: "booked", ...until };
  if (sure.some(({ end }) => end <= now && now < end + afterTripMs)) return { stage: "after-trip", ...until };
  return { stage: trips.some(({ status }) => status !== "failed") ? "customer" : "lead", ...until };
}
