import { afterEach, describe, expect, it } from "vitest";
import { type Model, type ModelRequest, type ThinkingLevel, thinkingLevels } from "../model.ts";
import { anthropicServer } from "../testing/anthropic-server.ts";
import { geminiServer } from "../testing/gemini-server.ts";
import type { ModelServer } from "../testing/model-server.ts";
import { openAiServer } from "../testing/openai-server.ts";
import { anthropic } from "./anthropic.ts";
import { gemini } from "./gemini.ts";
import { chatRequest } from "./openai/chat-request.ts";
import { responsesRequest } from "./openai/responses-request.ts";
import { openai } from "./openai.ts";

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
const base: ModelRequest = { system: "", messages: [{ role: "user", content: "Hello", timestamp: 0 }], tools: [], now: 0, timeZone: "UTC" };

/** Every event of a stream. */
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

type Options = { reasoning?: boolean; thinking?: ThinkingLevel; temperature?: number; maxTokens?: number };
const makers: Record<string, { serve: typeof openAiServer; make(baseUrl: string, model: string, options: Options): Model }> = {
  anthropic: { serve: anthropicServer, make: (baseUrl, model, options) => anthropic({ apiKey: "k", baseUrl, model, ...options }) },
  completions: { serve: openAiServer, make: (baseUrl, model, options) => openai({ apiKey: "k", baseUrl, model, api: "completions", ...options }) },
  gemini: { serve: geminiServer, make: (baseUrl, model, options) => gemini({ apiKey: "k", baseUrl, model, ...options }) },
};

/** What went over the wire for one request. */
async function sent(api: string, model: string, request: Partial<ModelRequest>, options: Options = {}): Promise<Record<string, unknown>> {
  const { serve, make } = makers[api]!;
  const server = await serve({ reply: () => ({ text: "Fine." }) });
  servers.push(server);
  await all(make(server.url, model, options).stream({ ...base, ...request }, new AbortController().signal));
  return server.requests[0]!.body;
}

const anthropicBudget = (budget_tokens: number) => ({ thinking: { type: "enabled", budget_tokens }, max_tokens: 4096 + budget_tokens });
const adaptive = (effort: string) => ({ thinking: { type: "adaptive" }, output_config: { effort } });
const geminiBudget = (thinkingBudget: number) => ({
  generationConfig: { thinkingConfig: { includeThoughts: thinkingBudget > 128, thinkingBudget } },
});
const geminiLevel = (thinkingLevel: string, includeThoughts = true) => ({
  generationConfig: { thinkingConfig: { includeThoughts, thinkingLevel: thinkingLevel.toUpperCase() } },
});

const table: [api: string, model: string, ...bodies: unknown[]][] = [
  // off, minimal, low, medium, high, xhigh
  ["anthropic", "claude-haiku-4-5", { max_tokens: 4096 }, ...[1024, 2048, 8192, 16_384, 24_576].map(anthropicBudget)],
  ["anthropic", "claude-sonnet-4-20250514", { max_tokens: 4096 }, ...[1024, 2048, 8192, 16_384, 24_576].map(anthropicBudget)],
  ["anthropic", "claude-3-7-sonnet-latest", { max_tokens: 4096 }, ...[1024, 2048, 8192, 16_384, 24_576].map(anthropicBudget)],
  ["anthropic", "claude-sonnet-4-6", { max_tokens: 4096 }, ...["low", "low", "medium", "high", "high"].map(adaptive)],
  ["anthropic", "claude-opus-4-8", { max_tokens: 4096 }, ...["low", "low", "medium", "high", "xhigh"].map(adaptive)],
  ["anthropic", "claude-sonnet-5-5", { thinking: { type: "disabled" } }, ...["low", "low", "medium", "high", "xhigh"].map(adaptive)],
  ["anthropic", "claude-fable-5", ...["low", "low", "low", "medium", "high", "xhigh"].map(adaptive)],
  ["completions", "gpt-oss-120b", {}, ...["low", "low", "medium", "high", "high"].map((reasoning_effort) => ({ reasoning_effort }))],
  ["gemini", "gemini-2.5-flash", ...[0, 512, 2048, 8192, 16_384, 24_576].map(geminiBudget)],
  ["gemini", "gemini-2.5-pro", ...[128, 512, 2048, 8192, 16_384, 24_576].map(geminiBudget)],
  ["gemini", "gemini-3-flash-preview", geminiLevel("minimal", false), ...["minimal", "low", "medium", "high", "high"].map((level) => geminiLevel(level))],
  ["gemini", "gemini-3-pro-preview", geminiLevel("low", false), ...["low", "low", "low", "high", "high"].map((level) => geminiLevel(level))],
  ["gemini", "gemini-flash-latest", geminiLevel("minimal", false), ...["minimal", "low", "medium", "high", "high"].map((level) => geminiLevel(level))],
  ["gemini", "gemini-3.1-pro", geminiLevel("low", false), ...["low", "low", "medium", "high", "high"].map((level) => geminiLevel(level))],
];

