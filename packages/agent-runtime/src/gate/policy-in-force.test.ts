import { testDatabase } from "@travelagent/engine/testing";
import type { Call } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { defineTool, type Tool } from "../tool.ts";
import { createGate, type Gate, gateHandlers, parsePolicy } from "./index.ts";
import type { Policy } from "./policy.ts";

const turn: TurnScope = {
  runId: "run-1",
  agentId: "main",
  sessionKey: "agent:main:webchat:dm:v1",
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: "v1",
  timeZone: "UTC",
};
const rules = `{
  version: 1,
  params: { limit: 500, role_limit: 1000 },
  rules: [
    { id: "sell.confirm", tools: ["sell"], then: { decision: "needs-confirmation", reason: "the customer says yes first" } },
    { id: "sell.dear", tools: ["sell"], when: { "facts.price": { gt: { param: "limit" } } }, then: { decision: "deny", code: "amount-limit", reason: "above {params.limit}" } },
    { id: "order.agent", tools: ["order"], then: { decision: "needs-approval", role: "agent", reason: "approved" } },
    { id: "order.manager", tools: ["order"], when: { "facts.price": { gt: { param: "role_limit" } } }, then: { decision: "needs-approval", role: "manager", reason: "dear" } },
    { id: "look.enough", tools: ["look"], when: { "turn.calls.hour": { gte: 2 } }, then: { decision: "deny", code: "search-budget", reason: "enough for an hour" } },
    { id: "peek.closed", tools: ["peek"], when: { "facts.open": { eq: false } }, then: { decision: "deny", reason: "closed" } },
    { id: "note.allow", tools: ["note"], then: { decision: "allow" } },
  ],
}`;
const read = (params: Record<string, unknown> = {}): Policy => parsePolicy([{ name: "test.json5", text: rules }], { params });

