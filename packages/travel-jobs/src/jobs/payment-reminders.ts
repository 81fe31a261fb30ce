import type { Workflow } from "@travelagent/cron";
import * as z from "zod";
import { minor, sayMoney } from "../amounts.ts";
import { type JobParts, travelJob } from "../job.ts";
import type { Trip } from "../trip.ts";

const Params = z.strictObject({
  /** Days after the due date, negative before it, in the order of time. `task` asks a person instead of writing to the customer. */
  steps: z
    .array(z.strictObject({ days: z.int().min(-60).max(365), task: z.boolean().default(false) }))
    .min(1)
    .default([
      { days: -3, task: false },
      { days: 1, task: false },
      { days: 7, task: false },
      { days: 14, task: true },
    ]),
});

const dayMs = 86_400_000;
/** What stands or is over: nobody is asked for money while it is not known how a booking ends. */
const settled = new Set<Trip["status"]>(["confirmed", "ticketed", "cancelled", "voided", "refunded"]);
/** A step that nobody could take in time is left out for the next one, and the last one at the end of this. */
const lastStepMs = 30 * dayMs;

/** What is still to be paid, step by step; nothing once it is paid. What has a page to be paid on by a time is the reminders' business. */
export const paymentReminders = (parts: JobParts): Workflow =>
  travelJob(parts, {
    name: "payment-reminders",
    description: "Reminds of what is still to be paid, step by step, and hands it to a person at the end; stops when it is paid.",
    params: Params,
    work: async (run) => {
      const steps = run.params.steps.toSorted((a, b) => a.days - b.days);
      await run.eachTrip(
        ({ due, dueAt, payUntil, status }) => minor(due) > 0n && dueAt !== undefined && payUntil === undefined && settled.has(status),
        async (trip) => {
          const dueAt = trip.dueAt!;
          // Only the step of now: after a pause nobody gets three letters at once.
          const index = steps.findLastIndex(({ days }) => run.now >= dueAt + days * dayMs);
          const step = steps[index];
          if (!step) return;
          const next = steps[index + 1];
          const until = dueAt + (next ? next.days * dayMs : step.days * dayMs + lastStepMs);
          // Each due date has its steps: what is owed anew after it was paid is reminded of anew.
          const key = `payment:${trip.id}:${new Date(dueAt).toISOString().slice(0, 10)}:${step.days}`;
          const what = `${trip.reference}: ${sayMoney(trip.due)} open, due ${new Date(dueAt).toISOString().slice(0, 10)}`;
          await run.act({
            key,
            about: trip,
            until,
            what,
            make: async () =>
              step.task
                ? { kind: "task", text: `Payment of booking ${what}; the reminders were sent. Call the customer.`, dueAt: parts.clock.now() + dayMs }
                : {
                    kind: "message",
                    template: step.days <= 0 ? "payment-reminder" : "payment-overdue",
                    values: {
                      name: trip.name,
                      reference: trip.reference,
                      amount: trip.due,
                      dueAt: new Date(dueAt).toISOString(),
                      url: trip.payUrl ?? (await parts.services.links.invoice(trip.id)),
                    },
                  },
          });
        },
      );
    },
  });
