import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Crm } from "../crm.ts";
import { databaseCrm } from "../database-crm.ts";
import { crmTools } from "./crm-tools.ts";

const allow = parsePolicy([{ name: "crm", text: `{ version: 1, rules: [{ id: "crm.allow", tools: ["group:crm"], then: { decision: "allow" } }] }` }]);
const deny = parsePolicy([
  { name: "crm", text: `{ version: 1, rules: [{ id: "crm.deny", tools: ["group:crm"], then: { decision: "deny", reason: "not today" } }] }` },
]);

const turn: TurnScope = {
  runId: "run",
  agentId: "main",
  sessionKey: "agent:main:telegram:1",
  channel: "telegram",
  accountId: "default",
  chatType: "direct",
  peerId: "1",
  timeZone: "UTC",
};
const writes = [
  ["create_customer", { name: "Ana Silva" }],
  ["update_customer", { name: "Ana Silva" }],
  ["create_lead", { summary: "sea" }],
  ["update_lead", { nextStep: { what: "call" } }],
  ["add_note", { text: "cot" }],
] as const;

describe("crm tools behind the gate", () => {
  let db: Awaited<ReturnType<typeof testDatabase>>;
  let crm: Crm;
  beforeEach(async () => {
    db = await testDatabase();
    crm = await databaseCrm({ db, clock: fakeClock() });
  });
  afterEach(() => db.close());

  const call = async (policy: typeof allow, name: string, args: unknown, tainted = false) => {
    const bookings = { forCustomer: async () => [], forSession: async () => [] };
    const gate = createGate({ db, clock: fakeClock(), tools: crmTools({ crm, bookings }), policy: () => policy });
    await gate.migrate();
    return gate.call({ toolCallId: name, name, args, tainted }, turn, new AbortController().signal);
  };
  const stored = async () => [
    (await crm.list({})).customers.length,
    (await crm.leads({})).leads.length,
    (await crm.notes({ sessionKey: turn.sessionKey })).notes.length,
  ];

  it("do nothing that the policy denies", async () => {
    for (const [name, args] of [...writes, ["get_customer", {}], ["get_booking_history", {}]] as const)
      expect(await call(deny, name, args)).toMatchObject({ status: "refused", error: { code: "POLICY_DENIED" } });
    expect(await stored()).toEqual([0, 0, 0]);
  });

  it("ask the customer first when the model has read somebody else's words", async () => {
    for (const [name, args] of writes) expect(await call(allow, name, args, true)).toMatchObject({ status: "asked" });
    expect(await stored()).toEqual([0, 0, 0]);
  });

  it("do their work once when they may", async () => {
    for (const [name, args] of [writes[0], writes[0], writes[2], writes[2], writes[3], writes[4], writes[4]])
      expect(await call(allow, name, args)).toMatchObject({ status: "done" });
    expect(await stored()).toEqual([1, 1, 1]);
    const { id } = (await crm.byIdentity("telegram", "1"))!;
    expect((await crm.notes({ customerId: id })).notes.length).toBe(1);
  });

  it("refuse arguments they do not know", async () => {
    expect(await call(allow, "get_customer", { customerId: "cus_1" })).toMatchObject({ status: "refused", error: { code: "INVALID_REQUEST" } });
  });
});
