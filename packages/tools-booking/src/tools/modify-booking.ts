import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { Money, TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import { compare, formatMoney, zero } from "../money.ts";
import type { OrderChange, Traveller } from "../supplier.ts";
import { sandboxLine, sayCost, sayRefund, summaryOf, termLines } from "../wording.ts";
import { ModifyBookingArgs } from "./arguments.ts";
import { bookingOutput } from "./booking-result.ts";
import { claimBooking, claimOffers } from "./claims.ts";
import { actionLifeMs, figure, modifyBookingFacts, travelFacts } from "./facts.ts";
import { describeModification, executeModification } from "./modification.ts";
import { recordFacts } from "./record-facts.ts";

const isZero = (money: Money): boolean => compare(money, zero(money.currency)) === 0;

/** The part of the action's subject that execution needs again. */
const Confirmed = z.object({ penalty: Money, refund: Money, due: Money });

const keepsTravel = ({ travellers, cabin, checkedBags }: z.infer<typeof ModifyBookingArgs>): boolean =>
  travellers !== undefined || cabin !== undefined || checkedBags !== undefined;

/** What of the booking shall be otherwise; travellers keep their ids by their place. */
async function wanted(bookings: Bookings, { bookingReference, travellers, cabin, checkedBags }: z.infer<typeof ModifyBookingArgs>): Promise<OrderChange> {
  const before = (await bookings.byReference(bookingReference))?.order.travellers ?? [];
  const people = travellers?.map(({ givenName, familyName, bornOn, gender }, index): Traveller => {
    const was = before[index];
    const [born, sex] = [bornOn ?? was?.bornOn, gender ?? was?.gender];
    return {
      id: was?.id ?? String(index + 1),
      givenName,
      familyName,
      ptc: was?.ptc ?? "ADT",
      ...(born === undefined ? {} : { bornOn: born }),
      ...(sex === undefined ? {} : { gender: sex }),
    };
  });
  return { ...(people ? { travellers: people } : {}), ...(cabin ? { cabin } : {}), ...(checkedBags ? { checkedBags } : {}) };
}

export const modifyBooking = (bookings: Bookings): Tool =>
  defineTool({
    name: "modify_booking",
    description:
      "Exchange one part of a booking for another offer of the same kind and supplier, found by searching for the new dates; or keep the travel and change names, cabin or checked bags. The customer is shown what it costs and asked first.",
    group: "booking",
    args: ModifyBookingArgs,
    effect: "write",
    writes: "money",
    facts: modifyBookingFacts,
    timeoutMs: 75_000,
    claims: async ({ bookingReference, newOfferId }) => [
      await claimBooking(bookings, bookingReference),
      ...(newOfferId === undefined ? [] : await claimOffers(bookings, [newOfferId])),
    ],
    async describe(args, context) {
      const { bookingReference, newOfferId } = args;
      if (newOfferId === undefined) return describeModification(bookings, bookingReference, await wanted(bookings, args), context);
      if (keepsTravel(args)) throw new TravelAgentError("INVALID_REQUEST", "exchange the offer first, then change names, cabin or bags of the new one");
      const { turn, toolCallId, signal, now } = context;
      const { stored, item, from, to, terms, expiresAt } = await bookings.quoteChange(bookingReference, newOfferId, {
        requestId: `${turn.runId}:${toolCallId}`,
        signal,
      });
      const { penalty, refund, due } = terms;
      const { id, customerId, travellers } = stored.order;
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
          ...travelFacts([from, to], travellers, now, { travelled: [to] }),
          ...(await recordFacts(bookings, { customerId, offers: [to], travellers, except: id })),
          penalty: figure(penalty),
          refund: figure(refund),
          total: figure(due),
          status: stored.order.status,
        },
      };
    },
    async execute(args, context) {
      const { bookingReference, newOfferId } = args;
      const { action, idempotencyKey, signal } = context;
      if (newOfferId === undefined) return executeModification(bookings, bookingReference, await wanted(bookings, args), context);
      const confirmed = Confirmed.safeParse(action?.subject);
      if (!confirmed.success) throw new TravelAgentError("CONFIRMATION_REQUIRED", "a change needs the customer's yes to what it costs");
      const { stored, terms } = await bookings.change(
        { reference: bookingReference, newOfferId, confirmed: confirmed.data },
        { idempotencyKey, waitMs: 60_000, signal },
      );
      return bookingOutput(stored, "changed", terms);
    },
  });
