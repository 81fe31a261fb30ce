import { afterEach, describe, expect, it } from "vitest";
import type { Contact } from "./contact.ts";
import { latch, type QueueBench, queueBench, until } from "./testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());

/** People who wrote STOP hear nothing; the first reply carries a disclosure. */
function ledger(): Contact & { out: Set<string>; shown: string[]; declined: Set<string> } {
  const out = new Set<string>();
  const declined = new Set<string>();
  const shown: string[] = [];
  const byRun = new Map<string, string>();
  return {
    out,
    shown,
    declined,
    wordIn({ text, address: { peerId } }) {
      if (text !== "STOP" && text !== "START") return undefined;
      return {
        async hear() {
          if (text === "START" && !out.delete(peerId)) return undefined;
          if (text === "START") return { answer: "started", ends: false };
          if (out.has(peerId)) return { ends: true };
          out.add(peerId);
          return { answer: "stopped", ends: true };
        },
      };
    },
    refusal: async (_tx, { address, purpose }) =>
      out.has(address.peerId) ? "opted-out: no messages here" : purpose === "marketing" ? "no-consent: no advertising" : undefined,
    declinesAgent: async ({ peerId }) => (declined.has(peerId) ? "no machine, please" : undefined),
    async disclosure({ runId, sessionKey }) {
      if (byRun.has(sessionKey) && byRun.get(sessionKey) !== runId) return undefined;
      return {
        text: "I am a machine.",
        async shown(tx) {
          await tx.get("select 1 as one");
          byRun.set(sessionKey, runId);
          shown.push(runId);
        },
      };
    },
    known: async () => undefined,
  };
}

const session = "agent:main:phone:dm:+34600111222";
const texts = () => bench.phone.shown.map(({ text }) => text);
const deliveries = async () => bench.engine.db.all("select id, status, reason, purpose from outbox order by created_at, id");

describe("words that end messages", () => {
  it("are answered once, without the agent, and then nothing goes out until START", async () => {
    const contact = ledger();
    bench = await queueBench(({ message }) => `you wrote ${message?.text}`, { contact });
    const said = await bench.phone.write("STOP");
    await until(() => texts().length === 1);
    expect(texts()).toEqual(["stopped"]);
    expect(await bench.inbox(said.runId)).toEqual({ status: "ignored", reason: "opt-word" });
    expect(bench.agent.requests).toHaveLength(0);
    // In the history, for the people of the agency.
    expect((await bench.sessions.history(session, { limit: 10 })).map(({ message }) => message.content)).toEqual(["STOP", [{ type: "text", text: "stopped" }]]);

    await bench.phone.write("STOP");
    await bench.gateway.tell({ id: "news", sessionKey: session, text: "your flight is late" });
    await until(async () => (await deliveries()).some(({ id, status }) => id === "news" && status === "refused"));
    expect((await deliveries()).find(({ id }) => id === "news")).toMatchObject({ status: "refused", reason: "opted-out: no messages here" });
    expect(texts()).toEqual(["stopped"]);

    await bench.phone.write("START");
    await until(() => texts().length === 2);
    await bench.gateway.tell({ id: "more", sessionKey: session, text: "your flight is on time" });
    await until(() => texts().length === 3);
    expect(texts()).toEqual(["stopped", "started", "your flight is on time"]);
  });

  it("refuse the reply of a turn that was running, and of an operator, for all to see", async () => {
    const contact = ledger();
    const { opened, open } = latch();
    bench = await queueBench(
      async () => {
        await opened;
        return "too late";
      },
      { contact },
    );
    const running = await bench.phone.write("find me a flight");
    await until(() => bench.agent.requests.length === 1);
    const stopping = bench.phone.write("STOP");
    await until(() => texts().length === 1);
    open();
    await stopping;
    expect(await bench.inbox(running.runId)).toEqual({ status: "ignored", reason: "aborted" });
    await bench.ask("conversations.takeOver", { conversationId: session, idempotencyKey: "t" });
    const { messageId } = (await bench.ask("conversations.reply", { conversationId: session, message: "hello?", idempotencyKey: "r" })) as {
      messageId: string;
    };
    await until(async () => (await deliveries()).some(({ id, status }) => id === messageId && status === "refused"));
    expect(texts()).toEqual(["stopped"]);
    const { deliveries: visible } = (await bench.ask("deliveries.list", { status: "refused" })) as { deliveries: { id: string; reason: string }[] };
    expect(visible).toMatchObject([{ id: messageId, reason: "opted-out: no messages here" }]);
  });

  it("a repeat of the platform is answered once, and START of somebody who hears us is a message", async () => {
    bench = await queueBench(({ message }) => `you wrote ${message?.text}`, { contact: ledger() });
    await bench.phone.write("STOP", "+1", { externalId: "same" });
    const again = await bench.phone.write("STOP", "+1", { externalId: "same" });
    expect(again.duplicate).toBe(true);
    await bench.phone.write("START", "+2");
    await until(() => texts().length === 2);
    expect(texts()).toContain("I am a machine.\n\nyou wrote START");
    expect(texts().filter((text) => text === "stopped")).toHaveLength(1);
  });

  it("are on record from somebody who may not write, who gets no answer", async () => {
    const contact = ledger();
    bench = await queueBench(() => "hi", { contact, admission: { phone: { dmPolicy: "allowlist", allowFrom: ["+1"] } } });
    await bench.phone.write("STOP", "+2");
    expect(contact.out).toEqual(new Set(["+2"]));
    expect(await deliveries()).toEqual([]);
  });
});

