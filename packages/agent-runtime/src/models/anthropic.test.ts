import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import type { ModelEvent, ModelRequest } from "../model.ts";
import { anthropicServer } from "../testing/anthropic-server.ts";
import type { ModelServer } from "../testing/model-server.ts";
import { providerContract } from "../testing/provider-contract.ts";
import type { ScriptedReply } from "../testing/scripted-answer.ts";
import { type AnthropicOptions, anthropic } from "./anthropic.ts";

const secret = "Zq81Canary7731Wx";

providerContract({ describe, it, expect }, "anthropic", async () => {
  let reply: ScriptedReply = { text: ["Hello ", "there."] };
  const server = await anthropicServer({ apiKey: secret, reply: () => reply });
  return {
    model: anthropic({ apiKey: secret, baseUrl: server.url, model: "claude-test", seesImages: true }),
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
const base: ModelRequest = { system: "Be kind.", messages: [user("Hello")], tools: [], now: at, timeZone: "Europe/Madrid" };

describe("anthropic", () => {
  const servers: ModelServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

  async function bench(reply: ScriptedReply = { text: "Fine." }, options: Partial<AnthropicOptions> = {}) {
    const server = await anthropicServer({ reply: () => reply });
    servers.push(server);
    const model = anthropic({ apiKey: secret, baseUrl: server.url, model: "claude-test", ...options });
    const events: ModelEvent[] = [];
    const ask = async (request: Partial<ModelRequest> = {}, signal = new AbortController().signal) => {
      events.length = 0;
      for await (const event of model.stream({ ...base, ...request }, signal)) events.push(event);
      return server.requests.at(-1)!.body;
    };
    return { ask, events, server };
  }

  it("marks what can be cached and puts the time behind everything", async () => {
    const { ask } = await bench();
    const tools = ["a", "b"].map((name) => ({ name, description: name, parameters: { type: "object", properties: {} } }));
    const body = await ask({ tools });
    expect(body).toMatchObject({ model: "claude-test", max_tokens: 4096, stream: true });
    expect(body.system).toEqual([{ type: "text", text: "Be kind.", cache_control: { type: "ephemeral" } }]);
    expect(body.tools).toEqual([
      { name: "a", description: "a", input_schema: { type: "object", properties: {} } },
      { name: "b", description: "b", input_schema: { type: "object", properties: {} }, cache_control: { type: "ephemeral" } },
    ]);
    expect(body.messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "Hello", cache_control: { type: "ephemeral" } },
          { type: "text", text: "[now: Friday 2027-01-15 10:00, Europe/Madrid]" },
        ],
      },
    ]);
  });

  it("keeps the prefix to the byte from one turn to the next", async () => {
    const { ask } = await bench();
    const first = JSON.stringify((await ask()).messages).replace(',"cache_control":{"type":"ephemeral"}', "");
    const later: TranscriptMessage[] = [
      user("Hello"),
      { role: "assistant", content: [{ type: "text", text: "Hi." }], provider: "anthropic", model: "claude-test", stopReason: "stop", timestamp: at },
      user("To Lisbon"),
    ];
    const second = JSON.stringify((await ask({ messages: later, now: at + 90_000 })).messages);
    const shared = first.slice(0, first.indexOf(',{"type":"text","text":"[now'));
    expect(shared).toContain("Hello");
    expect(second.startsWith(shared)).toBe(true);
  });

  it("lets roles take turns, pairs calls with results and sends neither cards nor details", async () => {
    const { ask } = await bench();
    const body = await ask({
      messages: [
        {
          role: "assistant",
          content: [{ type: "text", text: "Your trip is tomorrow." }],
          provider: "travelagent",
          model: "gateway",
          stopReason: "stop",
          timestamp: at,
        },
        user("Thanks"),
        user("And the hotel?"),
        {
          role: "assistant",
          provider: "openai",
          model: "m",
          stopReason: "toolUse",
          timestamp: at,
          content: [
            { type: "thinking", thinking: "secret thoughts", signature: "theirs" },
            { type: "toolCall", id: "x.1", name: "one", arguments: { a: 1 } },
            { type: "toolCall", id: "lost", name: "two", arguments: {} },
          ],
          cards: [{ kind: "confirmation", confirmationId: "c", title: "CARD", lines: [], expiresAt: "", buttons: [] }],
        },
        user("Are you there?"),
        { role: "toolResult", toolCallId: "x.1", toolName: "one", content: [], details: "DETAILS", isError: true, timestamp: at },
        { role: "toolResult", toolCallId: "nobody-asked", toolName: "one", content: [{ type: "text", text: "ORPHAN" }], isError: false, timestamp: at },
      ],
    });
    const messages = body.messages as { role: string; content: Record<string, unknown>[] }[];
    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant", "user"]);
    expect(messages[2]?.content.map((block) => block.text)).toEqual(["Thanks", "And the hotel?"]);
    expect(messages[3]?.content.map((block) => block.type)).toEqual(["tool_use", "tool_use"]);
    const [one, two, text, note] = messages[4]!.content;
    expect(one).toMatchObject({ type: "tool_result", tool_use_id: messages[3]?.content[0]?.id, is_error: true });
    expect(one?.tool_use_id).toMatch(/^call_[0-9a-f]{32}$/);
    expect(two).toMatchObject({ type: "tool_result", tool_use_id: "lost", is_error: true });
    expect(text).toMatchObject({ text: "Are you there?" });
    expect(note?.text).toContain("[now:");
    expect(JSON.stringify(body)).not.toMatch(/CARD|DETAILS|ORPHAN|secret thoughts/);
  });

  it("brings thinking back with its signature", async () => {
    const { ask, events } = await bench(
      { thinking: "They want the sea.", signature: "sig==", toolCalls: [{ id: "t1", name: "one", arguments: {} }] },
      { model: "claude-haiku-4-5", thinking: "low" },
    );
    expect(await ask()).toMatchObject({ max_tokens: 6144, thinking: { type: "enabled", budget_tokens: 2048 } });
    expect(events.filter((event) => event.type === "thinking").at(-1)).toEqual({ type: "thinking", delta: "", signature: "sig==" });
    const loop = (provider: string): TranscriptMessage[] => [
      user("Hello"),
      {
        role: "assistant",
        provider,
        model: "m",
        stopReason: "toolUse",
        timestamp: at,
        content: [
          { type: "thinking", thinking: "They want the sea.", signature: "sig==" },
          { type: "thinking", thinking: "", signature: "redacted:xyz" },
          { type: "toolCall", id: "t1", name: "one", arguments: {} },
        ],
      },
      { role: "toolResult", toolCallId: "t1", toolName: "one", content: [{ type: "text", text: "1" }], isError: false, timestamp: at },
    ];
    const own = await ask({ messages: loop("anthropic") });
    expect((own.messages as { content: unknown[] }[])[1]?.content.slice(0, 2)).toEqual([
      { type: "thinking", thinking: "They want the sea.", signature: "sig==" },
      { type: "redacted_thinking", data: "xyz" },
    ]);
    expect(own.thinking).toMatchObject({ type: "enabled" });
    const others = await ask({ messages: loop("openai") });
    expect(others.thinking).toBe(undefined);
    expect(JSON.stringify(others)).not.toContain("They want the sea.");
  });

  it("sorts errors inside the stream by the vendor's word", async () => {
    for (const [type, code] of [
      ["overloaded_error", "MODEL_OVERLOADED"],
      ["rate_limit_error", "MODEL_RATE_LIMITED"],
      ["invalid_request_error", "MODEL_REJECTED"],
    ] as const) {
      const { ask } = await bench({ text: ["one", "two"], breakWith: { type, message: "no more", after: 4 } });
      await expect(ask()).rejects.toMatchObject({ code });
    }
  });

  it("calls a server that is not there overloaded", async () => {
    const { ask, server } = await bench();
    await server.close();
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_OVERLOADED" });
  });

  it("gives up on a silent server, before the first word and after it", async () => {
    const never = await anthropicServer({ reply: () => new Promise(() => {}) });
    servers.push(never);
    const { ask } = await bench({ text: ["one", "two"], pauseMs: 200 }, { timeoutMs: 50, baseUrl: never.url });
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_OVERLOADED" });
    const { ask: slowly, events } = await bench({ text: ["one", "two"], pauseMs: 150 }, { timeoutMs: 120 });
    await expect(slowly()).rejects.toMatchObject({ code: expect.stringMatching(/^MODEL_(OVERLOADED|INTERRUPTED)$/) });
    expect(events).toEqual([]);
  });

  it("stops at once when it is cancelled", async () => {
    const controller = new AbortController();
    const { ask } = await bench({ text: ["one", "two"], pauseMs: 5000 });
    setTimeout(() => controller.abort(new Error("stop")), 50);
    const started = performance.now();
    await expect(ask({}, controller.signal)).rejects.toMatchObject({ code: "CANCELLED" });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("reads retry-after as a date by the given clock", async () => {
    const { ask } = await bench({ status: 429, headers: { "retry-after": "Fri, 15 Jan 2027 09:00:30 GMT" } }, { clock: fakeClock("2027-01-15T09:00:00Z") });
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED", retryAfterMs: 30_000 });
  });

  it("follows no redirect", async () => {
    const { ask, server } = await bench({ status: 307, headers: { location: "http://127.0.0.1:9/v1/messages" } });
    await expect(ask()).rejects.toMatchObject({ code: "MODEL_REJECTED" });
    expect(server.requests.length).toBe(1);
  });
});
