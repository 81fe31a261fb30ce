import type { Workflow } from "@travelagent/cron";
import * as z from "zod";
import { type JobParts, type JobRun, travelJob } from "../job.ts";
import type { Trip, TripItem } from "../trip.ts";
import { limitEnd, sayIn } from "../zoned.ts";

const Params = z.strictObject({
  /** Hours before the limit at which a person gets a task; at once where there is less time. */
  taskHours: z.number().min(0.5).max(240).default(24),
  /** Hours before the limit at which it becomes urgent. */
  escalateHours: z.number().min(0.1).max(72).default(4),
});
type Params = z.infer<typeof Params>;

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** No hold and no ticketing limit runs out without a person knowing. */
export function ticketingLimitGuard(parts: JobParts): Workflow {
  async function guard(run: JobRun<Params>, trip: Trip, item: TripItem): Promise<void> {
    const about = trip;
    if (item.lapsed) {
      if (run.now - trip.updatedAt > 3 * dayMs) return;
      await run.act({
        key: `limit:${trip.id}:${item.no}:lapsed`,
        about,
        what: `${trip.reference}: the hold of ${item.summary} ran out`,
        make: async () => ({
          kind: "task",
          text: `The hold of booking ${trip.reference} ran out: ${item.summary}. Ask the customer whether it shall be booked anew.`,
          dueAt: parts.clock.now() + dayMs,
        }),
      });
      return;
    }
    if ((item.status !== "held" && item.status !== "confirmed") || item.timeLimit === undefined) return;
    const limit = limitEnd(item.timeLimit, item.timeLimitZone);
    if (limit === undefined) {
      await run.act({
        key: `limit:${trip.id}:${item.no}:unreadable:${item.timeLimit}`,
        about,
        what: `${trip.reference}: a time limit that nobody can read`,
        make: async () => ({
          kind: "task",
          text: `Booking ${trip.reference} has a ticketing limit that cannot be read: "${item.timeLimit}". Look it up at ${item.supplier}.`,
          dueAt: parts.clock.now() + hourMs,
        }),
      });
      return;
    }
    const left = limit - run.now;
    // What is confirmed keeps its old limit on record for ever: only a hold can still be open long after it.
    if (left < -dayMs && item.status !== "held") return;
    const stage = left <= 0 ? "over" : left <= run.params.escalateHours * hourMs ? "urgent" : left <= run.params.taskHours * hourMs ? "task" : undefined;
    if (!stage) return;
    const when = sayIn(limit, item.timeLimitZone);
    const text = {
      task: `Tickets of booking ${trip.reference} are to be issued by ${when}: ${item.summary}. Issue them, or ask ${item.supplier} for more time.`,
      urgent: `URGENT: booking ${trip.reference} is lost at ${when} unless its tickets are issued: ${item.summary}.`,
      over: `The ticketing limit of booking ${trip.reference} was ${when} and it is still ${item.status}: ${item.summary}. Look at ${item.supplier} whether it is still there.`,
    }[stage];
    await run.act({
      key: `limit:${trip.id}:${item.no}:${new Date(limit).toISOString()}:${stage}`,
      about,
      what: `${trip.reference}: ${stage}, limit ${when}`,
      make: async () => ({
        kind: "task",
        text,
        dueAt: stage === "task" ? limit - run.params.escalateHours * hourMs : Math.max(parts.clock.now() + 60_000, limit),
      }),
    });
  }

  return travelJob(parts, {
    name: "ticketing-limit-guard",
    description: "Gives a person a task before a ticketing limit, makes it urgent, and says when a hold ran out.",
    params: Params,
    work: (run) =>
      run.eachTrip(
        ({ items }) => items.some(({ timeLimit, lapsed }) => timeLimit !== undefined || lapsed),
        async (trip) => {
          for (const item of trip.items) await guard(run, trip, item);
        },
      ),
  });
}
