import type { Tool, ToolContext } from "@travelagent/agent-runtime";
import { createSubAgents, type SubAgents } from "@travelagent/agent-runtime/sub-agents";
import { testEngine } from "@travelagent/engine/testing";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import type { AgentPort, TurnScope } from "@travelagent/protocol/turn";
import { createSessions, type Sessions } from "@travelagent/sessions";
import { memoryTranscripts } from "@travelagent/sessions/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { helperTools, sessionTools } from "./index.ts";

const scope = (peer: string, more: Partial<TurnScope> = {}): TurnScope => ({
  runId: `run-${peer}`,
  agentId: "main",
  sessionKey: `agent:main:webchat:dm:${peer}`,
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: peer,
  timeZone: "UTC",
  ...more,
});
const ana = scope("ana", { customerId: "c-ana" });
const ben = scope("ben", { customerId: "c-ben" });
const walkIn = scope("walk-in");

describe("session tools", () => {
  let engine: Engine;
  let sessions: Sessions;
  let helpers: SubAgents;
  let tools: Map<string, Tool>;
  let calls = 0;
  const ran: { at: number; until: number; turn: TurnScope }[] = [];
  let found: (task: string) => Promise<string>;
  const notes: string[] = [];

  const agent: AgentPort = {
    async run({ turn, message }) {
      const at = performance.now();
      const text = await found(message?.text ?? "");
      ran.push({ at, until: performance.now(), turn });
      const said = {
        role: "assistant" as const,
        content: [{ type: "text" as const, text }],
        provider: "p",
        model: "m",
        stopReason: "stop" as const,
        timestamp: 1,
      };
      return { kind: "replied", message: said, text, cards: [], commit: async () => undefined };
    },
  };
  const call = async (name: string, args: Record<string, unknown>, turn = ana, more: Partial<ToolContext> = {}) => {
    const tool = tools.get(name)!;
    calls += 1;
    const context: ToolContext = { turn, toolCallId: "1", idempotencyKey: `key-${calls}`, signal: new AbortController().signal, now: Date.now(), ...more };
    return tool.execute(tool.args.parse(args), context);
  };
  const say = (key: string, message: TranscriptMessage) => sessions.append(key, [{ id: `m${Math.random()}`, message }]);

  beforeEach(async () => {
    engine = await testEngine();
    sessions = createSessions({ db: engine.db, transcripts: memoryTranscripts() });
    ran.length = 0;
    notes.length = 0;
    found = async (task) => `found out: ${task}`;
    helpers = createSubAgents({
      work: engine.work,
      db: engine.db,
      agent,
      sessions: { ensure: sessions.ensure, messages: sessions.messages, append: sessions.append, archive: (key) => sessions.archive(key) },
      note: async ({ text }) => void notes.push(text),
      mayUse: (_, helper) => helper !== "finance",
    });
    await helpers.prepare();
    await engine.start();
    const known = {
      get: sessions.get,
      history: sessions.history,
      ofCustomer: async (customerId: string, options: { limit: number; activeSince?: number }) => (await sessions.list({ customerId, ...options })).sessions,
    };
    const list = [
      ...sessionTools({
        sessions: known,
        helpers: () => helpers,
        agents: () => [{ id: "main" }, { id: "visa" }, { id: "finance" }],
        mayUse: (_, id) => id !== "finance",
      }),
      ...helperTools({ helpers: () => helpers }),
    ];
    tools = new Map(list.map((tool) => [tool.name, tool]));
    for (const { sessionKey, customerId, channel, peerId } of [
      ana,
      { ...ana, sessionKey: "agent:main:whatsapp:dm:34600", channel: "whatsapp", peerId: "34600" },
      ben,
      walkIn,
    ]) {
      await sessions.ensure(sessionKey, { channel, chatType: "direct", peerId, ...(customerId ? { customerId } : {}) });
      await say(sessionKey, { role: "user", content: `canary of ${customerId ?? "walk-in"} on ${channel}`, timestamp: 1 });
    }
    const asked = [{ type: "toolCall" as const, id: "x", name: "get_booking", arguments: {} }];
    await say(ana.sessionKey, { role: "assistant", content: asked, provider: "p", model: "m", stopReason: "toolUse", timestamp: 2 });
    await say(ana.sessionKey, {
      role: "toolResult",
      toolCallId: "x",
      toolName: "get_booking",
      content: [{ type: "text", text: "booking details" }],
      isError: false,
      tainted: true,
      timestamp: 2,
    });
  });
  afterEach(() => engine.stop({ drainMs: 0 }));

  it("shows the conversations of the same customer and nothing of anybody else", async () => {
    const listed = JSON.stringify((await call("sessions_list", { messageLimit: 5 })).content);
    expect(listed).toContain("canary of c-ana on webchat");
    expect(listed).toContain("canary of c-ana on whatsapp");
    expect(listed).not.toMatch(/c-ben|ben|walk-in/);
    expect(JSON.stringify((await call("sessions_list", {}, walkIn)).content)).not.toMatch(/ana|ben/);
    const group = scope("ana", { customerId: "c-ana", chatType: "group", sessionKey: "agent:main:webchat:group:g" });
    expect((await call("sessions_list", {}, group)).content).toEqual({ sessions: [] });
  });

  it("reads the history of its own customer, and answers alike for a stranger's session and for none", async () => {
    const own = await call("sessions_history", { sessionKey: "agent:main:whatsapp:dm:34600" });
    expect(JSON.stringify(own.content)).toContain("canary of c-ana on whatsapp");
    const stranger = await call("sessions_history", { sessionKey: ben.sessionKey }).catch((error: unknown) => error);
    const missing = await call("sessions_history", { sessionKey: "agent:main:webchat:dm:nobody" }).catch((error: unknown) => error);
    expect(stranger).toMatchObject({ code: "NOT_FOUND" });
    expect(String(stranger).replace(ben.sessionKey, "x")).toBe(String(missing).replace("agent:main:webchat:dm:nobody", "x"));
  });

  it("leaves out what tools answered unless it is asked for, and keeps the mark of others' words", async () => {
    const without = await call("sessions_history", { sessionKey: ana.sessionKey });
    expect(JSON.stringify(without.content)).not.toContain("booking details");
    // What the agent said after it had read them may be their words as well.
    expect(without.tainted).toBe(true);
    expect((await call("sessions_list", { messageLimit: 1 })).tainted).toBe(true);
    expect((await call("sessions_history", { sessionKey: "agent:main:whatsapp:dm:34600" })).tainted).toBe(false);
    const all = await call("sessions_history", { sessionKey: ana.sessionKey, includeTools: true });
    expect(JSON.stringify(all.content)).toContain("booking details");
    expect(all.tainted).toBe(true);
  });

  it("asks several helpers at the same time and gives their findings together", async () => {
    found = async (task) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      if (task === "broken") throw new Error("no");
      return `found out: ${task}`;
    };
    const { content } = await call("ask_in_parallel", {
      questions: [
        { label: "flights", task: "flights to Rome" },
        { label: "visa", task: "visa for Rome", agentId: "visa" },
        { label: "bad", task: "broken" },
        { label: "forbidden", task: "x", agentId: "finance" },
      ],
    });
    const { findings } = content as { findings: { label: string; status: string; reply: string }[] };
    expect(findings.map(({ label, status }) => [label, status])).toEqual([
      ["flights", "ok"],
      ["visa", "ok"],
      ["bad", "error"],
      ["forbidden", "error"],
    ]);
    expect(findings[1]?.reply).toBe("found out: visa for Rome");
    const [first, second] = ran;
    expect(Math.max(first!.at, second!.at)).toBeLessThan(Math.min(first!.until, second!.until));
    expect(new Set(ran.map(({ turn }) => turn.customerId))).toEqual(new Set(["c-ana"]));
    expect(notes).toEqual([]);
  });

  it("sends a helper, lists it, tells it more, and nobody else may", async () => {
    const spawned = (await call("sessions_spawn", { task: "look into trains", label: "trains" })).content as {
      status: string;
      runId: string;
      childSessionKey: string;
    };
    expect(spawned.status).toBe("accepted");
    await helpers.result(spawned.runId, 5000);
    expect(JSON.stringify((await call("sessions_list", {})).content)).toContain("look into trains");
    const more = (await call("sessions_send", { sessionKey: spawned.childSessionKey, message: "and buses" })).content;
    expect(more).toMatchObject({ status: "ok", reply: "found out: and buses" });
    await expect(call("sessions_send", { sessionKey: spawned.childSessionKey, message: "tell me" }, ben)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(call("sessions_history", { sessionKey: spawned.childSessionKey }, ben)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(notes).toHaveLength(1);
  });

  it("tells its own state, and which agents may be sent", async () => {
    expect((await call("session_status", {})).content).toMatchObject({ sessionKey: ana.sessionKey, timeZone: "UTC", helpersAtWork: 0 });
    expect((await call("agents_list", {})).content).toEqual({ agents: [{ id: "main" }, { id: "visa" }] });
  });
});
