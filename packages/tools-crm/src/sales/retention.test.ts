import { testEngine } from "@travelagent/engine/testing";
import { expect, it } from "vitest";
import { crmMigrations } from "../tables.ts";
import { leadRetention } from "./retention.ts";
import { salesMigrations } from "./tables.ts";

it("forgets leads that were lost long ago, but none in whose conversation something is promised", async () => {
  const { db, stop } = await testEngine();
  await db.migrate("crm", crmMigrations);
  await db.migrate("sales", salesMigrations);
  const lead = (id: string, stage: string, at: number) =>
    db.transaction((tx) =>
      tx.run(
        "insert into crm_lead (id, session_key, source, summary, stage, created_at, updated_at, version) values (?, ?, 'webchat', 'Rome', ?, 1, ?, 1)",
        id,
        `s_${id}`,
        stage,
        at,
      ),
    );
  await lead("lost", "lost", 1_000);
  await lead("promised", "lost", 1_000);
  await lead("won", "won", 1_000);
  await lead("recent", "lost", 9_000);
  await db.transaction((tx) =>
    tx.run(
      `insert into crm_promise (id, session_key, text, promised_by, due_at, assumed, status, source, created_at, updated_at, version)
       values ('p', 's_promised', 'call back', 'agent', 1, 0, 'open', 'x', 1, 1, 1)`,
    ),
  );
  const prune = (dryRun: boolean) => leadRetention({ db }).prune(5_000, { dryRun, signal: new AbortController().signal });
  expect(await prune(true)).toEqual({ removed: 1, kept: 1 });
  expect(await prune(false)).toEqual({ removed: 1, kept: 1 });
  expect((await db.all("select id from crm_lead order by id")).map(({ id }) => id)).toEqual(["promised", "recent", "won"]);
  await stop();
});
