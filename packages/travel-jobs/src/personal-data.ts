import { type PersonalDataStore, type PersonalTable, personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

const priced: PersonalTable = {
  table: "travel_priced",
  key: ["subject"],
  customer: "customer_id",
  session: "session_key",
  booking: "booking_id",
  json: ["price", "alerted"],
  hidden: ["last_slot", "armed"],
  title: "Prices of your bookings and watched flights: the last look",
  erase: "delete",
};

const tables: readonly PersonalTable[] = [
  {
    table: "travel_price",
    key: ["subject", "at"],
    of: { column: "subject", table: priced, is: "subject" },
    title: "Prices of your bookings and watched flights over time",
    erase: "delete",
  },
  priced,
  {
    table: "travel_watch",
    key: ["id"],
    customer: "customer_id",
    session: "session_key",
    json: ["flight", "below"],
    hidden: ["source"],
    title: "Flights whose price you asked us to watch",
    erase: "delete",
  },
  {
    table: "travel_effect",
    key: ["key"],
    customer: "customer_id",
    session: "session_key",
    booking: "booking_id",
    json: ["content"],
    title: "What was sent or noted about you by itself: reminders and tasks",
    erase: "delete",
  },
];

/** What the jobs know of customers: what they were told by themselves, what they watch, what it cost. */
export const travelJobPersonalData = ({ db }: { db: Database }): PersonalDataStore => personalRows({ name: "travel-jobs", db, tables });
