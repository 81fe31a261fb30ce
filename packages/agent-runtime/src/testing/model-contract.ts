import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Runner } from "@travelagent/protocol/testing";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import type { ScriptedReply } from "./scripted-answer.ts";

export interface ModelBench {
  model: Model;
  /** Where the other end can be told what to answer; rules about given answers need it. */
  script?: {
    /** What every request gets from now on. */
    answer(reply: ScriptedReply): void;
    /** Requests that reached the other end. */
    received(): number;
    /** Must not be in any error. */
    secret: string;
  };
  close(): Promise<void>;
}

const at = Date.parse("2027-01-15T09:00:00Z");

/** A transcript with all that a session may hold: two providers, several results, an error, a person's words, odd ids. */
const longTalk: TranscriptMessage[] = [
  { role: "user", content: "Hello", timestamp: at, messageId: "m1" },
  {
    role: "assistant",
    content: [{ type: "thinking", thinking: "They greet.", signature: "of-somebody-else" }, { type: "text", text: "Hello! Where to?" }],
    provider: "another", model: "m", stopReason: "stop", timestamp: at,
  },
  { role: "assistant", content: [{ type: "text", text: "I am Eva from the agency." }], provider: "travelagent", model: "gateway", stopReason: "stop", timestamp: at, author: "operator" },
  { role: "user", content: [{ type: "text", text: "To Lisbon" }, { type: "text", text: "on Friday" }], timestamp: at },
  {
    role: "assistant",
    content: [
      { type: "text", text: "I will look." },
      { type: "toolCall", id: "a:1/x", name: "search_flights", arguments: { to: "LIS" } },
      { type: "toolCall", id: "an id with spaces and more than forty letters in it", name: "get_customer", arguments: {} },
    ],
    provider: "another", model: "m", stopReason: "toolUse", timestamp: at,
  },
  { role: "toolResult", toolCallId: "a:1/x", toolName: "search_flights", content: [{ type: "text", text: '{"offers":[]}' }], isError: false, timestamp: at },
  {
    role: "toolResult", toolCallId: "an id with spaces and more than forty letters in it", toolName: "get_customer", content: [{ type: "text", text: "no record" }], isError: true, timestamp: at,
    details: { internal: true },
  },
  { role: "assistant", content: [{ type: "text", text: "Nothing on Friday." }], provider: "another", model: "m", stopReason: "stop", timestamp: at },
  { role: "user", content: "What about Saturday?", timestamp: at },
];

const tools = [
  { name: "search_flights", description: "Finds flights.", parameters: { type: "object", properties: { to: { type: "string" } }, required: ["to"], additionalProperties: false } },
  { name: "get_customer", description: "The customer of this conversation.", parameters: { type: "object", properties: {}, additionalProperties: false } },
];

const request = (messages: TranscriptMessage[] = [{ role: "user", content: "Hello", timestamp: at }]): ModelRequest => ({
  system: "You answer for a travel agency.", messages, tools, now: at, timeZone: "Europe/Madrid",
});

const unaborted = () => new AbortController().signal;

async function collect(model: Model, asked: ModelRequest, signal = unaborted()): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(asked, signal)) events.push(event);
  return events;
}

async function failure(model: Model, asked: ModelRequest = request(), signal = unaborted()): Promise<TravelAgentError | undefined> {
  try {
    await collect(model, asked, signal);
    return undefined;
  } catch (error) {
    return TravelAgentError.is(error) ? error : undefined;
  }
}

