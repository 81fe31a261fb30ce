import { type PersonalDataStore, type PersonalTable, personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

const leads: PersonalTable = {
  table: "crm_lead",
  key: ["id"],
  title: "What you asked us about, and how far it came",
  customer: "customer_id",
  session: "session_key",
  erase: "delete",
};

/** Leads and promises. Steps and marks go before what they belong to. */
export const salesPersonalData = ({ db }: { db: Database }): PersonalDataStore =>
  personalRows({
    name: "sales",
    db,
    tables: [
      { table: "crm_lead_step", key: ["id"], of: { column: "lead_id", table: leads, is: "id" }, erase: "delete" },
      leads,
      {
        table: "crm_promise",
        key: ["id"],
        title: "What we promised you",
        customer: "customer_id",
        session: "session_key",
        hidden: ["source", "source_run", "next_reminder", "version"],
        erase: "delete",
      },
      { table: "crm_promise_seen", key: ["message_id"], session: "session_key", erase: "delete" },
    ],
    async discover({ customerIds, sessionKeys }) {
      const known = new Set(sessionKeys);
      for (const id of customerIds)
        for (const table of ["crm_lead", "crm_promise"])
          for (const row of await db.all(`select distinct session_key from ${table} where customer_id = ?`, id)) known.add(row.session_key as string);
      return known.size > sessionKeys.length ? { sessionKeys: [...known] } : {};
    },
  });
