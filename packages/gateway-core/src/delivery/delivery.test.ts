import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, Attachment } from "@travelagent/protocol/messages";
import type { AgentPort, TurnEvent } from "@travelagent/protocol/turn";
import { afterEach, describe, expect, it } from "vitest";
import type { GatewayOptions } from "../gateway.ts";
import { type LedgerPlatform, ledgerPlatform } from "../testing/ledger-platform.ts";
import { type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

const session = "agent:main:phone:dm:+34600111222";
const address = { channel: "phone", accountId: "default", chatType: "direct" as const, peerId: "+34600111222" };
const benches: QueueBench[] = [];
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close();
});

async function open(answer: string | AgentPort, options: Partial<GatewayOptions> = {}, phone: LedgerPlatform = ledgerPlatform()) {
  const bench = await queueBench(() => (typeof answer === "string" ? answer : ""), {
    channels: [phone.adapter],
    ...(typeof answer === "string" ? {} : { agent: answer }),
    ...options,
  });
  benches.push(bench);
  return { bench, phone };
}
type Row = Record<string, unknown>;
const deliveries = async (bench: QueueBench, status?: string): Promise<Row[]> =>
  (await bench.ask("deliveries.list", status === undefined ? {} : { status })).deliveries as Row[];
const conversation = async (bench: QueueBench): Promise<Row> => ((await bench.ask("conversations.list", {})).conversations as Row[])[0]!;
const reply = (bench: QueueBench, message: string, over: object = {}) =>
  bench.ask("conversations.reply", { conversationId: session, message, idempotencyKey: message, ...over });
/** An agent that says these events and then this text. */
const speaking = (events: readonly (string | TurnEvent["type"] | number)[], text: string): AgentPort => ({
  async run({ turn: { runId } }, _work, emit) {
    emit({ type: "run-start", runId, model: "scripted/script" });
    for (const event of events) {
      if (typeof event === "number") await new Promise((resolve) => setTimeout(resolve, event));
      else if (event === "tool-start") emit({ type: event, runId, toolCallId: "t", name: "search", args: { secret: "of the tool" } });
      else if (event === "text-reset") emit({ type: event, runId });
      else emit({ type: "text-delta", runId, delta: event });
    }
    const message: AssistantMessage = {
      role: "assistant",
      content: [{ type: "text", text }],
      provider: "scripted",
      model: "script",
      stopReason: "stop",
      timestamp: 0,
    };
    return { kind: "replied", message, text, cards: [], commit: async () => undefined };
  },
});

describe("what a platform reports", () => {
  it("is shown with the delivery and its conversation, whatever order it comes in", async () => {
    const { bench, phone } = await open("Your ticket is out.");
    await phone.write("hello");
    await until(async () => (await deliveries(bench, "sent")).length === 1);
    await phone.host.delivered!({ externalId: "p-1", state: "read", at: 2_000 });
    await phone.host.delivered!({ externalId: "p-1", state: "delivered", at: 1_000 });
    await phone.host.delivered!({ externalId: "not-ours", state: "failed", at: 1_000 });
    expect(await deliveries(bench, "sent")).toMatchObject([{ reported: "read", reportedAt: "1970-01-01T00:00:02.000Z" }]);
    expect(await conversation(bench)).toMatchObject({ delivery: { state: "read" } });
    expect(bench.events.filter(({ event, payload }) => event === "delivery" && payload.state === "read")).toHaveLength(1);
  });

  it("of a failure makes it visible to operators, who may send it again", async () => {
    const { bench, phone } = await open("Your ticket is out.");
    await phone.write("hello");
    await until(async () => (await deliveries(bench, "sent")).length === 1);
    await phone.host.delivered!({ externalId: "p-1", state: "failed", at: 5, reason: "the number is gone", code: "no-such-recipient" });
    const [failed] = await deliveries(bench);
    expect(failed).toMatchObject({ status: "failed", reason: "the number is gone", code: "no-such-recipient" });
    expect(await conversation(bench)).toMatchObject({ attention: { reason: "delivery-failed" }, delivery: { state: "failed", code: "no-such-recipient" } });
    await bench.ask("deliveries.retry", { id: failed!.id });
    await until(() => phone.messages().length === 2);
  });

  it("counts also when it overtakes the answer to the send", async () => {
    const { bench, phone } = await open("Your ticket is out.");
    phone.before(async () => {
      await phone.host.delivered!({ externalId: "p-1", state: "failed", at: 5, reason: "blocked" });
      return undefined;
    });
    await phone.write("hello");
    await until(async () => (await deliveries(bench))[0]?.status === "failed");
    expect((await deliveries(bench))[0]).toMatchObject({ reason: "blocked" });
  });
});

