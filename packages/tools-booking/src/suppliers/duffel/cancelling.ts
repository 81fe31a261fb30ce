import { compare, subtract, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, createQuoteBook, moneyOf, understand } from "../http/index.ts";
import { afterWrite } from "./client.ts";
import { comesBackAsMoney } from "./map-order.ts";
import { type DuffelParts, type FlightOrders, rejected } from "./parts.ts";
import { cancellation } from "./wire-air.ts";

type Cancelling = Required<Pick<VerticalSupplier<FlightQuery, FlightOffer>, "quoteCancel" | "cancel">>;

export function createCancelling({ client, memory, clock }: DuffelParts, orders: FlightOrders): Cancelling {
  const quotes = createQuoteBook(memory, clock);
  return {
    async quoteCancel(reference, call) {
      const wire = await orders.fetch(reference, call);
      const order = await orders.toOrder(wire);
      if (order.status === "cancelled") throw rejected("already_cancelled", "the order is cancelled already; nothing is left to do");
      if (wire.available_actions && !wire.available_actions.includes("cancel"))
        throw rejected("cancel_not_available", "the airline does not let duffel cancel this order; cancel it in duffel's dashboard or with the airline");
      // Only a quote: nothing is cancelled before it is confirmed, and a newer quote replaces it.
      const quoted = await client.read(
        cancellation,
        { method: "POST", path: "air/order_cancellations", route: "air/order_cancellations", json: { data: { order_id: reference } } },
        call,
      );
      const { currency } = order.total;
      const nothing = zero(currency);
      const vendor = { cancellation: quoted.id };
      const until = quoted.expires_at ? new Date(quoted.expires_at).toISOString() : undefined;
      if (order.status === "held") return quotes.issue({ action: "cancel", reference, penalty: nothing, refund: nothing, due: nothing, vendor }, until);
      if (quoted.refund_amount == null)
        throw rejected("refund_unknown", "the airline does not say what comes back; a person has to ask it before this order is cancelled");
      if (!comesBackAsMoney(quoted.refund_to))
        throw rejected(
          "refund_not_in_money",
          "the airline would refund with a credit or voucher, not with money; a person has to decide that with the customer",
        );
      const given = understand("duffel", "read", () => moneyOf(quoted.refund_amount!, quoted.refund_currency ?? currency));
      if (given.currency !== currency)
        throw rejected("currency_mismatch", `the order is in ${currency} and the refund in ${given.currency}; a person has to look`);
      const refund = compare(given, order.total) > 0 ? order.total : given;
      return quotes.issue({ action: "cancel", reference, penalty: subtract(order.total, refund), refund, due: nothing, vendor }, until);
    },

    cancel: (reference, token, key, call) =>
      afterSaleOnce(
        memory,
        "flight cancel",
        { reference, key },
        {
          async settled() {
            const order = await orders.toOrder(await orders.fetch(reference, call));
            return order.status === "cancelled" ? order : null;
          },
          async act() {
            const { vendor, penalty, refund } = await quotes.accept<{ cancellation: string }>(token, "cancel", reference);
            const path = `air/order_cancellations/${encodeURIComponent(vendor.cancellation)}/actions/confirm`;
            await client.write(cancellation, { method: "POST", path, route: "air/order_cancellations/{id}/actions/confirm" }, call);
            // What was confirmed is what was quoted; the order itself may show it later.
            return afterWrite(async () => ({ ...(await orders.toOrder(await orders.fetch(reference, call))), status: "cancelled", refund, penalty }));
          },
        },
      ),
  };
}
