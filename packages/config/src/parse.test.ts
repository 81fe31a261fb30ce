import { TravelAgentError } from "@travelagent/protocol";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { GatewayConfig, parseConfig } from "./index.ts";
import { checkConfig } from "./parse.ts";

const issues = (value: unknown) => {
  const checked = checkConfig(GatewayConfig, value);
  return "issues" in checked ? checked.issues.map(({ path, message }) => `${path}: ${message}`) : [];
};

describe("parseConfig", () => {
  it("fills in every default of an empty configuration", () => {
    const config = parseConfig(GatewayConfig, {});
    expect(config.gateway).toMatchObject({
      port: 18_789,
      bind: "loopback",
      auth: { mode: "token" },
      http: { endpoints: { chatCompletions: { enabled: false } } },
    });
    expect(config.cron).toEqual({ enabled: true, maxConcurrentRuns: 1, catchUpCap: 24, jobs: [] });
    expect(config.logging.level).toBe("info");
  });

  it("names the path and the nearest known key of an unknown one", () => {
    expect(issues({ gatway: {} })).toEqual(['gatway: unknown key; did you mean "gateway"?']);
    expect(issues({ channels: { telegram: { bottoken: "x" } } })).toEqual(['channels.telegram.bottoken: unknown key; did you mean "botToken"?']);
    expect(issues({ agents: { list: [{ id: "main", idnetity: "x" }] } })).toEqual(['agents.list[0].idnetity: unknown key; did you mean "identity"?']);
    expect(issues({ suppliers: { duffel: { acessToken: "x" } } })).toEqual(['suppliers.duffel.acessToken: unknown key; did you mean "accessToken"?']);
    expect(issues({ metrics: { zzzzzz: 1 } })).toEqual(["metrics.zzzzzz: unknown key; known keys: enabled"]);
  });

  it("lists everything that is wrong, in one error a program can read too", () => {
    const error = (() => {
      try {
        return parseConfig(GatewayConfig, { gateway: { port: "18790" }, logging: { level: "loud" } });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(TravelAgentError.is(error, "CONFIG_INVALID")).toBe(true);
    expect((error as TravelAgentError).message).toMatch(/gateway\.port: expected number, received string; logging\.level: .*"debug"/);
    expect((error as TravelAgentError).details).toMatchObject({ issues: [{ path: "gateway.port" }, { path: "logging.level" }] });
  });

  it("explains a union by the branch that was meant", () => {
    expect(issues({ cron: { jobs: [{ name: "a", schedule: { kind: "every", everyMs: 0 }, payload: { kind: "agentTurn", mesage: "x" } }] } })).toEqual([
      "cron.jobs[0].schedule.everyMs: expected number to be >=1",
      "cron.jobs[0].payload.message: expected string, received undefined",
      'cron.jobs[0].payload.mesage: unknown key; did you mean "message"?',
    ]);
    expect(issues({ agents: { defaults: { model: { primary: "gpt" } } } })).toEqual([
      'agents.defaults.model.primary: must be "provider/model", such as "concierge/concierge"',
    ]);
  });

  it("refuses references to what is not there", () => {
    expect(issues({ agents: { list: [{ id: "main" }] }, bindings: [{ agentId: "gone", match: { channel: "telegram" } }] })).toEqual([
      'bindings[0].agentId: there is no agent "gone" in agents.list; known: main',
    ]);
    expect(issues({ agents: { list: [{ id: "a" }, { id: "a" }] } })[0]).toContain("two agents");
    expect(issues({ channels: { telegram: { dmPolicy: "open" } } })[0]).toContain('add "*" to allowFrom');
    expect(issues({ channels: { telegram: { dmPolicy: "open", allowFrom: ["*"] } } })).toEqual([]);
  });

  it("never repeats a value, which may be a secret", () => {
    expect(
      JSON.stringify(issues({ channels: { telegram: { botToken: ["hunter2hunter2"], apiRoot: "hunter2" } }, gateway: { auth: { mode: "hunter2" } } })),
    ).not.toContain("hunter2");
  });

  it("works for any schema", () => {
    expect(() => parseConfig(z.strictObject({ everyMs: z.int().min(1) }), { everyMs: 1, every: 2 })).toThrowError(
      'every: unknown key; did you mean "everyMs"?',
    );
  });

  it("takes text of every model, and pictures where they are named", () => {
    const given = (input: unknown) => ({ models: { providers: { a: { api: "anthropic", models: [{ id: "m", input }] } } } });
    expect(issues(given(["text", "image"]))).toEqual([]);
    expect(issues(given(["image"]))[0]).toContain('must have "text"');
    expect(issues(given(["text", "sound"]))[0]).toContain("models.providers.a.models");
    expect(parseConfig(GatewayConfig, { agents: { defaults: { imageModel: "a/m" } } }).agents.defaults.imageModel).toEqual({ primary: "a/m", fallbacks: [] });
  });

  it("accepts a model as a name or with fallbacks", () => {
    expect(parseConfig(GatewayConfig, { agents: { defaults: { model: "anthropic/claude" } } }).agents.defaults.model).toEqual({
      primary: "anthropic/claude",
      fallbacks: [],
    });
  });
});
