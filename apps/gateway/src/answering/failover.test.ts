import { createAgent } from "@travelagent/agent-runtime";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { type ModelServer, openAiServer, type ScriptedReply, scriptedModel } from "@travelagent/agent-runtime/testing";
import { GatewayConfig } from "@travelagent/config";
import { testEngine } from "@travelagent/engine/testing";
import { methods, TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { type Clock, type Engine, systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import type { TurnEvent, TurnOutcome } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createModelHealth } from "../observing/model-health.ts";
import { type ModelRests, openModelRests } from "./model-rests.ts";
import { modelStatusHandlers } from "./model-status.ts";
import { modelSet } from "./models.ts";

const minute = 60_000;
const keys = { one: "sk-canary-key-number-one-4711", two: "sk-canary-key-number-two-4711" } as const;
const concierge = scriptedModel(() => "I am the concierge.", { provider: "concierge", id: "concierge" });

/**
 * The whole way from a provider's failure to the next answer: two keys of one provider, a second model of it, another
 * provider, the concierge. What the outside world saw is what the servers counted.
 */
describe("when a model fails", () => {
  let engine: Engine;
  let rests: ModelRests;
  let first: ModelServer;
  let second: ModelServer;
  let log: ReturnType<typeof recordingLogger>;
  let events: TurnEvent[];
  /** What the first provider does, by model and key. */
  let fails: (model: string, key: string) => ScriptedReply | Promise<ScriptedReply> | undefined;
  let asked: string[];
  let turns = 0;

  const keyOf = (header: string | undefined) => Object.entries(keys).find(([, key]) => header === `Bearer ${key}`)?.[0] ?? "?";
  const config = () =>
    GatewayConfig.parse({
      models: {
        providers: {
          a: {
            api: "openai-completions",
            baseUrl: first.url,
            timeoutMs: 400,
            keys: Object.entries(keys).map(([id, apiKey]) => ({ id, apiKey })),
            keyOrder: ["one", "two"],
            models: ["big", "small"],
          },
          b: { api: "openai-completions", baseUrl: second.url, timeoutMs: 400, models: ["other"] },
          unused: { api: "openai-completions", baseUrl: second.url, models: ["never"] },
        },
      },
      agents: { defaults: { model: { primary: "a/big", fallbacks: ["a/small", "b/other"] } } },
    });
  const openRests = async (clock: Clock = systemClock) => {
    rests = await openModelRests({ db: engine.db, clock, log, coolsDown: () => true });
  };

  beforeEach(async () => {
    engine = await testEngine();
    log = recordingLogger();
    events = [];
    asked = [];
    fails = () => undefined;
    first = await openAiServer({
      reply: async ({ headers, body }) => {
        const key = keyOf(headers.authorization);
        asked.push(`${body.model}:${key}`);
        return (await fails(String(body.model), key)) ?? { text: `I am ${body.model} by ${key}.` };
      },
    });
    second = await openAiServer({
      reply: ({ body }) => {
        asked.push(String(body.model));
        return { text: "I am the other." };
      },
    });
    await openRests();
  });
  afterEach(async () => {
    await engine.stop();
    await first.close();
    await second.close();
  });

  const turn = async (options: { until?: Promise<unknown> } = {}): Promise<TurnOutcome> => {
    const runId = `run-${++turns}`;
    const entries: { id: string; message: TranscriptMessage }[] = [];
    const gate = createGate({ db: engine.db, tools: [], policy: () => parsePolicy([{ name: "t", text: "{ version: 1, rules: [] }" }]) });
    await gate.migrate();
    const models = modelSet(config(), {}, concierge, rests.ring);
    const agent = createAgent({
      gate,
      transcript: { messages: async () => entries.map(({ message }) => message), append: async (_, added) => void entries.push(...added) },
      models: ({ agentId }) => models.forAgent(agentId),
      cooldowns: rests.cooldowns,
      prompt: { agencyName: "Test Travel", agentName: "Tess" },
      log,
    });
    let outcome: TurnOutcome | undefined;
    engine.work.define(runId, async (work) => {
      const scope = { runId, agentId: "main", sessionKey: "agent:main:webchat:dm:v1", channel: "webchat", accountId: "default", peerId: "v1" };
      const message = { text: "Hello", sentAt: Date.now(), receivedAt: Date.now() };
      outcome = await agent.run({ turn: { ...scope, chatType: "direct", timeZone: "UTC" }, message }, work, (event) => events.push(event));
    });
    await engine.work.submit({ name: runId, id: runId });
    if (options.until) {
      await options.until;
      await engine.work.cancel(runId);
    }
    const result = await engine.work.result(runId, 10_000);
    if (result.error) throw TravelAgentError.fromShape(result.error);
    return outcome!;
  };

  const cut: ScriptedReply = { text: ["Half an ", "answer ", "never ", "ended"], cutAfter: 3 };
  const hang = () => new Promise<ScriptedReply>(() => {});
  const all = ["big:one", "big:two", "small:one", "small:two", "other"];

  // What the provider says to whom → who is asked, and what rests how long: keys by id, models by reference.
  it.each<[string, (model: string, key: string) => ReturnType<typeof fails>, string[], Record<string, number>]>([
    ["401 for one key", (_, key) => (key === "one" ? { status: 401 } : undefined), ["big:one", "big:two"], { "a:one": 1 }],
    ["403 for one key", (_, key) => (key === "one" ? { status: 403 } : undefined), ["big:one", "big:two"], { "a:one": 1 }],
    ["402 for one key", (_, key) => (key === "one" ? { status: 402 } : undefined), ["big:one", "big:two"], { "a:one": 300 }],
    ["429 for one key", (_, key) => (key === "one" ? { status: 429 } : undefined), ["big:one", "big:two"], { "a:one": 1 }],
    [
      "429 with Retry-After",
      (_, key) => (key === "one" ? { status: 429, headers: { "retry-after": "120" } } : undefined),
      ["big:one", "big:two"],
      { "a:one": 2 },
    ],
    ["401 for all keys", () => ({ status: 401 }), ["big:one", "big:two", "other"], { "a:one": 1, "a:two": 1 }],
    ["429 for all keys", () => ({ status: 429 }), ["big:one", "big:two", "other"], { "a:one": 1, "a:two": 1 }],
    ["408", (model) => (model === "big" ? { status: 408 } : undefined), ["big:one", "small:one"], { "a/big": 1 }],
    ["409", (model) => (model === "big" ? { status: 409 } : undefined), ["big:one", "small:one"], { "a/big": 1 }],
    ["500", (model) => (model === "big" ? { status: 500 } : undefined), ["big:one", "small:one"], { "a/big": 1 }],
    [
      "503 with Retry-After",
      (model) => (model === "big" ? { status: 503, headers: { "retry-after": "180" } } : undefined),
      ["big:one", "small:one"],
      { "a/big": 3 },
    ],
    ["503 for everything", () => ({ status: 503 }), ["big:one", "small:one", "other"], { "a/big": 1, "a/small": 1 }],
    ["silence", (model) => (model === "big" ? hang() : undefined), ["big:one", "small:one"], { "a/big": 1 }],
    ["half an answer", (model) => (model === "big" ? cut : undefined), ["big:one", "small:one"], { "a/big": 1 }],
    ["400", (model) => (model === "big" ? { status: 400 } : undefined), ["big:one", "small:one"], {}],
    ["400 for everything", () => ({ status: 400 }), ["big:one", "small:one", "other"], {}],
  ])("with %s, the next one answers", async (_, what, who, resting) => {
    fails = what;
    const started = performance.now();
    const outcome = await turn();
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(outcome.kind).toBe("replied");
    expect(asked).toEqual(who);
    const rest = [...rests.ring.status().map(({ id, until }) => [id, until]), ...rests.cooldowns.status().map(({ model, until }) => [model, until])] as [
      string,
      number,
    ][];
    expect(Object.fromEntries(rest.map(([id, until]) => [id, Math.round((until - Date.now()) / minute)]))).toEqual(resting);
    expect(asked).not.toContain("never");
  });

  it("leaves in peace who failed in the turn before", async () => {
    fails = (model, key) => (model === "big" ? { status: 529 } : key === "one" ? { status: 429 } : undefined);
    await turn();
    expect(asked).toEqual(["big:one", "small:one", "small:two"]);
    asked = [];
    expect((await turn()).text).toBe("I am small by two.");
    expect(asked).toEqual(["small:two"]);
  });

  it("remembers it after a restart, and asks again when the time is over", async () => {
    fails = (_, key) => (key === "one" ? { status: 402 } : undefined);
    await turn();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await openRests();
    expect(rests.ring.status()).toMatchObject([{ id: "a:one", billing: true, failures: 1 }]);
    asked = [];
    await turn();
    expect(asked).toEqual(["big:two"]);
    await openRests({ ...systemClock, now: () => Date.now() + 301 * minute });
    asked = [];
    await turn();
    expect(asked).toEqual(["big:one", "big:two"]);
    expect(rests.ring.status()).toMatchObject([{ id: "a:one", failures: 2 }]);
  });

  it("tells people who rests, and why", async () => {
    fails = (model, key) => (key === "one" ? { status: 402 } : model === "big" ? { status: 503 } : undefined);
    await turn();
    const models = modelSet(config(), {}, concierge, rests.ring);
    const health = createModelHealth({ now: Date.now, onChange: () => {} });
    const status = await modelStatusHandlers({ models: () => models, rests, health, clock: systemClock })["models.status"]!({}, undefined as never);
    expect(methods["models.status"].result.parse(status)).toMatchObject({
      models: [
        { id: "a/big", state: "untried", restsUntil: expect.any(Number) },
        { id: "a/small" },
        { id: "b/other" },
        { id: "unused/never" },
        { id: "concierge/concierge" },
      ],
      keys: [
        { id: "a:one", provider: "a", state: "resting", billing: true, code: "MODEL_AUTH", until: expect.any(Number) },
        { id: "a:two", state: "ready" },
      ],
    });
    expect(JSON.stringify(status)).not.toContain("canary");
  });

  it("shows one answer: what was shown of another is taken back", async () => {
    fails = (model) => (model === "big" ? cut : undefined);
    const { text } = await turn();
    const shown = events.reduce((so, event) => (event.type === "text-delta" ? so + event.delta : event.type === "text-reset" ? "" : so), "");
    expect(shown.trim()).toBe(text);
  });

  it("asks nobody else when the turn is cancelled", async () => {
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    fails = () => {
      resolve();
      return hang();
    };
    await expect(turn({ until: reached })).rejects.toMatchObject({ code: "CANCELLED" });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(asked).toEqual(["big:one"]);
    expect([...rests.ring.status(), ...rests.cooldowns.status()]).toEqual([]);
  });

  it("writes no key anywhere", async () => {
    fails = (_, key) => ({ status: 401, message: `Incorrect API key provided: ${keys[key as keyof typeof keys]}` });
    await turn();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const rows = await engine.db.all("select * from model_pause");
    expect(rows).toHaveLength(2);
    const written = JSON.stringify([log.lines, rows, rests.ring.status()]);
    for (const key of Object.values(keys)) expect(written).not.toContain(key);
    expect(written).toContain("a:one");
  });

  it("tries every fallback, and the concierge last", async () => {
    fails = () => ({ status: 503 });
    await second.close();
    expect((await turn()).text).toBe("I am the concierge.");
    expect(asked.slice(0, all.length)).toEqual(["big:one", "small:one"]);
  });
});
