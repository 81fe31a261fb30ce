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
});
