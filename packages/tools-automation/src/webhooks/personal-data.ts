import { type PersonalDataStore, personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

/** What was told to others names bookings and conversations of a person. */
export const webhookPersonalData = ({ db }: { db: Database }): PersonalDataStore =>
  personalRows({
    name: "webhooks",
    db,
    tables: [
      {
        table: "webhook_delivery",
        key: ["id"],
        title: "What other systems were told of your bookings",
        mentions: ["body", "dedupe"],
        json: ["body"],
        hidden: ["dedupe"],
        erase: "delete",
      },
      { table: "webhook_owner_seen", key: ["session_key"], session: "session_key", erase: "delete" },
    ],
  });
