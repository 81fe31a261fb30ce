import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelEvent, ModelRequest } from "../model.ts";
import type { ModelServer } from "../testing/model-server.ts";
import { openAiServer } from "../testing/openai-server.ts";
import { providerContract } from "../testing/provider-contract.ts";
import type { ScriptedReply } from "../testing/scripted-answer.ts";
import { readChat } from "./openai/chat-events.ts";
import { type OpenAiOptions, openai } from "./openai.ts";

const secret = "Zq81Canary7731Wx";

for (const api of ["responses", "completions"] as const)
  providerContract({ describe, it, expect }, `openai ${api}`, async () => {
    let reply: ScriptedReply = { text: ["Hello ", "there."] };
    const server = await openAiServer({ apiKey: secret, reply: () => reply });
    return {
      model: openai({ apiKey: secret, baseUrl: server.url, model: "gpt-test", seesImages: true, api }),
      answer: (next) => {
        reply = next;
      },
      slowDown: () => {
        reply = { text: ["one ", "two ", "three"], pauseMs: 30 };
      },
      received: () => server.requests.length,
      bodies: () => server.requests.map(({ body }) => body),
      secret,
      close: server.close,
    };
  });

const at = Date.parse("2027-01-15T09:00:42Z");
const user = (text: string): TranscriptMessage => ({ role: "user", content: text, timestamp: at });
const note = "[now: Friday 2027-01-15 10:00, Europe/Madrid]";
const tools = [{ name: "one", description: "First.", parameters: { type: "object", properties: {} } }];
const loop: TranscriptMessage[] = [
  user("Hello"),
  {
    role: "assistant",
    provider: "openai",
    model: "gpt-test",
    stopReason: "toolUse",
    timestamp: at,
    content: [
      { type: "thinking", thinking: "They greet.", signature: JSON.stringify({ id: "rs_1", encrypted: "opaque" }) },
      { type: "text", text: "A moment." },
      { type: "toolCall", id: "call_1", name: "one", arguments: { a: 1 } },
    ],
    cards: [{ kind: "confirmation", confirmationId: "c", title: "CARD", lines: [], expiresAt: "", buttons: [] }],
  },
  {
    role: "toolResult",
    toolCallId: "call_1",
    toolName: "one",
    content: [{ type: "text", text: "sold out" }],
    details: "DETAILS",
    isError: true,
    timestamp: at,
  },
];
const base: ModelRequest = { system: "Be kind.", messages: loop, tools, now: at, timeZone: "Europe/Madrid" };

