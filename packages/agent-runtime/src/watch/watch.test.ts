import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingTracer } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { describe, expect, it } from "vitest";
import type { Gate, GateOutcome } from "../gate/gate.ts";
import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { type ModelCall, type ToolCall, watchGate, watchModel } from "./index.ts";

const parent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
const request: ModelRequest = {
  system: "the prompt",
  messages: [{ role: "user", content: "a secret wish", timestamp: 0 }],
  tools: [],
  now: 0,
  timeZone: "UTC",
};

function bench() {
  const clock = fakeClock();
  const tracer = recordingTracer();
  const { spans } = tracer;
  const calls: ModelCall[] = [];
  const watched = (events: () => AsyncGenerator<ModelEvent>): Model =>
    watchModel({ provider: "acme", id: "m1", contextWindow: 1000, stream: events }, { tracer, parent, clock, onCall: (call) => calls.push(call) });
  return { clock, tracer, spans, calls, watched };
}

const drain = async (model: Model): Promise<ModelEvent[]> => {
  const events: ModelEvent[] = [];
  for await (const event of model.stream(request, new AbortController().signal)) events.push(event);
  return events;
};

describe("a watched model", () => {
  it("gives the same events, and tells tokens and times under their conventional names", async () => {
    const { clock, spans, calls, watched } = bench();
    const events: ModelEvent[] = [
      { type: "text", delta: "a secret answer" },
      { type: "usage", usage: { input: 10, output: 5, cacheRead: 3, cacheWrite: 0, totalTokens: 18 } },
      { type: "end", reason: "stop" },
    ];
    const model = watched(async function* () {
      await clock.advance(40);
      for (const event of events) yield event;
      await clock.advance(60);
    });
    expect(await drain(model)).toEqual(events);
    expect(calls).toEqual([expect.objectContaining({ provider: "acme", model: "m1", outcome: "ok", ms: 100, firstMs: 40 })]);
    expect(spans).toEqual([
      {
        name: "chat m1",
        parent,
        traceparent: expect.any(String),
        errors: [],
        ended: 1,
        attributes: {
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "acme",
          "gen_ai.request.model": "m1",
          "gen_ai.usage.input_tokens": 10,
          "gen_ai.usage.output_tokens": 5,
          "gen_ai.usage.cache_read.input_tokens": 3,
          "gen_ai.response.finish_reason": "stop",
        },
      },
    ]);
    expect(JSON.stringify([spans, calls])).not.toContain("secret");
  });

  it("tells the code of a failure, and that nobody listened to the end", async () => {
    const { spans, calls, watched } = bench();
    // biome-ignore lint/correctness/useYield: it fails before it says anything
    const failing = watched(async function* () {
      throw new TravelAgentError("MODEL_RATE_LIMITED", "wait");
    });
    await expect(drain(failing)).rejects.toMatchObject({ code: "MODEL_RATE_LIMITED" });
    const cut = watched(async function* () {
      yield { type: "text", delta: "a" };
      yield { type: "text", delta: "b" };
    });
    for await (const _ of cut.stream(request, new AbortController().signal)) break;
    await drain(cut);
    expect(calls.map(({ outcome }) => outcome)).toEqual(["MODEL_RATE_LIMITED", "CANCELLED", "MODEL_INTERRUPTED"]);
    expect(spans.map(({ errors, ended }) => [errors.length, ended])).toEqual([
      [1, 1],
      [0, 1],
      [0, 1],
    ]);
  });
});

describe("a watched gate", () => {
  const turn: TurnScope = {
    runId: "run-1",
    agentId: "main",
    sessionKey: "agent:main:main",
    channel: "webchat",
    accountId: "default",
    chatType: "direct",
    peerId: "p",
    timeZone: "UTC",
    traceparent: parent,
  };
  const ask = { toolCallId: "0:0", name: "create_booking", args: { email: "ana@example.com" }, tainted: false };

  it("tells outcome and time of each call, and nothing of its arguments", async () => {
    const { clock, tracer, spans } = bench();
    const calls: ToolCall[] = [];
    const outcomes: (GateOutcome | Error)[] = [
      { status: "done", output: { content: "booked for ana@example.com" } },
      { status: "refused", error: new TravelAgentError("POLICY_DENIED", "no") },
      new TravelAgentError("CANCELLED", "the turn is over"),
    ];
    const gate = watchGate(
      {
        async call() {
          await clock.advance(7);
          const next = outcomes.shift()!;
          if (next instanceof Error) throw next;
          return next;
        },
        isRead: () => false,
      } as Partial<Gate> as Gate,
      { tracer, clock, onCall: (call) => calls.push(call) },
    );
    const signal = new AbortController().signal;
    expect(await gate.call(ask, turn, signal)).toMatchObject({ status: "done" });
    expect(await gate.call(ask, turn, signal)).toMatchObject({ status: "refused" });
    await expect(gate.call(ask, turn, signal)).rejects.toMatchObject({ code: "CANCELLED" });
    expect(gate.isRead("x")).toBe(false);
    expect(calls.map(({ tool, runId, outcome, code, ms }) => [tool, runId, outcome, code, ms])).toEqual([
      ["create_booking", "run-1", "done", undefined, 7],
      ["create_booking", "run-1", "refused", "POLICY_DENIED", 7],
      ["create_booking", "run-1", "interrupted", "CANCELLED", 7],
    ]);
    expect(spans.map(({ name, ended, errors }) => [name, ended, errors.length])).toEqual([
      ["execute_tool create_booking", 1, 0],
      ["execute_tool create_booking", 1, 1],
      ["execute_tool create_booking", 1, 1],
    ]);
    expect(spans[0]).toMatchObject({
      parent,
      attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "create_booking", "gen_ai.tool.call.id": "0:0" },
    });
    expect(JSON.stringify([spans, calls])).not.toContain("ana@example.com");
  });
});
