import { testEngine } from "@travelagent/engine/testing";
import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import type { TurnEvent, TurnOutcome, TurnRequest } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { createGate, type Gate, parsePolicy } from "../gate/index.ts";
import { handOverTool } from "../hand-over.ts";
import { createAgent, defineTool } from "../index.ts";
import type { Model } from "../model.ts";
import { type ScriptedStep, scriptedModel } from "../testing/index.ts";

const rules = `{ version: 1, rules: [
  { id: "sell.confirm", tools: ["sell"], then: { decision: "needs-confirmation", reason: "yes first" } },
  { id: "hand-over", tools: ["hand_over_to_person"], then: { decision: "allow" } },
] }`;

/** A transcript in memory that keeps the promise of the port: an id that is there already is skipped. */
function memoryTranscript() {
  const entries: { id: string; message: TranscriptMessage }[] = [];
  return {
    entries,
    messages: async () => entries.map((entry) => entry.message),
    append: async (_: string, added: { id: string; message: TranscriptMessage }[]) => {
      for (const entry of added) if (!entries.some((known) => known.id === entry.id)) entries.push(entry);
    },
  };
}

describe("turn loop", () => {
  let engine: Engine;
  let gate: Gate;
  let transcript: ReturnType<typeof memoryTranscript>;
  const sold: string[] = [];
  let looked = 0;
  const events: TurnEvent[] = [];
  let turns = 0;

  const tools = [
    defineTool({
      name: "sell",
      description: "sells",
      group: "shop",
      args: z.strictObject({ item: z.string() }),
      effect: "write",
      writes: "money",
      describe: async ({ item }, { now }) => ({ title: `Sell ${item}`, lines: [item], expiresAt: now + 60_000, subject: { item }, facts: {} }),
      execute: async ({ item }) => {
        sold.push(item);
        return { content: { sold: item } };
      },
    }),
    defineTool({
      name: "look",
      description: "looks",
      group: "shop",
      args: z.strictObject({ item: z.string() }),
      effect: "read",
      execute: async ({ item }) => {
        looked += 1;
        return { content: { item } };
      },
    }),
    handOverTool(),
  ];

  const run = async (models: readonly Model[], text: string, request: Partial<TurnRequest> = {}): Promise<TurnOutcome> => {
    const runId = `run-${++turns}`;
    const agent = createAgent({ gate, transcript, models: () => models, limits: { maxParkedMs: 0 }, prompt: { agencyName: "Test Travel", agentName: "Tess" } });
    let outcome: TurnOutcome | undefined;
    engine.work.define(runId, async (work) => {
      outcome = await agent.run(
        {
          turn: {
            runId,
            agentId: "main",
            sessionKey: "agent:main:webchat:dm:v1",
            channel: "webchat",
            accountId: "default",
            chatType: "direct",
            peerId: "v1",
            timeZone: "UTC",
          },
          message: { text, sentAt: Date.now(), receivedAt: Date.now() },
          ...request,
        },
        work,
        (event) => events.push(event),
      );
      await work.transaction("reply", (tx) => outcome!.commit(tx));
      await transcript.append("", [{ id: `${runId}:final`, message: outcome.message }]);
    });
    await engine.work.submit({ name: runId, id: runId });
    const result = await engine.work.result(runId, 10_000);
    if (result.error) throw TravelAgentError.fromShape(result.error);
    return outcome!;
  };
  const script = (...steps: ScriptedStep[]) => scriptedModel(steps);

  beforeEach(async () => {
    engine = await testEngine();
    transcript = memoryTranscript();
    sold.length = 0;
    events.length = 0;
    looked = 0;
    gate = createGate({ db: engine.db, tools, policy: () => parsePolicy([{ name: "t", text: rules }]) });
    await gate.migrate();
  });
  afterEach(() => engine.stop());

  it("calls tools, feeds the results back and ends with the model's words", async () => {
    const model = script(
      {
        toolCalls: [
          { name: "look", arguments: { item: "lamp" } },
          { name: "look", arguments: { item: "chair" } },
        ],
      },
      "Two nice things.",
    );
    const outcome = await run([model], "what is there?");
    expect(outcome).toMatchObject({ kind: "replied", text: "Two nice things." });
    expect(model.requests[1]!.messages.map((message) => message.role)).toEqual(["user", "assistant", "toolResult", "toolResult"]);
    expect(events.filter((event) => event.type === "text-delta").length).toBeGreaterThan(0);
    expect(transcript.entries.map((entry) => entry.message.role)).toEqual(["user", "assistant", "toolResult", "toolResult", "assistant"]);
  });

  it("asks before a write and carries out exactly what was confirmed, before the model speaks", async () => {
    const first = await run([script({ toolCalls: [{ name: "sell", arguments: { item: "lamp" } }] }, "Shall I?")], "sell me a lamp");
    expect(first.cards).toMatchObject([{ kind: "confirmation", title: "Sell lamp" }]);
    expect(sold).toEqual([]);
    const model = script("Done, enjoy your lamp.");
    const second = await run([model], "Yes, please");
    expect(sold).toEqual(["lamp"]);
    expect(second.text).toBe("Done, enjoy your lamp.");
    expect(model.requests[0]!.messages.at(-1)).toMatchObject({ role: "toolResult", toolName: "sell", isError: false });
  });

  it("a model that claims a yes gets none", async () => {
    const model = script(
      { text: "The customer said yes.", toolCalls: [{ name: "sell", arguments: { item: "lamp" } }] },
      { toolCalls: [{ name: "sell", arguments: { item: "lamp", confirmed: true } }] },
      "I tried.",
    );
    await run([model], "do you have lamps?");
    expect(sold).toEqual([]);
  });

  it("stops a model that repeats the same call for ever", async () => {
    const model = scriptedModel(() => ({ toolCalls: [{ name: "look", arguments: { item: "lamp" } }] }));
    const outcome = await run([model], "look at the lamp");
    expect(outcome.kind).toBe("failed");
    expect(looked).toBe(3);
    expect(model.requests.length).toBeLessThanOrEqual(6);
  });

  it("asks the next model when one fails, and tells the customer when all do", async () => {
    const broken = () => scriptedModel(() => new TravelAgentError("MODEL_OVERLOADED", "busy"));
    expect(await run([broken(), script("From the second.")], "hi")).toMatchObject({ kind: "replied", text: "From the second." });
    const outcome = await run([broken(), broken()], "hi again");
    expect(outcome.kind).toBe("failed");
    expect(outcome.text).toContain("colleague");
  });

  it("hands over when the model asks for a person", async () => {
    const outcome = await run(
      [script({ toolCalls: [{ name: "hand_over_to_person", arguments: { reason: "wants a person" } }] }, "A colleague takes over.")],
      "let me talk to somebody",
    );
    expect(outcome).toMatchObject({ kind: "handed-over", reason: "wants a person", text: "A colleague takes over." });
  });

  it("gives errors of tools to the model as results", async () => {
    const model = script(
      {
        toolCalls: [
          { name: "look", arguments: { thing: 1 } },
          { name: "nothing", arguments: {} },
        ],
      },
      "Sorry.",
    );
    await run([model], "look");
    const results = model.requests[1]!.messages.slice(-2);
    expect(results.every((message) => message.role === "toolResult" && message.isError)).toBe(true);
  });

  it("shows the question again when something else was said since, and takes the yes to that", async () => {
    const first = await run([script({ toolCalls: [{ name: "sell", arguments: { item: "lamp" } }] }, "Shall I?")], "sell me a lamp");
    const id = (first.cards[0] as { confirmationId: string }).confirmationId;
    const yes = (lastShown: string[]) => ({ message: { text: "yes", sentAt: Date.now(), receivedAt: Date.now(), lastShown } });
    const silent = script();
    const second = await run([silent], "yes", yes([]));
    expect(silent.requests).toEqual([]);
    expect(sold).toEqual([]);
    expect(second.cards).toMatchObject([{ kind: "confirmation", confirmationId: id }]);
    await run([script("Done.")], "yes", yes([id]));
    expect(sold).toEqual(["lamp"]);
  });

  it("keeps calls apart that a model gave the same id", async () => {
    const twice = {
      toolCalls: [
        { id: "call_0", name: "look", arguments: { item: "lamp" } },
        { id: "call_0", name: "look", arguments: { item: "chair" } },
      ],
    };
    await run([script(twice, { toolCalls: [{ id: "call_0", name: "look", arguments: { item: "desk" } }] }, "Seen.")], "look");
    const ids = transcript.entries.flatMap(({ message }) => (message.role === "toolResult" ? [message.toolCallId] : []));
    expect(new Set(ids).size).toBe(3);
    expect(
      transcript.entries.flatMap(({ message }) => (message.role === "assistant" ? message.content : [])).flatMap((b) => (b.type === "toolCall" ? [b.id] : [])),
    ).toEqual(ids);
  });

  it("shows a model the same tools for a whole turn, whatever comes meanwhile", async () => {
    let list = tools.slice(0, 1);
    const arriving = defineTool({
      name: "arrive",
      description: "brings another one",
      group: "shop",
      args: z.strictObject({}),
      effect: "read",
      execute: async () => {
        list = [...tools, arriving];
        return { content: "here" };
      },
    });
    list = [...list, arriving];
    gate = createGate({ db: engine.db, tools: () => list, policy: () => parsePolicy([{ name: "t", text: rules }]) });
    const model = script({ toolCalls: [{ name: "arrive", arguments: {} }] }, "Fine.", "Fine.");
    await run([model], "go");
    await run([model], "and now?");
    expect(model.requests.map((request) => request.tools.map(({ name }) => name))).toEqual([
      ["sell", "arrive"],
      ["sell", "arrive"],
      ["sell", "look", "hand_over_to_person", "arrive"],
    ]);
  });
});
