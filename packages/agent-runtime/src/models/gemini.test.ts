import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelEvent, ModelRequest } from "../model.ts";
import { geminiServer } from "../testing/gemini-server.ts";
import type { ModelServer } from "../testing/model-server.ts";
import { providerContract } from "../testing/provider-contract.ts";
import type { ScriptedReply } from "../testing/scripted-answer.ts";
import { readGemini } from "./gemini/events.ts";
import type { GenerateContentChunk } from "./gemini/wire.ts";
import { type GeminiOptions, gemini } from "./gemini.ts";

const secret = "Zq81Canary7731Wx";

providerContract({ describe, it, expect }, "gemini", async () => {
  let reply: ScriptedReply = { text: ["Hello ", "there."] };
  const server = await geminiServer({ apiKey: secret, reply: () => reply });
  return {
    model: gemini({ apiKey: secret, baseUrl: server.url, model: "gemini-test", seesImages: true }),
    answer: (next) => {
      reply = next;
    },
    slowDown: () => {
      reply = { text: ["one ", "two ", "three"], pauseMs: 30 };
    },
    received: () => server.requests.length,
    bodies: () => server.requests.map(({ body }) => body),
    secret,
    countsCacheWrites: false,
    close: server.close,
  };
});

/** Every event of a stream. */
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const at = Date.parse("2027-01-15T09:00:42Z");
const user = (text: string): TranscriptMessage => ({ role: "user", content: text, timestamp: at });
const note = "[now: Friday 2027-01-15 10:00, Europe/Madrid]";
const tools = [{ name: "one", description: "First.", parameters: { type: "object", properties: {}, additionalProperties: false } }];
const loop = (provider: string): TranscriptMessage[] => [
  user("Hello"),
  {
    role: "assistant",
    provider,
    model: "gemini-3-pro",
    stopReason: "toolUse",
    timestamp: at,
    content: [
      { type: "thinking", thinking: "They greet." },
      { type: "text", text: "A moment." },
      { type: "thinking", thinking: "", signature: "call:signed==" },
      { type: "toolCall", id: "c1", name: "one", arguments: { a: 1 } },
      { type: "toolCall", id: "c2", name: "one", arguments: {} },
    ],
  },
  { role: "toolResult", toolCallId: "c1", toolName: "one", content: [{ type: "text", text: "1" }], details: "DETAILS", isError: false, timestamp: at },
  { role: "toolResult", toolCallId: "c2", toolName: "one", content: [{ type: "text", text: "sold out" }], isError: true, timestamp: at },
];
const context = { provider: "gemini", apiKey: secret, clock: fakeClock("2027-01-15T09:00:42Z") };
const base: ModelRequest = { system: "Be kind.", messages: [user("Hello")], tools, now: at, timeZone: "Europe/Madrid" };

