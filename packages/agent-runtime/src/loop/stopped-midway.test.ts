import { TravelAgentError } from "@travelagent/protocol";
import type { Row } from "@travelagent/protocol/ports";
import { afterEach, expect, it } from "vitest";
import * as z from "zod";
import { defineTool } from "../index.ts";
import { scriptedModel } from "../testing/index.ts";
import { type Bench, loopBench } from "./testing/bench.ts";

let bench: Bench;
afterEach(() => bench.stop());

const begun: string[] = [];
const tool = (name: string, effect: "read" | "write", hangs: boolean) =>
  defineTool({
    name,
    description: name,
    group: "shop",
    args: z.strictObject({}),
    effect,
    ...(effect === "write" ? { writes: "conversation" as const } : {}),
    execute: async () => {
      begun.push(name);
      if (hangs) await new Promise(() => {});
      return { content: { did: name } };
    },
  });
const until = async (holds: () => boolean | Promise<boolean>) => {
  for (let tries = 0; !(await holds()); tries++) {
    if (tries > 400) throw new Error("it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const intents = (): Promise<Row[]> => bench.engine.db.all("select tool, state, error from intent order by started_at, tool");

async function stoppedIn(calls: readonly string[], hanging: string) {
  begun.length = 0;
  bench = await loopBench({ tools: [tool("note", "write", false), tool("send", "write", true), tool("look", "read", true), tool("after", "write", false)] });
  const { runId, done } = bench.begin({ models: [scriptedModel([{ toolCalls: calls.map((name) => ({ name, arguments: {} })) }, "done"])] });
  await until(() => begun.includes(hanging));
  await bench.engine.work.cancel(runId);
  await expect(done).rejects.toMatchObject({ code: "CANCELLED" });
  return runId;
}
const results = () =>
  bench.entries.flatMap(({ message }) => (message.role === "toolResult" ? [[message.toolName, message.isError, message.content[0]!.text] as const] : []));

it("a write that was cancelled in the middle stands in the transcript, with what was done before it and what was not done after it", async () => {
  const runId = await stoppedIn(["note", "send", "after"], "send");
  await until(async () => (await intents()).every(({ state }) => state !== "started"));
  await until(() => results().length === 3);
  expect(bench.entries.map(({ id }) => id)).toEqual([`${runId}:user`, ...[0, 1, 2, 3].map((index) => `${runId}:0:${index}`)]);
  expect(results()).toEqual([
    ["note", false, expect.stringContaining("did")],
    ["send", true, expect.stringContaining("OUTCOME_UNKNOWN")],
    ["after", true, expect.stringContaining("was not called")],
  ]);
  expect(begun).toEqual(["note", "send"]);
  expect((await intents()).map(({ tool: name, state }) => [name, state])).toEqual([
    ["note", "done"],
    ["send", "unknown"],
  ]);
  const { entries } = await bench.gate.audit.list({ limit: 10 });
  expect(entries.filter(({ tool: name }) => name === "send").map(({ decision, code }) => [decision, code])).toContainEqual(["failed", "OUTCOME_UNKNOWN"]);
});

it("reads that were cancelled leave nothing", async () => {
  const runId = await stoppedIn(["look"], "look");
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(bench.entries.map(({ id }) => id)).toEqual([`${runId}:user`]);
  expect(await intents()).toEqual([]);
});

it("a write that the end of the process interrupts stays begun, since it is gone on with after the start", async () => {
  bench = await loopBench({ tools: [tool("send", "write", true)] });
  const turn = { agentId: "main", sessionKey: "s", channel: "webchat", accountId: "default", chatType: "direct" as const, peerId: "v1", timeZone: "UTC" };
  const stateAfter = async (runId: string, code: "UNAVAILABLE" | "CANCELLED" | "TIMEOUT") => {
    begun.length = 0;
    const aborter = new AbortController();
    const called = bench.gate.call({ toolCallId: "0", name: "send", args: {}, tainted: false }, { ...turn, runId }, aborter.signal);
    called.catch(() => {});
    await until(() => begun.length === 1);
    aborter.abort(new TravelAgentError(code, "over"));
    await expect(called).rejects.toMatchObject({ code });
    return (await bench.engine.db.get("select state from intent where run_id = ?", runId))?.state;
  };
  expect(await stateAfter("stop", "UNAVAILABLE")).toBe("started");
  expect(await stateAfter("cancel", "CANCELLED")).toBe("unknown");
  expect(await stateAfter("late", "TIMEOUT")).toBe("unknown");
});
