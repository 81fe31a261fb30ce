import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { getPath, mergePatch, setPath } from "./index.ts";
import { editDistance, nearestKey } from "./nearest-key.ts";
import { locateState, resolvePath, statePaths } from "./state-paths.ts";
import { formatPath, parsePath } from "./value-path.ts";

describe("paths into a configuration", () => {
  const value = { gateway: { port: 1 }, agents: { list: [{ id: "a" }, { id: "b" }] }, suppliers: { "x.y": { enabled: true } } };

  it("reads dots, indexes and quoted keys", () => {
    expect(getPath(value, "gateway.port")).toBe(1);
    expect(getPath(value, "agents.list[1].id")).toBe("b");
    expect(getPath(value, "agents.list.1.id")).toBe("b");
    expect(getPath(value, 'suppliers["x.y"].enabled')).toBe(true);
    expect(getPath(value, "gateway.toString")).toBeUndefined();
  });

  it("writes without touching the original, and takes away with undefined", () => {
    expect(setPath(value, "gateway.bind", "lan")).toMatchObject({ gateway: { port: 1, bind: "lan" } });
    expect(setPath({}, "agents.list[0].id", "main")).toEqual({ agents: { list: [{ id: "main" }] } });
    expect(getPath(setPath(value, "agents.list[0]", undefined), "agents.list")).toEqual([{ id: "b" }]);
    expect(setPath(value, "no.such.key", undefined)).toBe(value);
    expect(value.gateway).toEqual({ port: 1 });
  });

  it("refuses what is no path and what would reach a prototype", () => {
    for (const path of ["", "a..b", "a[", "__proto__.x", "a.constructor", '["\\x41"]', '["a\nb"]', 'a["\\u12"]'])
      expect(() => setPath({}, path, 1), path).toThrowError(expect.objectContaining({ code: "INVALID_REQUEST" }));
    expect(() => setPath({ a: [] }, "a[3]", 1)).toThrowError("next one is [0]");
    expect(() => setPath({ a: "text" }, "a.b", 1)).toThrowError("there is a string");
    expect(() => mergePatch({}, JSON.parse('{"__proto__": {"x": 1}}'))).toThrow();
  });

  it("reads back what it formats", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(20), fc.string({ minLength: 1 })), { minLength: 1 }), (keys) => {
        fc.pre(!keys.some((key) => ["__proto__", "constructor", "prototype"].includes(String(key))));
        expect(parsePath(formatPath(keys))).toEqual(keys);
      }),
    );
  });
});

it("finds the nearest key and only a near one", () => {
  expect(nearestKey("prot", ["port", "bind"])).toBe("port");
  expect(nearestKey("allowfrom", ["allowFrom", "groups"])).toBe("allowFrom");
  expect(nearestKey("banana", ["port", "bind"])).toBeUndefined();
  expect(editDistance("kitten", "sitting")).toBe(3);
});

it("places the state", () => {
  const from = { home: "/home/ana", cwd: "/srv" };
  expect(locateState({ env: {}, ...from })).toEqual({
    stateDir: "/home/ana/.travelagent",
    configPath: "/home/ana/.travelagent/travelagent.json",
    defaultPort: 18_789,
  });
  expect(locateState({ env: { TRAVELAGENT_STATE_DIR: "~/a", TRAVELAGENT_CONFIG: "b.json" }, ...from })).toMatchObject({
    stateDir: "/home/ana/a",
    configPath: "/srv/b.json",
  });
  expect(statePaths("/s").database).toBe("/s/data/travelagent.db");
  expect(resolvePath("~/w", { home: "/h", base: "/b" })).toBe("/h/w");
  expect(resolvePath("w", { home: "/h", base: "/b" })).toBe("/b/w");
});

it("gives each profile a place and a port of its own", () => {
  const of = (profile: string, env = {}) => locateState({ env: { TRAVELAGENT_PROFILE: profile, ...env }, home: "/home/ana", cwd: "/srv" });
  expect(of("dev")).toEqual({
    profile: "dev",
    stateDir: "/home/ana/.travelagent-dev",
    configPath: "/home/ana/.travelagent-dev/travelagent.json",
    defaultPort: 19_001,
  });
  const [one, other] = [of("north"), of("south")];
  expect(one.stateDir).not.toBe(other.stateDir);
  expect(new Set([one.defaultPort, other.defaultPort, 18_789, 19_001]).size).toBe(4);
  expect(of("north")).toEqual(one);
  expect(of("default")).toEqual(of(""));
  expect(of("north", { TRAVELAGENT_STATE_DIR: "/s" }).stateDir).toBe("/s");
  for (const wrong of ["../up", "A", "a b", "x".repeat(40)]) expect(() => of(wrong), wrong).toThrowError("no name of a profile");
});
