import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { Money, TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import { compare, formatMoney, zero } from "../money.ts";
import { sandboxLine, sayCost, sayRefund, summaryOf, termLines } from "../wording.ts";
import { ModifyBookingArgs } from "./arguments.ts";
import { bookingOutput } from "./booking-result.ts";
import { claimBooking, claimOffers } from "./claims.ts";
import { actionLifeMs, figure, travelFacts } from "./facts.ts";

const isZero = (money: Money): boolean => compare(money, zero(money.currency)) === 0;

/** The part of the action's subject that execution needs again. */
const Confirmed = z.object({ penalty: Money, refund: Money, due: Money });

export const modifyBooking = (bookings: Bookings): Tool =>
  defineTool({
    name: "modify_booking",
    description:
      "Exchange one part of a booking for another offer of the same kind and supplier, found by searching for the new dates. The customer is shown what it costs and asked first.",
    group: "booking",
    args: ModifyBookingArgs,
    effect: "write",
    writes: "money",
    timeoutMs: 75_000,
    claims: async ({ bookingReference, newOfferId }) => [await claimBooking(bookings, bookingReference), ...(await claimOffers(bookings, [newOfferId]))],
    async describe({ bookingReference, newOfferId }, { turn, toolCallId, signal, now }) {
      const { stored, item, from, to, terms, expiresAt } = await bookings.quoteChange(bookingReference, newOfferId, {
        requestId: `${turn.runId}:${toolCallId}`,
        signal,
      });
      const { penalty, refund, due } = terms;
      return {
        title: `Change booking ${bookingReference}`,
        lines: [
          `Instead of: ${summaryOf(from)}`,
          `New: ${summaryOf(to)}`,
          ...termLines(to),
          `Travellers: ${stored.order.travellers.map(({ givenName, familyName }) => `${givenName} ${familyName}`).join(", ")}`,
          sayCost("The change", penalty),
          ...(isZero(due) ? ["Nothing is to be paid"] : [`To be paid now, difference of price included: ${formatMoney(due)}`]),
          ...(isZero(refund) ? [] : [sayRefund(refund)]),
          ...(to.sandbox ? [sandboxLine] : []),
        ],
        total: due,
        penalty,
        expiresAt: Math.min(now + actionLifeMs, Date.parse(expiresAt)),
        subject: { booking: stored.order.id, item, from: from.id, to: to.id, penalty, refund, due },
        facts: {
          ...travelFacts([from, to], stored.order.travellers.length, now),
          penalty: figure(penalty),
          refund: figure(refund),
          total: figure(due),
          status: stored.order.status,
        },
      };
    },
    async execute({ bookingReference, newOfferId }, { action, idempotencyKey, signal }) {
      const confirmed = Confirmed.safeParse(action?.subject);
      if (!confirmed.success) throw new TravelAgentError("CONFIRMATION_REQUIRED", "a change needs the customer's yes to what it costs");
      const { stored, terms } = await bookings.change(
        { reference: bookingReference, newOfferId, confirmed: confirmed.data },
        { idempotencyKey, waitMs: 60_000, signal },
      );
      return bookingOutput(stored, "changed", terms);
    },
  });
