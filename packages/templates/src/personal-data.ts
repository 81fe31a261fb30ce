import { type PersonalDataStore, personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

/** Messages that wait for their time, and that others were sent. What is forgotten is not sent any more. */
export const templatePersonalData = ({ db }: { db: Database }): PersonalDataStore =>
  personalRows({
    name: "templates",
    db,
    tables: [
      {
        table: "template_send",
        key: ["id"],
        title: "Messages that were prepared for you",
        customer: "customer_id",
        session: "session_key",
        hidden: ["content_hash"],
        json: ["content"],
        erase: "delete",
      },
    ],
  });
