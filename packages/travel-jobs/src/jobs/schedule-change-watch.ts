import type { Workflow } from "@travelagent/cron";
import * as z from "zod";
import { type JobParts, travelJob } from "../job.ts";
import { isSure, type TripItem } from "../trip.ts";
import { callLimits } from "./call-limits.ts";
import { readItem } from "./read-items.ts";

const Params = z.strictObject({
  ...callLimits,
  /** Flights that leave sooner are read in each run. */
  nearDays: z.number().min(0).max(60).default(3),
  /** Flights that leave sooner than this are read once a day, all others once a week. */
  dailyDays: z.number().min(0).max(365).default(30),
  /** Hours after which a major change that nobody answered becomes a task. */
  unansweredHours: z.number().min(1).default(24),
});
type Params = z.infer<typeof Params>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const spread = (text: string): number => [...text].reduce((sum, sign) => (sum * 31 + sign.charCodeAt(0)) % 9973, 7);

/** Whether this flight is read in this run: without a memory, and spread over the hours and days. */
export function isDue(item: Pick<TripItem, "start">, id: string, { now, params }: { now: number; params: Pick<Params, "nearDays" | "dailyDays"> }): boolean {
  const ahead = Date.parse(item.start.utc) - now;
  if (ahead <= 0) return false;
  if (ahead <= params.nearDays * dayMs) return true;
  const hour = Math.floor(now / hourMs);
  const period = ahead <= params.dailyDays * dayMs ? 24 : 168;
  return hour % period === spread(id) % period;
}

/** Reads flights at their suppliers; what moved is told by its weight with the choices there are, and nothing is accepted for anybody. */
export const scheduleChangeWatch = (parts: JobParts): Workflow =>
  travelJob(parts, {
    name: "schedule-change-watch",
    description: "Reads booked flights at their suppliers; customers hear what moved, a person of what nobody answers.",
    params: Params,
    async work(run) {
      const spent = new Set<string>();
      await run.eachTrip(
        ({ items }) => items.some((item) => isSure(item) && item.kind === "flight" && Date.parse(item.start.utc) > run.now),
        async (given) => {
          let trip = given;
          for (const { no } of given.items) {
            const item = trip.items.find((one) => one.no === no);
            if (!item || !isSure(item) || item.kind !== "flight") continue;
            if (!run.dryRun && !spent.has(item.supplier) && isDue(item, `${trip.id}/${no}`, run)) {
              if (!(await readItem(parts, run, trip, item))) spent.add(item.supplier);
              trip = (await parts.services.trips.get(trip.id)) ?? trip;
            }
            const now = trip.items.find((one) => one.no === no);
            if (now?.openChange !== "major" || run.now - trip.updatedAt < run.params.unansweredHours * hourMs) continue;
            await run.act({
              key: `change:${trip.id}:${no}:${now.flights.map(({ flight, departure }) => `${flight}@${departure.local}`).join("+")}`,
              about: trip,
              until: Date.parse(now.start.utc),
              what: `${trip.reference}: a major schedule change is not answered`,
              make: async () => ({
                kind: "task",
                text: `Booking ${trip.reference}: the airline moved ${now.summary} and nobody has answered. Call the customer; nothing is accepted before they say so.`,
                dueAt: Math.min(parts.clock.now() + dayMs, Date.parse(now.start.utc)),
              }),
            });
          }
        },
      );
    },
  });
