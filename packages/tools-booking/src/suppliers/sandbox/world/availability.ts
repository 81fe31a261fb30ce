import type { Cabin } from "../../../offer.ts";
import type { Dice } from "./hash.ts";
import type { Flight } from "./schedule.ts";

/** Units of a resource that people bought or hold in this world. */
export type Taken = (resource: string) => number;

export interface BookingClass {
  /** RBD. */
  code: string;
  /** Against the cabin's usual price. */
  factor: number;
  /** Part of the cabin kept for dearer classes: this one closes when no more than that is left. */
  kept: number;
}

/** Cheapest first. */
const ladders: Record<Cabin, readonly BookingClass[]> = {
  ECONOMY: [
    { code: "V", factor: 0.72, kept: 0.62 },
    { code: "L", factor: 0.82, kept: 0.5 },
    { code: "K", factor: 0.93, kept: 0.38 },
    { code: "Q", factor: 1.06, kept: 0.28 },
    { code: "H", factor: 1.22, kept: 0.19 },
    { code: "M", factor: 1.42, kept: 0.1 },
    { code: "B", factor: 1.68, kept: 0.04 },
    { code: "Y", factor: 2, kept: 0 },
  ],
  PREMIUM_ECONOMY: [
    { code: "P", factor: 0.92, kept: 0.4 },
    { code: "W", factor: 1.2, kept: 0 },
  ],
  BUSINESS: [
    { code: "Z", factor: 0.82, kept: 0.5 },
    { code: "D", factor: 1, kept: 0.25 },
    { code: "C", factor: 1.2, kept: 0.08 },
    { code: "J", factor: 1.45, kept: 0 },
  ],
  FIRST: [
    { code: "A", factor: 1, kept: 0.3 },
    { code: "F", factor: 1.3, kept: 0 },
  ],
};

export const seatKey = (flight: Flight, cabin: Cabin) => `${flight.key} ${cabin}`;

const hour = 3_600_000;

/** Part of a cabin that everybody else has bought by `now`: little at first, most of it in the last weeks, never less than before. */
function soldElsewhere(dice: Dice, key: string, departsAt: number, now: number): number {
  // Four sales a day, at times of the flight's own, so that prices move in steps and not between two breaths.
  const step = 6 * hour;
  const shifted = Math.floor((now + dice.draw(`step ${key}`) * step) / step) * step;
  const daysLeft = (departsAt - shifted) / (24 * hour);
  const popularity = 0.58 + 0.44 * dice.draw(`popularity ${key}`);
  const middle = 6 + 28 * dice.draw(`middle ${key}`);
  const pace = 7 + 12 * dice.draw(`pace ${key}`);
  return Math.min(1, popularity / (1 + Math.exp((daysLeft - middle) / pace)));
}

/** Seats of a cabin that can still be sold. */
export function seatsLeft(dice: Dice, taken: Taken, flight: Flight, cabin: Cabin, now: number): number {
  const capacity = flight.departure.equipment.seats[cabin] ?? 0;
  const key = seatKey(flight, cabin);
  return Math.max(0, Math.floor(capacity * (1 - soldElsewhere(dice, key, flight.departsAt, now))) - taken(key));
}

/** The cheapest class with room for `seats`, and how many it has. */
export function openClass(cabin: Cabin, capacity: number, left: number, seats: number): { class: BookingClass; seats: number } | undefined {
  for (const step of ladders[cabin]) {
    const available = left - Math.ceil(capacity * step.kept);
    if (available >= seats) return { class: step, seats: available };
  }
  return undefined;
}
