import { TravelAgentError } from "@travelagent/protocol";
import { z } from "zod";
import { minorUnits } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce } from "../http/index.ts";
import { afterWrite } from "./client.ts";
import { totalOf } from "./map-order.ts";
import { type DuffelParts, type FlightOrders, rejected } from "./parts.ts";

const payment = z.looseObject({ id: z.string() });

/** Paying for a hold; the airline issues the tickets then. */
export function createTicketing({ client, memory }: DuffelParts, orders: FlightOrders): Required<Pick<VerticalSupplier<FlightQuery, FlightOffer>, "ticket">> {
  return {
    ticket: (reference, key, call) =>
      afterSaleOnce(
        memory,
        "flight ticket",
        { reference, key },
        {
          async settled() {
            const order = await orders.toOrder(await orders.fetch(reference, call));
            return order.status === "ticketed" || order.status === "confirmed" ? order : null;
          },
          async act() {
            const wire = await orders.fetch(reference, call);
            const order = await orders.toOrder(wire);
            if (order.status === "cancelled") throw rejected("order_lapsed", "the order is cancelled or its hold ran out; search and book again");
            if (order.status !== "held") return order;
            // A hold keeps the seats until `payment_required_by`; the price only until `price_guarantee_expires_at`, which is earlier.
            const was = await orders.agreed(order.key);
            const now = totalOf(wire);
            if (was && minorUnits(now) > minorUnits(was))
              throw new TravelAgentError("PRICE_CHANGED", `the price of the hold is now ${now.amount} ${now.currency}; ask the customer again`, {
                details: { was, now },
              });
            const data = { order_id: reference, payment: { type: "balance", amount: wire.total_amount, currency: wire.total_currency } };
            await client.write(payment, { method: "POST", path: "air/payments", route: "air/payments", json: { data } }, call);
            return afterWrite(async () => orders.toOrder(await orders.fetch(reference, call)));
          },
        },
      ),
  };
}
