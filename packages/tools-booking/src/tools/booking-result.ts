import type { ToolOutput } from "@travelagent/agent-runtime";
import { type Booking, type Money, TravelAgentError } from "@travelagent/protocol";
import type { Card } from "@travelagent/protocol/messages";
import { toBooking } from "../booking-view.ts";
import { compare, formatMoney, zero } from "../money.ts";
import type { StoredOrder } from "../order-store.ts";
import { sandboxLine, sayCost, sayInstant, sayPayment, sayRefund, sayTotal } from "../wording.ts";
import type { BookingResult } from "./results.ts";

const notes = {
  unknown: "The supplier has not said yet whether it went through. We are finding out; nothing is booked or charged twice, and the answer follows here.",
  "needs-person": "This could not be finished automatically. A colleague looks at it now and writes here.",
} as const;

const titles: Record<BookingResult["status"], string> = {
  booked: "Booked",
  held: "Held for you",
  changed: "Changed",
  cancelled: "Cancelled",
  "awaiting-payment": "Waiting for your payment",
  unknown: "In progress",
  "needs-person": "A colleague takes over",
};

function linesOf({ order }: StoredOrder, booking: Booking): string[] {
  const { balance } = booking;
  const documents = order.items.flatMap((item) => item.documents.map(({ type, number }) => `${type === "ETKT" ? "Ticket" : "Voucher"} ${number}`));
  const owed = compare(balance, zero(balance.currency));
  return [
    ...order.items.map((item, index) => `${booking.items[index]!.summary}${item.locators.length > 0 ? ` (locator ${item.locators.join(", ")})` : ""}`),
    ...documents,
    `Travellers: ${booking.travellers.map(({ name }) => name).join(", ")}`,
    sayTotal(booking.total),
    ...(owed > 0 ? [`Still to be paid: ${formatMoney(balance)}`] : []),
    ...(booking.paymentTimeLimit === undefined ? [] : [`To be paid by ${sayInstant(booking.paymentTimeLimit)}`]),
    ...(booking.items.some((item) => item.sandbox) ? [sandboxLine] : []),
  ];
}

/**
 * What model and customer hear after a write. `wanted` is what was asked for; where the order stands differently, that shows.
 * Raises the failure of an attempt that came to nothing.
 */
export function bookingOutput(stored: StoredOrder, wanted: "booked" | "changed" | "cancelled", terms?: { penalty: Money; refund: Money }): ToolOutput {
  const { order } = stored;
  if (order.status === "failed" && order.failure && wanted === "booked") throw TravelAgentError.fromShape(order.failure);
  const status = statusFor(stored, wanted);
  const booking = toBooking(stored);
  const note = status === "unknown" || status === "needs-person" ? notes[status] : sayPayment(stored);
  const content: BookingResult = {
    status,
    booking,
    ...(terms ? { penalty: terms.penalty, refund: terms.refund } : {}),
    ...(note === undefined ? {} : { note }),
  };
  const card: Card = {
    kind: "booking",
    title: `${titles[status]}: ${order.reference}`,
    booking,
    lines: [
      ...linesOf(stored, booking),
      ...(terms
        ? [
            sayCost(wanted === "changed" ? "The change" : "Cancelling", terms.penalty),
            ...(wanted === "changed" && compare(terms.refund, zero(terms.refund.currency)) === 0 ? [] : [sayRefund(terms.refund)]),
          ]
        : []),
      ...(note === undefined ? [] : [note]),
    ],
  };
  // What is booked is described in the supplier's words; the sandbox's are ours.
  return { content, cards: [card], ...(booking.items.some(({ sandbox }) => !sandbox) ? { tainted: true } : {}) };
}

function statusFor({ order, work }: StoredOrder, wanted: "booked" | "changed" | "cancelled"): BookingResult["status"] {
  if (order.status === "needs-human") return "needs-person";
  if (order.awaiting && !work && order.status !== "unknown") return "awaiting-payment";
  if (work || order.status === "unknown" || order.status === "pending" || order.status === "cancellation-pending") return "unknown";
  if (["cancelled", "voided", "refunded", "failed"].includes(order.status)) return "cancelled";
  if (wanted === "booked") return order.status === "held" ? "held" : "booked";
  return wanted;
}
