import { type PersonalDataStore, personalRows } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";

/**
 * What agents did for a person: questions that waited for a yes, writes with their arguments, tasks of helpers. Of the record of
 * decisions the rule, the tool and the outcome stay, without anybody's name.
 */
export function agentPersonalData({ db }: { db: Database }): PersonalDataStore {
  return personalRows({
    name: "decisions",
    db,
    async discover({ sessionKeys }) {
      const known = new Set(sessionKeys);
      for (const parent of known) {
        for (const row of await db.all<{ session_key: string }>("select session_key from sub_agent_run where parent_key = ?", parent))
          known.add(row.session_key);
      }
      return { sessionKeys: [...known] };
    },
    tables: [
      {
        table: "decision",
        key: ["id"],
        title: "What you were asked to confirm, and what people of the agency approved for you",
        session: "session_key",
        json: ["args", "lines", "total", "penalty"],
        hidden: ["turn", "action_hash", "policy", "decided_key", "used_by"],
        erase: "delete",
      },
      {
        table: "intent",
        key: ["key"],
        title: "What was done for you in other systems",
        session: "session_key",
        json: ["args", "action", "output", "error", "decisions"],
        hidden: ["key", "action_hash", "tool_call_id"],
        erase: "delete",
      },
      {
        table: "audit",
        key: ["id"],
        title: "What rules decided about requests of yours",
        customer: "customer_id",
        session: "session_key",
        json: ["evidence"],
        hidden: ["action_hash", "policy"],
        erase: { session_key: "erased", customer_id: null, reason: "", evidence: null, actor: "erased" },
      },
      {
        table: "sub_agent_run",
        key: ["run_id"],
        title: "Tasks that an agent gave to a helper for you",
        session: "parent_key",
        mentions: ["session_key"],
        hidden: ["parent_key", "session_key"],
        erase: "delete",
      },
    ],
  });
}
