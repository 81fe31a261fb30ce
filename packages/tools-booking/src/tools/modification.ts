import type { Action, ToolContext, ToolOutput } from "@travelagent/agent-runtime";
import { Money, TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { Bookings } from "../bookings.ts";
import { compare, formatMoney, zero } from "../money.ts";
import { isBooked } from "../order.ts";
import type { OrderChange } from "../supplier.ts";
import { sandboxLine, sayCabin, sayCost, sayRefund, summaryOf } from "../wording.ts";
import { bookingOutput } from "./booking-result.ts";
import { actionLifeMs, figure, travelFacts } from "./facts.ts";

/** The part of the action's subject that execution needs again. */
const Confirmed = z.object({ penalty: Money, refund: Money, due: Money });

const isZero = (money: Money): boolean => compare(money, zero(money.currency)) === 0;

/** What shall be otherwise, a line each. */
const sayChange = ({ travellers, cabin, checkedBags, method }: OrderChange): string[] => [
  ...(travellers
    ? [
        `Travellers from now on: ${travellers.map(({ givenName, familyName, bornOn }) => `${givenName} ${familyName}${bornOn ? `, born ${bornOn}` : ""}`).join("; ")}`,
      ]
    : []),
  ...(cabin ? [`Cabin from now on: ${sayCabin(cabin)}`] : []),
  ...(checkedBags ? [`Checked bags from now on: ${checkedBags.total}, of them paid for: ${checkedBags.paid}`] : []),
  ...(method === undefined ? [] : [`Paid with, or paid back to: ${method}`]),
];

/** What a change of names, cabin or bags would mean. */
export async function describeModification(
  bookings: Bookings,
  reference: string,
  change: OrderChange,
  { turn, toolCallId, signal, now }: ToolContext,
): Promise<Action> {
  const { stored, items, penalty, refund, due, expiresAt } = await bookings.quoteModify(reference, change, {
    requestId: `${turn.runId}:${toolCallId}`,
    signal,
  });
  const { order } = stored;
  const concerned = order.items.filter((item) => items.includes(item.no) && isBooked(item)).map((item) => item.offer);
  return {
    title: `Change booking ${reference}`,
    lines: [
      ...concerned.map((offer) => `Of: ${summaryOf(offer)}`),
      ...sayChange(change),
      sayCost("The change", penalty),
      ...(isZero(due) ? ["Nothing is to be paid"] : [`To be paid now: ${formatMoney(due)}`]),
      ...(isZero(refund) ? [] : [sayRefund(refund)]),
      ...(concerned.some(({ sandbox }) => sandbox) ? [sandboxLine] : []),
    ],
    total: due,
    penalty,
    expiresAt: Math.min(now + actionLifeMs, Date.parse(expiresAt)),
    subject: { booking: order.id, items, change, penalty, refund, due },
    facts: {
      ...travelFacts(concerned, change.travellers ?? order.travellers, now),
      penalty: figure(penalty),
      refund: figure(refund),
      total: figure(due),
      status: order.status,
    },
  };
}

/** Carries out what was described and confirmed. */
export async function executeModification(
  bookings: Bookings,
  reference: string,
  change: OrderChange,
  { action, idempotencyKey, signal }: ToolContext,
): Promise<ToolOutput> {
  const confirmed = Confirmed.safeParse(action?.subject);
  if (!confirmed.success) throw new TravelAgentError("CONFIRMATION_REQUIRED", "a change needs the customer's yes to what it costs");
  const { stored, terms } = await bookings.modify({ reference, change, confirmed: confirmed.data }, { idempotencyKey, waitMs: 60_000, signal });
  return bookingOutput(stored, "changed", terms);
}
