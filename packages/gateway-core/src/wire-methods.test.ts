import { testEngine } from "@travelagent/engine/testing";
import type { Call, EventName, MethodName, ParsedParams } from "@travelagent/protocol";
import type { Engine } from "@travelagent/protocol/ports";
import { afterEach, describe, expect, it } from "vitest";
import { messagesTopic } from "./connections/topics.ts";
import { createGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
import type { SessionPort } from "./ports.ts";
import { memorySessions, plainSessionKey, type ScriptedTurn, scriptedAgent, testPlatform } from "./testing/index.ts";

const call = (over: Partial<Call> = {}): Call => ({
  requestId: "r",
  connectionId: "c",
  role: "operator",
  scopes: ["operator.admin"],
  actor: "ana",
  signal: new AbortController().signal,
  follow: () => undefined,
  unfollow: () => undefined,
  later: () => undefined,
  ...over,
});

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it did not happen");
};

describe("what operators do over the wire", () => {
  const opened: (() => Promise<void>)[] = [];
  const events: { event: EventName; payload: Record<string, unknown> }[] = [];
  let engine: Engine;
  let gateway: Gateway;

  async function open(answer: ScriptedTurn = () => "an answer", options: Partial<GatewayOptions> = {}) {
    events.length = 0;
    engine = await testEngine();
    const phone = testPlatform();
    const sessions = memorySessions();
    gateway = createGateway({
      engine,
      sessions,
      sessionKeyOf: plainSessionKey,
      agent: scriptedAgent(answer),
      channels: [phone.adapter, testPlatform({ id: "webchat", recipient: () => null }).adapter],
      admission: { phone: { dmPolicy: "open" }, webchat: { dmPolicy: "open" } },
      publisher: { publish: (event, payload) => void events.push({ event, payload: payload as Record<string, unknown> }), isFollowed: () => true },
      ...options,
    });
    await gateway.prepare();
    await engine.start();
    await gateway.start();
    opened.push(async () => {
      await gateway.stop();
      await engine.stop();
    });
    return { phone, sessions };
  }
  const ask = async <M extends MethodName>(method: M, params: ParsedParams<M>, over: Partial<Call> = {}) =>
    (await (gateway.handlers[method] as (params: unknown, call: Call) => unknown)(params, call(over))) as Record<string, unknown>;
  const session = "agent:main:phone:dm:+34600111222";

  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  describe("send", () => {
    const params = { to: "+34600111222", message: "Your tickets are ready.", channel: "phone", idempotencyKey: "k1" };

    it("reaches the customer once for one key, and says what became of it", async () => {
      const { phone, sessions } = await open();
      const first = await ask("send", params);
      const again = await ask("send", params);
      expect(phone.shown).toEqual([{ peer: "+34600111222", text: "Your tickets are ready.", id: first.messageId }]);
      expect(first).toMatchObject({ runId: "k1", channel: "phone", status: "sent", externalId: "phone-1", sessionKey: session });
      expect(again).toEqual(first);
      expect(sessions.entries(session).map(({ message }) => message)).toMatchObject([{ role: "assistant", author: "operator" }]);
    });

    it("refuses other words under the same key", async () => {
      const { phone } = await open();
      await ask("send", params);
      await expect(ask("send", { ...params, message: "Something else." })).rejects.toMatchObject({ code: "IDEMPOTENCY_MISMATCH" });
      expect(phone.shown).toHaveLength(1);
    });

    it("takes the only channel to the outside when none is named", async () => {
      const { phone } = await open();
      const { channel: _, ...unnamed } = params;
      expect(await ask("send", unnamed)).toMatchObject({ channel: "phone" });
      expect(phone.shown).toHaveLength(1);
    });

    it.each([
      [{ channel: "telegram" }, "unsupported channel: telegram"],
      [{ accountId: "second" }, "no account second"],
      [{ to: "phone: " }, "the recipient is empty"],
      [{ channel: "webchat", to: "somebody" }, "only people who have written there"],
      [{ sessionKey: "agent:main:phone:dm:+34999" }, "the session of this recipient"],
    ])("refuses %j", async (wrong, reason) => {
      const { phone } = await open();
      await expect(ask("send", { ...params, ...wrong })).rejects.toMatchObject({ code: "INVALID_REQUEST", message: expect.stringContaining(reason) });
      expect(phone.shown).toEqual([]);
    });

    it("writes first only to those who could answer", async () => {
      const { phone } = await open(undefined, { admission: { phone: { dmPolicy: "allowlist", allowFrom: ["+34600111222"] } } });
      await expect(ask("send", { ...params, to: "+34999888777", idempotencyKey: "k2" })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(ask("send", { ...params, to: "group:team", idempotencyKey: "k3" })).rejects.toMatchObject({ code: "FORBIDDEN" });
      await ask("send", params);
      expect(phone.shown).toHaveLength(1);
    });

    it("goes out while a person owns the conversation, and leaves it with them", async () => {
      const { phone } = await open();
      await phone.write("hello");
      await until(() => phone.shown.length === 1);
      await ask("conversations.takeOver", { conversationId: session, idempotencyKey: "t" });
      await ask("send", params);
      expect(phone.shown.at(-1)?.text).toBe("Your tickets are ready.");
      const { conversations } = await ask("conversations.list", undefined);
      expect(conversations).toMatchObject([{ id: session, state: "person", assignee: "ana" }]);
    });

    it("keeps no card number", async () => {
      const { phone } = await open();
      await ask("send", { ...params, message: "Card 4111 1111 1111 1111 it was" });
      expect(phone.shown[0]?.text).not.toContain("4111");
    });
  });

  it("puts a note into a session of the gateway's own, and into no customer's", async () => {
    const { phone, sessions } = await open();
    await ask("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "h" });
    await until(() => sessions.entries("agent:main:main").length > 0);
    const { messageId } = await ask("chat.inject", { sessionKey: "main", message: "Done by hand.", label: "desk" });
    expect(sessions.entries("agent:main:main").at(-1)?.message).toMatchObject({ role: "assistant", content: [{ text: "[desk]\n\nDone by hand." }] });
    expect(events).toContainEqual(
      expect.objectContaining({ event: "chat", payload: expect.objectContaining({ runId: `inject-${String(messageId)}`, state: "final" }) }),
    );
    await phone.write("hello");
    await expect(ask("chat.inject", { sessionKey: session, message: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(ask("chat.inject", { sessionKey: "agent:main:nobody", message: "x" })).rejects.toMatchObject({
      message: expect.stringContaining("session not found"),
    });
  });

  it("wakes the main session now, with words that count as nobody's", async () => {
    const heard: unknown[] = [];
    const { sessions } = await open(({ message }) => {
      heard.push(message);
      return "awake";
    });
    const { runId } = await ask("wake", { mode: "now", text: "Check the group fare." });
    await until(() => sessions.entries("agent:main:main").length > 0);
    expect(heard).toMatchObject([{ text: "Check the group fare.", tainted: true }]);
    expect(runId).toEqual(expect.any(String));
  });

  it("leaves a note for the next turn", async () => {
    const { sessions } = await open();
    expect(await ask("wake", { mode: "next-heartbeat", text: "Check the group fare." })).toEqual({ ok: true });
    expect(sessions.entries("agent:main:main")).toMatchObject([{ message: { role: "user", synthetic: true, tainted: true } }]);
    const { messages } = await ask("chat.history", { sessionKey: "main" });
    expect(messages).toEqual([]);
  });

  it("gives a customer whose answer an operator stopped to a person", async () => {
    let started = (): void => undefined;
    const begun = new Promise<void>((resolve) => (started = resolve));
    const { phone } = await open(async (_, work) => {
      started();
      await new Promise((_, reject) => work.signal.addEventListener("abort", () => reject(work.signal.reason)));
      return "";
    });
    const { runId } = await phone.write("hello");
    await begun;
    expect(await ask("chat.abort", { sessionKey: session })).toEqual({ ok: true, aborted: true, runIds: [runId] });
    expect(await engine.db.get("select status from inbox where id = ?", runId)).toEqual({ status: "handed-over" });
    const { conversations } = await ask("conversations.list", undefined);
    expect(conversations).toMatchObject([{ state: "needs-person" }]);
    expect(phone.shown).toEqual([]);
  });

  it("keeps the agent silent in a session that denies it", async () => {
    const sessions = memorySessions();
    const silent: SessionPort = { ...sessions, get: async (key) => ({ ...(await sessions.get(key)), sessionId: "s", sendPolicy: "deny" }) };
    const { phone } = await open(undefined, { sessions: silent });
    const { runId } = await phone.write("hello");
    await until(async () => (await engine.db.get<{ status: string }>("select status from inbox where id = ?", runId))?.status === "handed-over");
    expect(phone.shown).toEqual([]);
    await expect(ask("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "x" })).rejects.toMatchObject({
      message: expect.stringContaining("session policy"),
    });
  });

  it("shows a customer's words as blocks to clients of protocol 3, as text to those of 4", async () => {
    const { phone, sessions } = await open();
    await sessions.append(session, [{ id: "u:user", message: { role: "user", content: "hello", timestamp: 1 } }]);
    await phone.write("hello");
    const first = async (protocol: number) => ((await ask("chat.history", { sessionKey: session }, { protocol })).messages as unknown[])[0];
    expect(await first(3)).toMatchObject({ content: [{ type: "text", text: "hello" }] });
    expect(await first(4)).toMatchObject({ content: "hello" });
  });

  it("tells those who follow the messages of a session, in order", async () => {
    const followed = new Set([messagesTopic(session), session]);
    const { phone } = await open(undefined, {
      publisher: {
        publish: (event, payload) => void events.push({ event, payload: payload as Record<string, unknown> }),
        isFollowed: (key) => followed.has(key),
      },
    });
    await phone.write("hello");
    await phone.write("hello", "+34999888777");
    await until(() => phone.shown.length === 2);
    await until(() => events.filter(({ event }) => event === "session.message").length === 2);
    const told = events.filter(({ event }) => event === "session.message").map(({ payload }) => payload);
    expect(told).toMatchObject([
      { sessionKey: session, message: { role: "user", content: "hello" } },
      { sessionKey: session, message: { role: "assistant" } },
    ]);
  });

  it("says how its channels are, by channel and account", async () => {
    await open();
    expect(await ask("channels.status", undefined)).toMatchObject({
      channelOrder: ["phone", "webchat"],
      channelLabels: { webchat: "Web chat" },
      channels: { phone: { id: "phone", state: "running", running: true } },
      channelAccounts: { phone: [{ accountId: "default", running: true, connected: true }] },
      channelDefaultAccountId: { phone: "default", webchat: "default" },
    });
    expect(await ask("channels.status", { channel: "phone" })).toMatchObject({ channelOrder: ["phone"] });
  });
});
