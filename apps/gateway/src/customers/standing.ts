import type { Booking } from "@travelagent/protocol";
import type { Crm } from "@travelagent/tools-crm";
import { type LifecycleTracker, type TripFact, trackLifecycle } from "@travelagent/tools-crm/lifecycle";
import type { CustomersOptions } from "./open-customers.ts";

export interface Standing extends Pick<LifecycleTracker, "look" | "stop"> {
  /** After a start: looks at whose time came, and at whose booking may have changed in the last moment of the process before. */
  start(): Promise<void>;
}

const recentMs = 2 * 86_400_000;
const unsettled = ["pending", "held", "unknown", "cancellation-pending", "needs-human"] as const;

const trip = ({ status, start, end }: Booking["items"][number]): TripFact => ({ status, start: Date.parse(start.utc), end: Date.parse(end.utc) });

/** Where customers stand, by what they booked: lead, customer, booked, travelling, after the trip. Absent where the CRM keeps no such thing. */
export function openStanding({ crm, bookings, clock, log }: Pick<CustomersOptions, "bookings" | "clock" | "log"> & { crm: Crm }): Standing | undefined {
  if (!crm.lifecycle) return undefined;
  const tracker = trackLifecycle({
    lifecycle: crm.lifecycle,
    clock,
    log,
    async tripsOf(customerId) {
      const trips: TripFact[] = [];
      let cursor: string | undefined;
      do {
        const page = await bookings().list({ customerId, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
        trips.push(...page.bookings.flatMap(({ items }) => items.map(trip)));
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return trips;
    },
  });
  return {
    look: tracker.look,
    stop: tracker.stop,
    async start() {
      const ids = new Set<string>();
      const recent = clock.now() - recentMs;
      for (const filter of [{ from: recent }, ...unsettled.map((status) => ({ status }))])
        for (const { customerId } of (await bookings().list({ ...filter, limit: 200 })).bookings) ids.add(customerId);
      await tracker.start([...ids]);
    },
  };
}
