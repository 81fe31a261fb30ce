import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createNodeInvocations, type NodeCommand, type NodeResult } from "./node-invocations.ts";

function bench(commands: Record<string, NodeCommand>, options: { maxAnswer?: number; maxRunning?: number } = {}) {
  const clock = fakeClock();
  const answers: NodeResult[] = [];
  const invocations = createNodeInvocations({
    clock,
    commands: (name) => (Object.hasOwn(commands, name) ? commands[name] : undefined),
    answer: async (result) => void answers.push(result),
    ...options,
  });
  const begin = (id: string, command: string, more: { paramsJSON?: string; timeoutMs?: number; idempotencyKey?: string } = {}) =>
    invocations.begin({ id, nodeId: "n", command, ...more });
  return { clock, answers, invocations, begin };
}

const never: NodeCommand = () => new Promise(() => {});

describe("commands of a node", () => {
  it("get their parameters and answer with JSON", async () => {
    const { clock, answers, begin } = bench({ sum: (params) => (params as number[]).reduce((a, b) => a + b, 0), nothing: () => undefined });
    begin("1", "sum", { paramsJSON: "[1,2]" });
    begin("2", "nothing");
    await clock.advance(0);
    expect(answers).toEqual([
      { id: "1", nodeId: "n", ok: true, payloadJSON: "3" },
      { id: "2", nodeId: "n", ok: true, payloadJSON: "null" },
    ]);
  });

  it("become errors with a code when they throw, are not there, or get what is no JSON", async () => {
    const fails: NodeCommand = () => {
      throw Object.assign(new Error("enable the camera"), { code: "CAMERA_DISABLED" });
    };
    const { clock, answers, begin } = bench({ fails, plain: () => Promise.reject(new Error("no")) });
    begin("1", "fails");
    begin("2", "plain");
    begin("3", "toString");
    begin("4", "plain", { paramsJSON: "{" });
    await clock.advance(0);
    expect(new Map(answers.map(({ id, error }) => [id, error?.code]))).toEqual(
      new Map([
        ["1", "CAMERA_DISABLED"],
        ["2", "COMMAND_FAILED"],
        ["3", "UNSUPPORTED_COMMAND"],
        ["4", "COMMAND_FAILED"],
      ]),
    );
    expect(answers.find(({ id }) => id === "1")?.error?.message).toBe("enable the camera");
  });

  it("are answered at their deadline, heard it or not", async () => {
    const aborted: string[] = [];
    const hears: NodeCommand = (_, { signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => {
          aborted.push("heard");
          reject(signal.reason);
        }),
      );
    const { clock, answers, begin } = bench({ hears, never });
    begin("1", "hears", { timeoutMs: 50 });
    begin("2", "never", { timeoutMs: 50 });
    await clock.advance(49);
    expect(answers).toEqual([]);
    await clock.advance(1);
    expect(aborted).toEqual(["heard"]);
    expect(answers.map(({ error }) => error?.code)).toEqual(["TIMEOUT", "TIMEOUT"]);
  });

  it("end when the caller gives up or the connection ends, and answer once", async () => {
    const { clock, answers, invocations, begin } = bench({ never });
    begin("1", "never");
    begin("2", "never");
    invocations.cancel("1");
    invocations.cancel("unknown");
    await clock.advance(0);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([["1", "CANCELLED"]]);
    invocations.cancelAll("over");
    await clock.advance(60_000);
    expect(answers).toHaveLength(2);
  });

  it("run once for one key, and answer every repeat", async () => {
    let runs = 0;
    const { clock, answers, begin } = bench({ count: () => ++runs });
    begin("1", "count", { idempotencyKey: "k" });
    begin("2", "count", { idempotencyKey: "k" });
    await clock.advance(0);
    begin("3", "count", { idempotencyKey: "k" });
    begin("4", "count", { idempotencyKey: "other" });
    await clock.advance(0);
    expect(answers.map(({ id, payloadJSON }) => [id, payloadJSON])).toEqual([
      ["1", "1"],
      ["2", "1"],
      ["3", "1"],
      ["4", "2"],
    ]);
    await clock.advance(600_001);
    begin("5", "count", { idempotencyKey: "k" });
    await clock.advance(0);
    expect(answers.at(-1)?.payloadJSON).toBe("3");
  });

  it("run once also when the answer was too large to keep", async () => {
    let runs = 0;
    const { clock, answers, begin } = bench({ big: () => `${++runs}${"x".repeat(30_000)}` });
    begin("1", "big", { idempotencyKey: "k" });
    await clock.advance(0);
    begin("2", "big", { idempotencyKey: "k" });
    await clock.advance(0);
    expect(answers.map(({ ok, error }) => [ok, error?.code])).toEqual([
      [true, undefined],
      [false, "ALREADY_ANSWERED"],
    ]);
    expect(runs).toBe(1);
  });

  it("are bounded in number and size", async () => {
    const { clock, answers, begin } = bench({ never, big: () => "x".repeat(100) }, { maxAnswer: 50, maxRunning: 1 });
    begin("1", "big");
    await clock.advance(0);
    begin("2", "never");
    begin("3", "never");
    await clock.advance(0);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      ["1", "PAYLOAD_TOO_LARGE"],
      ["3", "BUSY"],
    ]);
  });
});
