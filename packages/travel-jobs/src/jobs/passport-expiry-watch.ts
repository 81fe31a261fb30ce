import type { Workflow } from "@travelagent/cron";
import { passportValidity } from "@travelagent/travel-rules";
import * as z from "zod";
import { type JobParts, travelJob } from "../job.ts";
import type { TravelPaper } from "../services.ts";
import { papersOf } from "../travel-papers.ts";
import { isSure, startOfTrip, type TripItem } from "../trip.ts";

const Params = z.strictObject({
  /** Days before departure from which passports are looked at: long enough for a new one. */
  daysAhead: z.int().min(1).max(400).default(180),
  /** A person gets a task as well when it leaves sooner than this. */
  taskDays: z.int().min(0).max(180).default(30),
});

const dayMs = 86_400_000;
/** Citizens of these travel among them with what is valid, whatever is asked of others. */
const freeMovement = new Set("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IS IT LV LI LT LU MT NL NO PL PT RO SK SI ES SE CH".split(" "));

type Stay = TripItem["stays"][number];

/** The day until which the paper has to be valid, where it is not; null where it is good, or nobody knows. */
export function tooShort({ country, expiresOn }: Pick<TravelPaper, "country" | "expiresOn">, stay: Stay): string | null {
  if (expiresOn === undefined || stay.country === country) return null;
  if (country !== undefined && freeMovement.has(country) && freeMovement.has(stay.country)) return expiresOn < stay.exit ? stay.exit : null;
  const { valid, problems, neededUntil } = passportValidity({ expiresOn }, stay);
  return valid === false && problems.includes("expires-too-early") ? neededUntil : null;
}

/** An identity card is enough where one moves freely, and nowhere else. */
const counts = ({ kind, country }: TravelPaper, stay: Stay): boolean =>
  kind === "passport" || (country !== undefined && freeMovement.has(country) && freeMovement.has(stay.country));

/** Tells travellers whose passport ends too early for where they go. The number is nowhere in it. */
export const passportExpiryWatch = (parts: JobParts): Workflow =>
  travelJob(parts, {
    name: "passport-expiry-watch",
    description: "Compares passports in the vault with the rules of the countries that are entered, and tells who needs a new one.",
    params: Params,
    async work(run) {
      const { papers } = parts.services;
      if (!papers) return;
      await run.eachTrip(
        (trip) => {
          const ahead = startOfTrip(trip) - run.now;
          return ahead > 0 && ahead <= run.params.daysAhead * dayMs && trip.items.some((item) => isSure(item) && item.stays.length > 0);
        },
        async (trip) => {
          const kept = await papers.list(trip.customerId);
          const stays = trip.items.filter(isSure).flatMap((item) => item.stays.map((stay) => ({ stay, destination: item.destination })));
          for (const traveller of trip.travellers) {
            const own = papersOf(traveller, kept).filter(({ expiresOn }) => expiresOn !== undefined);
            if (own.length === 0) continue;
            // One good paper is enough for each country.
            const problem = stays
              .map(({ stay, destination }) => ({ destination, until: own.filter((paper) => counts(paper, stay)).map((paper) => tooShort(paper, stay)) }))
              .find(({ until }) => until.length > 0 && until.every((day) => day !== null));
            if (!problem) continue;
            const neededUntil = problem.until.filter((day) => day !== null).toSorted()[0]!;
            const who = `${traveller.givenName} ${traveller.familyName}`;
            const key = `passport:${trip.id}:${traveller.id}:${neededUntil}`;
            const start = startOfTrip(trip);
            await run.act({
              key,
              about: trip,
              until: start,
              what: `${trip.reference}: a passport ends before ${neededUntil}`,
              make: async () => ({
                kind: "message",
                template: "passport-expiry",
                values: { name: trip.name, traveller: who, destination: problem.destination, neededUntil, reference: trip.reference },
              }),
            });
            if (start - run.now > run.params.taskDays * dayMs) continue;
            await run.act({
              key: `${key}:task`,
              about: trip,
              until: start,
              what: `${trip.reference}: a passport has to be renewed soon`,
              make: async () => ({
                kind: "task",
                text: `Booking ${trip.reference}: the passport of ${who} has to be valid until ${neededUntil} for ${problem.destination}. Call them: there is little time.`,
                dueAt: Math.min(parts.clock.now() + dayMs, start),
              }),
            });
          }
        },
      );
    },
  });
