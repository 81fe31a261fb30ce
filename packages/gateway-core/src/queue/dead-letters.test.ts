import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEngine } from "@travelagent/engine";
import { TravelAgentError } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { latch, type QueueBench, queueBench, until } from "../testing/queue-bench.ts";

const session = "agent:main:phone:dm:+34600111222";
let bench: QueueBench;
const directories: string[] = [];
afterEach(async () => {
  await bench.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});
const letters = async (params?: unknown) => (await bench.ask("queue.dlq.list", params)).deadLetters as Record<string, unknown>[];
const key = { idempotencyKey: "k" };

describe("dead letters", () => {
  it("keep a turn that failed, and do it again as a run of its own with a reply of its own", async () => {
    let broken = true;
    bench = await queueBench(({ message }) => {
      if (broken) throw new TravelAgentError("MODEL_OVERLOADED", "no model");
      return `re: ${message?.text}`;
    });
    const { runId } = await bench.phone.write("two seats to Lisbon");
    await until(() => bench.phone.shown.length === 1);
    expect(bench.phone.shown[0]!.text).toContain("a colleague will answer");
    const [letter] = await letters();
    expect(letter).toMatchObject({ id: runId, kind: "turn", state: "open", code: "MODEL_OVERLOADED", sessionKey: session, preview: "two seats to Lisbon" });
    expect(await bench.ask("queue.dlq.get", { id: runId })).toMatchObject({ messages: [{ text: "two seats to Lisbon", status: "handed-over" }] });

    const again = await bench.ask("queue.dlq.retry", { id: runId, ...key });
    expect(again.runId).toBe(`retry:${runId}`);
    await until(() => bench.phone.shown.length === 2);
    // It failed again: the new run is a letter of its own, the first one is dealt with.
    expect(await letters()).toEqual([expect.objectContaining({ id: `retry:${runId}`, preview: "two seats to Lisbon" })]);
    broken = false;
    const third = await bench.ask("queue.dlq.retry", { id: `retry:${runId}`, ...key });
    expect(await bench.ask("queue.dlq.retry", { id: `retry:${runId}`, ...key })).toMatchObject({ runId: third.runId });
    await until(() => bench.phone.shown.length === 3);
    expect(bench.phone.shown[2]).toMatchObject({ text: "re: two seats to Lisbon", id: third.runId });
    expect(bench.agent.requests.at(-1)!.message).toMatchObject({ text: "two seats to Lisbon", lastShown: [] });
    expect(await bench.inbox(runId)).toMatchObject({ status: "handed-over" });
    expect(await bench.engine.db.get("select state from conversation")).toEqual({ state: "agent" });
    expect(await letters()).toEqual([]);
    expect(await letters({ state: "retried" })).toHaveLength(2);
    expect(bench.metrics.render()).toContain('dead_letters_total{kind="turn"} 2');
  });

  it("never press a button again, and do all messages of a turn again", async () => {
    let broken = true;
    const gate = latch();
    bench = await queueBench(async ({ message }) => {
      if (message?.text === "first") await gate.opened;
      else if (broken) throw new Error("no");
      return "ok";
    });
    await bench.phone.write("first");
    await until(() => bench.agent.requests.length === 1);
    await bench.phone.write("Yes", undefined, { action: { type: "confirm", id: "q" } });
    gate.open();
    await until(async () => (await bench.open()) === 0);
    const [letter] = await letters();
    broken = false;
    await bench.ask("queue.dlq.retry", { id: letter!.id, ...key });
    await until(() => bench.agent.requests.length === 3);
    expect(bench.agent.requests[1]!.message).toHaveProperty("action");
    expect(bench.agent.requests[2]!.message).not.toHaveProperty("action");
  });

  it("are not done again while a person has the conversation, and can be put aside", async () => {
    bench = await queueBench(() => {
      throw new Error("broken");
    });
    const { runId } = await bench.phone.write("hello");
    await until(async () => (await letters()).length === 1);
    await bench.ask("conversations.takeOver", { conversationId: session, idempotencyKey: "t" });
    await expect(bench.ask("queue.dlq.retry", { id: runId, ...key })).rejects.toThrow("hand it back");
    await bench.ask("agents.pause", { reason: "x" });
    await expect(bench.ask("queue.dlq.retry", { id: runId, ...key })).rejects.toThrow("is paused");
    expect(await bench.ask("queue.dlq.drop", { id: runId, reason: "answered by telephone", ...key })).toMatchObject({
      deadLetter: { state: "dropped", note: "answered by telephone", resolvedBy: "ana" },
    });
    await expect(bench.ask("queue.dlq.retry", { id: runId, ...key })).rejects.toThrow("put aside");
    await expect(bench.ask("queue.dlq.get", { id: "nothing" })).rejects.toThrow("no dead letter");
  });

  it("keep a turn that took too long, and survive a restart", async () => {
    const directory = mkdtempSync(join(tmpdir(), "queue-"));
    directories.push(directory);
    const open = async () => {
      const engine = openEngine({ path: join(directory, "test.db"), abandonAfterMs: 50 });
      const opened = await queueBench(({ message }) => (message?.text === "hang" ? new Promise(() => {}) : "ok"), { engine, turnTimeoutMs: 100 });
      await engine.start();
      return opened;
    };
    bench = await open();
    const { runId } = await bench.phone.write("hang");
    await until(async () => (await letters()).length === 1);
    await bench.close();
    bench = await open();
    expect(await letters()).toEqual([expect.objectContaining({ id: runId, code: "TIMEOUT" })]);
    expect((await bench.ask("queue.status")).deadLetters).toBe(1);
  });

  it("find durable flows that failed, and let them go on from where they were", async () => {
    let broken = true;
    let begun = 0;
    bench = await queueBench(() => "ok", { flows: ["booking.saga"] });
    bench.engine.work.define("booking.saga", async (context) => {
      await context.step("pay", async () => {
        begun += 1;
      });
      if (broken) throw new TravelAgentError("INTERNAL", "broken");
      return "done";
    });
    await bench.engine.work.submit({ name: "booking.saga", id: "b1" });
    await bench.engine.work.result("b1", 1_000);
    expect(await letters()).toEqual([expect.objectContaining({ id: "flow:b1", kind: "saga", runId: "b1", code: "INTERNAL" })]);
    broken = false;
    await bench.ask("queue.dlq.retry", { id: "flow:b1", ...key });
    expect(await bench.engine.work.result("b1", 1_000)).toMatchObject({ state: "done" });
    expect(begun).toBe(1);
    expect(await letters({ kind: "saga" })).toEqual([]);
  });
});

