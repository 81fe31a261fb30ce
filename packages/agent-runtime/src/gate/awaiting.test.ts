import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { createDecisions } from "./decisions.ts";
import { gateMigrations } from "./tables.ts";

it("a session waits for a yes or no from when its question is shown until it is answered or its time is over", async () => {
  const db = await testDatabase();
  const clock = fakeClock();
  await db.migrate("gate", gateMigrations);
  const decisions = createDecisions({ db, clock });
  const turn = {
    runId: "r",
    agentId: "main",
    sessionKey: "s",
    channel: "webchat",
    accountId: "default",
    chatType: "direct" as const,
    peerId: "p",
    timeZone: "UTC",
  };
  const ask = async (actionHash: string) => {
    const action = { title: "Book", lines: [], expiresAt: clock.now() + 60_000, subject: {}, facts: {} };
    const decision = await decisions.request({
      kind: "confirmation",
      tool: "booking_create",
      args: {},
      actionHash,
      action,
      turn,
      ruleId: "r",
      reason: "r",
      role: "customer",
      policy: "1",
    });
    return decision.id;
  };
  const first = await ask("a");
  expect(await decisions.awaiting("s")).toBe(false);
  await db.transaction((tx) => decisions.markShown(tx, [first]));
  expect([await decisions.awaiting("s"), await decisions.awaiting("another")]).toEqual([true, false]);
  await clock.advance(10);
  await decisions.answer({ id: "m1", sessionKey: "s", text: "yes", receivedAt: clock.now() });
  expect(await decisions.awaiting("s")).toBe(false);
  const second = await ask("b");
  await db.transaction((tx) => decisions.markShown(tx, [second]));
  expect(await decisions.awaiting("s")).toBe(true);
  await clock.advance(60_000);
  expect(await decisions.awaiting("s")).toBe(false);
  await db.close();
});
