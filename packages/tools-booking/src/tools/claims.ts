import type { Claim } from "@travelagent/agent-runtime";
import type { Bookings } from "../bookings.ts";

/** To whom offers belong: the conversation that found them, and its customer. */
export const claimOffers = (bookings: Bookings, ids: readonly string[]): Promise<Claim[]> =>
  Promise.all(
    ids.map(async (id): Promise<Claim> => {
      const found = await bookings.getOffer(id);
      if (!found) return { kind: "offer", id, owner: null };
      return { kind: "offer", id, owner: { sessionKey: found.sessionKey, ...(found.customerId === undefined ? {} : { customerId: found.customerId }) } };
    }),
  );

/** To whom a booking belongs: the customer who made it, and the conversation it was made in. */
export async function claimBooking(bookings: Bookings, reference: string): Promise<Claim> {
  const stored = await bookings.byReference(reference);
  return { kind: "booking", id: reference, owner: stored ? { customerId: stored.order.customerId, sessionKey: stored.order.sessionKey } : null };
}
