import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import type { Engine } from "@travelagent/protocol/ports";
import { afterEach, describe, expect, it } from "vitest";
import { latch, type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

let bench: QueueBench;
afterEach(() => bench.close());
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const shown = () => bench.phone.shown.map(({ text }) => text);
const later = "This takes a little longer than usual. I am still on it and will answer you here.";

describe("a customer who waits", () => {
  it("is told once when a turn asks for it, before the reply, and not instead of it", async () => {
    bench = await queueBench(async ({ hold }) => {
      await hold!("One moment please.");
      await hold!("Another moment please.");
      return "here it is";
    });
    const { runId } = await bench.phone.write("hello");
    await until(() => bench.phone.shown.length === 2);
    expect(bench.phone.shown.map(({ text, id }) => [text, id])).toEqual([
      ["One moment please.", `${runId}:holding`],
      ["here it is", runId],
    ]);
    expect(await bench.inbox(runId)).toEqual({ status: "answered", reason: null });
    const finals = () => bench.events.filter(({ event, payload }) => event === "chat" && payload.state === "final" && payload.runId === runId);
    await until(() => finals().length > 0);
    expect(finals()).toHaveLength(1);
    expect(bench.metrics.render()).toContain("holding_messages_total 1");
  });

  it("is told by itself when nothing was said for a while, once whatever they write meanwhile, and not of an answered one", async () => {
    const gate = latch();
    bench = await queueBench(({ message }) => (message?.text === "quick" ? "at once" : gate.opened.then(() => "at last")), { rules: { holdAfterMs: 150 } });
    await bench.phone.write("quick", "other");
    await bench.phone.write("slow");
    await until(() => shown().includes(later));
    await bench.phone.write("are you there?");
    await bench.phone.write("hello?");
    await pause(500);
    expect(shown().filter((text) => text === later)).toHaveLength(1);
    gate.open();
    await until(() => shown().filter((text) => text === "at last").length === 2);
    await pause(250);
    expect(shown().slice(-2)).toEqual(["at last", "at last"]);
    expect(bench.phone.shown.filter(({ peer }) => peer === "other").map(({ text }) => text)).toEqual(["at once"]);
  });

  it("is not told when a person has the conversation, and a program or a colleague never", async () => {
    const gate = latch();
    bench = await queueBench(() => gate.opened.then(() => "done"), { rules: { holdAfterMs: 120 } });
    await bench.phone.write("help");
    await bench.gateway.runs.start({ agentId: "main", sessionKey: "agent:main:api", peerId: "p", senderName: "p", text: "hello" });
    await bench.ask("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "k" });
    await bench.ask("conversations.takeOver", { conversationId: "agent:main:phone:dm:+34600111222", idempotencyKey: "t" });
    await pause(400);
    expect(await bench.engine.db.all("select id from outbox")).toEqual([]);
    gate.open();
    await until(async () => (await bench.open()) === 0);
  });
});

describe("a customer who waits over a restart", () => {
  it("is told once", async () => {
    const directory = mkdtempSync(join(tmpdir(), "holding-"));
    const open = async (holdAfterMs: number) => {
      const engine = openEngine({ path: join(directory, "test.db"), abandonAfterMs: 20 });
      bench = await queueBench(() => new Promise(() => {}), { engine, rules: { holdAfterMs } });
      await engine.start();
      return engine;
    };
    const stop = async (engine: Engine) => {
      await engine.stop({ drainMs: 0 });
      await bench.close();
    };
    const first = await open(60_000);
    await bench.phone.write("hello");
    await until(() => bench.agent.requests.length === 1);
    await stop(first);
    const second = await open(100);
    await until(() => shown().includes(later));
    await stop(second);
    const third = await open(100);
    await pause(300);
    expect(shown()).toEqual([]);
    await stop(third);
    rmSync(directory, { recursive: true, force: true });
  });
});

describe("a turn that has nothing to say", () => {
  it("sends nothing and ends its message as ignored", async () => {
    bench = await queueBench(() => ({ kind: "silent", text: "NOTHING" }));
    const { runId } = await bench.phone.write("ok thanks");
    expect((await bench.engine.work.result(runId, 2_000)).value).toMatchObject({ outcome: "silent", text: "" });
    expect(await bench.inbox(runId)).toEqual({ status: "ignored", reason: "the agent had nothing to say" });
    expect(await bench.engine.db.all("select id from outbox")).toEqual([]);
    const final = bench.events.find(({ event, payload }) => event === "chat" && payload.state === "final");
    expect(final?.payload).toMatchObject({ runId, state: "final" });
    expect(final?.payload).not.toHaveProperty("message");
    expect(JSON.stringify(bench.sessions.entries("agent:main:phone:dm:+34600111222"))).not.toContain("NOTHING");
    expect(await bench.engine.db.get("select unanswered from conversation")).toEqual({ unanswered: 0 });
  });

  it("gives a program an empty reply", async () => {
    bench = await queueBench(() => ({ kind: "silent" }));
    const { runId } = await bench.gateway.runs.start({ agentId: "main", sessionKey: "agent:main:api", peerId: "p", senderName: "p", text: "hello" });
    expect(await bench.gateway.runs.result(runId, 2_000)).toMatchObject({ outcome: "replied", text: "" });
  });
});

describe("a reply that quotes", () => {
  it("carries the platform's id of the message, and of no other conversation's", async () => {
    bench = await queueBench(({ message }) => ({
      text: "this one",
      replyTo: message?.text === "current" ? "current" : { externalId: message!.text },
    }));
    const sent: unknown[] = [];
    const { send } = bench.phone.adapter;
    bench.phone.adapter.send = async (to, message, context) => {
      sent.push(message.replyTo);
      return send(to, message, context);
    };
    await bench.phone.write("current", undefined, { externalId: "p-7" });
    await until(() => sent.length === 1);
    await bench.phone.write("p-7");
    await until(() => sent.length === 2);
    await bench.phone.write("p-7", "somebody else");
    await until(() => sent.length === 3);
    expect(sent).toEqual(["p-7", "p-7", undefined]);
  });
});

describe("a note", () => {
  const session = "agent:main:phone:dm:+34600111222";

  it("lets the agent answer without a message, once", async () => {
    bench = await queueBench(({ note }) => (note ? `the helper says ${note.text}${note.tainted ? " (tainted)" : ""}` : "hello"));
    await expect(bench.gateway.note({ id: "n", sessionKey: session, text: "x" })).rejects.toThrow("no conversation");
    await bench.phone.write("hello");
    await until(() => bench.phone.shown.length === 1);
    const first = await bench.gateway.note({ id: "n1", sessionKey: session, text: "done", tainted: true });
    expect(await bench.gateway.note({ id: "n1", sessionKey: session, text: "done", tainted: true })).toBe(first);
    await until(() => bench.phone.shown.length === 2);
    expect(bench.phone.shown[1]).toMatchObject({ text: "the helper says done (tainted)", id: first });
    await pause(50);
    expect(bench.agent.requests).toHaveLength(2);
  });

  it("only stands in the transcript while a person has the conversation", async () => {
    bench = await queueBench(() => "hello");
    await bench.phone.write("hello");
    await until(() => bench.phone.shown.length === 1);
    await bench.ask("conversations.takeOver", { conversationId: session, idempotencyKey: "k" });
    const runId = await bench.gateway.note({ id: "n1", sessionKey: session, text: "the helper is done" });
    expect((await bench.engine.work.result(runId, 2_000)).value).toMatchObject({ outcome: "handed-over" });
    expect(bench.agent.requests).toHaveLength(1);
    expect(bench.sessions.entries(session).at(-1)?.message).toMatchObject({ role: "user", content: "the helper is done", synthetic: true });
  });
});
