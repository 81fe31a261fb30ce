import type { Tx } from "@travelagent/protocol/ports";

/** Whether one of these customers has a booking that came about. */
export async function hasBooked(from: Pick<Tx, "get">, customerIds: readonly string[]): Promise<boolean> {
  if (customerIds.length === 0) return false;
  const found = await from.get(
    `select 1 as found from booking_order where customer_id in (${customerIds.map(() => "?").join(", ")})
     and status in ('held', 'confirmed', 'ticketed', 'cancellation-pending', 'cancelled', 'voided', 'refunded') limit 1`,
    ...customerIds,
  );
  return found !== undefined;
}
