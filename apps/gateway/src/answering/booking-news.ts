import type { Gate } from "@travelagent/agent-runtime/gate";
import type { Tell } from "@travelagent/gateway-core";
import type { Booking } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";

const words = (booking: Booking): string | null => {
  const { reference, status, payUrl, payUntil, notice } = booking;
  if (payUrl !== undefined) return `To go on with your booking ${reference}, pay here by ${payUntil}: ${payUrl} Nothing is bought before that.`;
  if (notice !== undefined) return `About your booking ${reference}: ${notice}. The booking stays as it was.`;
  switch (status) {
    case "confirmed":
    case "ticketed":
      // Bought, and the money set aside for it is about to be taken: the news comes with that, so that nobody reads of a debt.
      if (!/^-|^0+(\.0+)?$/.test(booking.balance.amount)) return null;
      return `Good news: your booking ${reference} is settled now. It is ${status}.`;
    case "cancelled":
    case "voided":
    case "refunded":
      return `Your cancellation of booking ${reference} went through.`;
    case "failed":
      return `Your booking ${reference} could not be made. Nothing was charged.`;
    case "needs-human":
      return `Your booking ${reference} needs a colleague's eye. We look at it and write to you here.`;
    default:
      return null;
  }
};

/** What a booking tool answered while the outcome was open. Whoever has the link to pay by is not sent it again. */
const leftOpen = (output: unknown, { id, payUrl }: Booking): boolean => {
  const content = (output as { content?: { status?: string; booking?: { id?: string } } } | undefined)?.content;
  if (content?.booking?.id !== id) return false;
  return content.status === "unknown" || (content.status === "awaiting-payment" && payUrl === undefined);
};

/** A customer who was told "we do not know yet" hears how it ended, once, however long it took. */
export const bookingNews =
  ({ gate, tell, log }: { gate: Pick<Gate, "writes">; tell: Tell; log: Logger }) =>
  async (booking: Booking): Promise<void> => {
    const text = words(booking);
    if (!text) return;
    try {
      const open = (await gate.writes(booking.sessionKey)).find(({ output }) => leftOpen(output, booking));
      if (!open) return;
      await tell({
        id: `news:${open.key}:${booking.payUrl === undefined ? booking.status : "payment"}`,
        sessionKey: booking.sessionKey,
        text,
        cards: [{ kind: "booking", title: `Booking ${booking.reference}`, booking, lines: [] }],
      });
    } catch (error) {
      log.error("a customer could not be told how a booking ended", { bookingId: booking.id, error });
    }
  };