describe("purposes", () => {
  it("of what is told are kept and asked about; what the agent answers to a message is what was asked for", async () => {
    const contact = ledger();
    contact.refusal = async (_tx, { purpose }) => (purpose === "service" || purpose === "marketing" ? `withdrawn: ${purpose}` : undefined);
    bench = await queueBench(() => "an answer", { contact });
    await bench.phone.write("hello");
    await until(() => texts().length === 1);
    await bench.gateway.tell({ id: "ad", sessionKey: session, text: "buy!", purpose: "marketing" });
    await bench.gateway.tell({ id: "reminder", sessionKey: session, text: "pay!", purpose: "reminders" });
    await until(() => texts().length === 2);
    expect(texts()).toEqual(["I am a machine.\n\nan answer", "pay!"]);
    expect((await deliveries()).filter(({ status }) => status === "refused")).toMatchObject([
      { id: "ad", reason: "withdrawn: marketing", purpose: "marketing" },
    ]);
  });
});

describe("the disclosure", () => {
  it("stands before the first reply as a block of its own, and before no other", async () => {
    const contact = ledger();
    bench = await queueBench(() => "here is a flight", { contact });
    const first = await bench.phone.write("a flight please");
    await until(() => texts().length === 1);
    await bench.phone.write("another one");
    await until(() => texts().length === 2);
    expect(texts()).toEqual(["I am a machine.\n\nhere is a flight", "here is a flight"]);
    expect(contact.shown).toEqual([first.runId]);
    const said = (await bench.sessions.history(session, { limit: 10 })).filter(({ message }) => message.role === "assistant");
    expect(said[0]!.message.content).toEqual([
      { type: "text", text: "I am a machine.\n" },
      { type: "text", text: "here is a flight" },
    ]);
  });

  it("is for customers: neither people of the agency nor programs get it", async () => {
    const contact = ledger();
    bench = await queueBench(() => "done", { contact });
    await bench.ask("chat.send", { sessionKey: "agent:main:main", message: "hello", idempotencyKey: "k" });
    await bench.gateway.runs.start({ agentId: "main", sessionKey: "agent:main:api:dm:p", peerId: "p", senderName: "program", text: "hello" });
    await until(async () => (await deliveries()).filter(({ status }) => status === "sent").length === 1 && (await bench.open()) === 0);
    expect(contact.shown).toEqual([]);
  });

  it("is not in an apology", async () => {
    const contact = ledger();
    bench = await queueBench(
      () => {
        throw new Error("no model");
      },
      { contact },
    );
    await bench.phone.write("hello");
    await until(() => texts().length === 1);
    expect(contact.shown).toEqual([]);
  });
});

it("a person answers whoever wants no answers of a machine", async () => {
  const contact = ledger();
  contact.declined.add("+34600111222");
  bench = await queueBench(() => "beep", { contact });
  const { runId } = await bench.phone.write("hello");
  await until(async () => (await bench.inbox(runId))?.status === "handed-over");
  expect(bench.agent.requests).toHaveLength(0);
  await until(() => texts().length === 1);
  expect(texts()[0]).toMatch(/colleague/);
});
