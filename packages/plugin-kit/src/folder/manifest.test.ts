import { describe, expect, it } from "vitest";
import { parseManifest, parsePluginConfig } from "./manifest.ts";

const right = { id: "fx-rates", name: "Rates", version: "1.0.0", description: "Exchange rates", apiVersion: 1, main: "index.js" };
const parse = (changes: Record<string, unknown> = {}) => parseManifest(JSON.stringify({ ...right, ...changes }));

describe("a manifest", () => {
  it("needs little, and registers nothing by itself", () => {
    expect(parse()).toMatchObject({ id: "fx-rates", tools: [], channels: [], methods: [], httpRoutes: [], hooks: [], commands: [], skills: [] });
    expect(parsePluginConfig(parse(), undefined)).toEqual({});
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["an unknown key", { tool: [] }, 'Unrecognized key: "tool"'],
    ["no id", { id: undefined }, "id:"],
    ["an id that is a path", { id: "../fx" }, "id: must be up to 31 lower-case letters"],
    ["another interface", { apiVersion: 2 }, "apiVersion: must be 1"],
    ["a version that is none", { version: "latest" }, 'version: must be a version such as "1.0.0"'],
    ["main outside", { main: "../index.js" }, "main: must be a path inside the plugin's folder"],
    ["main outside, further in", { main: "a/../../index.js" }, "main: must be a path inside the plugin's folder"],
    ["main that is absolute", { main: "/etc/index.js" }, "main: must be a path inside the plugin's folder"],
    ["main that is no module", { main: "index.sh" }, "main: must be a .js, .mjs, .ts or .mts file"],
    ["a tool without the plugin's name", { tools: ["search_flights"] }, "tools.0: search_flights must begin with fx_rates_"],
    ["a tool twice", { tools: ["fx_rates_a", "fx_rates_a"] }, "tools.1: fx_rates_a is there twice"],
    ["a method in the gateway's name", { methods: [{ name: "config.get", scope: "operator.read" }] }, "methods.0.name: config.get must begin with fx-rates."],
    ["a method in another plugin's name", { methods: [{ name: "fx-rates-2.get", scope: "operator.read" }] }, "methods.0.name"],
    ["a method for anybody", { methods: [{ name: "fx-rates.get", scope: "public" }] }, "methods.0.scope"],

    ["a route outside", { httpRoutes: [{ method: "GET", path: "/../api" }] }, "httpRoutes.0.path"],
    ["a route that is none", { httpRoutes: [{ method: "GET", path: "rates" }] }, "httpRoutes.0.path"],
    ["a hook that is not there", { hooks: ["before_agent_start"] }, "hooks.0"],
    ["a schema that is none", { configSchema: { type: "objec" } }, "configSchema: the schema must be one of an object"],
    ["a schema of something else", { configSchema: { type: "string" } }, "configSchema: the schema must be one of an object"],
    ["a schema nobody checks", { configSchema: { type: "object", if: {} } }, "configSchema: Conditional schemas"],
    [
      "a schema that requires what it has not",
      { configSchema: { type: "object", required: ["url"] } },
      'configSchema: "url" is required and not among the properties',
    ],
  ])("with %s is refused", (_, changes, said) => {
    expect(() => parse(changes)).toThrow(said);
    expect(() => parse(changes)).toThrow("travelagent.plugin.json is not right");
  });

  it("is told all that is wrong at once", () => {
    expect(() => parse({ tools: ["a"], methods: [{ name: "b.c", scope: "operator.read" }] })).toThrow(/tools\.0: .*; methods\.0\.name: /);
    expect(() => parseManifest("{")).toThrow("it is not JSON");
    expect(() => parseManifest("null")).toThrow("is not right");
  });
});

describe("the configuration of a plugin", () => {
  const manifest = parse({
    configSchema: {
      type: "object",
      properties: { base: { type: "string", default: "EUR" }, desk: { type: "object", properties: { open: { type: "integer" } }, required: ["open"] } },
      required: ["desk"],
    },
  });
  it("is filled in with defaults", () => {
    expect(parsePluginConfig(manifest, { desk: { open: 9 } })).toEqual({ base: "EUR", desk: { open: 9 } });
  });
  it.each([
    [{ desk: { open: 9, close: 17 } }, 'plugins.entries.fx-rates.config.desk: Unrecognized key: "close"'],
    [{ desk: { open: 9 }, bas: "USD" }, 'plugins.entries.fx-rates.config: Unrecognized key: "bas"'],
    [{ desk: { open: "nine" } }, "plugins.entries.fx-rates.config.desk.open:"],
    [{}, "plugins.entries.fx-rates.config.desk:"],
  ])("%j is refused with its path", (config, said) => {
    expect(() => parsePluginConfig(manifest, config)).toThrow(said);
  });
  it("is not told to anybody when it is wrong", () => {
    expect(() => parsePluginConfig(manifest, { desk: { open: "s3cret-value" } })).not.toThrow("s3cret-value");
  });
});
