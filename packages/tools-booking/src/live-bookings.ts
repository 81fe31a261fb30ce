import type { DataSubject } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import { endOf } from "./offer-facts.ts";
import { isBooked, type Order } from "./order.ts";
import { ordersOf } from "./personal-data.ts";

/** A booking that somebody still waits for something of. */
export interface LiveBooking {
  id: string;
  reference: string;
  /** `working`: something is being done with it in this moment, which nobody may cut off. */
  why: "working" | "travel-ahead" | "money-open" | "needs-human";
}

/** Why a booking is not over, or undefined when it is. Travel that took place, that came to nothing, or that was paid back is. */
function whyLive(order: Order, now: number): LiveBooking["why"] | undefined {
  if (order.status === "needs-human" || order.attention !== undefined) return "needs-human";
  if (order.paymentInDoubt || order.awaiting || order.planned || order.status === "unknown" || order.status === "cancellation-pending") return "money-open";
  if (order.status === "pending" && !order.failure) return "working";
  return order.items.some((item) => isBooked(item) && Date.parse(endOf(item.offer).utc) > now) ? "travel-ahead" : undefined;
}

/** Bookings of a person that are not over: an erasure waits for them. Money of a booking that does not come to nothing is open too. */
export async function liveBookings(db: Database, subject: Pick<DataSubject, "bookingIds" | "customerIds">, now: number): Promise<LiveBooking[]> {
  const live: LiveBooking[] = [];
  for (const order of await ordersOf(db, subject)) {
    const { id, reference } = order;
    const working = await db.get("select 1 as found from booking_order where id = ? and work is not null", id);
    const owed = await db.all("select currency from booking_ledger where order_id = ? and account = 'customer' group by currency having sum(minor) <> 0", id);
    const why = working ? "working" : (whyLive(order, now) ?? (owed.length > 0 ? "money-open" : undefined));
    if (why) live.push({ id, reference, why });
  }
  return live;
}