const textOf = (events: ModelEvent[]) => events.map((event) => (event.type === "text" ? event.delta : "")).join("");

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** The rules every `Model` keeps. `open` gives a model that answers anything with at least one event before `end`. */
export function modelContract({ describe, it, expect }: Runner, name: string, open: () => Promise<ModelBench>): void {
  const using = (body: (bench: ModelBench) => Promise<void>) => async () => {
    const bench = await open();
    try {
      await body(bench);
    } finally {
      await bench.close();
    }
  };
  const scripted = (body: (model: Model, script: NonNullable<ModelBench["script"]>) => Promise<void>) =>
    using(async ({ model, script }) => {
      if (script) await body(model, script);
    });

  describe(`model contract: ${name}`, () => {
    it("says who it is and how much it reads", using(async ({ model }) => {
      expect(model.provider.length).toBeGreaterThan(0);
      expect(model.id.length).toBeGreaterThan(0);
      expect(model.contextWindow).toBeGreaterThan(0);
    }));

    it("ends with end, once", using(async ({ model }) => {
      const events = await collect(model, request());
      expect(events.filter((event) => event.type === "end").length).toBe(1);
      expect(events.at(-1)?.type).toBe("end");
      expect(events.length).toBeGreaterThan(1);
    }));

    it("takes every transcript a session can hold, and leaves the request as it is", using(async ({ model }) => {
      const events = await collect(model, deepFreeze(request(longTalk)));
      expect(events.at(-1)?.type).toBe("end");
    }));

    it("calls only tools it was given, with objects, under ids of their own", using(async ({ model }) => {
      const calls = (await collect(model, request(longTalk))).filter((event) => event.type === "toolCall");
      expect(new Set(calls.map((call) => call.id)).size).toBe(calls.length);
      for (const call of calls) {
        expect(tools.map((tool) => tool.name)).toContain(call.name);
        expect(typeof call.arguments).toBe("object");
      }
    }));

    it("asks nobody when it is cancelled before it begins", using(async ({ model, script }) => {
      const controller = new AbortController();
      controller.abort();
      expect((await failure(model, request(), controller.signal))?.code).toBe("CANCELLED");
      expect(script?.received() ?? 0).toBe(0);
    }));

    it("stops with CANCELLED when it is cancelled in between", using(async ({ model, script }) => {
      script?.answer({ text: ["one ", "two ", "three"], pauseMs: 30 });
      const controller = new AbortController();
      let last: ModelEvent | undefined;
      let code: string | undefined;
      try {
        for await (const event of model.stream(request(), controller.signal)) {
          last = event;
          controller.abort();
        }
      } catch (error) {
        code = TravelAgentError.is(error) ? error.code : "another error";
      }
      // Whoever ended before it could be cancelled has ended well.
      expect(last?.type === "end" || code === "CANCELLED").toBe(true);
    }));

    it("works on when somebody stops listening, and when two listen at once", using(async ({ model }) => {
      for await (const _ of model.stream(request(), unaborted())) break;
      const [one, two] = await Promise.all([collect(model, request()), collect(model, request())]);
      expect(textOf(one)).toBe(textOf(two));
      expect(one.at(-1)?.type).toBe("end");
    }));

    it("passes on text as it comes", scripted(async (model, script) => {
      script.answer({ text: ["Lisbon ", "is ", "lovely. ✈"], usage: { input: 12, output: 7, cacheRead: 100, cacheWrite: 3 } });
      const events = await collect(model, request());
      expect(events.filter((event) => event.type === "text").map((event) => event.delta)).toEqual(["Lisbon ", "is ", "lovely. ✈"]);
      expect(events.filter((event) => event.type === "usage")).toEqual([{ type: "usage", usage: { input: 12, output: 7, cacheRead: 100, cacheWrite: 3, totalTokens: 122 } }]);
      expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
    }));

    it("passes on several calls whole and in order", scripted(async (model, script) => {
      script.answer({
        text: "Looking.",
        toolCalls: [{ id: "call_a", name: "search_flights", arguments: { to: "LIS", when: { from: "2027-02-01" } } }, { id: "call_b", name: "get_customer", arguments: "" }],
      });
      const events = await collect(model, request());
      expect(events.filter((event) => event.type === "toolCall")).toEqual([
        { type: "toolCall", id: "call_a", name: "search_flights", arguments: { to: "LIS", when: { from: "2027-02-01" } } },
        { type: "toolCall", id: "call_b", name: "get_customer", arguments: {} },
      ]);
      expect(events.at(-1)).toEqual({ type: "end", reason: "toolUse" });
    }));

    it("passes on thinking apart from text", scripted(async (model, script) => {
      script.answer({ thinking: "They want the sea.", text: "Lisbon then." });
      const events = await collect(model, request());
      expect(events.map((event) => (event.type === "thinking" ? event.delta : "")).join("")).toBe("They want the sea.");
      expect(textOf(events)).toBe("Lisbon then.");
    }));

    it("says when it was cut at its limit", scripted(async (model, script) => {
      script.answer({ text: "Lisbon is", reason: "length" });
      expect((await collect(model, request())).at(-1)).toEqual({ type: "end", reason: "length" });
    }));

    for (const broken of ['{"to": "LIS"', '["LIS"]', '"LIS"', "null"])
      it(`raises MODEL_REJECTED for ${broken} as arguments`, scripted(async (model, script) => {
        script.answer({ toolCalls: [{ name: "search_flights", arguments: broken }] });
        expect((await failure(model))?.code).toBe("MODEL_REJECTED");
      }));

    for (const events of [0, 3, 5])
      it(`raises MODEL_INTERRUPTED when the stream is cut after ${events} events`, scripted(async (model, script) => {
        script.answer({ text: ["Lisbon ", "is ", "lovely ", "in ", "May"], cutAfter: events });
        const code = (await failure(model))?.code;
        expect(code === "MODEL_INTERRUPTED" || (events === 0 && code === "MODEL_OVERLOADED")).toBe(true);
      }));

    const statuses = [
      [400, "MODEL_REJECTED"], [401, "MODEL_AUTH"], [403, "MODEL_AUTH"], [404, "MODEL_REJECTED"], [422, "MODEL_REJECTED"],
      [429, "MODEL_RATE_LIMITED"], [500, "MODEL_OVERLOADED"], [503, "MODEL_OVERLOADED"], [529, "MODEL_OVERLOADED"],
    ] as const;
    for (const [status, code] of statuses)
      it(`raises ${code} for HTTP ${status}, after one request`, scripted(async (model, script) => {
        script.answer({ status, message: `the key ${script.secret} or Bearer ${script.secret} or sk-ant-abc123 is not good` });
        const error = await failure(model);
        expect(error?.code).toBe(code);
        expect(script.received()).toBe(1);
        const shown = `${error?.message} ${JSON.stringify(error?.toShape())} ${String(error?.cause)}`;
        expect(shown.includes(script.secret) || shown.includes("sk-ant")).toBe(false);
      }));

    it("passes on how long to wait", scripted(async (model, script) => {
      script.answer({ status: 429, headers: { "retry-after": "7" } });
      expect((await failure(model))?.retryAfterMs).toBe(7000);
      script.answer({ status: 429 });
      expect((await failure(model))?.retryAfterMs).toBe(undefined);
    }));

    it("forgets a failure: the next call is a call like any other", scripted(async (model, script) => {
      script.answer({ status: 503 });
      await failure(model);
      script.answer({ text: "Back again." });
      expect(textOf(await collect(model, request()))).toBe("Back again.");
    }));
  });
}
