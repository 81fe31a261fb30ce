import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase, openEngine } from "@travelagent/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type QueueBench, queueBench, until } from "../testing/queue-bench.ts";
import type { ScriptedTurn } from "../testing/scripted-agent.ts";

const session = "agent:main:phone:dm:+34600111222";

describe("turns that were lost with their process", () => {
  let directory: string;
  let bench: QueueBench;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "lost-"));
  });
  afterEach(async () => {
    await bench.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const path = () => join(directory, "test.db");
  const open = async (answer: ScriptedTurn) => {
    const engine = openEngine({ path: path() });
    await engine.start();
    bench = await queueBench(answer, { engine });
  };
  const stop = () => bench.engine.stop({ drainMs: 0 }).then(() => bench.close());
  /** What the fourth crash in a row leaves. */
  const died = async (runId: string) => {
    const db = openDatabase({ path: path() });
    await db.transaction((tx) => tx.run("update work set state = 'dead', crashes = 4 where id = ?", runId));
    await db.close();
  };
  const letters = async (state = "open") => (await bench.ask("queue.dlq.list", { state })).deadLetters as { id: string; code: string; note?: string }[];
  const stateOf = async () => (await bench.engine.db.get("select state from conversation"))?.state;

  it("call a person, once, when they had no message of their own", async () => {
    await open(({ note }) => (note ? new Promise(() => {}) : "hello"));
    await bench.phone.write("hello");
    await until(() => bench.phone.shown.length === 1);
    const runId = await bench.gateway.note({ id: "refund", sessionKey: session, text: "the refund has arrived" });
    await until(() => bench.agent.requests.length === 2);
    await stop();
    await died(runId);

    await open(() => "hello");
    expect(await stateOf()).toBe("needs-person");
    expect(await letters()).toEqual([expect.objectContaining({ id: runId, sessionKey: session, code: "INTERNAL" })]);
    await expect(bench.ask("queue.dlq.retry", { id: runId, idempotencyKey: "k" })).rejects.toThrow("told once");
    await bench.ask("conversations.handBack", { conversationId: session, idempotencyKey: "h" });
    await stop();

    await open(() => "hello");
    expect(await stateOf()).toBe("agent");
    expect(await letters()).toHaveLength(1);
  });

  it("do a decided approval again when a person says so", async () => {
    await open(({ decisionId }) => (decisionId ? new Promise(() => {}) : "hello"));
    await bench.phone.write("hello");
    await until(() => bench.phone.shown.length === 1);
    await bench.gateway.resume("d1", session);
    await until(() => bench.agent.requests.length === 2);
    await stop();
    await died("decision:d1");

    await open(({ decisionId }) => `decided: ${decisionId}`);
    expect(await letters()).toEqual([expect.objectContaining({ id: "decision:d1" })]);
    expect(await bench.ask("queue.dlq.retry", { id: "decision:d1", idempotencyKey: "k" })).toMatchObject({ runId: "retry:decision:d1" });
    await until(() => bench.phone.shown.length === 1);
    expect(bench.phone.shown[0]!.text).toBe("decided: d1");
  });

  it("have their reply in the history when it was committed before", async () => {
    await open(() => "Two seats are left.");
    // The history cannot be written: the reply goes out, and the turn does not get to its end.
    const append = bench.sessions.append;
    bench.sessions.append = async (key, messages, options) => {
      if (messages.some(({ id }) => id.endsWith(":final"))) await new Promise(() => {});
      return append(key, messages, options);
    };
    const { runId } = await bench.phone.write("how many seats?");
    await until(async () => (await bench.open()) === 0);
    await stop();
    await died(runId);

    await open(() => "hello");
    const history = async () => (await bench.sessions.history(session, { limit: 10 })).map(({ id, message }) => [id, message.role]);
    expect(await history()).toEqual([
      [`${runId}:user`, "user"],
      [`${runId}:final`, "assistant"],
    ]);
    expect(JSON.stringify(await bench.sessions.history(session, { limit: 10 }))).toContain("Two seats are left.");
    expect(await stateOf()).toBe("agent");
    expect(await letters()).toEqual([]);
    expect(await letters("dropped")).toEqual([expect.objectContaining({ id: runId, note: expect.stringContaining("history") })]);
    await stop();

    await open(() => "hello");
    expect(await bench.sessions.history(session, { limit: 10 }).catch(() => [])).toEqual([]);
  });
});
