import { describe, expect, it } from "vitest";
import { assent } from "./assent.ts";
import { parsePolicy } from "./policy.ts";
import { evaluatePolicy } from "./policy-evaluate.ts";

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
    "ok then",
    "of course",
    "Absolutely!",
    "sounds good",
    "Looks good to me.",
    "yes, that's fine",
    "Yes, I agree",
    "let's do it",
    "proceed",
    "Confirm the booking, please",
    "yes please do it",
    "book the flight",
    "I accept",
    "all correct",
    "👍",
    "👍🏽",
    "✅ ",
    "yeah sure",
  ])("takes %s, as people say it, as a yes", (text) => expect(assent(text, "create_booking")).toBe("yes"));
  it.each(["not yet", "No, I changed my mind", "nope thanks", "don't cancel", "leave it as it is", "not interested", "👎", "definitely not"])(
    "takes %s, as people say it, as a no",
    (text) => expect(assent(text)).toBe("no"),
  );
  it.each([
    ["yes, cancel it", "create_booking", null],
    ["yes, cancel it", "modify_booking", null],
    ["yes, cancel it", "cancel_booking", "yes"],
    ["ok book it", "cancel_booking", null],
    ["ok book it", "create_booking", "yes"],
    ["yes change it", "create_booking", null],
    ["yes change it", "modify_booking", "yes"],
    ["yes", "cancel_booking", "yes"],
  ] as const)("takes %s to %s as %s", (text, tool, said) => expect(assent(text, tool)).toBe(said));
  it.each([
    "sure, if it is refundable",
    "ok but window seat",
    "yes and a hotel",
    "sounds good, what about bags?",
    "great",
    "why not?",
    "book the second one",
    "wait",
    "if you say so",
    "yes when the price drops",
    "yes unless it rains",
    "ok cheaper",
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
