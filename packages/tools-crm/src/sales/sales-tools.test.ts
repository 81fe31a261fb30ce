import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, describe, expect, it } from "vitest";
import { databaseCrm } from "../database-crm.ts";
import { crmTools } from "../tools/crm-tools.ts";
import { createObligations } from "./obligations.ts";
import { promiseTool } from "./promise-tool.ts";

const policy = (decision: string) =>
  parsePolicy([
    {
      name: "t",
      text: `{ version: 1, rules: [{ id: "t.all", tools: ["group:crm"], then: { decision: "${decision}"${decision === "deny" ? ', reason: "no"' : ""} } }] }`,
    },
  ]);
const turn = (peerId: string, rest: Partial<TurnScope> = {}): TurnScope => ({
  runId: `run-${peerId}`,
  agentId: "main",
  sessionKey: `agent:main:telegram:${peerId}`,
  channel: "telegram",
  accountId: "default",
  chatType: "direct",
  peerId,
  timeZone: "Europe/Lisbon",
  ...rest,
});
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

async function bench(rules = policy("allow")) {
  const db = await testDatabase();
  opened.push(db);
  const clock = fakeClock();
  const crm = await databaseCrm({ db, clock });
  const obligations = createObligations({ db, clock });
  const ofAgency = ({ peerId }: TurnScope) => peerId === "colleague";
  const gate = createGate({ db, clock, tools: [...crmTools({ crm, ofAgency }), promiseTool({ crm, obligations })], policy: () => rules });
  await gate.migrate();
  let calls = 0;
  const use = (name: string, args: unknown, who: TurnScope, tainted = false) =>
    gate.call({ toolCallId: `c${++calls}`, name, args, tainted }, who, new AbortController().signal);
  return { db, clock, crm, obligations, use };
}
const contentOf = (result: unknown) => (result as { output?: { content?: Record<string, unknown> } }).output?.content;

describe("the tool promise", () => {
  it("writes down what and by when on the customer's clock, and tells nobody else's", async () => {
    const { use, obligations } = await bench();
    const made = await use("promise", { what: "send the quote", by: "2027-07-20T17:00" }, turn("1"));
    expect(made).toMatchObject({ status: "done" });
    // Summer time in Lisbon.
    expect(JSON.stringify(made)).toContain("2027-07-20T16:00:00.000Z");
    const other = JSON.stringify(await use("promise", { what: "call the hotel" }, turn("2")));
    expect(other).toContain("call the hotel");
    expect(other).not.toContain("send the quote");
    const { promises } = await obligations.list({});
    expect(promises.map(({ text, assumed, dueAt, actor }) => [text, assumed, dueAt, actor])).toEqual([
      ["call the hotel", true, "2027-01-18T09:00:00.000Z", "agent:main"],
      ["send the quote", false, "2027-07-20T16:00:00.000Z", "agent:main"],
    ]);
    // In a group everybody reads the answer.
    const group = JSON.stringify(await use("promise", { what: "look it up" }, turn("1", { chatType: "group" })));
    expect(group).not.toContain("send the quote");
  });

  it("refuses times that are over, far away or none, and does nothing that is denied", async () => {
    const { use, obligations } = await bench();
    for (const by of ["2027-01-15T08:00", "2029-01-01", "2027-02-30", "tomorrow"])
      expect([by, await use("promise", { what: "x", by }, turn("1"))]).toMatchObject([by, { error: { code: "INVALID_REQUEST" } }]);
    expect(await use("promise", { what: "x", customerId: "cus_1" }, turn("1"))).toMatchObject({ status: "refused", error: { code: "INVALID_REQUEST" } });
    expect((await obligations.list({})).promises).toEqual([]);
    const denied = await bench(policy("deny"));
    expect(await denied.use("promise", { what: "x" }, turn("1"))).toMatchObject({ status: "refused", error: { code: "POLICY_DENIED" } });
    expect((await denied.obligations.list({})).promises).toEqual([]);
  });
});

describe("the tool update_lead", () => {
  it("sets the next step of the conversation's own lead, and nothing else for customers", async () => {
    const { use, crm } = await bench();
    await use("create_lead", { summary: "sea" }, turn("1"));
    await use("create_lead", { summary: "mountains" }, turn("2"));
    const [theirs, own] = (await crm.leads({})).leads;
    expect(own!.summary).toBe("sea");
    const done = await use("update_lead", { nextStep: { what: "call", dueAt: "2027-01-20T17:00:00+01:00" } }, turn("1"));
    expect(done).toMatchObject({ status: "done" });
    expect((await crm.lead(own!.id))!.lead.nextStep).toEqual({ what: "call", dueAt: "2027-01-20T16:00:00.000Z" });
    for (const args of [
      { stage: "won" },
      { owner: "me" },
      { nextStep: { what: "x" }, leadId: theirs!.id },
      { nextStep: { what: "x" }, stage: "lost", lostReason: "x" },
    ])
      expect([args, await use("update_lead", args, turn("1"))]).toMatchObject([args, { error: { code: "SCOPE_VIOLATION" } }]);
    expect((await crm.lead(theirs!.id))!.lead).toMatchObject({ stage: "new", version: 1 });
    expect(await use("update_lead", { nextStep: { what: "x" } }, turn("3"))).toMatchObject({ error: { code: "NOT_FOUND" } });
    expect(JSON.stringify(contentOf(done) ?? done)).not.toContain(own!.id);
    expect(await use("update_lead", { leadId: theirs!.id, stage: "qualified", owner: "eva" }, turn("colleague"))).toMatchObject({ status: "done" });
    expect((await crm.lead(theirs!.id))!.lead).toMatchObject({ stage: "qualified", owner: "eva" });
  });
});
