import { type Money, TravelAgentError } from "@travelagent/protocol";
import { subtract, sum, zero } from "../../money.ts";
import type { SupplierOrder } from "../../supplier.ts";
import { moneyOf } from "../http/index.ts";
import { commissionOf, totalOf } from "./map-price.ts";
import type { ItineraryNote } from "./session.ts";
import type { Itinerary, ItineraryRoom } from "./wire.ts";

/** What Rapid gives back, for all rooms. It writes it as a negative number at times. Undefined unless each room says it. */
function refundOf(rooms: readonly ItineraryRoom[], currency: string): Money | undefined {
  const refunds = rooms.map(({ rate }) => {
    const said = rate?.cancel_refund;
    return said && said.currency === currency ? moneyOf(String(said.amount).replace(/^-/, ""), currency) : undefined;
  });
  return refunds.every((one) => one !== undefined) ? sum(refunds as Money[], currency) : undefined;
}

export const isCancelled = ({ status }: ItineraryRoom): boolean => status === "canceled" || status === "cancelled";

/** Of the rooms that stand, or of all when none does. */
function pricesOf(rooms: readonly ItineraryRoom[]) {
  const standing = rooms.filter((room) => !isCancelled(room));
  const counted = standing.length > 0 ? standing : rooms;
  return counted.map(({ rate }) => rate?.pricing).filter((one) => one !== undefined);
}

/** The itinerary as an order. Raises `SUPPLIER_UNAVAILABLE` while it is too new to say what it is. */
export function orderOf({ itinerary_id: reference, rooms = [], links }: Itinerary, note: ItineraryNote): SupplierOrder {
  const held = links?.resume !== undefined;
  if (rooms.length === 0 && !held)
    throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "Rapid has the itinerary and does not show it yet; try again in some minutes");
  if (!held && rooms.some(({ status }) => status === "pending"))
    throw new TravelAgentError("OUTCOME_UNKNOWN", "the property has not answered yet whether it takes the booking; ask again later");
  const prices = pricesOf(rooms);
  const total = prices.length > 0 && prices.length >= rooms.filter((room) => !isCancelled(room)).length ? totalOf(prices) : note.total;
  const common = {
    reference,
    key: note.key,
    locators: [reference, ...rooms.flatMap(({ confirmation_id: id }) => [id?.expedia, id?.property].filter((one) => one !== undefined))],
    total,
  };
  if (held && note.heldUntil !== undefined) return { ...common, status: "held", paymentTimeLimit: note.heldUntil, documents: [] };
  const documents: SupplierOrder["documents"] = [{ type: "VOUCHER", number: reference }];
  if (rooms.every(isCancelled)) {
    const nothing = zero(total.currency);
    const refund = refundOf(rooms, total.currency) ?? note.cancelled?.refund;
    const unpaid = note.heldUntil !== undefined && !note.resumed;
    const money = unpaid ? { refund: nothing, penalty: nothing } : refund ? { refund, penalty: subtract(total, refund) } : {};
    return { ...common, status: "cancelled", documents, ...money, commission: nothing };
  }
  const commission = prices.length > 0 ? commissionOf(prices) : note.commission;
  return { ...common, status: note.resumed ? "ticketed" : "confirmed", documents, ...(commission ? { commission } : {}) };
}
