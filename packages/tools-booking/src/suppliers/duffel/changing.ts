import { TravelAgentError } from "@travelagent/protocol";
import { compare, minorUnits, money, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, createQuoteBook, moneyOf, understand } from "../http/index.ts";
import { afterWrite } from "./client.ts";
import { cabinWords, flightsOf, journeysOf } from "./map-itinerary.ts";
import { type DuffelParts, type FlightOrders, rejected } from "./parts.ts";
import { changeRequest, orderChange, type WireSlice } from "./wire-air.ts";

type Changing = Required<Pick<VerticalSupplier<FlightQuery, FlightOffer>, "quoteChange" | "change">>;

/** The same flights as offered, or undefined. Slices of change offers lack what only searches have. */
function sameFlights(slices: readonly WireSlice[] | undefined, to: FlightOffer): boolean {
  try {
    return slices !== undefined && flightsOf(journeysOf(slices)) === flightsOf(to.journeys);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Other flights for an order that exists: request, choose among what the airline offers, pending change, confirmation. */
export function createChanging({ client, memory, clock }: DuffelParts, orders: FlightOrders): Changing {
  const quotes = createQuoteBook(memory, clock);
  const changePath = (id: string) => `air/order_changes/${encodeURIComponent(id)}`;
  return {
    async quoteChange(reference, to, call) {
      const wire = await orders.fetch(reference, call);
      const order = await orders.toOrder(wire);
      if (order.status === "cancelled") throw rejected("already_cancelled", "the order is cancelled; search and book again");
      if (order.status === "held") throw rejected("change_not_allowed", "a hold cannot be changed; let it lapse and hold the new one");
      if (!wire.available_actions?.includes("change") || !wire.slices)
        throw rejected("change_not_allowed", "the airline does not let duffel change this order; cancel and rebook is the only way");
      const data = {
        order_id: reference,
        slices: {
          remove: wire.slices.map(({ id }) => ({ slice_id: id })),
          add: to.journeys.map(({ origin, destination, segments }) => ({
            origin,
            destination,
            departure_date: segments[0]!.departure.time.local.slice(0, 10),
            cabin_class: cabinWords[to.fareComponents[0]?.cabin ?? "ECONOMY"],
          })),
        },
      };
      const { order_change_offers: found } = await client.read(
        changeRequest,
        { method: "POST", path: "air/order_change_requests", route: "air/order_change_requests", json: { data } },
        call,
      );
      const brand = to.fareComponents[0]?.fareBrand ?? "";
      const fitting = found.filter(({ slices }) => sameFlights(slices?.add, to));
      const ofBrand = fitting.filter(({ slices }) => (slices?.add[0]?.fare_brand_name ?? "") === brand);
      const [best] = (ofBrand.length > 0 ? ofBrand : fitting).sort((a, b) => Number(a.change_total_amount ?? 0) - Number(b.change_total_amount ?? 0));
      if (!best) throw new TravelAgentError("SOLD_OUT", "the airline does not offer a change to these flights; search for others");
      // Pending, so nothing is changed yet; it holds the price until it expires.
      const pending = await client.read(
        orderChange,
        { method: "POST", path: "air/order_changes", route: "air/order_changes", json: { data: { selected_order_change_offer: best.id } } },
        call,
      );
      const { currency } = order.total;
      const nothing = zero(currency);
      const due = understand("duffel", "read", () => moneyOf(pending.change_total_amount, pending.change_total_currency));
      if (due.currency !== currency) throw rejected("currency_mismatch", `the order is in ${currency} and the change in ${due.currency}; a person has to look`);
      const minor = minorUnits(due);
      const fee = pending.penalty_total_amount ?? pending.penalty_amount;
      return quotes.issue(
        {
          action: "change",
          reference,
          penalty: fee && (pending.penalty_total_currency ?? currency) === currency ? moneyOf(fee, currency) : nothing,
          refund: minor < 0n ? money(-minor, currency) : nothing,
          due: minor > 0n ? due : nothing,
          vendor: { change: pending.id, to: to.supplierRef },
        },
        pending.expires_at ? new Date(pending.expires_at).toISOString() : undefined,
      );
    },

    change: (reference, to, token, key, call) =>
      afterSaleOnce(
        memory,
        "flight change",
        { reference, key },
        {
          async settled() {
            const wire = await orders.fetch(reference, call);
            return wire.slices && sameFlights(wire.slices, to) ? orders.toOrder(wire) : null;
          },
          async act() {
            const { vendor, due, refund } = await quotes.accept<{ change: string; to: string }>(token, "change", reference);
            if (vendor.to !== to.supplierRef) throw rejected("invalid_token", "the quote was for another offer; ask for a quote for this one");
            const current = await client.read(orderChange, { method: "GET", path: changePath(vendor.change), route: "air/order_changes/{id}" }, call);
            const now = understand("duffel", "read", () => moneyOf(current.change_total_amount, current.change_total_currency));
            const agreed = minorUnits(due) - minorUnits(refund);
            if (minorUnits(now) > agreed)
              throw new TravelAgentError("PRICE_CHANGED", `the change costs ${now.amount} ${now.currency} now; ask the customer again`, {
                details: { was: money(agreed, due.currency), now },
              });
            const pay = compare(now, zero(now.currency)) > 0;
            const data = pay ? { payment: { type: "balance", amount: current.change_total_amount, currency: current.change_total_currency } } : {};
            const path = `${changePath(vendor.change)}/actions/confirm`;
            await client.write(orderChange, { method: "POST", path, route: "air/order_changes/{id}/actions/confirm", json: { data } }, call);
            return afterWrite(async () => orders.toOrder(await orders.fetch(reference, call)));
          },
        },
      ),
  };
}