describe("openai", () => {
  const servers: ModelServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function bench(options: Partial<OpenAiOptions> & Pick<OpenAiOptions, "api">, reply: ScriptedReply = { text: "Fine." }) {
    const server = await openAiServer({ reply: () => reply });
    servers.push(server);
    const model = openai({ apiKey: secret, baseUrl: server.url, model: "gpt-test", ...options });
    const events: ModelEvent[] = [];
    const ask = async (request: Partial<ModelRequest> = {}) => {
      events.length = 0;
      for await (const event of model.stream({ ...base, ...request }, new AbortController().signal)) events.push(event);
      return server.requests.at(-1)!;
    };
    return { ask, events };
  }

  it("speaks the Responses API and stores nothing there", async () => {
    const { ask, events } = await bench(
      { api: "responses", reasoning: true, thinking: "low", maxTokens: 900 },
      { thinking: "Hm.", signature: "opaque", text: "Fine." },
    );
    const { body, path } = await ask();
    expect(path).toBe("/v1/responses");
    expect(body).toEqual({
      model: "gpt-test",
      stream: true,
      store: false,
      instructions: "Be kind.",
      max_output_tokens: 900,
      reasoning: { effort: "low", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      tools: [{ type: "function", name: "one", description: "First.", parameters: { type: "object", properties: {} }, strict: false }],
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "Hello" },
            { type: "input_text", text: note },
          ],
        },
        { type: "reasoning", id: "rs_1", encrypted_content: "opaque", summary: [{ type: "summary_text", text: "They greet." }] },
        { role: "assistant", content: "A moment." },
        { type: "function_call", call_id: "call_1", name: "one", arguments: '{"a":1}' },
        { type: "function_call_output", call_id: "call_1", output: "Error: sold out" },
      ],
    });
    expect(events.filter((event) => event.type === "thinking").at(-1)).toEqual({
      type: "thinking",
      delta: "",
      signature: '{"id":"rs_1","encrypted":"opaque"}',
    });
  });

  it("sends reasoning to nobody but its maker", async () => {
    const { ask } = await bench({ api: "responses", provider: "another" });
    expect(JSON.stringify((await ask()).body)).not.toMatch(/They greet|opaque/);
  });

  it("speaks Chat Completions as compatible servers know it", async () => {
    const { ask, events } = await bench({ api: "completions", provider: "ollama", maxTokens: 900 }, { thinking: "Hm.", text: "Fine." });
    const { body, path } = await ask();
    expect(path).toBe("/v1/chat/completions");
    expect(body).toEqual({
      model: "gpt-test",
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 900,
      tools: [{ type: "function", function: { name: "one", description: "First.", parameters: { type: "object", properties: {} } } }],
      messages: [
        { role: "system", content: "Be kind." },
        { role: "user", content: `Hello\n\n${note}` },
        { role: "assistant", content: "A moment.", tool_calls: [{ id: "call_1", type: "function", function: { name: "one", arguments: '{"a":1}' } }] },
        { role: "tool", tool_call_id: "call_1", content: "Error: sold out" },
      ],
    });
    expect(events.map((event) => (event.type === "thinking" ? event.delta : "")).join("")).toBe("Hm.");
  });

  it("sends no key when a server of one's own needs none, and asks for one otherwise", async () => {
    const server = await openAiServer({ reply: () => ({ text: "Fine." }) });
    servers.push(server);
    for await (const _ of openai({ baseUrl: server.url, model: "m", api: "completions" }).stream(base, new AbortController().signal));
    expect(server.requests[0]?.headers.authorization).toBe(undefined);
    const keyless = openai({ model: "m", api: "responses" }).stream(base, new AbortController().signal);
    await expect(keyless[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "MODEL_AUTH" });
  });

  for (const api of ["responses", "completions"] as const)
    it(`sorts errors inside the ${api} stream by the vendor's word`, async () => {
      for (const [type, code] of [
        ["server_error", "MODEL_OVERLOADED"],
        ["rate_limit_exceeded", "MODEL_RATE_LIMITED"],
        ["invalid_request_error", "MODEL_REJECTED"],
      ] as const) {
        const { ask } = await bench({ api }, { text: ["one", "two"], breakWith: { type, message: "no more", after: 2 } });
        await expect(ask()).rejects.toMatchObject({ code });
      }
    });

  it("understands servers that send whole calls without index or id", async () => {
    const chunk = (tool_calls: unknown[], finish_reason: string | null = null) => ({ choices: [{ index: 0, delta: { tool_calls }, finish_reason }] }) as never;
    async function* stream() {
      yield chunk([{ index: 0, id: "a", function: { name: "one", arguments: '{"n":1}' } }]);
      yield chunk([{ index: 0, id: "b", function: { name: "two", arguments: '{"n":2}' } }]);
      yield chunk([{ function: { name: "three", arguments: '{"n":3}' } }], "stop");
    }
    const events: ModelEvent[] = [];
    for await (const event of readChat(stream())) events.push(event);
    const calls = events.filter((event) => event.type === "toolCall");
    expect(calls.map((call) => [call.name, call.arguments.n])).toEqual([
      ["one", 1],
      ["two", 2],
      ["three", 3],
    ]);
    expect(new Set(calls.map((call) => call.id)).size).toBe(3);
    expect(events.at(-1)).toEqual({ type: "end", reason: "toolUse" });
  });
});
