import type { Booking } from "@travelagent/protocol";
import type { Offer } from "./offer.ts";
import { endOf, startOf } from "./offer-facts.ts";
import { balanceOf, type OrderItem, totalOf } from "./order.ts";
import type { StoredOrder } from "./order-store.ts";
import { summaryOf } from "./wording.ts";

/** After a schedule change the flights as they are now: whoever looks when it leaves must not read the old time. */
const asItIs = ({ offer, journeys }: OrderItem): Offer => (offer.vertical === "flight" && journeys ? { ...offer, journeys } : offer);

/** The booking as every client sees it. */
export function toBooking({ order, createdAt, updatedAt, version }: StoredOrder): Booking {
  const limits = order.items.map((item) => item.paymentTimeLimit).filter((limit) => limit !== undefined);
  return {
    id: order.id,
    reference: order.reference,
    status: order.status,
    customerId: order.customerId,
    sessionKey: order.sessionKey,
    items: order.items.map((item) => ({
      kind: item.offer.vertical,
      supplier: item.offer.supplier,
      ...(item.supplierReference === undefined ? {} : { supplierReference: item.supplierReference }),
      locators: item.locators,
      status: item.status,
      summary: summaryOf(asItIs(item)),
      start: startOf(asItIs(item)),
      end: endOf(asItIs(item)),
      sandbox: item.offer.sandbox,
    })),
    total: totalOf(order),
    balance: balanceOf(order),
    travellers: order.travellers.map(({ id, givenName, familyName }) => ({ id, name: `${givenName} ${familyName}` })),
    ...(order.awaiting ? { payUrl: order.awaiting.payUrl, payUntil: order.awaiting.payUntil } : {}),
    ...(order.notice === undefined ? {} : { notice: order.notice }),
    ...(limits.length === 0 ? {} : { paymentTimeLimit: limits.toSorted()[0]! }),
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    version,
  };
}
