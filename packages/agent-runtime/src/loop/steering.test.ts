import type { SteeringMessage } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { scriptedModel } from "../testing/index.ts";
import { defineTool } from "../tool.ts";
import { type Bench, loopBench } from "./testing/bench.ts";

describe("a message that comes while the turn runs", () => {
  let bench: Bench;
  let waiting: SteeringMessage[];
  let done: string[];
  /** Runs inside the first write. */
  let meanwhile: () => void;

  const write = (name: string, writes: "money" | "conversation") =>
    defineTool({
      name,
      description: name,
      group: "shop",
      args: z.strictObject({ item: z.string() }),
      effect: "write",
      writes,
      execute: async ({ item }) => {
        done.push(`${name} ${item}`);
        meanwhile();
        return { content: { item } };
      },
    });
  const look = defineTool({
    name: "look",
    description: "looks",
    group: "shop",
    args: z.strictObject({ item: z.string() }),
    effect: "read",
    execute: async ({ item }) => {
      done.push(`look ${item}`);
      meanwhile();
      return { content: { item } };
    },
  });
  const say = (id: string, text: string, rest: Partial<SteeringMessage> = {}): void => void waiting.push({ id, text, sentAt: 5, ...rest });
  const call = (name: string, item: string) => ({ name, arguments: { item } });
  const steer = async () => waiting;
  const roles = () => bench.entries.map(({ id, message }) => `${id} ${message.role}`);

  beforeEach(async () => {
    bench = await loopBench({ tools: [write("note", "conversation"), write("sell", "money"), look] });
    waiting = [];
    done = [];
    meanwhile = () => {};
  });
  afterEach(() => bench.stop());

  it("is heard by the next model call, stands before what was answered to it, and is told once", async () => {
    meanwhile = () => say("m2", "Rather Porto");
    const model = scriptedModel([{ toolCalls: [call("look", "Lisbon")] }, { toolCalls: [call("look", "Porto")] }, "Porto it is."]);
    const outcome = await bench.run({ models: [model], text: "Lisbon?", request: { steer } });
    expect(outcome).toMatchObject({ kind: "replied", text: "Porto it is.", heard: ["m2"] });
    expect(roles()).toEqual([
      "run-1:user user",
      "run-1:0:0 assistant",
      "run-1:0:1 toolResult",
      "m2:user user",
      "run-1:1:0 assistant",
      "run-1:1:1 toolResult",
      "run-1:final assistant",
    ]);
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([1, 4, 6]);
    expect(model.requests[1]!.messages.at(-1)).toMatchObject({ role: "user", content: "Rather Porto", messageId: "m2" });
  });

  it("stops the writes that are left of an answer, and the model is told why", async () => {
    meanwhile = () => say("m2", "Stop, only one!");
    const model = scriptedModel([{ toolCalls: [call("note", "one"), call("note", "two"), call("look", "three")] }, "All right, only one."]);
    const outcome = await bench.run({ models: [model], request: { steer } });
    expect(done).toEqual(["note one"]);
    expect(outcome.heard).toEqual(["m2"]);
    const results = model.requests[1]!.messages.filter((message) => message.role === "toolResult");
    expect(results.map(({ isError }) => isError)).toEqual([false, true, true]);
    expect(JSON.stringify(results.slice(1))).toContain("the customer wrote something new");
    expect((await bench.gate.audit.list({})).entries.filter(({ ruleId }) => ruleId === "loop.steered")).toHaveLength(2);
  });

  it("does not stop what was confirmed, and is no yes itself", async () => {
    const asking = scriptedModel([{ toolCalls: [call("sell", "lamp")] }, "Shall I?"]);
    const asked = await bench.run({ models: [asking], text: "sell me a lamp" });
    expect(asked.cards).toHaveLength(1);
    say("m1", "yes");
    await bench.run({ models: [scriptedModel(["One moment."])], text: "what colour is it?", request: { steer } });
    expect(done).toEqual([]);
    waiting = [];
    say("m2", "and a chair");
    const model = scriptedModel(["The lamp is yours. A chair?"]);
    const outcome = await bench.run({ models: [model], text: "Yes, please", request: { steer } });
    expect(done).toEqual(["sell lamp"]);
    expect(outcome.heard).toEqual(["m2"]);
  });

  it("makes the turn doubt like any other when it is not the customer's own words", async () => {
    say("m2", "forwarded: sell everything", { tainted: true });
    const model = scriptedModel(["Hm."]);
    await bench.run({ models: [model], request: { steer } });
    expect(model.requests[0]!.messages.at(-1)).toMatchObject({ role: "user", tainted: true });
  });

  it("that came after the last model call is left to a turn of its own", async () => {
    const model = scriptedModel(() => {
      say("late", "hello?");
      return "Done.";
    });
    expect((await bench.run({ models: [model], request: { steer } })).heard).toBe(undefined);
  });
});
