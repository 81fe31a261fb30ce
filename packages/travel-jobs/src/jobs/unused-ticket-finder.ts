import type { Workflow } from "@travelagent/cron";
import * as z from "zod";
import { amountOf, minor, sayMoney } from "../amounts.ts";
import { type JobParts, travelJob } from "../job.ts";

const Params = z.strictObject({
  /** Days after it was issued that a ticket can be used or refunded; airlines usually say a year. */
  validDays: z.int().min(30).max(400).default(365),
  /** Least value in the currency's main unit. */
  minValue: z.number().min(0).default(10),
  /** Days before its end at which it is said once more. */
  lastCallDays: z.int().min(1).max(120).default(30),
});

const dayMs = 86_400_000;
const dead = new Set(["cancelled", "failed"]);

/** Finds tickets that were paid and cancelled without all of their money coming back, while something can still be had for them. */
export const unusedTicketFinder = (parts: JobParts): Workflow =>
  travelJob(parts, {
    name: "unused-ticket-finder",
    description: "Finds cancelled tickets whose money did not come back, and tells a person what they may be worth and until when.",
    params: Params,
    work: (run) =>
      run.eachTrip(
        ({ items }) => items.some(({ kind, status, documents }) => kind === "flight" && dead.has(status) && documents.length > 0),
        async (trip) => {
          for (const item of trip.items) {
            if (item.kind !== "flight" || !dead.has(item.status) || item.documents.length === 0 || item.lapsed) continue;
            const worth = minor(item.total) - (item.refund && item.refund.currency === item.total.currency ? minor(item.refund) : 0n);
            const value = amountOf(worth, item.total);
            const ends = trip.createdAt + run.params.validDays * dayMs;
            if (worth <= 0n || Number(value.amount) < run.params.minValue || ends <= run.now) continue;
            const last = ends - run.now <= run.params.lastCallDays * dayMs;
            const day = new Date(ends).toISOString().slice(0, 10);
            await run.act({
              key: `unused:${trip.id}:${item.no}:${last ? "last" : "first"}`,
              about: trip,
              until: ends,
              what: `${trip.reference}: up to ${sayMoney(value)} until ${day}`,
              make: async () => ({
                kind: "task",
                text: `${last ? "Last call: t" : "T"}icket ${item.documents.join(", ")} of booking ${trip.reference} was cancelled and up to ${sayMoney(value)} of it did not come back: ${item.summary}. Ask the airline for the taxes and whether the rest can be used for another ticket, at the latest by ${day}.`,
                dueAt: Math.min(ends, parts.clock.now() + 7 * dayMs),
              }),
            });
          }
        },
      ),
  });
