import { defineTool, type Tool } from "@travelagent/agent-runtime";
import type { Bookings } from "../bookings.ts";
import { formatMoney } from "../money.ts";
import { claimBooking } from "./claims.ts";
import { CompensationArgs } from "./direct-arguments.ts";
import { callOf } from "./direct-booking.ts";
import { claimCustomer, directFactNames, type ReadConversation } from "./direct-facts.ts";
import { actionLifeMs, figure } from "./facts.ts";

/** A gesture of the supplier for something that went wrong with a booking. There only where a supplier gives any. */
export const issueCompensation = (bookings: Bookings, conversation: ReadConversation): Tool =>
  defineTool({
    name: "issue_compensation",
    description:
      "Give the customer a certificate for a booking that went wrong, when they asked for it and the record confirms what they say. Never offered unasked.",
    group: "booking",
    args: CompensationArgs,
    effect: "write",
    writes: "money",
    facts: [...directFactNames, "compensated"],
    claims: async ({ bookingReference, customerId }) => [...claimCustomer(customerId), await claimBooking(bookings, bookingReference)],
    async describe({ bookingReference, cause, amount, form = "certificate", customerId }, context) {
      const call = callOf(context);
      const before = await bookings.desk.compensated(bookingReference, cause, call);
      // The same sum again is the same compensation; another one is for the rules to judge.
      return {
        title: `Compensation for booking ${bookingReference}`,
        lines: [before ? `Given already: ${formatMoney(before.amount)}` : `A ${form} of ${formatMoney(amount)}`, `For: ${cause}`],
        expiresAt: context.now + actionLifeMs,
        subject: { booking: bookingReference, cause, amount, form },
        facts: {
          desk: await bookings.desk.assess({ kind: "compensate", reference: bookingReference, cause, amount, customerId }, call),
          conversation: await conversation(context.turn),
          cause,
          form,
          amount: figure(amount).amount,
          already: before?.amount.amount === amount.amount,
          compensated: before !== null,
        },
      };
    },
    async execute({ bookingReference, cause, amount }, context) {
      const before = await bookings.desk.compensated(bookingReference, cause, callOf(context));
      const given = before ?? (await bookings.desk.compensate({ reference: bookingReference, cause, amount, key: context.idempotencyKey }, callOf(context)));
      return { content: { status: "compensated", ...given, ...(before ? { already: true } : {}) } };
    },
  });