describe("a person who answers on the platform itself", () => {
  it("owns the conversation, has said it in the transcript, and repeats change nothing", async () => {
    const { bench, phone } = await open("Hello.");
    await phone.write("hello");
    await until(() => phone.messages().length === 1);
    const said = { address, externalId: "own-1", text: "Carla here: I call you at 5.", sentAt: Date.now() };
    await phone.host.personWrote!(said);
    const { epoch } = (await bench.engine.db.get("select epoch from conversation"))!;
    await phone.host.personWrote!(said);
    expect(await conversation(bench)).toMatchObject({ state: "person", unanswered: false, lastMessagePreview: said.text });
    expect((await bench.engine.db.get("select epoch from conversation"))!.epoch).toBe(epoch);
    const history = (await bench.sessions.history(session, { limit: 20 })).filter(
      ({ message }) => message.role === "assistant" && message.author === "operator",
    );
    expect(history).toHaveLength(1);
    const { runId } = await phone.write("thank you");
    await until(async () => (await bench.inbox(runId))?.status === "handed-over");
    expect(phone.messages()).toEqual(["Hello."]);

    // Given back, a late repeat of the echo takes nothing away again.
    await bench.ask("conversations.handBack", { conversationId: session, idempotencyKey: "h" });
    await phone.host.personWrote!(said);
    expect(await conversation(bench)).toMatchObject({ state: "agent" });
  });

  it("is not our own message that comes back, before or after its id is known", async () => {
    const { bench, phone } = await open("Two seats are held.");
    phone.before(async (_to, { text }) => {
      await phone.host.personWrote!({ address, externalId: "p-1", text, sentAt: Date.now() });
      return undefined;
    });
    await phone.write("hello");
    await until(async () => (await deliveries(bench, "sent")).length === 1);
    await phone.host.personWrote!({ address, externalId: "p-1", text: "Two seats are held.", sentAt: Date.now() });
    expect(await conversation(bench)).toMatchObject({ state: "agent" });
  });

  it("may write first, and no card number of theirs is kept", async () => {
    const { bench, phone } = await open("Hello.");
    await phone.host.personWrote!({ address, externalId: "own-1", text: "Pay with 4242 4242 4242 4242 please", sentAt: Date.now() });
    expect(await conversation(bench)).toMatchObject({ state: "person" });
    expect(JSON.stringify(await bench.engine.db.all("select * from outbox"))).not.toContain("4242 4242");
  });
});

describe("a channel that lets nobody write freely for ever", () => {
  const windowed = () => ledgerPlatform({ features: { maxTextLength: 4000, threads: false, cards: false, templates: true, replyWindowMs: 1_000 } });

  it("is not asked after its window; the operator is offered templates, and one goes out", async () => {
    const { bench, phone } = await open("Hello.", { platformTemplates: () => [{ name: "trip_change", locales: ["en"], variables: ["name"] }] }, windowed());
    await phone.write("hello");
    await until(() => phone.messages().length === 1);
    expect(phone.contexts[0]!.lastInboundAt).toBeGreaterThan(Date.now() - 5_000);
    await bench.engine.db.transaction((tx) => tx.run("update inbox set received_at = received_at - 2000"));
    await reply(bench, "Your flight changed.");
    await until(async () => (await deliveries(bench, "failed")).length === 1);
    expect(await deliveries(bench, "failed")).toMatchObject([
      { code: "reply-window-closed", remedy: "template", templates: [{ name: "trip_change", locales: ["en"], variables: ["name"] }] },
    ]);
    expect(phone.messages()).toHaveLength(1);
    const template = { name: "trip_change", locale: "en", variables: { name: "Ana" } };
    await reply(bench, "Hello Ana, your flight changed.", { template });
    await until(() => phone.messages().length === 2);
    expect(phone.ledger.at(-1)!.message!.template).toEqual(template);
  });
});

describe("a message of several parts", () => {
  const long = Array.from({ length: 6 }, (_, line) => `Sentence ${line} of a long answer about a trip.`).join(" ");
  const cut = () => ({ text: { textChunkLimit: 100 } });

  it("goes on behind what was sent, and is told of as one", async () => {
    const { bench, phone } = await open(long, { manners: cut });
    let sends = 0;
    phone.before(() => (++sends === 2 ? { status: "failed", reason: "too many", retryable: true, retryAfterMs: 20 } : undefined));
    await phone.write("hello");
    await until(() => phone.messages().join(" ") === long, "the whole answer");
    expect(new Set(phone.contexts.map(({ id }) => id)).size).toBe(phone.messages().length);
    for (const text of phone.messages()) expect(text.length).toBeLessThanOrEqual(100);
    await until(async () => (await deliveries(bench, "sent")).length === 1);
    for (let part = 1; part < phone.messages().length; part += 1) await phone.host.delivered!({ externalId: `p-${part}`, state: "delivered", at: part });
    expect((await deliveries(bench, "sent"))[0]!.reported).toBe(undefined);
    await phone.host.delivered!({ externalId: `p-${phone.messages().length}`, state: "read", at: 9 });
    expect((await deliveries(bench, "sent"))[0]!.reported).toBe("delivered");
  });

  it("whose part nobody is sure of waits for a person, and then goes on behind it", async () => {
    const { bench, phone } = await open(long, { manners: cut });
    let sends = 0;
    phone.before(() => (++sends === 2 ? { status: "unknown", reason: "no answer" } : undefined));
    await phone.write("hello");
    await until(async () => (await deliveries(bench, "unknown")).length === 1);
    expect(phone.messages()).toHaveLength(1);
    await bench.ask("deliveries.resolve", { id: (await deliveries(bench, "unknown"))[0]!.id, outcome: "sent" });
    await until(async () => (await deliveries(bench, "sent")).length === 1);
    expect(phone.messages()[1]).toContain("Sentence 4");
  });
});

