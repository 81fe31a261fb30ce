import { type Money, TravelAgentError } from "@travelagent/protocol";
import { compare, minorUnits, money, subtract, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { SupplierCall, SupplierOrder, VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, moneyOf, type QuoteBook, type SupplierMemory, understand } from "../http/index.ts";
import { rejected } from "../rejected.ts";
import { afterWrite, type BookingApi } from "./booking-api.ts";
import { liveTickets, type OrderNote } from "./map-booking.ts";
import type { CheckedTicket } from "./wire-booking.ts";

type Operation = "NONE" | "VOID" | "REFUND";

interface Terms {
  operation: Operation;
  penalty: Money;
  refund: Money;
}

/**
 * What giving the tickets back is worth, as Sabre says now. Whether they can still be voided is read and never worked out: the
 * window depends on the country, the carrier and the hour of the settlement plan.
 */
export function ticketTerms(tickets: readonly CheckedTicket[], total: Money): Terms {
  const { currency } = total;
  if (tickets.length > 0 && tickets.every(({ isVoidable }) => isVoidable === true)) return { operation: "VOID", penalty: zero(currency), refund: total };
  if (tickets.some(({ isRefundable }) => isRefundable === undefined))
    throw rejected("refund_unknown", "Sabre does not say whether these tickets can be refunded; a person has to ask the airline");
  if (tickets.every(({ isRefundable }) => isRefundable === false)) return { operation: "NONE", penalty: total, refund: zero(currency) };
  const byHand = tickets.some(
    ({ isRefundable, isAutomatedRefundsEligible, refundTotals, refundPenalties }) =>
      isRefundable !== true || isAutomatedRefundsEligible !== true || !refundTotals || refundPenalties.some(({ source }) => source === "Category 16"),
  );
  if (byHand) throw rejected("manual_refund", "these tickets are not refunded by program at Sabre; a person has to work out the refund");
  const back = tickets.reduce((sum, { refundTotals }) => {
    const { total: amount, currencyCode } = refundTotals!;
    if (currencyCode !== currency) throw new RangeError("a refund in another currency");
    return sum + minorUnits(moneyOf(amount, currency));
  }, 0n);
  const told = money(back, currency);
  const refund = compare(told, total) < 0 ? told : total;
  return { operation: "REFUND", penalty: subtract(total, refund), refund };
}

export interface CancellationParts {
  api: BookingApi;
  memory: SupplierMemory;
  quotes: QuoteBook;
  read(reference: string, call: SupplierCall): Promise<SupplierOrder>;
  noteOf(reference: string): Promise<OrderNote | null>;
  putNote(reference: string, note: OrderNote): Promise<void>;
}

export function cancellation({
  api,
  memory,
  quotes,
  read,
  noteOf,
  putNote,
}: CancellationParts): Pick<VerticalSupplier<FlightQuery, FlightOffer>, "quoteCancel" | "cancel"> {
  async function termsNow(reference: string, call: SupplierCall): Promise<Terms & { order: SupplierOrder }> {
    const order = await read(reference, call);
    if (order.status === "cancelled") throw rejected("already_cancelled", "the order is cancelled already; nothing is left to do");
    const nothing = zero(order.total.currency);
    if (order.status !== "ticketed") return { operation: "NONE", penalty: nothing, refund: nothing, order };
    const tickets = await api.check(reference, call);
    return { ...understand("sabre", "read", () => ticketTerms(tickets, order.total)), order };
  }

  return {
    async quoteCancel(reference, call) {
      const { operation, penalty, refund, order } = await termsNow(reference, call);
      return quotes.issue({ action: "cancel", reference, penalty, refund, due: zero(order.total.currency), vendor: { operation } });
    },
    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        "flight cancel",
        { reference, key },
        {
          async act() {
            const quote = await quotes.accept<{ operation: Operation }>(token, "cancel", reference);
            const now = await termsNow(reference, call);
            // A window that closed since, or a ticket issued since, makes it another cancellation.
            if (now.operation !== quote.vendor.operation || now.penalty.amount !== quote.penalty.amount)
              throw rejected("quote_outdated", "what cancelling costs has changed since the quote; ask for a new one");
            const note = (await noteOf(reference)) ?? { key: "", total: now.order.total };
            await putNote(reference, { ...note, total: now.order.total, cancelling: { penalty: quote.penalty, refund: quote.refund } });
            const { documents } = await api.cancel(reference, quote.vendor.operation === "NONE" ? undefined : quote.vendor.operation, call);
            const { order, left } = await afterWrite(reference, async () => {
              const { booking } = await api.get(reference, call);
              return { order: await read(reference, call), left: liveTickets(booking).length };
            });
            // Either the answer names every document, or the record has none left that could be flown.
            const given = quote.vendor.operation === "NONE" || left === 0 || documents >= now.order.documents.length;
            if (order.status !== "cancelled" || !given)
              throw new TravelAgentError("OUTCOME_UNKNOWN", "Sabre took the cancellation and gave back only a part; a person has to look at the booking", {
                details: { supplier: "sabre", reference, needsPerson: true },
              });
            return order;
          },
          async settled() {
            const order = await read(reference, call);
            return order.status === "cancelled" ? order : null;
          },
        },
      ),
  };
}
