import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { Money, TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import { isBooked, isGone } from "../order.ts";
import { sandboxLine, sayCost, sayRefund, summaryOf } from "../wording.ts";
import { CancelBookingArgs } from "./arguments.ts";
import { bookingOutput } from "./booking-result.ts";
import { claimBooking } from "./claims.ts";
import { actionLifeMs, cancelBookingFacts, figure, travelFacts } from "./facts.ts";
import { recordFacts } from "./record-facts.ts";

/** The part of the action's subject that execution needs again. */
const Confirmed = z.object({ penalty: Money, refund: Money });

export const cancelBooking = (bookings: Bookings): Tool =>
  defineTool({
    name: "cancel_booking",
    description: "Cancel a whole booking. The customer is shown what it costs and what comes back, and asked first.",
    group: "booking",
    args: CancelBookingArgs,
    effect: "write",
    writes: "money",
    facts: cancelBookingFacts,
    timeoutMs: 75_000,
    claims: async ({ bookingReference }) => [await claimBooking(bookings, bookingReference)],
    async describe({ bookingReference }, { turn, toolCallId, signal, now }) {
      const { stored, penalty, refund, expiresAt } = await bookings.quoteCancel(bookingReference, { requestId: `${turn.runId}:${toolCallId}`, signal });
      const booked = stored.order.items.filter(isBooked);
      // While it waits for its payment nothing may be booked yet: then it is what was going to be.
      const items = booked.length > 0 ? booked : stored.order.items.filter((item) => !isGone(item));
      const offers = items.map((item) => item.offer);
      const { id, customerId, travellers } = stored.order;
      return {
        title: `Cancel booking ${bookingReference}`,
        lines: [
          ...offers.map((offer) => `Cancel: ${summaryOf(offer)}`),
          `Travellers: ${stored.order.travellers.map(({ givenName, familyName }) => `${givenName} ${familyName}`).join(", ")}`,
          sayCost("Cancelling", penalty),
          sayRefund(refund),
          ...(offers.some((offer) => offer.sandbox) ? [sandboxLine] : []),
        ],
        penalty,
        expiresAt: Math.min(now + actionLifeMs, Date.parse(expiresAt)),
        subject: { booking: stored.order.id, items: items.map((item) => item.no), penalty, refund },
        facts: {
          ...travelFacts(offers, travellers, now, { ticketBy: items.map((item) => item.paymentTimeLimit) }),
          ...(await recordFacts(bookings, { customerId, offers, travellers, except: id })),
          penalty: figure(penalty),
          refund: figure(refund),
          status: stored.order.status,
        },
      };
    },
    async execute({ bookingReference }, { action, idempotencyKey, signal }) {
      const confirmed = Confirmed.safeParse(action?.subject);
      if (!confirmed.success) throw new TravelAgentError("CONFIRMATION_REQUIRED", "cancelling needs the customer's yes to what it costs");
      const { stored, terms } = await bookings.cancel({ reference: bookingReference, confirmed: confirmed.data }, { idempotencyKey, waitMs: 60_000, signal });
      return bookingOutput(stored, "cancelled", terms);
    },
  });