describe("gemini", () => {
  const servers: ModelServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function bench(reply: ScriptedReply = { text: "Fine." }, options: Partial<GeminiOptions> = {}) {
    const server = await geminiServer({ reply: () => reply });
    servers.push(server);
    const model = gemini({ apiKey: secret, baseUrl: server.url, model: "gemini-3-pro", ...options });
    const events: ModelEvent[] = [];
    const ask = async (request: Partial<ModelRequest> = {}) => {
      events.length = 0;
      for await (const event of model.stream({ ...base, ...request }, new AbortController().signal)) events.push(event);
      return server.requests.at(-1)!;
    };
    return { ask, events, server };
  }

  it("sends the whole conversation, and the key in a header", async () => {
    const { ask } = await bench({ text: "Fine." }, { maxTokens: 900, temperature: 0.2 });
    const { path, headers, body } = await ask({ messages: loop("gemini") });
    expect(path).toBe("/v1beta/models/gemini-3-pro:streamGenerateContent");
    expect(headers["x-goog-api-key"]).toBe(secret);
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: "Be kind." }] },
      tools: [{ functionDeclarations: [{ name: "one", description: "First.", parametersJsonSchema: tools[0]!.parameters }] }],
      generationConfig: { maxOutputTokens: 900, temperature: 0.2 },
      contents: [
        { role: "user", parts: [{ text: "Hello" }, { text: note }] },
        {
          role: "model",
          parts: [
            { text: "A moment." },
            { functionCall: { id: "c1", name: "one", args: { a: 1 } }, thoughtSignature: "signed==" },
            { functionCall: { id: "c2", name: "one", args: {} } },
          ],
        },
        {
          role: "user",
          parts: [
            { functionResponse: { id: "c1", name: "one", response: { output: "1" } } },
            { functionResponse: { id: "c2", name: "one", response: { error: "sold out" } } },
          ],
        },
      ],
    });
  });

  it("sends signatures to nobody but their maker, and marks calls of others where a signature is due", async () => {
    const { ask } = await bench();
    const newer = JSON.stringify((await ask({ messages: loop("openai") })).body);
    expect(newer).not.toMatch(/signed==|They greet/);
    expect(newer.match(/skip_thought_signature_validator/g)).toHaveLength(1);
    const { ask: askOlder } = await bench({ text: "Fine." }, { model: "gemini-2.5-flash" });
    expect(JSON.stringify((await askOlder({ messages: loop("openai") })).body)).not.toMatch(/thoughtSignature/);
  });

  it("brings back the signature of a call, and of words without tearing them apart", async () => {
    const { ask, events } = await bench({ thinking: "They want the sea.", signature: "sig==", toolCalls: [{ id: "t1", name: "one", arguments: {} }] });
    await ask();
    expect(events.slice(-4).map((event) => (event.type === "thinking" ? event.signature : event.type))).toEqual(["call:sig==", "toolCall", "usage", "end"]);

    const chunk = (text: string, thoughtSignature?: string, finishReason?: string): GenerateContentChunk => ({
      candidates: [{ content: { parts: [{ text, ...(thoughtSignature ? { thoughtSignature } : {}) }] }, ...(finishReason ? { finishReason } : {}) }],
    });
    async function* stream() {
      yield chunk("Lisbon ", "early==");
      yield chunk("then.");
      yield chunk("", "late==", "STOP");
    }
    const read = await all(readGemini(stream(), context));
    expect(read).toEqual([
      { type: "text", delta: "Lisbon " },
      { type: "text", delta: "then." },
      { type: "thinking", delta: "", signature: "text:late==" },
      { type: "end", reason: "stop" },
    ]);
    const { ask: again } = await bench();
    const said: TranscriptMessage = {
      role: "assistant",
      provider: "gemini",
      model: "m",
      stopReason: "stop",
      timestamp: at,
      content: [
        { type: "text", text: "Lisbon then." },
        { type: "thinking", thinking: "", signature: "text:late==" },
      ],
    };
    const { body } = await again({ messages: [user("Hello"), said, user("Yes")] });
    expect((body.contents as { parts: unknown[] }[])[1]!.parts).toEqual([{ text: "Lisbon then." }, { text: "", thoughtSignature: "late==" }]);
  });

  it("counts thoughts as output and cached tokens apart", async () => {
    const { ask, events } = await bench({ text: "Fine.", usage: { input: 3, output: 4, cacheRead: 50 } });
    await ask();
    expect(events.find((event) => event.type === "usage")).toEqual({
      type: "usage",
      usage: { input: 3, output: 4, cacheRead: 50, cacheWrite: 0, totalTokens: 57 },
    });
    async function* stream() {
      yield { candidates: [{ finishReason: "STOP" }], usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, thoughtsTokenCount: 20 } };
    }
    const read = await all(readGemini(stream(), context));
    expect(read[0]).toEqual({ type: "usage", usage: { input: 10, output: 25, cacheRead: 0, cacheWrite: 0, totalTokens: 35 } });
  });

  it.each(["SAFETY", "RECITATION", "PROHIBITED_CONTENT", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "OTHER"])(
    "does not take %s for an answer",
    async (finishReason) => {
      async function* stream() {
        yield { candidates: [{ content: { parts: [{ text: "Well" }] } }] };
        yield { candidates: [{ finishReason }] };
      }
      const read = readGemini(stream(), context);
      await expect(all(read)).rejects.toMatchObject({ code: "MODEL_REJECTED", details: { type: finishReason } });
    },
  );

  it("says when the prompt itself was blocked", async () => {
    async function* stream() {
      yield { promptFeedback: { blockReason: "SAFETY" } };
    }
    const read = readGemini(stream(), context);
    await expect(all(read)).rejects.toMatchObject({ code: "MODEL_REJECTED" });
  });

  it("knows the vendor's ways to say how long to wait and that a key is wrong", async () => {
    const annex = (entry: Record<string, unknown>, status: number, word: string): ScriptedReply => ({
      status,
      body: { error: { code: status, message: "no", status: word, details: [{ "@type": "type.googleapis.com/x" }, entry] } },
    });
    const { ask } = await bench(annex({ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.5s" }, 429, "RESOURCE_EXHAUSTED"));
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED", retryAfterMs: 34_500 });
    const { ask: wrongKey } = await bench(annex({ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" }, 400, "INVALID_ARGUMENT"));
    await expect(wrongKey()).rejects.toMatchObject({ code: "MODEL_AUTH" });
    await expect(all(gemini({ apiKey: "", model: "m" }).stream(base, new AbortController().signal))).rejects.toMatchObject({ code: "MODEL_AUTH" });
  });

  it("sorts errors inside the stream by the vendor's word, and follows no redirect", async () => {
    for (const [type, code] of [
      ["UNAVAILABLE", "MODEL_OVERLOADED"],
      ["RESOURCE_EXHAUSTED", "MODEL_RATE_LIMITED"],
      ["INVALID_ARGUMENT", "MODEL_REJECTED"],
    ] as const) {
      const { ask } = await bench({ text: ["one", "two"], breakWith: { type, message: "no more", after: 1 } });
      await expect(ask()).rejects.toMatchObject({ code });
    }
    const { ask, server } = await bench({ status: 307, headers: { location: "http://127.0.0.1:9/" } });
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_REJECTED" });
    expect(server.requests).toHaveLength(1);
  });
});
