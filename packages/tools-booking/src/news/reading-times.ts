import type { Offer } from "../offer.ts";
import type { OrderItem } from "../order.ts";

const hour = 3_600_000;

/** How often what is booked is read again at suppliers that tell nothing by themselves. */
export interface ReadingTimes {
  /** From that many hours before a departure, check-in or pick-up: minutes between two looks. The first that fits counts; ascending. */
  every: readonly { withinHours: number; minutes: number }[];
  /** Minutes between two looks before that. */
  otherwiseMinutes: number;
}

export const defaultReadingTimes: ReadingTimes = {
  every: [
    { withinHours: 6, minutes: 30 },
    { withinHours: 24, minutes: 120 },
    { withinHours: 72, minutes: 480 },
    { withinHours: 7 * 24, minutes: 1440 },
    { withinHours: 30 * 24, minutes: 3 * 1440 },
  ],
  otherwiseMinutes: 7 * 1440,
};

/** The moments for which it matters that nothing changed: every departure, or check-in and pick-up. */
export function momentsOf({ offer, journeys }: { offer: Offer; journeys?: OrderItem["journeys"] }): number[] {
  if (offer.vertical === "hotel") return [Date.parse(offer.checkIn.utc)];
  if (offer.vertical === "car") return [Date.parse(offer.pickUp.time.utc)];
  return (journeys ?? offer.journeys).flatMap(({ segments }) => segments.map(({ departure }) => Date.parse(departure.time.utc)));
}

/** When to look next after `now`; null when it is over. Never later than the time at which looks become more frequent. */
export function nextReading(moments: readonly number[], now: number, { every, otherwiseMinutes }: ReadingTimes): number | null {
  const next = moments.filter((moment) => moment > now).toSorted((a, b) => a - b)[0];
  if (next === undefined) return null;
  const left = next - now;
  const index = every.findIndex(({ withinHours }) => left <= withinHours * hour);
  const minutes = index < 0 ? otherwiseMinutes : every[index]!.minutes;
  const closer = every[index < 0 ? every.length - 1 : index - 1];
  const change = closer ? next - closer.withinHours * hour : Number.POSITIVE_INFINITY;
  const wanted = now + minutes * 60_000;
  return change > now ? Math.min(wanted, change) : wanted;
}
