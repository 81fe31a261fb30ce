import { openDatabase } from "@travelagent/engine";
import type { SqlValue } from "@travelagent/protocol/ports";
import { personalDataContract } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { gateMigrations } from "./gate/tables.ts";
import { agentPersonalData } from "./personal-data.ts";
import { createRunStore } from "./sub-agents/run-store.ts";

const subject = (customerId: string, sessionKey: string, helper: string) => ({
  customerIds: [customerId],
  sessionKeys: [sessionKey, helper],
  bookingIds: [],
  identities: [],
  identifiers: [],
});
const mine = subject("cus_1", "agent:main:webchat:dm:v1", "agent:main:subagent:h1");
const other = subject("cus_2", "agent:main:webchat:dm:v2", "agent:main:subagent:h2");

async function open() {
  const db = openDatabase({ path: ":memory:" });
  await db.migrate("gate", gateMigrations);
  await createRunStore(db).migrate();
  const insert = (table: string, row: Record<string, SqlValue>) =>
    db.transaction((tx) =>
      tx.run(
        `insert into ${table} (${Object.keys(row).join(", ")}) values (${Object.keys(row)
          .map(() => "?")
          .join(", ")})`,
        ...Object.values(row),
      ),
    );
  for (const [index, { customerIds, sessionKeys }] of [mine, other].entries()) {
    const word = `word${index}`;
    const [customer_id, session_key, helper] = [customerIds[0]!, sessionKeys[0]!, sessionKeys[1]!];
    await insert("decision", {
      ...{ id: `d${index}`, kind: "approval", tool: "create_booking", args: JSON.stringify({ name: word }), action_hash: "h", title: "Book", lines: "[]" },
      ...{ session_key, turn: "{}", rule_id: "r", reason: "r", role: "manager", status: "approved", requested_at: 1, expires_at: 2 },
    });
    await insert("intent", {
      ...{ key: `k${index}`, tool: "create_booking", args: JSON.stringify({ name: word }), action_hash: "h", run_id: `run${index}`, tool_call_id: "1" },
      ...{ session_key, decisions: "[]", state: "done", output: null, started_at: 1 },
    });
    await insert("audit", {
      ...{ id: `a${index}`, at: 1, run_id: `run${index}`, session_key, customer_id, actor: "agent:main", tool: "create_booking", decision: "allow" },
      ...{ rule_id: "r", reason: `because of ${word}`, action_hash: "h", evidence: JSON.stringify({ name: word }) },
    });
    await insert("sub_agent_run", {
      ...{ run_id: `s${index}`, parent_key: session_key, session_key: helper, agent_id: "main", task: `find ${word}`, state: "done", text: word },
      ...{ tainted: 0, total_tokens: 1, started_at: 1 },
    });
  }
  return db;
}

personalDataContract({ describe, it, expect }, "decisions", async () => {
  const db = await open();
  return {
    store: agentPersonalData({ db }),
    mine,
    other,
    said: ["word0"],
    saidByOther: ["word1"],
    transaction: db.transaction.bind(db),
    close: () => db.close(),
  };
});

describe("decisions about a person", () => {
  it("leaves what was decided by which rule, without anybody's name, and finds helpers by who asked them", async () => {
    const db = await open();
    const store = agentPersonalData({ db });
    expect(await store.discover!({ ...mine, sessionKeys: [mine.sessionKeys[0]!] })).toEqual({ sessionKeys: mine.sessionKeys });
    await store.erase(mine, { reason: "asked", now: 0, signal: new AbortController().signal });
    expect(await db.all("select tool, decision, rule_id, session_key, customer_id, evidence, reason, actor from audit where id = 'a0'")).toEqual([
      { tool: "create_booking", decision: "allow", rule_id: "r", session_key: "erased", customer_id: null, evidence: null, reason: "", actor: "erased" },
    ]);
    await db.close();
  });
});
