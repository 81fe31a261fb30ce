import { type PersonalDataStore, personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

const table = {
  table: "notification",
  key: ["id"],
  title: "Messages sent to you by e-mail and SMS",
  customer: "customer_id",
  session: "session_key",
  json: ["content"],
  hidden: ["content_hash"],
  erase: "delete",
} as const;

/** What waits is exported and erased with its customer; what was erased is not sent. Of what was sent only the time stays. */
export const notificationPersonalData = ({ db }: { db: Database }): PersonalDataStore => personalRows({ name: "notifications", db, tables: [table] });