describe("files", () => {
  it("of this conversation, and no other, can be read by the adapter", async () => {
    const asked: string[] = [];
    const media = {
      read: async (sessionKey: string, id: string) => {
        asked.push(`${sessionKey} ${id}`);
        return new Uint8Array([1, 2]);
      },
    } as unknown as NonNullable<GatewayOptions["media"]>;
    const phone = ledgerPlatform({ features: { maxTextLength: 4000, threads: false, cards: false, media: { document: 100 } } });
    const pdf: Attachment = { id: "f1", kind: "document", mimeType: "application/pdf", bytes: 2, fileName: "trip.pdf" };
    const { bench } = await open("Hello.", { media }, phone);
    await phone.write("hello");
    await until(() => phone.messages().length === 1);
    phone.before(async (_to, { attachments = [] }, { read }) => {
      for (const attachment of attachments) await read!(attachment);
      return undefined;
    });
    await bench.engine.db.transaction((tx) =>
      tx.run(
        "update outbox set status = 'failed', parts_sent = 0, message = ?",
        JSON.stringify({ text: "Your trip.", attachments: [pdf, { ...pdf, id: "f2", bytes: 1000 }] }),
      ),
    );
    await bench.ask("deliveries.retry", { id: (await deliveries(bench))[0]!.id });
    await until(() => phone.messages().length === 2);
    expect(asked).toEqual([`${session} f1`]);
    expect(phone.messages()[1]).toContain("trip.pdf (1 KB)");
  });
});

