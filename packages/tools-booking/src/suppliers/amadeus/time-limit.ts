import { addDays, localToUtc, travelTime } from "../../geography/index.ts";

/** Longest time we ask Amadeus to keep an unpaid order. */
const mostDays = 2;

/** A moment given as a date, or as a date and time without zone, at the office. A date alone means its first moment. */
export function officeTime(given: string, timeZone: string): number {
  return localToUtc(given.length === 10 ? `${given}T00:00` : given.slice(0, 19), timeZone);
}

/**
 * Until when a ticket can be issued at this fare, exclusive. `lastTicketingDate` is a date that counts in full, at the office;
 * `lastTicketingDateTime` often is one too, in spite of its name. Undefined where Amadeus does not say.
 */
export function ticketingEnd(
  { lastTicketingDate, lastTicketingDateTime }: { lastTicketingDate?: string | undefined; lastTicketingDateTime?: string | undefined },
  timeZone: string,
): number | undefined {
  const given = lastTicketingDateTime ?? lastTicketingDate;
  if (given === undefined) return undefined;
  return given.length === 10 ? officeTime(addDays(given, 1), timeZone) : officeTime(given, timeZone);
}

export interface Hold {
  /** As Amadeus wants it: `2D`. */
  delay: string;
  /** When the order lapses, milliseconds: Amadeus cancels at the start of the day, at the office. */
  until: number;
}

/** The longest hold that ends while the fare can still be ticketed; undefined when there is none. */
export function holdFor(end: number | undefined, now: number, timeZone: string): Hold | undefined {
  if (end === undefined) return undefined;
  const today = travelTime(now, timeZone).local.slice(0, 10);
  for (let days = mostDays; days >= 1; days -= 1) {
    const until = officeTime(addDays(today, days), timeZone);
    if (until <= end) return { delay: `${days}D`, until };
  }
  return undefined;
}
