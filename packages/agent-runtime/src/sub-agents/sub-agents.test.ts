import { testEngine } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import type { AgentPort, TurnRequest, TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSubAgents, type SubAgents } from "./index.ts";

const parent: TurnScope = {
  runId: "run-1",
  agentId: "main",
  sessionKey: "agent:main:webchat:dm:v1",
  channel: "webchat",
  accountId: "default",
  chatType: "direct",
  peerId: "v1",
  customerId: "c1",
  timeZone: "Europe/Madrid",
};

describe("sub-agents", () => {
  let engine: Engine;
  let helpers: SubAgents;
  const asked: TurnRequest[] = [];
  const notes: { id: string; sessionKey: string; text: string; tainted: boolean }[] = [];
  const stored = new Map<string, { id: string; message: TranscriptMessage }[]>();
  const archived: string[] = [];
  const resting = new Set<string>();
  let answer: (request: TurnRequest, signal: AbortSignal) => Promise<string>;

  const agent: AgentPort = {
    async run(request, work) {
      asked.push(request);
      const text = await work.step("answer", (signal) => answer(request, signal));
      const message = {
        role: "assistant" as const,
        content: [{ type: "text" as const, text }],
        provider: "p",
        model: "m",
        stopReason: "stop" as const,
        timestamp: 1,
      };
      return {
        kind: "replied",
        message,
        text,
        cards: [],
        usage: { input: 3, output: 4, cacheRead: 0, cacheWrite: 0, totalTokens: 7 },
        commit: async () => undefined,
      };
    },
  };

  beforeEach(async () => {
    engine = await testEngine();
    asked.length = 0;
    notes.length = 0;
    archived.length = 0;
    resting.clear();
    stored.clear();
    answer = async ({ message }) => `found: ${message?.text}`;
    helpers = createSubAgents({
      work: engine.work,
      db: engine.db,
      agent,
      sessions: {
        ensure: async (key) => void stored.set(key, stored.get(key) ?? []),
        messages: async (key) => (stored.get(key) ?? []).map(({ message }) => message),
        append: async (key, added) => void stored.get(key)?.push(...added),
        archive: async (key) => void archived.push(key),
      },
      note: async (note) => void notes.push(note),
      mayUse: (own, helper) => own === helper || helper === "visa",
      mayWork: (agentId) => !resting.has(agentId),
      maxPerSession: 2,
      keepMs: 20,
    });
    await helpers.prepare();
    await engine.start();
  });
  afterEach(() => engine.stop({ drainMs: 0 }));

  const spawn = (key: string, more: Partial<Parameters<SubAgents["spawn"]>[0]> = {}) =>
    helpers.spawn({ parent, key, task: `task ${key}`, tainted: false, announce: true, ...more });
  const until = async (holds: () => boolean) => {
    for (let tries = 0; tries < 300 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(holds()).toBe(true);
  };

  it("works for the customer of the one who asked, where nobody can say yes, and tells when it is done", async () => {
    const { runId, sessionKey } = await spawn("a", { agentId: "visa", label: "visa rules" });
    const done = await helpers.result(runId, 5000);
    expect(done).toMatchObject({ state: "done", text: "found: task a", totalTokens: 7 });
    expect(asked[0]?.turn).toMatchObject({ agentId: "visa", sessionKey, customerId: "c1", unattended: true });
    expect(sessionKey).toMatch(/^agent:visa:subagent:/);
    await until(() => notes.length === 1);
    expect(notes[0]).toMatchObject({ sessionKey: parent.sessionKey, tainted: false });
    expect(notes[0]?.text).toContain("found: task a");
    await until(() => archived.includes(sessionKey));
  });

  it("is the same task when it is given again with the same key", async () => {
    const first = await spawn("a");
    const second = await spawn("a");
    expect(second.runId).toBe(first.runId);
    await helpers.result(first.runId, 5000);
    expect(asked).toHaveLength(1);
    expect((await spawn("a", { parent: { ...parent, sessionKey: "agent:main:webchat:dm:v2" } })).runId).not.toBe(first.runId);
  });

  it("runs several at the same time, up to the limit of a session", async () => {
    const inside = new Set<string>();
    let most = 0;
    let open: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    answer = async ({ turn }) => {
      inside.add(turn.runId);
      most = Math.max(most, inside.size);
      await gate;
      return "done";
    };
    const [one, two] = await Promise.all([spawn("a", { announce: false }), spawn("b", { announce: false })]);
    await until(() => most === 2);
    await expect(spawn("c")).rejects.toMatchObject({ code: "LOOP_LIMIT" });
    open();
    await Promise.all([helpers.result(one.runId, 5000), helpers.result(two.runId, 5000)]);
    expect(notes).toEqual([]);
    expect((await spawn("c")).state).toBe("running");
  });

  it("cannot be used by a helper, nor send an agent that is not allowed", async () => {
    await expect(spawn("a", { parent: { ...parent, sessionKey: "agent:main:subagent:x" } })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(spawn("a", { agentId: "finance" })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("is tainted when the task was, and when it has read others' words", async () => {
    const tainted = await spawn("a", { tainted: true });
    expect((await helpers.result(tainted.runId, 5000)).tainted).toBe(true);
    expect(asked[0]?.message?.tainted).toBe(true);
    answer = async ({ turn }) => {
      stored
        .get(turn.sessionKey)
        ?.push({ id: "r", message: { role: "toolResult", toolCallId: "1", toolName: "t", content: [], isError: false, tainted: true, timestamp: 1 } });
      return "read a web page";
    };
    const reader = await spawn("b");
    expect((await helpers.result(reader.runId, 5000)).tainted).toBe(true);
    await until(() => notes.length === 2);
    expect(notes.map(({ tainted: mark }) => mark)).toEqual([true, true]);
  });

  it("goes on in the conversation of a helper, of its own session only", async () => {
    const first = await spawn("a");
    await helpers.result(first.runId, 5000);
    const more = await spawn("b", { sessionKey: first.sessionKey });
    expect(more.sessionKey).toBe(first.sessionKey);
    await helpers.result(more.runId, 5000);
    const stranger = { ...parent, sessionKey: "agent:main:webchat:dm:v2" };
    await expect(spawn("c", { parent: stranger, sessionKey: first.sessionKey })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("asks no model once its agent is paused, and says that it was stopped", async () => {
    let aborted = 0;
    answer = ({ turn }, signal) =>
      turn.agentId === "visa"
        ? new Promise((_, reject) =>
            signal.addEventListener("abort", () => {
              aborted += 1;
              reject(signal.reason);
            }),
          )
        : Promise.resolve("found");
    const theirs = await spawn("a", { agentId: "visa" });
    await until(() => asked.length === 1);
    resting.add("visa");
    expect(await helpers.stopPaused()).toBe(1);
    expect(await helpers.result(theirs.runId, 5000)).toMatchObject({ state: "failed", text: "it was stopped: its agent is paused" });
    await until(() => notes.length === 1);
    expect(aborted).toBe(1);
    const late = await spawn("b", { agentId: "visa" });
    expect((await helpers.result(late.runId, 5000)).state).toBe("failed");
    const other = await spawn("c");
    expect((await helpers.result(other.runId, 5000)).state).toBe("done");
    expect(asked.map(({ turn }) => turn.agentId)).toEqual(["visa", "main"]);
  });

  it("that died with its process too often has failed, and its session hears of it", async () => {
    const dead = await spawn("a");
    await helpers.result(dead.runId, 5000);
    await until(() => notes.length === 1);
    notes.length = 0;
    // As a process leaves it that ended in the middle once too often.
    await engine.db.transaction(async (tx) => {
      await tx.run("update work set state = 'dead' where id = ?", dead.runId);
      await tx.run("update sub_agent_run set state = 'running', text = null, ended_at = null where run_id = ?", dead.runId);
    });
    await helpers.sweep();
    expect(await helpers.of(parent.sessionKey)).toMatchObject([{ state: "failed", text: "it was interrupted too often" }]);
    expect(notes).toHaveLength(1);
    await helpers.sweep();
    expect(notes).toHaveLength(1);
  });

  it("says that it could not finish, and ends when it is stopped", async () => {
    answer = async () => {
      throw new TravelAgentError("INTERNAL", "broken");
    };
    const broken = await spawn("a");
    expect((await helpers.result(broken.runId, 5000)).state).toBe("failed");
    await until(() => notes.length === 1);
    expect(notes[0]?.text).toContain("could not finish");
    // Something that is away is no stop of the process: nobody would take this task up again.
    answer = async () => {
      throw new TravelAgentError("UNAVAILABLE", "the transcript cannot be written");
    };
    await spawn("away");
    await until(() => notes.length === 2);
    expect((await helpers.of(parent.sessionKey)).map(({ state }) => state)).toEqual(["failed", "failed"]);
    let aborted = false;
    answer = (_, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted = true;
          reject(signal.reason);
        }),
      );
    const hanging = await spawn("b");
    await until(() => asked.length === 3);
    expect(await helpers.stop(parent.sessionKey)).toBe(1);
    expect((await helpers.result(hanging.runId, 5000)).state).toBe("cancelled");
    expect(aborted).toBe(true);
    expect(notes).toHaveLength(2);
  });
});