describe("a channel that is not there yet", () => {
  it("keeps what is to be sent and sends it when it comes, however long that takes", async () => {
    let attempts = 0;
    const phone = ledgerPlatform();
    const { start } = phone.adapter;
    const adapter = {
      ...phone.adapter,
      async start(host: Parameters<typeof start>[0]) {
        attempts += 1;
        if (attempts === 1) {
          await start(host);
          host.report?.("needs-pairing", "nobody scanned it");
        } else await start(host);
      },
    };
    const states: string[] = [];
    const { bench } = await open("Hello.", { channels: [adapter], onChannelState: ({ state }) => void states.push(state) }, phone);
    await phone.write("hello");
    await until(async () => (await deliveries(bench, "pending")).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([phone.contexts.length, (await deliveries(bench, "pending"))[0]!.attempts]).toEqual([0, 0]);
    expect(await bench.ask("channels.status")).toMatchObject({ channels: { phone: { state: "needs-pairing", lastError: "nobody scanned it" } } });
    await bench.ask("channels.restart", { channel: "phone" });
    await until(() => phone.messages().length === 1);
    expect(states).toEqual(["starting", "needs-pairing", "starting", "running"]);
  });
});

describe("while the agent works", () => {
  const typed = (phone: LedgerPlatform) => phone.ledger.filter(({ what }) => what === "typing").length;
  const previews = (phone: LedgerPlatform) => phone.ledger.filter(({ what }) => what === "preview").map(({ text }) => text);

  it.each([
    ["never", 0],
    ["instant", 4],
    ["message", 2],
  ] as const)("typing is shown: %s", async (typing, most) => {
    const { phone } = await open(speaking([60, "Hello", 50], "Hello"), { manners: () => ({ typing, typingEveryMs: 30 }) });
    await phone.write("hello");
    await until(() => phone.messages().length === 1);
    const shown = typed(phone);
    if (most === 0) expect(shown).toBe(0);
    else expect(shown).toBeGreaterThan(0);
    expect(shown).toBeLessThanOrEqual(most + 2);
    await new Promise((resolve) => setTimeout(resolve, 70));
    expect(typed(phone)).toBe(shown);
  });

  it("drafts are of the answer alone: no tool, no silence, nothing before another model begins anew", async () => {
    const agent = speaking(["Let me look that up. ", "tool-start", 5, "Wrong model ", 20, "text-reset", "NO", 20, "_RE", 5, "PLY"], "");
    const { phone } = await open(agent, { manners: () => ({ preview: true }) });
    await phone.write("hello");
    await until(() => phone.ledger.some(({ what }) => what === "preview"));
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(previews(phone)).toEqual([expect.stringMatching(/^(Let me look that up\. |Wrong model )$/)]);
  });

  it("a sign is put under what was taken in, once, and taken away when it is answered", async () => {
    const manners = () => ({ ack: { emoji: "👀", direct: true, group: "mentions" as const, removeAfterReply: true }, markRead: true });
    const { phone } = await open("Hello.", { manners });
    const first = { externalId: "m-x" };
    await phone.write("hello", first);
    await phone.write("hello", first);
    await until(() => phone.ledger.filter(({ what }) => what === "reaction").length === 2);
    expect(phone.ledger.filter(({ what }) => what === "reaction" || what === "read").map(({ text }) => text)).toEqual(["m-x 👀", "m-x", "m-x null"]);
    const group = { ...address, chatType: "group" as const, peerId: "g1" };
    await phone.write("see you at 8", { address: group, mentioned: false });
    await phone.write("any flights?", { address: group, mentioned: true, externalId: "m-g" });
    await until(() => phone.ledger.some(({ text }) => text === "m-g 👀"));
    expect(phone.ledger.filter(({ what, peer, text }) => what === "reaction" && peer === "g1" && text.endsWith("👀"))).toHaveLength(1);
  });
});

describe("an answer in blocks", () => {
  const sentences = Array.from({ length: 12 }, (_, number) => `This is sentence ${number} of the answer. `);
  const whole = sentences.join("").trim();
  const blocks = () => ({ blocks: { minChars: 80, maxChars: 160, idleMs: 5 } });

  it("comes while it is written, and the end carries only the rest", async () => {
    const { bench, phone } = await open(
      speaking(
        sentences.flatMap((sentence) => [sentence, 4]),
        whole,
      ),
      { manners: blocks },
    );
    await phone.write("hello");
    await until(() => phone.messages().join(" ") === whole, "the whole answer, once");
    expect(phone.messages().length).toBeGreaterThan(2);
    const said = (await bench.sessions.history(session, { limit: 10 })).filter(({ message }) => message.role === "assistant");
    expect(said.map(({ message }) => (message as AssistantMessage).content)).toEqual([[{ type: "text", text: whole }]]);
    const finals = () => bench.events.filter(({ event, payload }) => event === "chat" && payload.state === "final");
    await until(() => finals().length > 0, "the end is told to those who follow");
    expect(finals()).toHaveLength(1);
  });

  it("pauses between two blocks as people do, and not before the first", async () => {
    const at: number[] = [];
    const manners = () => ({ blocks: { minChars: 80, maxChars: 160, idleMs: 5, humanDelay: { minMs: 60, maxMs: 60 } } });
    const { bench, phone } = await open(speaking(sentences, whole), { manners });
    phone.before(() => {
      at.push(Date.now());
      return undefined;
    });
    await phone.write("hello");
    await until(() => phone.messages().join(" ") === whole);
    const first = Number((await bench.engine.db.get("select min(created_at) as at from outbox"))!.at);
    at.forEach((time, number) => {
      expect(time - first).toBeGreaterThanOrEqual(number * 55);
    });
  });

  it.each([
    ["the same words", sentences, whole],
    ["other words", ["Other words now."], "Other words now."],
  ])("repeats nothing when the run is done again with %s", async (_name, again, text) => {
    let attempts = 0;
    const agent: AgentPort = {
      run(request, work, emit) {
        attempts += 1;
        if (attempts > 1) return speaking(again, text).run(request, work, emit);
        return speaking([...sentences.slice(0, 8), 40], whole)
          .run(request, work, emit)
          .then(() => {
            throw new TravelAgentError("STORAGE_FULL", "the disk is full");
          });
      },
    };
    const { bench, phone } = await open(agent, { manners: blocks });
    await phone.write("hello");
    await until(() => attempts === 2 && phone.messages().join(" ").endsWith(text.slice(-20)), "the end of the answer");
    const said = phone.messages();
    if (text === whole) expect(said.join(" ")).toBe(whole);
    else expect([said.at(-1), whole.startsWith(said.slice(0, -1).join(" "))]).toEqual([text, true]);
    expect((await bench.engine.db.get("select count(*) as n from outbox"))?.n).toBe(said.length);
  });

  it("comes whole where another model began anew", async () => {
    const { phone } = await open(speaking([...sentences.slice(0, 6), 20, "text-reset", "Something else."], "Something else."), { manners: blocks });
    await phone.write("hello");
    await until(() => phone.messages().at(-1) === "Something else.");
  });
});
