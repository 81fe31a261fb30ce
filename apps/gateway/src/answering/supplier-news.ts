import type { GatewayConfig } from "@travelagent/config";
import type { Tell } from "@travelagent/gateway-core";
import type { Logger } from "@travelagent/protocol/ports";
import type { CustomerNews } from "@travelagent/tools-booking";
import type { PaperKind } from "@travelagent/tools-booking/papers";

export interface SupplierNewsParts {
  tell: Tell;
  /** A link to a paper of the booking, as it is now. */
  share(orderId: string, kind: PaperKind): Promise<{ url: string }>;
  log: Logger;
}

/** How suppliers are watched, as configured. */
export const newsTimingOf = ({ supplierNews: { pollMinutes, ...timing } }: GatewayConfig) => ({ ...timing, pollMs: pollMinutes * 60_000 });

const over: ReadonlySet<string> = new Set(["cancelled", "voided", "refunded", "failed"]);

/** Tells a customer what a supplier did, with the itinerary and the calendar as they are now. The same again is told once. */
export const supplierNews =
  ({ tell, share, log }: SupplierNewsParts) =>
  async ({ id, sessionKey, text, stored: { order } }: CustomerNews): Promise<void> => {
    const links = over.has(order.status)
      ? []
      : await Promise.all([share(order.id, "itinerary"), share(order.id, "calendar")]).catch((error: unknown) => {
          // News without links are better than none.
          log.warn("papers could not be linked", { bookingId: order.id, cause: String(error) });
          return [];
        });
    const [itinerary, calendar] = links;
    const papers = itinerary && calendar ? `\n\nItinerary: ${itinerary.url}\nCalendar: ${calendar.url}` : "";
    await tell({ id: `supplier-news:${id}`, sessionKey, text: `${text}${papers}` });
  };
