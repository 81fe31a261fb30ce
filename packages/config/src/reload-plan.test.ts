import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { changedPaths, configSchemaDocument, GatewayConfig, planReload, reloadRules } from "./index.ts";

const config = (value: unknown) => GatewayConfig.parse(value);

describe("the reload plan", () => {
  it("finds what changed, lists as a whole, and no value", () => {
    expect(changedPaths({ a: { b: 1, c: [1, 2] }, d: 1, same: { x: [1] } }, { a: { b: 2, c: [2] }, e: { f: 1 }, same: { x: [1] } })).toEqual([
      "a.b",
      "a.c",
      "d",
      "e",
    ]);
  });

  it("takes over what can be taken over, and restarts for the rest", () => {
    const before = config({ gateway: { auth: { token: "a" } } });
    const live = planReload(
      before,
      config({ gateway: { auth: { token: "b" }, reload: { debounceMs: 1 } }, agents: { list: [{ id: "a" }] }, logging: { level: "debug" } }),
    );
    expect(live.restart).toEqual([]);
    expect(new Set(live.parts)).toEqual(new Set(["auth", "agents", "models", "tools", "logging"]));
    expect(planReload(before, config({ gateway: { auth: { token: "a", mode: "password" }, port: 5 }, session: { mainKey: "x" } })).restart).toEqual([
      "gateway.auth.mode",
      "gateway.port",
      "session.mainKey",
    ]);
    expect(planReload(before, before)).toEqual({ changes: [], parts: [], restart: [] });
  });

  it("plans for every name a person may give", () => {
    for (const name of ["constructor", "prototype", "x.y", "a[0]", 'say "hi"', "models"]) {
      const change = config({ models: { providers: { [name]: { api: "concierge" } } } });
      expect(planReload(config({}), change).parts, name).toEqual(["models"]);
      expect(planReload(change, config({})).parts, name).toEqual(["models"]);
    }
  });

  it("has rules for settings that exist, and none that an earlier one hides", () => {
    const { uiHints } = configSchemaDocument();
    reloadRules.forEach((rule, index) => {
      expect(uiHints[rule.path], rule.path).toBeDefined();
      expect(rule.effect === "live", rule.path).toBe(rule.parts !== undefined);
      expect(
        reloadRules.slice(0, index).some(({ path }) => rule.path === path || rule.path.startsWith(`${path}.`)),
        rule.path,
      ).toBe(false);
    });
  });

  it("is what the documentation says", () => {
    const page = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8");
    const words = { live: "at once", restart: "restart", none: "nothing" };
    for (const { path, effect, what } of reloadRules) expect(page).toContain(`| \`${path}\` | ${words[effect]} | ${what} |`);
    expect(page.match(/^\| `[^|]+` \| (?:at once|restart|nothing) \|/gm)).toHaveLength(reloadRules.length);
  });
});
