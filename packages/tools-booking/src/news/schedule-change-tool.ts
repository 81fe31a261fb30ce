import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { toBooking } from "../booking-view.ts";
import type { Bookings } from "../bookings.ts";
import { startOf } from "../offer-facts.ts";
import type { StoredOrder } from "../order-store.ts";
import { claimBooking } from "../tools/claims.ts";
import { actionLifeMs } from "../tools/facts.ts";
import { sandboxLine } from "../wording.ts";
import { changeLines } from "./say-change.ts";

const Args = z.strictObject({
  bookingReference: z
    .string()
    .regex(/^[A-Z0-9]{6}$/)
    .describe("the six letters and digits of the booking"),
  answer: z.enum(["accept", "refuse"]).describe("what the customer decided about the new times"),
});

/** The part of the action's subject that execution needs again. */
const Confirmed = z.object({ item: z.int(), times: z.string() });

const facts = ["live", "answer", "severity", "hoursToStart", "byMachine", "status"];

const notes = {
  supplier: "The airline knows it. The booking stays as it is, with the new times.",
  accept: "A colleague tells the airline and writes here if anything is missing.",
  refuse: "A colleague now asks the airline for other flights or the money back, and writes here.",
  open: "It is not known yet whether the airline has heard it. The answer follows here.",
} as const;

async function openChange(bookings: Bookings, reference: string): Promise<{ stored: StoredOrder; item: number; times: string }> {
  const stored = await bookings.byReference(reference);
  if (!stored) throw new TravelAgentError("NOT_FOUND", `there is no booking ${reference}; check its six letters and digits`);
  const open = bookings.openScheduleChange(stored);
  if (!open) throw new TravelAgentError("CONFLICT", `nothing about booking ${reference} waits for an answer of the customer`);
  return { stored, ...open };
}

/** The customer's answer to flights that the airline moved. */
export const scheduleChangeTool = (bookings: Bookings): Tool =>
  defineTool({
    name: "respond_to_schedule_change",
    description:
      "Answer a schedule change of the airline for the customer: accept the new times, or refuse them. Only after the customer decided; they are shown the new times and asked first.",
    group: "booking",
    args: Args,
    effect: "write",
    writes: "money",
    facts,
    timeoutMs: 75_000,
    claims: async ({ bookingReference }) => [await claimBooking(bookings, bookingReference)],
    async describe({ bookingReference, answer }, { now }) {
      const { stored, item: no, times } = await openChange(bookings, bookingReference);
      const { offer, scheduleChange } = stored.order.items.find((item) => item.no === no)!;
      return {
        title: `${answer === "accept" ? "Accept" : "Refuse"} the new times of booking ${bookingReference}`,
        lines: [
          ...changeLines(scheduleChange!.journeys),
          answer === "accept"
            ? "The booking stays, with the new times."
            : "The booking is not cancelled: a colleague asks the airline for other flights or the money back.",
          ...(offer.sandbox ? [sandboxLine] : []),
        ],
        expiresAt: now + actionLifeMs,
        subject: { booking: stored.order.id, item: no, times, answer },
        facts: {
          live: !offer.sandbox,
          answer,
          severity: scheduleChange!.severity,
          hoursToStart: Math.round((Date.parse(startOf(offer).utc) - now) / 36_000) / 100,
          byMachine: scheduleChange!.reference !== undefined,
          status: stored.order.status,
        },
      };
    },
    async execute({ bookingReference, answer }, { action, idempotencyKey, signal }) {
      const confirmed = Confirmed.safeParse(action?.subject);
      if (!confirmed.success) throw new TravelAgentError("CONFIRMATION_REQUIRED", "an answer to the airline needs the customer's yes to the new times");
      const { stored, toldBy } = await bookings.answerScheduleChange(
        { reference: bookingReference, answer, ...confirmed.data },
        { idempotencyKey, waitMs: 60_000, signal },
      );
      const note = toldBy === undefined ? notes.open : toldBy === "supplier" ? notes.supplier : notes[answer];
      const booking = toBooking(stored);
      const title = answer === "accept" ? "New times accepted" : "New times refused";
      return {
        content: { status: toldBy === undefined ? "unknown" : toldBy === "supplier" ? "changed" : "needs-person", answer, booking, note },
        cards: [{ kind: "booking", title: `${title}: ${stored.order.reference}`, booking, lines: [note] }],
        // What is booked is described in the supplier's words.
        ...(booking.items.some(({ sandbox }) => !sandbox) ? { tainted: true } : {}),
      };
    },
  });
