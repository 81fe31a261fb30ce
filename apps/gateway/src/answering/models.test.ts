import { createKeyRing } from "@travelagent/agent-runtime/models/keys";
import { geminiServer, type ModelServer, openAiServer, scriptedModel } from "@travelagent/agent-runtime/testing";
import { GatewayConfig } from "@travelagent/config";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { modelSet, type SessionChoice } from "./models.ts";

const concierge = scriptedModel(() => "I am the concierge", { provider: "concierge", id: "concierge" });
const set = (config: unknown, env: Record<string, string> = {}) => modelSet(GatewayConfig.parse(config), env, concierge, createKeyRing({ clock: fakeClock() }));
const names = (models: readonly { provider: string; id: string }[]) => models.map(({ provider, id }) => `${provider}/${id}`);
const provider = (...models: unknown[]) => ({ api: "openai-completions", baseUrl: "http://127.0.0.1:9/v1", models });

const servers: ModelServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
const ask = async (models: ReturnType<typeof set>, choice: SessionChoice = {}, thinking?: "high") => {
  const [first] = models.forSession("main", choice);
  const request = { system: "", messages: [{ role: "user" as const, content: "Hello", timestamp: 0 }], tools: [], now: 0, timeZone: "UTC" };
  for await (const _ of first!.stream({ ...request, ...(thinking ? { thinking } : {}) }, new AbortController().signal));
};

