import { z } from "zod";
import type { FlightOffer, FlightQuery } from "../../offer.ts";
import type { VerticalSupplier } from "../../supplier.ts";
import { afterWrite } from "./client.ts";
import { type DuffelParts, type FlightOrders, rejected } from "./parts.ts";

const airlineChange = z.looseObject({ id: z.string() });

/** Saying yes to what an airline changed. Duffel takes it once; the order shows that it was taken. */
export function createAirlineChanges(
  { client }: DuffelParts,
  orders: FlightOrders,
): Required<Pick<VerticalSupplier<FlightQuery, FlightOffer>, "acceptChange">> {
  return {
    async acceptChange(reference, change, call) {
      const wire = await orders.fetch(reference, call);
      const known = wire.airline_initiated_changes?.find(({ id }) => id === change);
      if (!known) throw rejected("airline_change_unknown", "the airline withdrew this change; read the booking again");
      if (known.action_taken === "accepted") return orders.toOrder(wire);
      if (known.action_taken) throw rejected("already_actioned", "this change of the airline was answered in another way already");
      if (wire.airline_initiated_changes!.at(-1) !== known)
        throw rejected("stale_airline_initiated_change_accept", "the airline changed it once more; look at the newest times first");
      const path = `air/airline_initiated_changes/${encodeURIComponent(change)}/actions/accept`;
      await client.write(airlineChange, { method: "POST", path, route: "air/airline_initiated_changes/{id}/actions/accept" }, call);
      return afterWrite(async () => orders.toOrder(await orders.fetch(reference, call)));
    },
  };
}
