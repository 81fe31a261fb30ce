import type { Workflow } from "@travelagent/cron";
import * as z from "zod";
import { minor } from "../amounts.ts";
import { type JobParts, type JobRun, travelJob } from "../job.ts";
import { missingPapers } from "../travel-papers.ts";
import { isSure, startOfTrip, type Trip, type TripFlight } from "../trip.ts";
import { dayIn, limitEnd } from "../zoned.ts";

const kinds = ["departure", "check-in", "documents", "payment-limit", "ticketing-limit"] as const;

const Params = z.strictObject({
  kinds: z.array(z.enum(kinds)).default([...kinds]),
  /** Days before the first departure. */
  departureDays: z.array(z.int().min(1).max(60)).min(1).default([7, 1]),
  /** Hours before a flight at which airlines open check-in. */
  checkInHours: z.number().min(1).max(720).default(24),
  /** By airline, where it opens at another time: `{ "LH": 23 }`. */
  checkInHoursOf: z.record(z.string().regex(/^[A-Z0-9]{2}$/), z.number().min(1).max(2160)).default({}),
  /** Days before departure at which missing passports are asked for. */
  documentsDays: z.int().min(1).max(120).default(21),
  /** Hours before a limit; half of the time there is where that is shorter. */
  limitHours: z.number().min(1).max(240).default(24),
});
type Params = z.infer<typeof Params>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Who has so long on the ground begins a new journey, and checks in anew. */
const journeyGapMs = 12 * hourMs;

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / dayMs);

/** The first flight of each journey. */
const departures = (flights: readonly TripFlight[]): TripFlight[] =>
  flights.filter((flight, index) => index === 0 || Date.parse(flight.departure.utc) - Date.parse(flights[index - 1]!.arrival.utc) >= journeyGapMs);

/** What travellers are reminded of, each once. */
export function bookingReminders(parts: JobParts): Workflow {
  const { links, papers } = parts.services;

  async function departure(run: JobRun<Params>, trip: Trip): Promise<void> {
    const start = startOfTrip(trip);
    const first = trip.items.find((item) => item.booked && Date.parse(item.start.utc) === start);
    if (!first || start <= run.now) return;
    const days = run.params.departureDays.toSorted((a, b) => a - b).find((count) => run.now >= start - count * dayMs);
    // Who has just booked has just read when it leaves.
    if (days === undefined || trip.createdAt > start - days * dayMs) return;
    await run.act({
      key: `departure:${trip.id}:${days}:${first.start.local.slice(0, 10)}`,
      about: trip,
      until: start,
      what: `${trip.reference}: departure in ${days} days`,
      make: async () => ({
        kind: "message",
        template: "departure-reminder",
        values: {
          name: trip.name,
          destination: first.destination,
          days: Math.max(1, daysBetween(dayIn(run.now, first.start.timeZone), first.start.local.slice(0, 10))),
          start: first.start,
          url: await links.itinerary(trip.id),
        },
      }),
    });
  }

  async function checkIn(run: JobRun<Params>, trip: Trip): Promise<void> {
    for (const item of trip.items) {
      if (!isSure(item)) continue;
      for (const { flight, departure: leaves } of departures(item.flights)) {
        const at = Date.parse(leaves.utc);
        const hours = run.params.checkInHoursOf[flight.slice(0, 2)] ?? run.params.checkInHours;
        if (run.now < at - hours * hourMs || run.now >= at - hourMs) continue;
        await run.act({
          key: `check-in:${trip.id}:${item.no}:${flight}:${leaves.local.slice(0, 10)}`,
          about: trip,
          until: at - hourMs,
          what: `${trip.reference}: check-in for ${flight}`,
          make: async () => ({
            kind: "message",
            template: "check-in-reminder",
            values: { name: trip.name, flight, start: leaves, locator: item.locators[0] ?? trip.reference },
          }),
        });
      }
    }
  }

  async function documents(run: JobRun<Params>, trip: Trip): Promise<void> {
    const start = startOfTrip(trip);
    if (!papers || start <= run.now || run.now < start - run.params.documentsDays * dayMs) return;
    if (!trip.items.some((item) => isSure(item) && item.international)) return;
    const key = `documents:${trip.id}`;
    if (await parts.effects.has(key)) return;
    const missing = missingPapers(trip, await papers.list(trip.customerId));
    if (missing.length === 0) return;
    await run.act({
      key,
      about: trip,
      until: start,
      what: `${trip.reference}: ${missing.length} passports are missing`,
      make: async () => ({
        kind: "message",
        template: "passport-request",
        values: {
          name: trip.name,
          reference: trip.reference,
          travellers: missing.map(({ givenName, familyName }) => `${givenName} ${familyName}`),
          dueDate: new Date(Math.max(run.now + dayMs, start - 3 * dayMs)).toISOString().slice(0, 10),
          url: await links.conversation(trip),
        },
      }),
    });
  }

  /** When a limit is told: so long before, or half-way where there is less time. */
  const isNear = (run: JobRun<Params>, trip: Trip, limit: number): boolean =>
    run.now < limit && run.now >= limit - Math.min(run.params.limitHours * hourMs, Math.max(0, limit - trip.createdAt) / 2);

  async function paymentLimit(run: JobRun<Params>, trip: Trip): Promise<void> {
    const { payUntil, payUrl } = trip;
    if (payUntil === undefined || payUrl === undefined || minor(trip.due) <= 0n || !isNear(run, trip, Date.parse(payUntil))) return;
    await run.act({
      key: `payment-limit:${trip.id}:${payUntil}`,
      about: trip,
      until: Date.parse(payUntil),
      what: `${trip.reference}: to be paid by ${payUntil}`,
      make: async () => ({
        kind: "message",
        template: "payment-reminder",
        values: { name: trip.name, reference: trip.reference, amount: trip.due, dueAt: new Date(payUntil).toISOString(), url: payUrl },
      }),
    });
  }

  async function ticketingLimit(run: JobRun<Params>, trip: Trip): Promise<void> {
    // Who has a page to pay on hears of that one.
    if (trip.payUntil !== undefined) return;
    for (const item of trip.items) {
      const limit = item.status === "held" && item.timeLimit !== undefined ? limitEnd(item.timeLimit, item.timeLimitZone) : undefined;
      if (limit === undefined || !isNear(run, trip, limit)) continue;
      await run.act({
        key: `ticketing-limit:${trip.id}:${item.no}:${item.timeLimit}`,
        about: trip,
        until: limit,
        what: `${trip.reference}: held until ${new Date(limit).toISOString()}`,
        make: async () => ({
          kind: "message",
          template: "ticketing-limit",
          values: { name: trip.name, reference: trip.reference, deadline: new Date(limit).toISOString() },
        }),
      });
    }
  }

  const each = { departure, "check-in": checkIn, documents, "payment-limit": paymentLimit, "ticketing-limit": ticketingLimit };
  return travelJob(parts, {
    name: "booking-reminders",
    description: "Reminds travellers of departures, check-in, missing passports, and limits for payment and tickets; each once.",
    params: Params,
    work: (run) =>
      run.eachTrip(
        ({ items }) => items.some(({ booked, end }) => booked && Date.parse(end.utc) > run.now),
        async (trip) => {
          for (const kind of run.params.kinds) {
            const sure = trip.items.some((item) => isSure(item));
            if (sure || kind === "payment-limit" || kind === "ticketing-limit") await each[kind](run, trip);
          }
        },
      ),
  });
}
