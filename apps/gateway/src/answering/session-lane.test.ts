import { createGate, type Decision, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testEngine } from "@travelagent/engine/testing";
import { createSessions } from "@travelagent/sessions";
import { memoryTranscripts } from "@travelagent/sessions/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import * as z from "zod";
import { sessionLane } from "./session-lane.ts";

let engine: Awaited<ReturnType<typeof testEngine>>;
beforeEach(async () => {
  engine = await testEngine();
});
afterEach(() => engine.stop());

it("voids the approval that a session waits for when it is reset, and lets the session be deleted then", async () => {
  const { db, work } = engine;
  const rules = `{ version: 1, rules: [{ id: "sell.approve", tools: ["sell"], then: { decision: "needs-approval", role: "agent", reason: "r" } }] }`;
  const sell = {
    name: "sell",
    description: "sells",
    group: "shop",
    args: z.strictObject({}),
    effect: "write" as const,
    writes: "money" as const,
    execute: async () => ({ content: 1 }),
  };
  const gate = createGate({ db, tools: [sell], policy: () => parsePolicy([{ name: "t", text: rules }]) });
  await gate.migrate();
  const sessions = createSessions({ db, transcripts: memoryTranscripts() });
  const withdrawn: Decision[] = [];
  const lane = sessionLane({
    work,
    sessions,
    decisions: gate.decisions,
    bookings: { list: async () => ({ bookings: [] }) },
    onWithdrawn: (decision) => void withdrawn.push(decision),
  });
  const keys = ["agent:main:webchat:dm:v1", "agent:main:webchat:dm:v2"] as const;
  const ask = async (sessionKey: string): Promise<string> => {
    await sessions.ensure(sessionKey);
    const turn = {
      runId: sessionKey,
      agentId: "main",
      sessionKey,
      channel: "webchat",
      accountId: "default",
      chatType: "direct" as const,
      peerId: "v",
      timeZone: "UTC",
    };
    const outcome = await gate.call({ toolCallId: "1", name: "sell", args: {}, tainted: false }, turn, new AbortController().signal);
    if (outcome.status !== "asked") throw new Error(`it was ${outcome.status}`);
    return outcome.decisionId;
  };
  const [first, second] = [await ask(keys[0]), await ask(keys[1])];
  await expect(lane.archive(keys[0], { keepTranscript: false })).rejects.toMatchObject({ code: "CONFLICT" });
  await lane.reset(keys[0].toUpperCase());
  expect(withdrawn.map(({ id, status }) => [id, status])).toEqual([[first, "expired"]]);
  await expect(gate.decisions.resolve(first, true, "ben")).rejects.toMatchObject({ code: "CONFLICT" });
  expect((await gate.decisions.get(second))!.status).toBe("pending");
  expect((await lane.archive(keys[0], { keepTranscript: false })).deleted).toBe(true);
});
