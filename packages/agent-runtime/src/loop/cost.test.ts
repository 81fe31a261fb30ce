import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { anthropic } from "../models/anthropic.ts";
import { openai } from "../models/openai.ts";
import { anthropicServer, type ModelServer, openAiServer, scriptedModel } from "../testing/index.ts";
import { defineTool } from "../tool.ts";
import type { Spending } from "./budget.ts";
import { type Bench, loopBench } from "./testing/bench.ts";

describe("what models may cost", () => {
  let bench: Bench;
  let looked = 0;
  const look = defineTool({
    name: "look",
    description: "looks",
    group: "shop",
    args: z.strictObject({ item: z.string() }),
    effect: "read",
    execute: async ({ item }) => {
      looked += 1;
      return { content: { item } };
    },
  });
  const call = { name: "look", arguments: { item: "lamp" } };

  beforeEach(async () => {
    bench = await loopBench({ tools: [look] });
    looked = 0;
  });
  afterEach(() => bench.stop());

  it.each([
    ["one after the other", () => ({ toolCalls: [call] })],
    ["all at once", () => ({ toolCalls: Array.from({ length: 200 }, () => call) })],
  ])("a model that makes the same call 200 times, %s, is stopped after three", async (_, script) => {
    const model = scriptedModel((__, number) => (number > 200 ? "Done." : script()));
    expect(await bench.run({ models: [model] })).toMatchObject({ kind: "failed", reason: expect.stringContaining("LOOP_LIMIT") });
    expect(looked).toBe(3);
    expect(model.requests.length).toBeLessThanOrEqual(6);
  });

  it.each<[string, () => Promise<ModelServer>, (url: string) => Parameters<Bench["run"]>[0]["models"][0], (body: Record<string, unknown>) => unknown[]]>([
    [
      "OpenAI",
      () => openAiServer({ reply: ({ body }) => answer(body) }),
      (baseUrl) => openai({ model: "m", apiKey: "k", baseUrl, api: "completions" }),
      ({ messages }) => messages as unknown[],
    ],
    [
      "Anthropic",
      () => anthropicServer({ reply: ({ body }) => answer(body) }),
      (baseUrl) => anthropic({ model: "m", apiKey: "k", baseUrl }),
      ({ messages }) => messages as unknown[],
    ],
  ])("what %s received stays the same to the byte over fifty turns, and only grows at the end", async (_, open, modelAt, messagesOf) => {
    const server = await open();
    const model = modelAt(server.url);
    for (let turn = 0; turn < 50; turn++) await bench.run({ models: [model], text: `message ${turn}` });
    await server.close();
    const bodies = server.requests.map(({ body }) => body);
    expect(bodies.length).toBe(55);
    expect(new Set(bodies.map(({ system, tools }) => JSON.stringify([system, tools]))).size).toBe(1);
    for (const [index, body] of bodies.slice(1).entries()) {
      const [before, now] = [bodies[index]!, body].map((one) => withoutMarks(messagesOf(one)));
      // Where messages are plain strings, the note is a part of the last of them.
      const stable = before!.slice(0, before!.lastIndexOf(before!.findLast(({ role }) => role === "user")!));
      expect(JSON.stringify(now!.slice(0, stable.length))).toBe(JSON.stringify(stable));
    }
  });

  /** Every fifth message needs a tool. */
  const answer = (body: Record<string, unknown>) => {
    const last = JSON.stringify((body.messages as unknown[]).at(-1));
    return /message \d*5\b/.test(last) ? { toolCalls: [call] } : { text: "Understood." };
  };
  /** Without the marks for the provider's cache, which are no part of what is cached, and the note about the time, which stands in one message alone. */
  const withoutMarks = (messages: unknown[]): { role: string }[] =>
    JSON.parse(
      JSON.stringify(messages, (key, value: unknown) => {
        if (key === "cache_control") return undefined;
        return Array.isArray(value) ? value.filter(({ text }: { text?: string }) => !text?.startsWith("[now: ")) : value;
      }),
    ) as { role: string }[];

  it("a budget is asked before every call, told after it, and ends the turn with a person", async () => {
    const told: Spending[] = [];
    let asked = 0;
    const budget = {
      check: async () => (++asked > 2 ? { ruleId: "budget.run", reason: "this turn has cost 1.00 USD" } : null),
      spent: async (_: unknown, spending: Spending) => void told.push(spending),
    };
    const model = scriptedModel((_, number) => ({ toolCalls: [{ name: "look", arguments: { item: String(number) } }], usage: { input: 10, output: 1 } }));
    const outcome = await bench.run({ models: [model], options: { budget } });
    expect(outcome).toMatchObject({ kind: "failed", reason: "POLICY_DENIED: this turn has cost 1.00 USD", usage: { totalTokens: 22 } });
    expect(outcome.text).toContain("colleague");
    expect(model.requests).toHaveLength(2);
    expect(told.map(({ callId, usage }) => [callId, usage.totalTokens])).toEqual([
      ["0", 11],
      ["1", 11],
    ]);
    expect((await bench.gate.audit.list({ decision: "refused" })).entries).toMatchObject([{ ruleId: "budget.run", code: "POLICY_DENIED" }]);
  });

  it("thinks as long as the session wants", async () => {
    const model = scriptedModel(["a", "b"]);
    await bench.run({ models: [model], request: { prefer: { thinking: "high" } } });
    await bench.run({ models: [model] });
    expect(model.requests.map(({ thinking }) => thinking)).toEqual(["high", undefined]);
  });

  it("asks the models that the session prefers", async () => {
    const wanted: unknown[] = [];
    await bench.run({
      models: [],
      request: { prefer: { model: "big/one" } },
      options: {
        models: (_, prefer) => {
          wanted.push(prefer);
          return [scriptedModel(["Hi."])];
        },
      },
    });
    expect(wanted).toEqual([{ model: "big/one" }]);
  });
});
