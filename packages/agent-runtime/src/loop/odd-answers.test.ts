import { TravelAgentError } from "@travelagent/protocol";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { createCooldowns } from "../cooldowns.ts";
import type { Model, ModelEvent } from "../model.ts";
import { anthropic } from "../models/anthropic.ts";
import { openai } from "../models/openai.ts";
import { anthropicServer, openAiServer, scriptedModel } from "../testing/index.ts";
import { defineTool } from "../tool.ts";
import { type Bench, loopBench } from "./testing/bench.ts";

describe("odd answers of models and tools", () => {
  let bench: Bench;
  let clock: FakeClock;
  let signals: AbortSignal[];
  let late: PromiseWithResolvers<{ content: unknown }>;

  const tool = (name: string, execute: Parameters<typeof defineTool>[0]["execute"], rest = {}) =>
    defineTool({ name, description: name, group: "shop", args: z.looseObject({}), effect: "read" as const, execute, ...rest });
  const tools = [
    tool("look", async () => ({ content: { seen: true } })),
    tool("huge", async () => ({ content: "x".repeat(500_000) })),
    tool(
      "hang",
      async (_, { signal }) => {
        signals.push(signal);
        return late.promise as Promise<{ content: unknown }>;
      },
      { timeoutMs: 2_000 },
    ),
  ];

  beforeEach(async () => {
    clock = fakeClock();
    signals = [];
    late = Promise.withResolvers();
    bench = await loopBench({ tools, clock });
  });
  afterEach(() => bench.stop());

  const until = (done: () => boolean) => expect.poll(done, { timeout: 5_000, interval: 2 }).toBe(true);
  const raw = (...answers: ModelEvent[][]): Model => {
    let call = 0;
    return {
      provider: "raw",
      id: "raw",
      contextWindow: 10_000,
      async *stream() {
        yield* answers[call++] ?? [{ type: "text", delta: "Done." } as const, { type: "end", reason: "stop" } as const];
      },
    };
  };
  const calls = (...named: [id: string, name: string][]): ModelEvent[] => [
    ...named.map(([id, name]): ModelEvent => ({ type: "toolCall", id, name, arguments: {} })),
    { type: "end", reason: "toolUse" },
  ];

  /** Whether the vendors take this conversation as it is stored: sent to servers that check what the vendors check. */
  const expectValid = async () => {
    const stored = bench.entries.map(({ message }) => message);
    const ids = stored.flatMap((message) =>
      message.role === "assistant" ? message.content.flatMap((block) => (block.type === "toolCall" ? [block] : [])) : [],
    );
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
    for (const { id, name } of ids) expect([id, name]).toEqual([expect.stringMatching(/^.+$/), expect.stringMatching(/^[A-Za-z0-9_-]{1,64}$/)]);
    for (const [index, message] of stored.entries()) {
      if (message.role !== "assistant") continue;
      const own = message.content.flatMap((block) => (block.type === "toolCall" ? [block.id] : []));
      expect(stored.slice(index + 1, index + 1 + own.length).map((next) => (next.role === "toolResult" ? next.toolCallId : next.role))).toEqual(own);
    }
    const request = { system: "", messages: [...stored, { role: "user" as const, content: "and now?", timestamp: 1 }], tools: [], now: 1, timeZone: "UTC" };
    const servers = [await anthropicServer({ reply: () => ({ text: "ok" }) }), await openAiServer({ reply: () => ({ text: "ok" }) })];
    const [vendor, open] = servers as [(typeof servers)[0], (typeof servers)[0]];
    for (const model of [
      anthropic({ model: "m", apiKey: "k", baseUrl: vendor.url }),
      openai({ model: "m", apiKey: "k", baseUrl: open.url, api: "completions" }),
      openai({ model: "m", apiKey: "k", baseUrl: open.url, api: "responses" }),
    ])
      for await (const event of model.stream(request, new AbortController().signal)) expect(event.type).not.toBe("toolCall");
    for (const server of servers) await server.close();
  };

  it.each<[string, Model, string]>([
    [
      "says toolUse and calls nothing",
      raw([
        { type: "text", delta: "Well." },
        { type: "end", reason: "toolUse" },
      ]),
      "replied",
    ],
    ["says toolUse and nothing else", raw([{ type: "end", reason: "toolUse" }]), "failed"],
    ["gives calls empty ids", raw(calls(["", "look"], ["", "look"])), "replied"],
    ["gives calls the same id, again and again", raw(calls(["c", "look"], ["c", "look"]), calls(["c", "look"])), "replied"],
    ["calls what does not exist", raw(calls(["a", "fly_to_the_moon"], ["b", "look"])), "replied"],
    ["calls what cannot be a name", raw(calls(["a", ""], ["b", "look up"], ["c", "x".repeat(300)], ["d", "../etc"])), "replied"],
    ["gives ids no vendor takes", raw(calls(["toolu:1/é", "look"], ["y".repeat(200), "look"])), "replied"],
    [
      "stops beside a call",
      raw([
        { type: "toolCall", id: "a", name: "look", arguments: {} },
        { type: "end", reason: "stop" },
      ]),
      "replied",
    ],
    [
      "is cut at its limit",
      raw([
        { type: "text", delta: "And so" },
        { type: "end", reason: "length" },
      ]),
      "replied",
    ],
    ["ends without an end", raw([{ type: "text", delta: "And" }]), "failed"],
    ["gives arguments that are no object", scriptedModel([{ toolCalls: [{ name: "look", arguments: "[1, 2]" }] }]), "failed"],
    [
      "throws something of its own",
      {
        ...raw(),
        stream: () => {
          throw new TypeError("oops");
        },
      },
      "failed",
    ],
  ])("goes on, or ends cleanly, with a model that %s", async (_, model, kind) => {
    const outcome = await bench.run({ models: [model], options: { limits: { maxParkedMs: 0 }, cooldowns: createCooldowns({ clock, applies: () => false }) } });
    expect(outcome.kind).toBe(kind);
    await expectValid();
  });

  it("gives a tool that is too slow an error result, and what it says later changes nothing", async () => {
    const model = scriptedModel([{ toolCalls: [{ name: "hang", arguments: {} }] }, "It took too long."]);
    const { done } = bench.begin({ models: [model] });
    await until(() => signals.length > 0);
    await clock.advance(2_000);
    expect((await done).text).toBe("It took too long.");
    expect(signals[0]!.aborted).toBe(true);
    const before = JSON.stringify(bench.entries);
    expect(before).toContain("TIMEOUT");
    late.resolve({ content: "here I am" });
    await clock.advance(10);
    expect(JSON.stringify(bench.entries)).toBe(before);
    await expectValid();
  });

  it("reaches the tool when the turn is aborted, and leaves no call without its result", async () => {
    const { runId, done } = bench.begin({ models: [scriptedModel([{ toolCalls: [{ name: "hang", arguments: {} }] }, "Never."])] });
    await until(() => signals.length > 0);
    await bench.engine.work.cancel(runId);
    await expect(done).rejects.toMatchObject({ code: "CANCELLED" });
    expect(signals[0]!.aborted).toBe(true);
    late.resolve({ content: "too late" });
    await clock.advance(10);
    expect(bench.entries.map(({ message }) => message.role)).toEqual(["user"]);
    await expectValid();
  });

  it("reaches the model when the turn is aborted in the middle of an answer", async () => {
    const seen: AbortSignal[] = [];
    const model: Model = {
      ...raw(),
      async *stream(_, signal) {
        seen.push(signal);
        yield { type: "text", delta: "Let me" };
        await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new TravelAgentError("CANCELLED", "cancelled")), { once: true }));
      },
    };
    const { runId, done } = bench.begin({ models: [model, scriptedModel(["Never."])] });
    await until(() => seen.length > 0);
    await bench.engine.work.cancel(runId);
    await expect(done).rejects.toMatchObject({ code: "CANCELLED" });
    await until(() => seen[0]!.aborted);
    expect(bench.entries).toHaveLength(1);
  });

  it("cuts a result that is too long, and says so", async () => {
    const model = scriptedModel([{ toolCalls: [{ name: "huge", arguments: {} }] }, "Long."]);
    await bench.run({ models: [model] });
    const result = model.requests[1]!.messages.at(-1);
    const text = result?.role === "toolResult" ? result.content[0]!.text : "";
    expect(text.length).toBeLessThan(100_200);
    expect(text).toMatch(/cut off here: 400002 more characters/);
  });
});
