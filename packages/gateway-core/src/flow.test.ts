import type { ChannelAdapter, ChannelHost } from "@travelagent/channel-kit";
import { testEngine } from "@travelagent/engine/testing";
import { type Call, cardMarker } from "@travelagent/protocol";
import type { InboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import { type RecordingLogger, type RecordingTracer, recordingLogger, recordingTracer } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cardNotice } from "./card-free.ts";
import { createGateway, type Gateway } from "./gateway.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { memorySessions, parsePrometheus, plainSessionKey, scriptedAgent } from "./testing/index.ts";

describe("the flow of a message", () => {
  let engine: Engine;
  let gateway: Gateway;
  let host: ChannelHost;
  let log: RecordingLogger;
  let metrics: Metrics;
  let tracer: RecordingTracer;
  let asked: string[];
  let sent: string[];
  let receipt: Receipt;
  let sessions: ReturnType<typeof memorySessions>;

  beforeEach(async () => {
    engine = await testEngine();
    log = recordingLogger();
    metrics = createMetrics();
    tracer = recordingTracer();
    asked = [];
    sent = [];
    receipt = { status: "sent" };
    sessions = memorySessions();
    const phone: ChannelAdapter = {
      contract: 1,
      id: "phone",
      accountId: "default",
      features: { maxTextLength: 4000, threads: false, cards: false },
      start: async (given) => {
        host = given;
      },
      stop: async () => {},
      async send(_, message) {
        sent.push(message.text);
        return receipt;
      },
    };
    gateway = createGateway({
      engine,
      sessions,
      sessionKeyOf: plainSessionKey,
      agent: scriptedAgent((request) => {
        asked.push(JSON.stringify(request));
        return "Gladly.";
      }),
      channels: [phone],
      admission: { phone: { dmPolicy: "open" }, webchat: { dmPolicy: "open" } },
      publisher: { publish: () => {}, isFollowed: () => true },
      log,
      metrics,
      tracer,
    });
    await gateway.prepare();
    await engine.start();
    await gateway.start();
  });
  afterEach(async () => {
    await gateway.stop();
    await engine.stop();
  });

  let count = 0;
  const deliver = (text: string, more: Partial<InboundMessage> = {}) =>
    host.receive({
      address: { channel: "phone", accountId: "default", chatType: "direct", peerId: "+34600111222" },
      externalId: `m-${++count}`,
      senderId: "+34600111222",
      text,
      sentAt: 1,
      ...more,
    });
  const call: Call = {
    requestId: "c1-7",
    connectionId: "c1",
    role: "operator",
    scopes: ["operator.admin"],
    actor: "operator",
    signal: new AbortController().signal,
    follow: () => {},
    unfollow: () => {},
    later: () => {},
    traceparent: `00-${"b".repeat(32)}-${"c".repeat(16)}-01`,
  };
  const wentOut = (times = 1) => expect.poll(() => log.lines.filter(({ message }) => /went out|did not go/.test(message)).length).toBeGreaterThanOrEqual(times);
  const everything = async (): Promise<string> => {
    const tables = await engine.db.all("select name from sqlite_master where type = 'table'");
    const rows = await Promise.all(tables.map(({ name }) => engine.db.all(`select * from "${String(name)}"`)));
    return JSON.stringify([
      rows,
      sessions.entries("agent:main:phone:dm:+34600111222"),
      sessions.entries("agent:main:main"),
      log.lines,
      asked,
      sent,
      tracer.spans,
      metrics.render(),
    ]);
  };

  it("has one id on every line from the message to the delivery, and no words of anybody", async () => {
    const { runId } = await deliver("two seats to Lisbon for Ana Silva");
    await wentOut();
    const lines = log.lines.filter(({ fields }) => fields.runId === runId);
    expect(lines.map(({ message }) => message)).toEqual([
      "a message came in",
      "a turn began",
      expect.stringMatching(/turn ended|went out/),
      expect.stringMatching(/turn ended|went out/),
    ]);
    for (const { fields } of lines) expect(fields["pii.sessionKey"]).toBe("agent:main:phone:dm:+34600111222");
    expect(lines.find(({ message }) => message === "a message went out")!.fields).toMatchObject({ deliveryId: runId, channel: "phone", status: "sent" });
    expect(JSON.stringify(log.lines)).not.toMatch(/Lisbon|Ana Silva|Gladly/);
  });

  it("names the request of a client, and continues its trace to the delivery", async () => {
    await gateway.handlers["chat.send"]!({ sessionKey: "main", message: "hello", idempotencyKey: "run-1" }, call);
    await wentOut();
    expect(log.lines.find(({ message }) => message === "a message came in")!.fields).toMatchObject({ requestId: "c1-7", runId: "run-1" });
    const [receive, turn, send] = ["receive webchat", "invoke_agent", "send webchat"].map((name) => tracer.spans.find((span) => span.name === name)!);
    expect(receive!.parent).toBe(call.traceparent);
    expect(turn!.parent).toBe(receive!.traceparent);
    expect(send!.parent).toBe(turn!.traceparent);
    expect(asked[0]).toContain(turn!.traceparent);
    expect(tracer.spans.every(({ ended }) => ended === 1)).toBe(true);
    expect(JSON.stringify(tracer.spans)).not.toMatch(/hello|Gladly|agent:main:main/);
  });

  it("is counted by channel and outcome, with few series", async () => {
    const first = await deliver("hello", { externalId: "same" });
    await wentOut();
    expect((await deliver("hello", { externalId: "same" })).runId).toBe(first.runId);
    receipt = { status: "failed", reason: "no such number", retryable: false };
    await deliver("again");
    await wentOut(2);
    const families = parsePrometheus(metrics.render());
    const value = (name: string, labels: Record<string, string>) =>
      families
        .find((family) => family.name === `travelagent_${name}`)
        ?.samples.find((sample) => Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted))?.value;
    expect(value("messages_in_total", { channel: "phone", outcome: "accepted" })).toBe(2);
    expect(value("messages_in_total", { channel: "phone", outcome: "duplicate" })).toBe(1);
    expect(value("messages_out_total", { channel: "phone", author: "agent" })).toBe(1);
    expect(value("deliveries_total", { channel: "phone", status: "sent" })).toBe(1);
    expect(value("deliveries_total", { channel: "phone", status: "failed" })).toBe(1);
    await expect.poll(() => metrics.render()).toContain('travelagent_turns_total{channel="phone",outcome="replied"} 2');
    expect(metrics.render()).toContain('travelagent_queue_wait_seconds_count{class="interactive"} 2');
    expect(tracer.spans.filter(({ errors }) => errors.length > 0).map(({ name }) => name)).toEqual(["send phone"]);
  });

  it("keeps card numbers out of everything, and says so to the customer", async () => {
    await deliver("book it with 4111 1111 1111 1111, 12/27, cvv 987 please", { senderName: "Card 5555555555554444" });
    await wentOut();
    expect(sent[0]).toBe(`${cardNotice}\n\nGladly.`);
    expect(asked[0]).toContain(`book it with ${cardMarker}, 12/27`);
    await expect.poll(() => JSON.stringify(sessions.entries("agent:main:phone:dm:+34600111222"))).toContain(cardNotice.slice(0, 40));
    expect(await everything()).not.toMatch(/4111|5555|\b987\b/);
  });

  it("keeps card numbers from a person who has taken over, and from what that person writes", async () => {
    const { sessionKey } = await deliver("hello");
    await wentOut();
    await gateway.handlers["conversations.takeOver"]!({ conversationId: sessionKey, idempotencyKey: "k1" }, call);
    await deliver("my card: 378282246310005 security code 4321");
    await expect.poll(() => sent).toContain(cardNotice);
    await expect(
      Promise.resolve(gateway.handlers["conversations.reply"]!({ conversationId: sessionKey, message: "is it 4111111111111111?", idempotencyKey: "k2" }, call)),
    ).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await gateway.handlers["chat.send"]!({ sessionKey: "main", message: "customer paid with 4111111111111111", idempotencyKey: "run-2" }, call);
    await wentOut(3);
    expect(await everything()).not.toMatch(/3782|4321|4111/);
  });
});