describe("thinking levels", () => {
  for (const [api, model, ...bodies] of table)
    it.each(thinkingLevels.map((level, index) => [level, bodies[index]] as const))(`${api} ${model}: %s`, async (level, expected) => {
      const body = await sent(api, model, { thinking: level });
      const picked = Object.fromEntries(Object.keys(expected as object).map((key) => [key, body[key]]));
      expect(picked).toEqual(expected);
      if (level === "off" && !model.includes("5")) expect(body).not.toHaveProperty("thinking");
    });

  const vendor = { provider: "openai", maxTokens: undefined, temperature: undefined, reasoning: true, thinking: undefined, ownVendor: true };
  it.each([
    ["o3", ["low", "low", "low", "medium", "high", "high"]],
    ["gpt-5", ["minimal", "minimal", "low", "medium", "high", "high"]],
    ["gpt-5-mini", ["minimal", "minimal", "low", "medium", "high", "high"]],
    ["gpt-5-pro", ["high", "high", "high", "high", "high", "high"]],
    ["gpt-5.1", ["none", "none", "low", "medium", "high", "high"]],
    ["gpt-5.2", ["none", "none", "low", "medium", "high", "xhigh"]],
    ["gpt-5.4-pro", ["medium", "medium", "medium", "medium", "high", "xhigh"]],
  ])("openai %s", (model, efforts) => {
    const asked = thinkingLevels.map((thinking) => ({ ...base, thinking }));
    expect(asked.map((request) => JSON.parse(responsesRequest(request, { ...vendor, model })).reasoning?.effort)).toEqual(efforts);
    expect(asked.map((request) => JSON.parse(chatRequest(request, { ...vendor, model })).reasoning_effort)).toEqual(efforts);
  });

  it.each([
    ["anthropic", "claude-3-opus-20240229"],
    ["anthropic", "some-model"],
    ["completions", "gpt-4o"],
    ["completions", "gpt-5-chat-latest"],
    ["completions", "qwen3"],
    ["gemini", "gemini-2.0-flash"],
  ])("%s %s cannot think and is not asked to", async (api, model) => {
    expect(await sent(api, model, { thinking: "high" })).toEqual(await sent(api, model, {}));
  });

  it("count as configured where the request names none, and a configuration may say that a model thinks", async () => {
    expect(await sent("completions", "qwen3", {}, { reasoning: true, thinking: "medium" })).toMatchObject({ reasoning_effort: "medium" });
    expect(await sent("completions", "qwen3", { thinking: "low" }, { reasoning: true, thinking: "medium" })).toMatchObject({ reasoning_effort: "low" });
    expect(await sent("anthropic", "claude-opus-4-8", { thinking: "high" }, { reasoning: false })).not.toHaveProperty("thinking");
  });

  it("leave no temperature where a model that thinks takes none", async () => {
    const warm = { temperature: 0.3 };
    expect(await sent("anthropic", "claude-haiku-4-5", {}, warm)).toHaveProperty("temperature", 0.3);
    expect(await sent("anthropic", "claude-haiku-4-5", { thinking: "low" }, warm)).not.toHaveProperty("temperature");
    expect(await sent("anthropic", "claude-opus-4-8", {}, warm)).not.toHaveProperty("temperature");
    expect(await sent("completions", "gpt-4o", {}, warm)).toHaveProperty("temperature", 0.3);
    expect(await sent("completions", "gpt-oss-120b", { thinking: "low" }, warm)).toHaveProperty("temperature", 0.3);
    expect(await sent("completions", "gpt-5", {}, warm)).not.toHaveProperty("temperature");
  });
});