describe("the kill switch", () => {
  it("stops what runs, hands everything that waits and comes to people, and holds over a restart", async () => {
    const directory = mkdtempSync(join(tmpdir(), "queue-"));
    directories.push(directory);
    const changes: unknown[] = [];
    const open = async () => {
      const engine = openEngine({ path: join(directory, "test.db") });
      const opened = await queueBench(({ message }) => (message?.text === "running" ? new Promise(() => {}) : "ok"), {
        engine,
        queue: { mode: "followup" },
        onPause: async (change) => void changes.push(change),
      });
      await engine.start();
      return opened;
    };
    bench = await open();
    const running = await bench.phone.write("running");
    await until(() => bench.agent.requests.length === 1);
    const waiting = await bench.phone.write("waiting");
    expect(await bench.ask("agents.pause", { reason: "it costs too much" })).toMatchObject({
      handedOver: 2,
      paused: [{ agentId: "*", reason: "it costs too much", by: "ana" }],
    });
    for (const { runId } of [running, waiting])
      expect(await bench.inbox(runId)).toEqual({ status: "handed-over", reason: "the agent is paused: it costs too much" });
    await until(() => bench.phone.shown.length === 1);
    expect(bench.phone.shown[0]!.text).toContain("A colleague");
    expect(await bench.engine.work.state(running.runId)).toBe("cancelled");
    expect(bench.gateway.pausedAgents()).toEqual(["*"]);
    await bench.close();

    bench = await open();
    expect(bench.gateway.pausedAgents()).toEqual(["*"]);
    const coming = await bench.phone.write("hello", "another", { externalId: "after-1" });
    await until(async () => (await bench.inbox(coming.runId))?.status === "handed-over");
    const note = await bench.gateway.note({ id: "n", sessionKey: session, text: "x" });
    expect((await bench.engine.work.result(note, 1_000)).value).toMatchObject({ outcome: "handed-over" });
    expect(bench.agent.requests).toEqual([]);
    expect(await bench.ask("queue.status")).toMatchObject({ paused: [{ agentId: "*" }] });

    expect(await bench.ask("agents.resume")).toEqual({ paused: [] });
    await bench.phone.write("hello", "a third", { externalId: "after-2" });
    await until(() => bench.phone.shown.some(({ peer, text }) => peer === "a third" && text === "ok"));
    expect(changes).toEqual([
      { agentId: "*", paused: true, reason: "it costs too much", by: "ana" },
      { agentId: "*", paused: false, reason: "it costs too much", by: "ana" },
    ]);
  });

  it("stops one agent and no other", async () => {
    bench = await queueBench(({ turn }) => turn.agentId, {
      agentIds: ["main", "sales"],
      bindings: [{ agentId: "sales", match: { channel: "phone", peer: { kind: "dm", id: "lead" } } }],
    });
    await expect(bench.ask("agents.pause", { agentId: "nobody", reason: "x" })).rejects.toThrow("there is no agent nobody");
    await bench.ask("agents.pause", { agentId: "sales", reason: "x" });
    await bench.phone.write("hello", "lead");
    await bench.phone.write("hello", "customer");
    await until(() => bench.phone.shown.length === 2);
    expect(bench.phone.shown.find(({ peer }) => peer === "customer")?.text).toBe("main");
    expect(bench.phone.shown.find(({ peer }) => peer === "lead")?.text).toContain("A colleague");
    expect(bench.agent.requests.map(({ turn }) => turn.agentId)).toEqual(["main"]);
  });
});

