import type { ChannelAdapter, ChannelHost } from "@travelagent/channel-kit";
import { testEngine } from "@travelagent/engine/testing";
import { type Call, type ParsedParams, TravelAgentError } from "@travelagent/protocol";
import type { InboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import { afterEach, describe, expect, it } from "vitest";
import { createGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
import { memorySessions, plainSessionKey, type ScriptedTurn, scriptedAgent } from "./testing/index.ts";

/** A platform with its own record of what reached customers. */
function platform(id = "phone") {
  const shown: { peer: string; text: string; id: string }[] = [];
  let host: ChannelHost | undefined;
  let next: ((id: string) => Receipt) | undefined;
  const adapter: ChannelAdapter = {
    contract: 1,
    id,
    accountId: "default",
    features: { maxTextLength: 4000, threads: false, cards: false },
    start: async (given) => {
      host = given;
    },
    stop: async () => {
      host = undefined;
    },
    async send(to, message, context) {
      const receipt = next?.(context.id);
      next = undefined;
      if (receipt && receipt.status !== "sent") return receipt;
      shown.push({ peer: to.peerId, text: message.text, id: context.id });
      return receipt ?? { status: "sent", externalId: `p-${shown.length}` };
    },
  };
  let count = 0;
  const message = (text: string, options: Partial<InboundMessage> & { peer?: string } = {}): InboundMessage => {
    const { peer = "+34600111222", ...rest } = options;
    return {
      address: { channel: id, accountId: "default", chatType: "direct", peerId: peer },
      externalId: `m-${++count}`,
      senderId: peer,
      text,
      sentAt: Date.now(),
      ...rest,
    };
  };
  return {
    adapter,
    shown,
    message,
    deliver: (inbound: InboundMessage) => host!.receive(inbound),
    failNext: (receipt: (id: string) => Receipt) => (next = receipt),
  };
}

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
const until = async (holds: () => boolean | Promise<boolean>, what = "it"): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${what} did not happen`);
};

describe("the path of a message", () => {
  let engine: Engine;
  let gateway: Gateway;
  const opened: (() => Promise<void>)[] = [];
  const events: { event: string; payload: Record<string, unknown> }[] = [];

  async function open(answer: ScriptedTurn, options: Partial<GatewayOptions> = {}) {
    events.length = 0;
    engine = await testEngine();
    const phone = platform();
    const sessions = memorySessions();
    const agent = scriptedAgent(answer);
    gateway = createGateway({
      engine,
      sessions,
      sessionKeyOf: plainSessionKey,
      agent,
      channels: [phone.adapter],
      admission: { phone: { dmPolicy: "open" }, webchat: { dmPolicy: "open" } },
      publisher: { publish: (event, payload) => void events.push({ event, payload: payload as Record<string, unknown> }), isFollowed: () => true },
      ...options,
    });
    await gateway.prepare();
    await gateway.start();
    opened.push(async () => {
      await gateway.stop();
      await engine.stop();
    });
    return { phone, sessions, agent };
  }
  const inboxOf = (runId: string) => engine.db.get("select status, reason from inbox where id = ?", runId);
  const session = "agent:main:phone:dm:+34600111222";

  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  it("answers a message once, in its own conversation", async () => {
    const { phone, sessions } = await open(({ message }) => `you said ${message?.text}`);
    const { runId, sessionKey } = await phone.deliver(phone.message("hello"));
    await until(() => phone.shown.length === 1);
    expect(phone.shown).toEqual([{ peer: "+34600111222", text: "you said hello", id: runId }]);
    expect(await inboxOf(runId)).toMatchObject({ status: "answered" });
    expect(sessionKey).toBe(session);
    await until(() => sessions.entries(session).length === 1, "the transcript");
    await until(() => events.some(({ event, payload }) => event === "chat" && payload.state === "final"), "the final event");
  });

  it("answers later, once, when a store has no room in the middle of a turn", async () => {
    const { phone, sessions, agent } = await open(() => "an answer");
    const { append, touch } = sessions;
    const full = new TravelAgentError("STORAGE_FULL", "no space is left");
    sessions.append = async (...given) => {
      sessions.append = append;
      await append(...given);
      throw full;
    };
    sessions.touch = async () => {
      sessions.touch = touch;
      throw full;
    };
    const { runId, sessionKey } = await phone.deliver(phone.message("hello"));
    await engine.work.result(runId, 10_000);
    expect(await inboxOf(runId)).toMatchObject({ status: "answered" });
    await until(() => phone.shown.length === 1);
    expect(phone.shown[0]).toMatchObject({ text: "an answer", id: runId });
    expect(sessions.entries(sessionKey)).toHaveLength(1);
    expect(agent.requests.length).toBeGreaterThan(1);
  });

  it("sends once and records it later when there is no room to record it at first", async () => {
    const { phone } = await open(() => "an answer");
    let failures = 0;
    const { transaction } = engine.db;
    engine.db.transaction = (work) =>
      transaction((tx) => {
        const { get } = tx;
        tx.get = (sql, ...params) => {
          if (failures > 0 || !sql.startsWith("update outbox set status")) return get(sql, ...params);
          failures += 1;
          return Promise.reject(new TravelAgentError("STORAGE_FULL", "no space is left"));
        };
        return work(tx);
      });
    const { runId } = await phone.deliver(phone.message("hello"));
    const statusOf = async () => (await engine.db.get("select status from outbox where id = ?", runId))?.status;
    await until(() => failures === 1, "the failure");
    expect(await statusOf()).toBe("attempting");
    await until(async () => (await statusOf()) === "sent", "the record");
    expect(phone.shown).toHaveLength(1);
    expect(events.filter(({ event, payload }) => event === "chat" && payload.state === "final")).toHaveLength(1);
  });

  it("tells the customer and a person when a store is out of order outside the agent's own work", async () => {
    const { phone, sessions } = await open(() => "never heard");
    const { get } = sessions;
    sessions.get = async () => {
      sessions.get = get;
      throw new TravelAgentError("UNAVAILABLE", "the transcript cannot be read");
    };
    const { runId } = await phone.deliver(phone.message("hello"));
    await until(() => phone.shown.length === 1);
    expect(phone.shown[0]!.text).toContain("a colleague will answer you here");
    expect(await inboxOf(runId)).toMatchObject({ status: "handed-over" });
  });

  it("shows that an answer is being written where the channel can, and answers all the same when that fails", async () => {
    const { phone } = await open(() => "answer");
    const typed: string[] = [];
    phone.adapter.showTyping = (to) => {
      typed.push(to.peerId);
      throw new Error("the platform is moody");
    };
    await phone.deliver(phone.message("hello"));
    await until(() => phone.shown.length === 1);
    expect(typed).toEqual(["+34600111222"]);
  });

  it("takes a message that is delivered many times at once as one", async () => {
    const { phone, agent } = await open(() => "once");
    const message = phone.message("hello");
    const accepted = await Promise.all(Array.from({ length: 10 }, () => phone.deliver(message)));
    expect(new Set(accepted.map(({ runId }) => runId)).size).toBe(1);
    expect(accepted.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    await until(() => phone.shown.length === 1);
    expect(agent.requests).toHaveLength(1);
  });

  it("keeps the order within a conversation and runs conversations beside each other", async () => {
    const order: string[] = [];
    const { phone } = await open(async ({ turn, message }) => {
      order.push(`${turn.peerId} ${message?.text}`);
      if (message?.text === "slow") await new Promise((resolve) => setTimeout(resolve, 80));
      return `done ${message?.text}`;
    });
    await phone.deliver(phone.message("slow", { peer: "a" }));
    await until(() => order.length === 1);
    await phone.deliver(phone.message("second", { peer: "a" }));
    await phone.deliver(phone.message("other", { peer: "b" }));
    await until(() => phone.shown.length === 3);
    expect(order).toEqual(["a slow", "b other", "a second"]);
    expect(phone.shown.filter(({ peer }) => peer === "a").map(({ text }) => text)).toEqual(["done slow", "done second"]);
  });

  it("records what it does not admit, with the reason, and calls no agent", async () => {
    const { phone, agent } = await open(() => "no", { admission: { phone: { dmPolicy: "allowlist", allowFrom: ["+1"] } } });
    const { runId } = await phone.deliver(phone.message("hello"));
    expect(await inboxOf(runId)).toEqual({ status: "ignored", reason: "sender-not-allowed" });
    expect(agent.requests).toEqual([]);
  });

  it("a channel that was not opened by configuration admits nobody", async () => {
    const { phone } = await open(() => "no", { admission: {} });
    const { runId } = await phone.deliver(phone.message("hello"));
    expect(await inboxOf(runId)).toMatchObject({ status: "ignored", reason: "channel-closed" });
  });

  it("drops the agent's answer when a person takes over while it is being made", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { phone, agent } = await open(async () => {
      await held;
      return "from the agent";
    });
    const { runId } = await phone.deliver(phone.message("help"));
    await until(() => agent.requests.length === 1);
    await gateway.handlers["conversations.takeOver"]!({ conversationId: session, idempotencyKey: "k" }, call());
    release();
    await until(async () => (await inboxOf(runId))?.status === "handed-over");
    await gateway.handlers["conversations.reply"]!({ conversationId: session, message: "this is Ana", idempotencyKey: "k2" }, call());
    await gateway.handlers["conversations.reply"]!({ conversationId: session, message: "this is Ana", idempotencyKey: "k2" }, call());
    await until(() => phone.shown.length === 1);
    const later = await phone.deliver(phone.message("thank you"));
    await until(async () => (await inboxOf(later.runId))?.status === "handed-over");
    expect(phone.shown.map(({ text }) => text)).toEqual(["this is Ana"]);
    // A button of the agent's question does nothing now, and says so.
    await phone.deliver(phone.message("Yes, confirm", { action: { type: "confirm", id: "some-question" } }));
    await until(() => phone.shown.length === 2);
    expect(phone.shown.pop()!.text).toContain("did nothing");
    await gateway.handlers["conversations.handBack"]!({ conversationId: session, idempotencyKey: "k3" }, call());
    await phone.deliver(phone.message("again"));
    await until(() => phone.shown.length === 2);
    expect(phone.shown[1]!.text).toBe("from the agent");
  });

  it("tells the customer and a person when a turn fails", async () => {
    const { phone } = await open(() => {
      throw new TypeError("a bug");
    });
    const { runId } = await phone.deliver(phone.message("hello"));
    await until(() => phone.shown.length === 1);
    expect(phone.shown[0]!.text).toContain("colleague");
    expect(await inboxOf(runId)).toMatchObject({ status: "handed-over" });
    const { conversations } = (await gateway.handlers["conversations.list"]!({ state: "needs-person" }, call())) as { conversations: { id: string }[] };
    expect(conversations.map(({ id }) => id)).toEqual([session]);
  });

  it("shows a send whose outcome is unknown to an operator and never repeats it by itself", async () => {
    const { phone } = await open(() => "answer");
    phone.failNext(() => ({ status: "unknown", reason: "the line broke" }));
    const { runId } = await phone.deliver(phone.message("hello"));
    const list = async () => ((await gateway.handlers["deliveries.list"]!({ status: "unknown" }, call())) as { deliveries: { id: string }[] }).deliveries;
    await until(async () => (await list()).length === 1);
    expect(phone.shown).toEqual([]);
    await gateway.handlers["deliveries.retry"]!({ id: runId }, call());
    await until(() => phone.shown.length === 1);
    expect(await list()).toEqual([]);
  });

  it("gives cards as text to a channel that has none", async () => {
    const { phone } = await open(() => ({
      text: "Here is one.",
      cards: [
        {
          kind: "offers",
          vertical: "flight",
          title: "Flights",
          offers: [{ offerId: "o", number: 1, title: "LH1", lines: [], price: { amount: "10.00", currency: "EUR" }, tags: [], sandbox: true }],
          buttons: [],
        },
      ],
    }));
    await phone.deliver(phone.message("flights"));
    await until(() => phone.shown.length === 1);
    expect(phone.shown[0]!.text).toMatch(/Here is one\.[\s\S]*LH1[\s\S]*10\.00 EUR/);
  });

  it("tries a send again that surely did not happen", async () => {
    const { phone } = await open(() => "answer");
    phone.failNext(() => ({ status: "failed", reason: "busy", retryable: true }));
    await phone.deliver(phone.message("hello"));
    await until(() => phone.shown.length === 1);
  });

  it("stops a running turn when the customer says so, and the message is on record as ignored", async () => {
    const { phone, agent } = await open(
      (_, work) => new Promise((_resolve, reject) => work.signal.addEventListener("abort", () => reject(work.signal.reason))),
    );
    const params: ParsedParams<"chat.send"> = { sessionKey: "main", message: "search", idempotencyKey: "one" };
    const sent = (await gateway.handlers["chat.send"]!(params, call())) as { runId: string };
    expect(sent).toEqual({ runId: "one", status: "started" });
    await until(() => agent.requests.length === 1);
    expect(await gateway.handlers["chat.send"]!(params, call())).toEqual({ runId: "one", status: "in_flight" });
    expect(await gateway.handlers["chat.abort"]!({ sessionKey: "agent:main:main" }, call())).toEqual({ ok: true, aborted: true, runIds: ["one"] });
    expect(await inboxOf("one")).toEqual({ status: "ignored", reason: "aborted" });
    expect(phone.shown).toEqual([]);
  });

  it("lets a visitor into their own conversation only, and an operator's chat into no customer's", async () => {
    await open(() => "hi");
    const own = "agent:main:webchat:dm:v1";
    const visitor = call({ role: "visitor", visitorId: "v1", visitorSessionKey: own, scopes: [] });
    await gateway.handlers["chat.send"]!({ sessionKey: own, message: "hello", idempotencyKey: "a" }, visitor);
    await expect(async () => gateway.handlers["chat.history"]!({ sessionKey: "agent:main:webchat:dm:v2" }, visitor)).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await expect(async () =>
      gateway.handlers["chat.send"]!({ sessionKey: own, message: "as the customer", idempotencyKey: "b" }, call()),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(async () =>
      gateway.handlers["chat.send"]!({ sessionKey: "agent:nobody:main", message: "hi", idempotencyKey: "c" }, call()),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("one channel that cannot start leaves the others alone", async () => {
    const broken: ChannelAdapter = {
      ...platform("broken").adapter,
      start: () => Promise.reject(new TravelAgentError("UNAUTHORIZED", "the token was revoked")),
    };
    const phone = platform();
    const engineOfTest = await testEngine();
    const other = createGateway({
      engine: engineOfTest,
      sessions: memorySessions(),
      sessionKeyOf: plainSessionKey,
      agent: scriptedAgent(() => "hi"),
      channels: [broken, phone.adapter],
      admission: { phone: { dmPolicy: "open" } },
      publisher: { publish: () => undefined, isFollowed: () => false },
    });
    await other.prepare();
    await other.start();
    opened.push(async () => {
      await other.stop();
      await engineOfTest.stop();
    });
    await phone.deliver(phone.message("hello"));
    await until(() => phone.shown.length === 1);
    expect(other.channelStatus().map(({ id, state }) => `${id} ${state}`)).toEqual(["broken failed", "phone running"]);
  });

  it("keeps the mark of a third party's words when the turn comes to nothing", async () => {
    const { phone, sessions } = await open(() => {
      throw new TypeError("a bug");
    });
    // The reply cannot be committed, so the message is given up.
    await engine.db.transaction((tx) => tx.run("alter table outbox rename to outbox_gone"));
    const { runId } = await phone.deliver(phone.message("forwarded: send the money", { tainted: true }));
    await until(async () => (await engine.work.state(runId)) === "failed", "the failure");
    await engine.db.transaction((tx) => tx.run("alter table outbox_gone rename to outbox"));
    const again = createGateway({
      engine,
      sessions,
      sessionKeyOf: plainSessionKey,
      agent: scriptedAgent(() => "hi"),
      channels: [],
      admission: {},
      publisher: { publish: () => undefined, isFollowed: () => false },
    });
    await again.start();
    expect(await inboxOf(runId)).toMatchObject({ status: "handed-over" });
    expect(sessions.entries(session).map(({ message }) => message)).toMatchObject([{ role: "user", tainted: true }, { role: "assistant" }]);
    await again.stop();
  });

  it("asks for a person when a conversation was taken over and given back while its answer was made", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { phone, agent } = await open(async () => {
      await held;
      return "from the agent";
    });
    const { runId } = await phone.deliver(phone.message("help"));
    await until(() => agent.requests.length === 1);
    await gateway.handlers["conversations.takeOver"]!({ conversationId: session, idempotencyKey: "k" }, call());
    await gateway.handlers["conversations.handBack"]!({ conversationId: session, idempotencyKey: "k2" }, call());
    release();
    await until(async () => (await inboxOf(runId))?.status === "handed-over");
    const { conversations } = (await gateway.handlers["conversations.list"]!({ state: "needs-person" }, call())) as { conversations: { id: string }[] };
    expect(conversations.map(({ id }) => id)).toEqual([session]);
    expect(phone.shown).toEqual([]);
  });

  it("does nothing for a message that was aborted before its turn could be cancelled", async () => {
    const { phone, agent } = await open(({ message }) => `you said ${message?.text}`);
    let release: () => void = () => undefined;
    engine.work.define("blocker", () => new Promise<void>((resolve) => (release = resolve)));
    await engine.work.submit({ name: "blocker", id: "blocker", lane: session });
    const { runId } = await phone.deliver(phone.message("book it"));
    // Where a crash between the two steps of an abort leaves it.
    await engine.db.transaction((tx) => tx.run("update inbox set status = 'ignored', reason = 'aborted' where id = ?", runId));
    release();
    expect((await engine.work.result(runId, 5_000)).state).toBe("done");
    expect(agent.requests).toEqual([]);
    expect(phone.shown).toEqual([]);
  });

  it("tells a turn which questions the customer has before them", async () => {
    const question = {
      kind: "confirmation" as const,
      confirmationId: "q1",
      title: "Book",
      lines: ["a flight"],
      expiresAt: "2030-01-01T00:00:00.000Z",
      buttons: [],
    };
    const { phone, agent } = await open(({ message }) => (message?.text === "book" ? { text: "Shall I?", cards: [question] } : "hello"));
    const said = async (text: string, shown: number) => {
      await phone.deliver(phone.message(text));
      await until(() => phone.shown.length === shown);
      await until(async () => (await engine.db.all("select id from outbox where status <> 'sent'")).length === 0);
      return agent.requests.at(-1)!.message!.lastShown;
    };
    expect(await said("book", 1)).toEqual([]);
    expect(await said("what is the weather?", 2)).toEqual(["q1"]);
    expect(await said("yes", 3)).toEqual([]);
    await said("book", 4);
    await engine.db.transaction((tx) => tx.run("update outbox set status = 'failed'"));
    await phone.deliver(phone.message("yes"));
    await until(() => phone.shown.length === 5);
    expect(agent.requests.at(-1)!.message!.lastShown).toEqual([]);
  });

  it("refuses an operator's key that is the id of another run", async () => {
    const { phone, agent } = await open(() => "hi");
    const { runId } = await phone.deliver(phone.message("hello"));
    await until(() => phone.shown.length === 1);
    engine.work.define("other", async () => "done");
    await engine.work.submit({ name: "other", id: "other-work" });
    for (const idempotencyKey of [runId, "other-work", "decision:1"])
      await expect(async () => gateway.handlers["chat.send"]!({ sessionKey: "main", message: "x", idempotencyKey }, call())).rejects.toMatchObject({
        code: "IDEMPOTENCY_MISMATCH",
      });
    await gateway.handlers["chat.send"]!({ sessionKey: "agent:main:one", message: "x", idempotencyKey: "k" }, call());
    await expect(async () => gateway.handlers["chat.send"]!({ sessionKey: "agent:main:two", message: "x", idempotencyKey: "k" }, call())).rejects.toMatchObject(
      {
        code: "IDEMPOTENCY_MISMATCH",
      },
    );
    await until(() => agent.requests.length === 2);
  });

  it("refuses cursors it did not make", async () => {
    await open(() => "hi");
    for (const cursor of ["nonsense", Buffer.from('[{},"x"]').toString("base64url")])
      for (const method of ["conversations.list", "deliveries.list"] as const)
        await expect(async () => gateway.handlers[method]!({ cursor }, call())).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("lists a conversation whose platform has its clock in the future", async () => {
    const { phone } = await open(() => "hi");
    await phone.deliver(phone.message("hello", { sentAt: Date.now() + 7 * 86_400_000 }));
    const { conversations } = (await gateway.handlers["conversations.list"]!({}, call())) as { conversations: unknown[] };
    expect(conversations).toHaveLength(1);
  });

  it("lets a send that is under way end before it stops", async () => {
    const { phone } = await open(() => "answer");
    let arrived = false;
    const send = phone.adapter.send;
    (phone.adapter as { send: ChannelAdapter["send"] }).send = async (to, message, context) => {
      arrived = true;
      await new Promise((resolve) => setTimeout(resolve, 50));
      context.signal.throwIfAborted();
      return send(to, message, context);
    };
    const { runId } = await phone.deliver(phone.message("hello"));
    await until(() => arrived);
    await gateway.stop();
    expect(await engine.db.get("select status from outbox where id = ?", runId)).toEqual({ status: "sent" });
  });

  it("shows a visitor what was said, not by which model and at what cost", async () => {
    const { sessions } = await open(() => "hi");
    const own = "agent:main:webchat:dm:v1";
    const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, totalTokens: 2, costUsd: 0.1 };
    const said = {
      role: "assistant" as const,
      content: [{ type: "text" as const, text: "hi" }],
      provider: "p",
      model: "m",
      usage,
      stopReason: "stop" as const,
      timestamp: 0,
    };
    await sessions.append(own, [{ id: "1:final", message: said }]);
    const history = async (over: Partial<Call>) =>
      ((await gateway.handlers["chat.history"]!({ sessionKey: own }, call(over))) as { messages: Record<string, unknown>[] }).messages[0]!;
    expect(await history({})).toMatchObject({ provider: "p", usage });
    const seen = await history({ role: "visitor", visitorId: "v1", visitorSessionKey: own, scopes: [] });
    expect(seen).toMatchObject({ role: "assistant", messageId: "1" });
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(["usage"]));
    expect(seen).not.toHaveProperty("model");
  });

  it("takes the agency's zone when a browser names one that does not exist", async () => {
    const { phone, agent } = await open(() => "hi", { timeZone: "Europe/Lisbon" });
    await phone.deliver(phone.message("hello", { timeZone: "Etc/Unknown" }));
    await until(() => phone.shown.length === 1);
    await phone.deliver(phone.message("hello", { timeZone: "Asia/Tokyo" }));
    await until(() => phone.shown.length === 2);
    expect(agent.requests.map(({ turn }) => turn.timeZone)).toEqual(["Europe/Lisbon", "Asia/Tokyo"]);
  });

  it("answers a yes to the question that stood last when it was written", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const card = { kind: "confirmation" as const, confirmationId: "q1", title: "Book", lines: [], expiresAt: "2030-01-01T00:00:00.000Z", buttons: [] };
    const { phone, agent } = await open(async ({ message }) => {
      if (message?.text === "book") return { text: "Shall I?", cards: [card] };
      if (message?.text === "is it refundable?") await held;
      return "something else";
    });
    await phone.deliver(phone.message("book"));
    await until(async () => (await engine.db.all("select id from outbox where status = 'sent'")).length === 1);
    await phone.deliver(phone.message("is it refundable?"));
    await phone.deliver(phone.message("yes"));
    await new Promise((resolve) => setTimeout(resolve, 5));
    release();
    await until(() => phone.shown.length === 3);
    expect(agent.requests.at(-1)!.message).toMatchObject({ text: "yes", lastShown: ["q1"] });
  });
});
