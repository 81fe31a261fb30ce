import type { TravelTime } from "@travelagent/protocol";
import ical, { ICalCalendarMethod, ICalEventStatus } from "ical-generator";

export interface TripEvent {
  /** The same for one item of a booking for ever: by it a calendar finds the entry it replaces. */
  uid: string;
  /** Grows with each change; a calendar ignores what is not newer than what it has (RFC 5545, 3.8.7.4). */
  sequence: number;
  cancelled: boolean;
  summary: string;
  start: TravelTime;
  end: TravelTime;
  description?: string;
  location?: string;
}

export interface TripCalendar {
  /** Shown by calendars that subscribe to it. */
  name: string;
  /** `//Agency//Travel//EN`, by RFC 5545. */
  product: { company: string; product: string };
  events: readonly TripEvent[];
  /** ISO UTC: when this was true. */
  at: string;
}

/**
 * A trip as a calendar file. An item that changed keeps its UID under a higher SEQUENCE, a cancelled one is said to be so instead of
 * being left out: what is merely absent stays in a traveller's calendar. A file of nothing but cancelled items has the method CANCEL.
 */
export function tripCalendar({ name, product, events, at }: TripCalendar): string {
  const all = events.length > 0 && events.every(({ cancelled }) => cancelled);
  const calendar = ical({ name, prodId: { ...product, language: "EN" }, method: all ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH });
  for (const event of events) {
    const local = `${event.start.local.slice(0, 16).replace("T", " ")} (${event.start.timeZone}) to ${event.end.local.slice(0, 16).replace("T", " ")} (${event.end.timeZone})`;
    calendar.createEvent({
      id: event.uid,
      sequence: event.sequence,
      stamp: new Date(at),
      start: new Date(event.start.utc),
      end: new Date(event.end.utc),
      summary: event.summary,
      description: [event.description, `Local times: ${local}`].filter(Boolean).join("\n"),
      ...(event.location ? { location: event.location } : {}),
      status: event.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    });
  }
  return calendar.toString();
}
