import { describe, expect, it } from "vitest";
import { assent } from "./assent.ts";
import { evaluatePolicy, parsePolicy } from "./policy.ts";

const policy = (rules: string) => parsePolicy([{ name: "p.json5", text: `{ version: 1, rules: [${rules}] }` }]);
const input = (facts: Record<string, unknown>) => ({ tool: "sell", group: "shop", args: { item: "lamp" }, facts, turn: { channel: "webchat" } });

describe("policy", () => {
  it("takes the strictest of all matching rules, whatever their order", () => {
    const rules = policy(`
      { id: "a", tools: ["*"], then: { decision: "allow" } },
      { id: "c", tools: ["group:shop"], then: { decision: "needs-confirmation", reason: "r" } },
      { id: "d", tools: ["sell"], when: { "facts.n": { gte: 3 } }, then: { decision: "deny", reason: "too many" } }`);
    expect(evaluatePolicy(rules, input({ n: 2 }), "deny")).toMatchObject({ decision: "needs-confirmation", ruleId: "c" });
    expect(evaluatePolicy(rules, input({ n: 3 }), "deny")).toMatchObject({ decision: "deny", ruleId: "d", reason: "too many" });
  });

  it("compares amounts that are decimal strings as figures, and a missing value fails the test", () => {
    const rules = policy(`{ id: "d", tools: ["sell"], when: { "facts.total.amount": { gt: 99.5 } }, then: { decision: "deny", reason: "r" } }`);
    expect(evaluatePolicy(rules, input({ total: { amount: "100.00" } }), "allow").decision).toBe("deny");
    expect(evaluatePolicy(rules, input({ total: { amount: "99.00" } }), "allow").decision).toBe("allow");
    expect(evaluatePolicy(rules, input({}), "allow").decision).toBe("allow");
  });

  it.each([
    ["not JSON5", "{ version: 1, rules: [", /is not JSON5/],
    ["an unknown key", `{ version: 1, rules: [{ id: "a", tools: ["x"], then: { decision: "allow" }, extra: 1 }] }`, /rules\.0/],
    ["an unknown test", `{ version: 1, rules: [{ id: "a", tools: ["x"], when: { "args.x": { like: "y" } }, then: { decision: "allow" } }] }`, /like/],
    [
      "a path that no call has, which would never match",
      `{ version: 1, rules: [{ id: "a", tools: ["x"], when: { "fact.x": { eq: 1 } }, then: { decision: "deny", reason: "r" } }] }`,
      /fact\.x/,
    ],
    [
      "an id used twice",
      `{ version: 1, rules: [{ id: "a", tools: ["x"], then: { decision: "allow" } }, { id: "a", tools: ["y"], then: { decision: "allow" } }] }`,
      /used twice/,
    ],
  ])("refuses a file with %s", (_, text, message) => {
    expect(() => parsePolicy([{ name: "bad.json5", text }])).toThrow(message);
  });
});

describe("assent", () => {
  it.each(["yes", "Yes!", "YES, please", "book it", "Yes, confirm", "ok 👍", "go ahead."])("takes %s as a yes", (text) => expect(assent(text)).toBe("yes"));
  it.each(["no", "No thanks", "don't book it", "No, don't", "never mind"])("takes %s as a no", (text) => expect(assent(text)).toBe("no"));
  it.each([
    "yes but business class",
    "yes?",
    "is that a yes",
    "maybe",
    "",
    "yes and no",
    "not yes",
    "confirm the dates first",
    "book it for 200",
    "yes \u{1F44E}",
    "ok \u274C",
  ])("takes %s as neither", (text) => expect(assent(text)).toBeNull());
});