describe("the models of a gateway", () => {
  const config = {
    models: { providers: { a: provider("big", "small", "meta/llama"), b: provider("one") } },
    agents: {
      defaults: { model: { primary: "a/big", fallbacks: ["b/one"] } },
      list: [{ id: "main" }, { id: "sales", model: "b/one" }],
    },
  };

  it.each<[string, string | undefined, string[]]>([
    ["main", undefined, ["a/big", "b/one", "concierge/concierge"]],
    ["sales", undefined, ["b/one", "concierge/concierge"]],
    ["nobody", undefined, ["a/big", "b/one", "concierge/concierge"]],
    ["main", "a/small", ["a/small", "b/one", "a/big", "concierge/concierge"]],
    ["main", "a/meta/llama", ["a/meta/llama", "b/one", "a/big", "concierge/concierge"]],
    ["main", "b/one", ["b/one", "a/big", "concierge/concierge"]],
    ["main", "a/big", ["a/big", "b/one", "concierge/concierge"]],
    ["sales", "a/small", ["a/small", "b/one", "concierge/concierge"]],
    ["main", "concierge/concierge", ["concierge/concierge", "b/one", "a/big"]],
    ["main", "openai/gpt-5", ["a/big", "b/one", "concierge/concierge"]],
  ])("for %s with %s", (agentId, model, chain) => {
    expect(names(set(config).forSession(agentId, { model }))).toEqual(chain);
  });

  it("leave out a choice that is not allowed any more, and never use what nobody configured", () => {
    const closed = set({
      ...config,
      agents: { ...config.agents, defaults: { ...config.agents.defaults, models: { "b/one": { alias: "main" }, "openai/gpt-5": {} } } },
    });
    expect(names(closed.forSession("main", { model: "a/small" }))).toEqual(["a/big", "b/one", "concierge/concierge"]);
    expect(closed.resolve("a/small")).toMatchObject({ problem: expect.stringContaining("may not be chosen") });
    expect(closed.resolve("MAIN")).toEqual({ reference: "b/one" });
    expect(closed.resolve("openai/gpt-5")).toMatchObject({ problem: expect.stringContaining("no provider") });
    expect(names(closed.forSession("main", { model: "openai/gpt-5" }))).not.toContain("openai/gpt-5");
  });

  it("are those whose key is in the environment, and none without", () => {
    expect(names(set({}).forAgent("main"))).toEqual(["concierge/concierge"]);
    for (const name of ["GEMINI_API_KEY", "GOOGLE_API_KEY"]) expect(names(set({}, { [name]: "k" }).forAgent("main"))[0]).toBe("gemini/gemini-flash-latest");
    expect(names(set({}, { ANTHROPIC_API_KEY: "k", OPENAI_API_KEY: "k" }).forAgent("main"))).toEqual(["anthropic/claude-sonnet-5", "concierge/concierge"]);
  });

  it("send a key of the environment to its vendor and nowhere else", () => {
    const file = (given: object) => ({ models: { providers: { openai: { api: "openai-responses", models: ["gpt-5"], ...given } } } });
    const env = { OPENAI_API_KEY: "from-the-environment" };
    expect(set(file({}), env).keys()).toHaveLength(1);
    expect(set(file({ baseUrl: "http://127.0.0.1:9/v1" }), env).keys()).toEqual([]);
    expect(set(file({ keys: [{ id: "work", apiKey: "k" }] }), env).keys()).toMatchObject([{ id: "openai:work" }]);
  });

  it("refuse at once a reference to a provider that is not there", () => {
    expect(() => set({ agents: { defaults: { model: { primary: "concierge/concierge", fallbacks: ["mistral/large"] } } } })).toThrow(
      "there is no provider mistral",
    );
  });

  it("ask as the configuration says, and as the session wants", async () => {
    const server = await openAiServer({ reply: () => ({ text: "Fine." }) });
    servers.push(server);
    const models = set({
      models: {
        providers: {
          a: {
            api: "openai-completions",
            baseUrl: server.url,
            keys: [
              { id: "one", apiKey: "key-one" },
              { id: "two", apiKey: "key-two" },
              { id: "three", apiKey: "key-three" },
            ],
            keyOrder: ["two", "one"],
            models: [{ id: "m", reasoning: true, thinking: "low", maxTokens: 100 }, { id: "plain" }],
          },
        },
      },
      agents: {
        defaults: { model: "a/m", models: { "a/m": {}, "a/plain": { params: { temperature: 0.5, maxTokens: 50 } } } },
        list: [{ id: "main" }, { id: "sales", thinking: "medium" }],
      },
    });
    const last = () => server.requests.at(-1)!;
    const used: string[] = [];
    await ask(models, { onKey: (id) => used.push(id) });
    expect(last().body).toMatchObject({ model: "m", max_tokens: 100, reasoning_effort: "low" });
    expect(last().headers.authorization).toBe("Bearer key-two");
    await ask(models, {}, "high");
    expect(last().body).toMatchObject({ reasoning_effort: "high" });
    await ask(models, { model: "a/plain", authProfile: { id: "a:one", source: "user" }, onKey: (id) => used.push(id) });
    expect(last().body).toMatchObject({ model: "plain", temperature: 0.5, max_tokens: 50 });
    expect(last().headers.authorization).toBe("Bearer key-one");
    await ask(models, { model: "a/plain", authProfile: "a:one", onKey: (id) => used.push(id) });
    expect(last().headers.authorization).toBe("Bearer key-one");
    expect(used).toEqual(["a:two", "a:one", "a:one"]);
    const request = { system: "", messages: [{ role: "user" as const, content: "Hello", timestamp: 0 }], tools: [], now: 0, timeZone: "UTC" };
    for await (const _ of models.forAgent("sales")[0]!.stream(request, new AbortController().signal));
    expect(last().body).toMatchObject({ reasoning_effort: "medium" });
    expect(models.list()).toMatchObject([{ id: "m", reasoning: true }, { id: "plain", reasoning: false }, { id: "concierge" }]);
  });

  it("see pictures where the configuration says so, and are told apart by that", () => {
    const seeing = { id: "eyes", input: ["text", "image"] };
    const { defaults, list } = config.agents;
    const providers = { a: provider("big", seeing), b: provider("one", { ...seeing, id: "old-eyes" }) };
    const with_ = (more: object) => set({ models: { providers }, agents: { defaults: { ...defaults, ...more }, list } });
    expect(with_({}).forImages("main")).toEqual([]);
    expect(names(with_({ imageModel: "b/old-eyes" }).forImages("main"))).toEqual(["b/old-eyes"]);
    expect(names(with_({ imageModel: { primary: "a/eyes", fallbacks: ["b/old-eyes"] } }).forImages("sales"))).toEqual(["a/eyes", "b/old-eyes"]);
    expect(names(with_({ model: { primary: "a/big", fallbacks: ["a/eyes"] } }).forImages("main"))).toEqual(["a/eyes"]);
    expect(with_({ model: "a/eyes" }).forAgent("main")[0]?.seesImages).toBe(true);
    expect(with_({}).forAgent("main")[0]).not.toHaveProperty("seesImages");
    expect(
      with_({})
        .list()
        .map(({ id, input }) => [id, input]),
    ).toEqual([
      ["big", ["text"]],
      ["eyes", ["text", "image"]],
      ["one", ["text"]],
      ["old-eyes", ["text", "image"]],
      ["concierge", ["text"]],
    ]);
    for (const imageModel of ["a/big", "mistral/eyes", "concierge/concierge", { primary: "a/eyes", fallbacks: ["a/big"] }])
      expect(() => with_({ imageModel })).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining('input: ["text", "image"]') }),
      );
    expect(names(set({}, { ANTHROPIC_API_KEY: "k" }).forImages("main"))).toEqual(["anthropic/claude-sonnet-5"]);
  });

  it("reach Gemini", async () => {
    const server = await geminiServer({ apiKey: "k", reply: () => ({ text: "Fine." }) });
    servers.push(server);
    await ask(set({ models: { providers: { gemini: { api: "gemini", baseUrl: server.url, apiKey: "k", models: ["gemini-3-pro"] } } } }));
    expect(server.requests[0]!.path).toContain("gemini-3-pro:streamGenerateContent");
  });
});
