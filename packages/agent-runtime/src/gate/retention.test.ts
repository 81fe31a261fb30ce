import { testEngine } from "@travelagent/engine/testing";
import { expect, it } from "vitest";
import { auditRetention } from "./retention.ts";
import { gateMigrations } from "./tables.ts";

it("forgets old decisions and their reasons; what waits, runs or is needed stays", async () => {
  const { db, stop } = await testEngine();
  await db.migrate("gate", gateMigrations);
  await db.transaction(async (tx) => {
    for (const [id, at, session] of [
      ["old", 1, "s"],
      ["needed", 1, "booked"],
      ["new", 9_000, "s"],
    ] as const)
      await tx.run(
        "insert into audit (id, at, run_id, session_key, actor, tool, decision, rule_id, reason, action_hash) values (?, ?, 'r', ?, 'a', 't', 'allow', 'x', 'y', 'z')",
        id,
        at,
        session,
      );
    for (const [key, state, ended] of [
      ["done", "done", 1],
      ["running", "started", null],
    ] as const)
      await tx.run(
        `insert into intent (key, tool, args, action_hash, run_id, tool_call_id, session_key, decisions, state, started_at, ended_at)
         values (?, 't', '{}', 'h', 'r', ?, 's', '[]', ?, 1, ?)`,
        key,
        key,
        state,
        ended,
      );
    for (const [id, status] of [
      ["decided", "approved"],
      ["pending", "pending"],
    ] as const)
      await tx.run(
        `insert into decision (id, kind, tool, args, action_hash, title, lines, session_key, turn, rule_id, reason, role, status, requested_at, expires_at)
         values (?, 'approval', 't', '{}', 'h', 'x', '[]', 's', '{}', 'r', 'y', 'manager', ?, 1, 2)`,
        id,
        status,
      );
  });
  const store = auditRetention({ db, inUse: async (keys) => new Set(keys.filter((key) => key === "booked")) });
  expect(await store.prune(5_000, { dryRun: true, signal: new AbortController().signal })).toEqual({ removed: 3, kept: 1 });
  expect(await store.prune(5_000, { dryRun: false, signal: new AbortController().signal })).toEqual({ removed: 3, kept: 1 });
  const ids = async (table: string, key = "id") => (await db.all(`select ${key} as id from ${table} order by 1`)).map(({ id }) => id);
  expect([await ids("audit"), await ids("intent", "key"), await ids("decision")]).toEqual([["needed", "new"], ["running"], ["pending"]]);
  await stop();
});
