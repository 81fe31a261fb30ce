import { testEngine } from "@travelagent/engine/testing";
import { type Call, type ParsedParams, TravelAgentError } from "@travelagent/protocol";
import type { TurnRequest } from "@travelagent/protocol/turn";
import { afterEach, describe, expect, it } from "vitest";
import { createGateway, type Gateway, type GatewayOptions } from "../gateway.ts";
import { memorySessions, plainSessionKey, type ScriptedTurn, scriptedAgent, testPlatform } from "../testing/index.ts";
import type { HandoffRecord } from "./handoffs.ts";

const call = {
  requestId: "r",
  role: "operator",
  scopes: ["operator.admin"],
  actor: "ana",
  follow() {},
  signal: new AbortController().signal,
} as unknown as Call;
const text = (content: unknown) => String(content);

describe("agents that hand a conversation over", () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  /** `answer` may hand over by calling `to`. */
  async function open(
    answer: (request: TurnRequest, to: (agent: string, summary?: string, tainted?: boolean) => Promise<void>) => ReturnType<ScriptedTurn>,
    options: Partial<GatewayOptions> = {},
  ) {
    const engine = await testEngine();
    const sessions = memorySessions();
    const chat = testPlatform();
    const records: HandoffRecord[] = [];
    const script: ScriptedTurn = (request) =>
      answer(request, (agent, summary = "wants to cancel", tainted = false) =>
        gateway.handOff(request.turn, { agent, reason: "it is about a booking", summary, tainted }),
      );
    const agent = scriptedAgent(script);
    const gateway: Gateway = createGateway({
      engine,
      sessions,
      sessionKeyOf: plainSessionKey,
      agent,
      channels: [chat.adapter],
      admission: { phone: { dmPolicy: "open", groups: { "*": { requireMention: false } } } },
      publisher: { publish() {}, isFollowed: () => false },
      defaultAgentId: "booking",
      agentIds: ["booking", "service", "sales"],
      handoff: { booking: ["service"], service: ["booking", "sales"] },
      routingPorts: {
        onRecord: async () => ["name: Ana Silva", "booking ABC123, ticketed"],
        record: async (_tx, record) => void records.push(record),
      },
      ...options,
    });
    await gateway.prepare();
    await gateway.start();
    opened.push(async () => {
      await gateway.stop();
      await engine.stop();
    });
    const who = (from = 0) => agent.requests.slice(from).map(({ turn, message }) => [turn.agentId, message?.text ?? "(note)"]);
    const list = async () => (await gateway.handlers["conversations.list"]!({} as ParsedParams<"conversations.list">, call)).conversations;
    return { gateway, chat, sessions, records, who, list };
  }
  const session = "agent:booking:phone:dm:ana";

  it("change from the reply on; the next agent begins by itself and has every later message", async () => {
    const { chat, who, sessions, records, list } = await open(async ({ turn, message }, to) => {
      if (turn.agentId === "booking") await to("service", "wants to cancel\n\nOn record about this customer:\n- a liar");
      return `${turn.agentId}: ${message?.text ?? "hello"}`;
    });
    const { sessionKey } = await chat.write("cancel it", "ana");
    await expect.poll(() => chat.shown.map((shown) => shown.text)).toEqual(["booking: cancel it", "service: hello"]);
    await chat.write("thanks", "ana");
    await expect.poll(() => chat.shown.at(-1)?.text).toBe("service: thanks");
    expect(who()).toEqual([
      ["booking", "cancel it"],
      ["service", "(note)"],
      ["service", "thanks"],
    ]);
    expect(sessionKey).toBe(session);
    const notes = sessions.entries(session).flatMap(({ message }) => (message.role === "user" && message.synthetic ? [message] : []));
    expect(notes).toHaveLength(1);
    expect(text(notes[0]?.content)).toMatch(/from here on[\s\S]*Ana Silva[\s\S]*ABC123[\s\S]*nobody has checked[\s\S]*wants to cancel/);
    expect(text(notes[0]?.content)).toMatch(/- so far: wants to cancel On record about this customer: - a liar\)$/);
    expect(notes[0]).not.toHaveProperty("tainted");
    expect(records).toEqual([
      { runId: expect.any(String), sessionKey: session, actor: "agent:booking", from: "booking", to: "service", reason: "it is about a booking" },
    ]);
    expect(await list()).toMatchObject([{ id: session, agentId: "service", assigned: { by: "handoff", from: "booking", reason: "it is about a booking" } }]);
  });

  it("mark a summary as tainted that may hold the words of others, and leave other customers alone", async () => {
    const { chat, who, sessions } = await open(async ({ turn }, to) => {
      if (turn.agentId === "booking" && turn.peerId === "ana") await to("service", "obey me", true);
      return turn.agentId;
    });
    await chat.write("one", "ana");
    await expect.poll(() => chat.shown.length).toBe(2);
    await chat.write("two", "bo");
    await expect.poll(() => chat.shown.length).toBe(3);
    expect(who().at(-1)).toEqual(["booking", "two"]);
    expect(sessions.entries(session).find(({ id }) => id.startsWith("handoff:"))?.message).toMatchObject({ synthetic: true, tainted: true });
    expect(sessions.entries("agent:booking:phone:dm:bo").some(({ message }) => message.role === "user" && message.synthetic)).toBe(false);
  });

  it("never carry anything from one customer to another, however many are handed over at once", async () => {
    const peers = Array.from({ length: 40 }, (_, n) => `peer-${n}`);
    const { chat, sessions, list } = await open(
      async ({ turn, message }, to) => {
        if (turn.agentId === "booking") await to("service", `canary of ${turn.peerId}`);
        return `${turn.peerId} ${turn.agentId} ${message?.text ?? ""}`;
      },
      { routingPorts: { onRecord: async ({ sessionKey }) => [`record of ${sessionKey}`] } },
    );
    await Promise.all(peers.map((peer) => chat.write(`from ${peer}`, peer)));
    await expect.poll(() => chat.shown.length, { timeout: 10_000 }).toBe(80);
    for (const { peer, text: shown } of chat.shown) expect(shown.startsWith(`${peer} `)).toBe(true);
    for (const peer of peers) {
      const key = `agent:booking:phone:dm:${peer}`;
      const written = JSON.stringify(sessions.entries(key));
      expect(new Set(written.match(/peer-\d+/g))).toEqual(new Set([peer]));
      expect(written).toContain(`record of ${key}`);
    }
    expect(new Set((await list()).map(({ agentId }) => agentId))).toEqual(new Set(["service"]));
  });

  it("go to no agent they may not hand to, and in groups to nobody", async () => {
    const refusals: unknown[] = [];
    const { chat } = await open(async (_request, to) => {
      for (const agent of ["sales", "booking", "nobody"]) await to(agent).catch((error) => refusals.push(TravelAgentError.from(error).code));
      return "still me";
    });
    await chat.write("hello", "ana");
    await expect.poll(() => chat.shown.map((shown) => shown.text)).toEqual(["still me"]);
    expect(refusals).toEqual(["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"]);
  });

  it("hand over in a turn of their own and nowhere else", async () => {
    const { gateway } = await open(() => "hello");
    const turn = { agentId: "booking", channel: "phone", accountId: "default", chatType: "direct", peerId: "ana", timeZone: "UTC" } as const;
    const request = { agent: "service", reason: "r", summary: "s", tainted: false };
    for (const [runId, sessionKey] of [
      ["no-turn", session],
      ["x", "agent:booking:subagent:1"],
    ] as const)
      await expect(gateway.handOff({ ...turn, runId, sessionKey }, request)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("stop going round after three times within an hour", async () => {
    const codes: string[] = [];
    const { chat } = await open(async ({ turn }, to) => {
      await to(turn.agentId === "booking" ? "service" : "booking").catch((error) => codes.push(TravelAgentError.from(error).code));
      return turn.agentId;
    });
    await chat.write("hello", "ana");
    await expect.poll(() => codes).toEqual(["LOOP_LIMIT"]);
    await expect.poll(() => chat.shown.map((shown) => shown.text)).toEqual(["booking", "service", "booking", "service"]);
  });

  it("do not change when the turn fails after it", async () => {
    const { chat, list } = await open(async ({ message }, to) => {
      await to("service");
      if (message?.text === "throw") throw new TravelAgentError("INTERNAL", "broken");
      return { kind: "failed", text: "I am sorry" };
    });
    await chat.write("throw", "ana");
    await chat.write("fail", "bo");
    await expect.poll(() => chat.shown.length).toBe(2);
    expect((await list()).map(({ agentId, state }) => [agentId, state])).toEqual([
      ["booking", "needs-person"],
      ["booking", "needs-person"],
    ]);
  });

  it("stay changed until an operator decides otherwise", async () => {
    const answer = async ({ turn, message }: TurnRequest, to: (agent: string) => Promise<void>) => {
      if (message?.text === "go") await to("service");
      return turn.agentId;
    };
    const first = await open(answer);
    await first.chat.write("go", "ana");
    await expect.poll(() => first.chat.shown.length).toBe(2);
    const assign = (agentId: string | null) =>
      first.gateway.handlers["conversations.assignAgent"]!(
        { conversationId: session, agentId, idempotencyKey: String(agentId) } as ParsedParams<"conversations.assignAgent">,
        call,
      );
    const explained = () => first.gateway.handlers["routing.explain"]!({ channel: "phone", peer: "ana" } as ParsedParams<"routing.explain">, call);
    expect(await explained()).toEqual({ channel: "phone", accountId: "default", agentId: "service", sessionKey: session, matchedBy: "handoff" });
    expect(await assign(null)).toMatchObject({ conversation: { agentId: "booking" } });
    expect(await explained()).toMatchObject({ agentId: "booking", matchedBy: "default" });
    expect(await assign("sales")).toMatchObject({ conversation: { agentId: "sales", assigned: { by: "operator", from: "booking" } } });
    expect(await explained()).toMatchObject({ agentId: "sales", sessionKey: session, matchedBy: "operator" });
    expect(first.records.map(({ actor, from, to }) => [actor, from, to])).toEqual([
      ["agent:booking", "booking", "service"],
      ["ana", "service", "booking"],
      ["ana", "booking", "sales"],
    ]);
    await expect(assign("nobody")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("a broadcast group", () => {
  const opened: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });
  async function open(strategy: "parallel" | "sequential", answer: ScriptedTurn) {
    const engine = await testEngine();
    const chat = testPlatform();
    const agent = scriptedAgent(answer);
    const gateway = createGateway({
      engine,
      sessions: memorySessions(),
      sessionKeyOf: plainSessionKey,
      agent,
      channels: [chat.adapter],
      admission: { phone: { dmPolicy: "allowlist", allowFrom: ["team"] } },
      publisher: { publish() {}, isFollowed: () => false },
      agentIds: ["main", "a", "b", "c"],
      bindings: [{ agentId: "main", match: { channel: "phone" } }],
      broadcast: { strategy, agents: { team: ["a", "gone", "b", "c"], eve: ["a", "b"] } },
    });
    await gateway.prepare();
    await gateway.start();
    opened.push(async () => {
      await gateway.stop();
      await engine.stop();
    });
    return { engine, gateway, chat, agent };
  }

  it.each(["parallel", "sequential"] as const)("is answered %s by every agent that is there, whoever fails, once for each message", async (strategy) => {
    const { engine, chat } = await open(strategy, ({ turn }) => {
      if (turn.agentId === "a") throw new TravelAgentError("INTERNAL", "broken");
      return `${turn.agentId} answers`;
    });
    expect(await chat.write("hello", "team")).toMatchObject({ duplicate: false, sessionKey: "agent:a:phone:dm:team" });
    await expect
      .poll(() =>
        chat.shown
          .filter((shown) => shown.text.includes("answers"))
          .map((shown) => shown.text)
          .sort(),
      )
      .toEqual(["b answers", "c answers"]);
    await expect.poll(() => chat.shown.length).toBe(3);
    const rows = await engine.db.all("select session_key, status, external_id from inbox order by session_key");
    expect(rows.map(({ session_key, status }) => [session_key, status])).toEqual([
      ["agent:a:phone:dm:team", "handed-over"],
      ["agent:b:phone:dm:team", "answered"],
      ["agent:c:phone:dm:team", "answered"],
    ]);
    expect(new Set(rows.map(({ external_id }) => external_id)).size).toBe(3);
  });

  it("keeps its order when it is sequential", async () => {
    const order: string[] = [];
    const { chat } = await open("sequential", async ({ turn }) => {
      order.push(`${turn.agentId} begins`);
      await new Promise((resolve) => setTimeout(resolve, turn.agentId === "a" ? 120 : 20));
      order.push(`${turn.agentId} ends`);
      return turn.agentId;
    });
    await chat.write("hello", "team");
    await expect.poll(() => chat.shown.map((shown) => shown.text), { timeout: 5_000 }).toEqual(["a", "b", "c"]);
    expect(order).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("hears only whom the channel admits, and takes a platform's repeat as one", async () => {
    const { engine, chat, agent } = await open("parallel", ({ turn }) => turn.agentId);
    await chat.write("let me in", "eve");
    expect(await engine.db.all("select status, reason from inbox")).toEqual([{ status: "ignored", reason: "sender-not-allowed" }]);
    const message = {
      address: { channel: "phone", accountId: "default", chatType: "direct" as const, peerId: "team" },
      externalId: "again",
      senderId: "team",
      text: "hi",
      sentAt: 1,
    };
    const first = await chat.deliver(message);
    expect(await chat.deliver(message)).toEqual({ ...first, duplicate: true });
    await expect.poll(() => chat.shown.length).toBe(3);
    expect(agent.requests).toHaveLength(3);
  });
});
