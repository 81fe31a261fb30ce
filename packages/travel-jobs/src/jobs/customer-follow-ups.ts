import type { Workflow } from "@travelagent/cron";
import * as z from "zod";
import { type JobParts, travelJob } from "../job.ts";
import { endOfTrip, isSure } from "../trip.ts";

const Params = z.strictObject({
  /** Hours after the last thing of the trip is over. */
  afterHours: z.number().min(1).default(36),
  /** Nobody is asked so many days later. */
  withinDays: z.int().min(1).max(90).default(14),
});

const hourMs = 3_600_000;

/** Asks once how a trip was. What the customer said about such messages is looked up by whoever sends it. */
export const customerFollowUps = (parts: JobParts): Workflow =>
  travelJob(parts, {
    name: "customer-follow-ups",
    description: "Asks customers once, after the trip, how it was; nobody who does not want to hear it.",
    params: Params,
    work: (run) =>
      run.eachTrip(
        (trip) => {
          if (trip.attention !== undefined || !trip.items.some(isSure)) return false;
          const since = run.now - endOfTrip(trip);
          return since >= run.params.afterHours * hourMs && since < run.params.withinDays * 24 * hourMs;
        },
        async (trip) => {
          const last = trip.items.filter(isSure).toSorted((a, b) => Date.parse(a.start.utc) - Date.parse(b.start.utc))[0]!;
          await run.act({
            key: `follow-up:${trip.id}`,
            about: trip,
            until: endOfTrip(trip) + run.params.withinDays * 24 * hourMs,
            what: `${trip.reference}: asked how it was`,
            make: async () => ({
              kind: "message",
              template: "follow-up-after-trip",
              values: { name: trip.name, destination: last.destination, url: await parts.services.links.conversation(trip) },
            }),
          });
        },
      ),
  });
