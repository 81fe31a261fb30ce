import { fileURLToPath } from "node:url";
import { createGate, evaluatePolicy, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { type Linking, linkTools } from "@travelagent/tools-crm/linking";
import { expect, it } from "vitest";
import { filesOfPacks } from "../answering/policy-files.ts";

const policy = parsePolicy(filesOfPacks(fileURLToPath(new URL("../../policy", import.meta.url)), ["agency-default"]));
const turn = {
  runId: "r",
  agentId: "main",
  sessionKey: "agent:main:telegram:dm:1",
  channel: "telegram",
  accountId: "default",
  chatType: "direct" as "direct" | "group",
  peerId: "1",
  timeZone: "UTC",
};

it("lets people claim a record in direct conversations, and in no group", () => {
  for (const tool of ["link_customer", "confirm_link"]) {
    const ask = (chatType: string) => evaluatePolicy(policy, { tool, group: "crm", args: {}, facts: {}, turn: { chatType } }, "deny").decision;
    expect([tool, ask("direct"), ask("group")]).toEqual([tool, "allow", "deny"]);
  }
});

it("asks the person first when the model has read somebody else's words", async () => {
  const db = await testDatabase();
  const asked: unknown[] = [];
  let calls = 0;
  const linking = { request: async (...given: unknown[]) => void asked.push(given), confirm: async () => true } as unknown as Linking;
  const gate = createGate({ db, clock: fakeClock(), tools: linkTools({ linking }), policy: () => policy });
  await gate.migrate();
  const call = (name: string, args: unknown, tainted: boolean, chatType: "direct" | "group" = "direct") =>
    gate.call({ toolCallId: `call-${++calls}`, name, args, tainted }, { ...turn, chatType }, new AbortController().signal);
  for (const [name, args] of [
    ["link_customer", { email: "ana@example.com" }],
    ["confirm_link", { code: "123456" }],
  ] as const) {
    expect((await call(name, args, true)).status).toBe("asked");
    expect((await call(name, args, false, "group")).status).toBe("refused");
  }
  expect(asked).toEqual([]);
  expect((await call("link_customer", { email: "ana@example.com" }, false)).status).toBe("done");
  expect((await call("link_customer", { email: "ana@example.com", customerId: "cus_1" }, false)).status).toBe("refused");
  expect(asked).toHaveLength(1);
  await db.close();
});