describe("the policy in force", () => {
  let db: Database & { close(): Promise<void> };
  const clock = fakeClock();
  let policy: Policy;
  let sold: number;
  let gate: Gate;
  let tools: Tool[];
  const signal = new AbortController().signal;
  let calls = 0;
  const call = async (name: string, options: { turn?: TurnScope; args?: unknown } = {}) => {
    // Rows of the audit log are in the order of their time.
    await clock.advance(1);
    return gate.call({ toolCallId: `call-${calls++}`, name, args: options.args ?? {}, tainted: false }, options.turn ?? turn, signal);
  };
  const priced = (name: string): Tool =>
    defineTool({
      name,
      description: name,
      group: "shop",
      args: z.strictObject({}),
      effect: "write",
      writes: "money",
      describe: async (_, { now }) => ({ title: name, lines: [name], expiresAt: now + 60_000, subject: { price: 400 }, facts: { price: 400 } }),
      execute: async () => {
        sold += 1;
        return { content: "done" };
      },
    });
  const plain = (name: string, rest: Partial<Tool> = {}): Tool =>
    defineTool({ name, description: name, group: "shop", args: z.strictObject({}), effect: "read", execute: async () => ({ content: name }), ...rest } as Tool);

  beforeEach(async () => {
    db = await testDatabase();
    policy = read();
    sold = 0;
    tools = [
      priced("sell"),
      priced("order"),
      plain("look"),
      plain("peek", { describe: async (_, { now }) => ({ title: "peek", lines: [], expiresAt: now, subject: {}, facts: { open: false } }) }),
      plain("note", { effect: "write", writes: "personal-data" }),
    ];
    gate = createGate({ db, tools: () => tools, policy: () => policy, clock });
    await gate.migrate();
  });
  afterEach(() => db.close());

  const confirmed = async () => {
    const asked = await call("sell");
    if (asked.status !== "asked") throw new Error("nothing was asked");
    await db.transaction((tx) => gate.decisions.markShown(tx, [asked.decisionId]));
    await gate.decisions.answer({ id: `m${calls}`, sessionKey: turn.sessionKey, text: "yes", receivedAt: clock.now() });
    return asked.decisionId;
  };

  it("is named by every row of the audit log, every question and every evaluation", async () => {
    const first = policy.version;
    const id = await confirmed();
    expect((await gate.decisions.get(id))!.policy).toBe(first);
    expect((await call("sell")).status).toBe("done");
    expect((await call("nothing")).status).toBe("refused");
    policy = read({ limit: 100 });
    expect(policy.version).not.toBe(first);
    expect((await call("sell")).status).toBe("refused");
    expect(await gate.evaluate({ name: "sell", args: {} }, turn)).toMatchObject({
      decision: "deny",
      denyCode: "amount-limit",
      reason: "above 100",
      policy: policy.version,
    });
    expect(await gate.evaluate({ name: "note", args: {} }, turn)).toMatchObject({ decision: "allow", policy: policy.version });
    const { entries } = await gate.audit.list({});
    expect(entries.map((entry) => [entry.decision, entry.policy])).toEqual([
      ["refused", policy.version],
      ["refused", first],
      ["allow", first],
      ["asked", first],
    ]);
  });

  it("is asked again before a confirmed action is carried out: what it refuses by then is not done", async () => {
    await confirmed();
    policy = read({ limit: 399 });
    expect(await call("sell")).toMatchObject({
      status: "refused",
      error: { code: "POLICY_DENIED", details: { ruleId: "sell.dear", denyCode: "amount-limit" } },
    });
    expect(sold).toBe(0);
    // The yes is still there for the same action under rules that let it through.
    policy = read({ limit: 400 });
    expect((await call("sell")).status).toBe("done");
    expect(sold).toBe(1);
  });

  it("takes no agent's approval for what a manager has to approve by now", async () => {
    const asked = await call("order");
    if (asked.status !== "asked") throw new Error("nothing was asked");
    await gate.decisions.resolve(asked.decisionId, true, "ben");
    policy = read({ role_limit: 300 });
    const again = await call("order");
    expect(again.status).toBe("asked");
    expect(sold).toBe(0);
    const { decisions } = await gate.decisions.list({ kind: "approval", status: "pending" });
    expect(decisions).toMatchObject([{ role: "manager", ruleId: "order.manager", policy: policy.version }]);
    await gate.decisions.resolve(decisions[0]!.id, true, "mia");
    expect((await call("order")).status).toBe("done");
  });

  it("asks one role at a time: a question to a role that is no longer asked for is void", async () => {
    const asked = await call("order");
    if (asked.status !== "asked") throw new Error("nothing was asked");
    policy = read({ role_limit: 300 });
    await call("order");
    await expect(gate.decisions.resolve(asked.decisionId, true, "ben")).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("counts the calls of a tool in its conversation for rules that look at them", async () => {
    const elsewhere = { ...turn, sessionKey: "agent:main:webchat:dm:v2" };
    expect([(await call("look")).status, (await call("look")).status, (await call("look")).status]).toEqual(["done", "done", "refused"]);
    expect((await call("look", { turn: elsewhere })).status).toBe("done");
    expect((await call("note")).status).toBe("done");
    await clock.advance(61 * 60_000);
    expect((await call("look")).status).toBe("done");
  });

  it("sees what a read states of itself, where a rule looks at it", async () =>
    expect(await call("peek")).toMatchObject({ status: "refused", error: { details: { ruleId: "peek.closed" } } }));

  it("knows of tools that others describe: what is evaluated is what a call would get", async () => {
    expect(await gate.evaluate({ name: "note", args: {} }, turn)).toMatchObject({ decision: "allow" });
    tools = [...tools, plain("acme_rates", { foreign: true })];
    expect(await gate.evaluate({ name: "note", args: {} }, turn)).toMatchObject({ decision: "needs-confirmation", ruleId: "gate.provenance" });
    expect(await call("note")).toMatchObject({ status: "asked" });
    // A person who asks for one tool has read no description.
    expect(await gate.evaluate({ name: "note", args: {}, actor: "operator" }, turn)).toMatchObject({ decision: "allow" });
  });

  describe("approvals on the wire", () => {
    const decided: string[] = [];
    const by = (actor: string, ...scopes: string[]) => ({ actor, scopes: ["operator.read", "operator.approvals", ...scopes] }) as unknown as Call;
    const resolve = (params: Record<string, unknown>, caller: Call) =>
      gateHandlers(gate, { onDecided: async ({ id }) => void decided.push(id) })["approvals.resolve"]!(params as never, caller) as Promise<{
        approval: { status: string; policy?: string };
      }>;
    const ask = async (params: Record<string, unknown> = {}) => {
      policy = read(params);
      const asked = await call("order");
      if (asked.status !== "asked") throw new Error("nothing was asked");
      return asked.decisionId;
    };

    it("are approved by somebody who holds the role, and refused by anybody who decides approvals", async () => {
      const everyday = await ask();
      expect((await resolve({ id: everyday, decision: "approve" }, by("ben"))).approval).toMatchObject({ status: "approved", policy: policy.version });
      const managers = await ask({ role_limit: 300 });
      await expect(resolve({ id: managers, decision: "approve" }, by("ben"))).rejects.toMatchObject({ code: "FORBIDDEN", details: { role: "manager" } });
      expect((await gate.decisions.get(managers))!.status).toBe("pending");
      expect((await resolve({ id: managers, decision: "approve" }, by("mia", "operator.admin"))).approval.status).toBe("approved");
      await clock.advance(120_000);
      const another = await ask({ role_limit: 300 });
      expect((await resolve({ id: another, decision: "deny" }, by("ben"))).approval.status).toBe("denied");
    });

    it("are approved by those who hold the role where an agency says who does", async () => {
      const roles = { manager: ["device:mias-laptop"], agent: ["operator.write"] };
      const handlers = gateHandlers(gate, { onDecided: async () => undefined, roles: () => roles });
      const approve = (id: string, caller: Call) => handlers["approvals.resolve"]!({ id, decision: "approve" } as never, caller);
      const everyday = await ask();
      await expect(approve(everyday, by("ben"))).rejects.toMatchObject({ code: "FORBIDDEN" });
      expect(await approve(everyday, by("ben", "operator.write"))).toMatchObject({ approval: { status: "approved" } });
      const managers = await ask({ role_limit: 300 });
      await expect(approve(managers, by("operator", "operator.admin"))).rejects.toMatchObject({ code: "FORBIDDEN" });
      expect(await approve(managers, by("device:mias-laptop"))).toMatchObject({ approval: { status: "approved", role: "manager" } });
    });

    it("answer a repeat of their own key with what it did, once", async () => {
      const id = await ask();
      decided.length = 0;
      const params = { id, decision: "approve", idempotencyKey: "k1" };
      const first = await resolve(params, by("ben"));
      expect(await resolve(params, by("ben"))).toEqual(first);
      expect(decided).toEqual([id]);
      await expect(resolve({ ...params, decision: "deny" }, by("ben"))).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
      await expect(resolve({ ...params, idempotencyKey: "k2" }, by("ben"))).rejects.toMatchObject({ code: "CONFLICT" });
      await expect(resolve(params, by("mia"))).rejects.toMatchObject({ code: "CONFLICT" });
      // Also after it was used.
      expect((await call("order")).status).toBe("done");
      expect((await resolve(params, by("ben"))).approval.status).toBe("used");
    });

    it("stay what they are for a write that was begun on them", async () => {
      const yes = await confirmed();
      let proceed: () => void = () => undefined;
      const begun = new Promise<void>((resolve) => {
        tools = tools.map((tool) =>
          tool.name === "sell"
            ? {
                ...tool,
                execute: () => {
                  resolve();
                  return new Promise((done) => {
                    proceed = () => done({ content: "sold" });
                  });
                },
              }
            : tool,
        );
      });
      const sale = call("sell");
      await begun;
      expect(await gate.decisions.withdraw(turn.sessionKey)).toEqual([]);
      proceed();
      expect((await sale).status).toBe("done");
      expect((await gate.decisions.get(yes))!.status).toBe("used");
    });

    it("are void with the conversation they were part of, and so is a yes that was not used", async () => {
      const id = await ask();
      const yes = await confirmed();
      const other = await call("order", { turn: { ...turn, sessionKey: "elsewhere" } });
      expect((await gate.decisions.withdraw(turn.sessionKey)).map((decision) => decision.id).sort()).toEqual([id, yes].sort());
      await expect(resolve({ id, decision: "approve" }, by("mia", "operator.admin"))).rejects.toMatchObject({ code: "CONFLICT" });
      expect((await call("sell")).status).toBe("asked");
      expect(other.status === "asked" && (await gate.decisions.get(other.decisionId))!.status).toBe("pending");
    });
  });
});
