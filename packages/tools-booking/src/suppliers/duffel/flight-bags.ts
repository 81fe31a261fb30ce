import { TravelAgentError } from "@travelagent/protocol";
import { minorUnits, sum, zero } from "../../money.ts";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { OrderChange, SupplierCall, VerticalSupplier } from "../../supplier.ts";
import { afterSaleOnce, createQuoteBook, moneyOf, understand } from "../http/index.ts";
import { afterWrite } from "./client.ts";
import { type DuffelParts, type FlightOrders, rejected } from "./parts.ts";
import { availableServices, type WireOrder, type WireServices, order as wireOrder } from "./wire-air.ts";

type Bags = Required<Pick<VerticalSupplier<FlightQuery, FlightOffer>, "quoteModify" | "modify">>;

const bought = ({ services }: WireOrder): number =>
  (services ?? []).reduce((total, { type, quantity }) => total + (type === "baggage" ? (quantity ?? 1) : 0), 0);

/** Checked bags of all travellers on the first flight: those in the fare and those bought with it. */
function bagsOf(wire: WireOrder): number {
  const first = wire.slices?.[0]?.segments[0];
  const included = (first?.passengers ?? []).flatMap(({ baggages }) => baggages ?? []);
  const paid = (wire.services ?? []).filter(({ type, segment_ids }) => type === "baggage" && (!first || !segment_ids || segment_ids.includes(first.id)));
  return (
    included.reduce((total, { type, quantity }) => total + (type === "checked" ? quantity : 0), 0) +
    paid.reduce((total, { quantity }) => total + (quantity ?? 1), 0)
  );
}

/**
 * Services that carry `count` more bags on the whole way. Airlines sell a bag for all flights or for one direction, so that one bag
 * may take several services. Undefined when there are not enough.
 */
function pick(services: WireServices, segments: readonly string[], count: number): { id: string; quantity: number }[] | undefined {
  const bags = services.filter(({ type, metadata }) => type === "baggage" && (metadata?.type ?? "checked") === "checked");
  const left = new Map(bags.map(({ id, maximum_quantity }) => [id, maximum_quantity ?? 1]));
  const taken = new Map<string, number>();
  const carriers = [...new Set(bags.flatMap(({ passenger_ids }) => passenger_ids))];
  const takeOne = (passenger: string): boolean => {
    const chosen: string[] = [];
    for (const segment of segments) {
      if (chosen.some((id) => bags.find((bag) => bag.id === id)!.segment_ids.includes(segment))) continue;
      const found = bags.find(
        ({ id, passenger_ids, segment_ids }) => passenger_ids.includes(passenger) && segment_ids.includes(segment) && left.get(id)! > 0 && !chosen.includes(id),
      );
      if (!found) return false;
      chosen.push(found.id);
    }
    for (const id of chosen) {
      left.set(id, left.get(id)! - 1);
      taken.set(id, (taken.get(id) ?? 0) + 1);
    }
    return true;
  };
  for (let bag = 0; bag < count; bag += 1) if (!carriers.some(takeOne)) return undefined;
  return [...taken].map(([id, quantity]) => ({ id, quantity }));
}

/** More checked bags for an order that exists. */
export function createBags({ client, memory, clock }: DuffelParts, orders: FlightOrders): Bags {
  const quotes = createQuoteBook(memory, clock);

  /** What the bags cost now. Duffel gives services new ids on every read, so those of this read are the only ones that can be bought. */
  async function selection(wire: WireOrder, { checkedBags, travellers, cabin }: OrderChange, call: SupplierCall) {
    if (travellers) throw rejected("name_change_not_available", "duffel changes no names; ask the airline, or cancel and rebook");
    if (cabin) throw rejected("cabin_change_not_available", "change to an offer in that cabin instead");
    const { total_currency: currency } = wire;
    const wanted = (checkedBags?.total ?? bagsOf(wire)) - bagsOf(wire);
    if (wanted < 0) throw rejected("bags_not_refundable", "bags that are booked cannot be taken back; leave them, or cancel the order");
    if (wanted === 0) return { services: [], total: zero(currency) };
    const path = `air/orders/${encodeURIComponent(wire.id)}/available_services`;
    const available = await client.read(availableServices, { method: "GET", path, route: "air/orders/{id}/available_services" }, call);
    const segments = (wire.slices ?? []).flatMap((slice) => slice.segments.map(({ id }) => id));
    const services = pick(available, segments, wanted);
    if (!services) throw rejected("bags_not_available", "the airline sells no more bags for this order; the customer can ask at the airport");
    const prices = services.map(({ id, quantity }) => {
      const { total_amount, total_currency } = available.find((service) => service.id === id)!;
      if (total_currency !== currency)
        throw rejected("currency_mismatch", `the order is in ${currency} and the bags in ${total_currency}; a person has to look`);
      return understand("duffel", "read", () =>
        sum(
          Array.from({ length: quantity }, () => moneyOf(total_amount, currency)),
          currency,
        ),
      );
    });
    return { services, total: sum(prices, currency) };
  }

  return {
    async quoteModify(reference, change, call) {
      const wire = await orders.fetch(reference, call);
      const { status } = await orders.toOrder(wire);
      if (status === "cancelled") throw rejected("already_cancelled", "the order is cancelled; nothing can be added");
      if (status === "held") throw rejected("change_not_allowed", "pay for the hold first; then bags can be added");
      const { total } = await selection(wire, change, call);
      const nothing = zero(total.currency);
      return quotes.issue({ action: "modify", reference, penalty: nothing, refund: nothing, due: total, vendor: { bags: change.checkedBags?.total ?? null } });
    },

    modify: (reference, change, token, key, call) =>
      afterSaleOnce(
        memory,
        "flight modify",
        { reference, key },
        {
          async settled() {
            const before = await memory.get<number>("flight bags before", key);
            const wire = await orders.fetch(reference, call);
            return before !== null && bought(wire) > before ? orders.toOrder(wire) : null;
          },
          async act() {
            const { due, vendor } = await quotes.accept<{ bags: number | null }>(token, "modify", reference);
            if (vendor.bags !== (change.checkedBags?.total ?? null)) throw rejected("invalid_token", "the quote was for other bags; ask for a quote for these");
            const wire = await orders.fetch(reference, call);
            const { services, total } = await selection(wire, change, call);
            if (minorUnits(total) > minorUnits(due))
              throw new TravelAgentError("PRICE_CHANGED", `the bags cost ${total.amount} ${total.currency} now; ask the customer again`, {
                details: { was: due, now: total },
              });
            if (services.length === 0) return orders.toOrder(wire);
            await memory.put("flight bags before", key, bought(wire));
            const data = { add_services: services, payment: { type: "balance", amount: total.amount, currency: total.currency } };
            const path = `air/orders/${encodeURIComponent(reference)}/services`;
            await client.write(wireOrder, { method: "POST", path, route: "air/orders/{id}/services", json: { data } }, call);
            return afterWrite(async () => orders.toOrder(await orders.fetch(reference, call)));
          },
        },
      ),
  };
}