describe("stop", () => {
  it("is understood on a channel, and the customer is told how many messages are not answered", async () => {
    bench = await queueBench(({ message }) => (message?.text === "hello" ? "hi" : new Promise(() => {})));
    await bench.phone.write("/stop");
    await bench.phone.write("hello");
    await until(() => bench.phone.shown.length === 1);
    const runs = [await bench.phone.write("one")];
    await until(() => bench.agent.requests.length === 2);
    runs.push(await bench.phone.write("two"));
    const { runId } = await bench.phone.write("/stop");
    await until(() => bench.phone.shown.length === 2);
    expect(bench.phone.shown[1]!.text).toBe("Stopped. 2 messages will not be answered.");
    for (const run of runs) expect(await bench.inbox(run.runId)).toEqual({ status: "ignored", reason: "aborted" });
    expect(await bench.inbox(runId)).toEqual({ status: "ignored", reason: "the customer stopped the agent" });
    expect(await bench.open()).toBe(0);
  });

  it("clears a session: what runs, what waits and what the gateway itself has to say, and tells how many", async () => {
    const gate = latch();
    bench = await queueBench(() => gate.opened.then(() => "ok"), { queue: { mode: "steer" } });
    const send = (message: string, idempotencyKey: string) => bench.ask("chat.send", { sessionKey: "main", message, idempotencyKey });
    await send("one", "k1");
    await until(() => bench.agent.requests.length === 1);
    await send("two", "k2");
    await bench.gateway.note({ id: "n1", sessionKey: "agent:main:main", text: "x" });
    expect(await send("/stop", "k3")).toMatchObject({ aborted: true, cleared: 3, runIds: ["k1", "k2", "note:n1"] });
    expect(await bench.engine.work.state("note:n1")).toBe("cancelled");
    gate.open();
    expect(await bench.open()).toBe(0);
  });
});
