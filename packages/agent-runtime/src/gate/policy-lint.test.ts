import { describe, expect, it } from "vitest";
import { lintPolicy, type PolicyTool } from "./policy-lint.ts";
import { namesNothing } from "./tool-names.ts";

const tools: PolicyTool[] = [
  { name: "sell", group: "shop", effect: "write", facts: ["price.amount", "buyers[].age", "buyers[].visits[].at"], args: ["item"] },
  { name: "give", group: "shop", effect: "write" },
  { name: "look", group: "shop", effect: "read", facts: [], args: ["item"] },
];
const deny = `{ decision: "deny", reason: "no" }`;
const covered = `{ id: "all", tools: ["group:shop"], then: { decision: "allow" } }`;
const lint = (rules: string, params = "{}") =>
  lintPolicy([{ name: "p.json5", pack: "p", text: `{ version: 1, params: ${params}, rules: [${covered}, ${rules}] }` }], { tools });
const codes = (rules: string, params?: string) => lint(rules, params).map(({ severity, code, rule }) => `${severity} ${code} ${rule ?? ""}`.trim());
const rule = (when: string, then = deny, names = `["sell"]`) => `{ id: "r", tools: ${names}, when: ${when}, then: ${then} }`;

describe("lint of rules", () => {
  it.each<[string, string, string[]]>([
    ["a tool that is not there", rule("{}", deny, `["sel", "sell"]`), ["warning unknown-tool r"]],
    ["a group that is not there", rule("{}", deny, `["group:shops", "group:fs", "group:mcp:fx", "mcp_fx_*", "bash", "sell"]`), ["warning unknown-tool r"]],
    ["a fact that no tool states", rule(`{ "facts.prise.amount": { gt: 1 } }`), ["error unknown-path r"]],
    ["a fact of an element that no tool states", rule(`{ "facts.buyers": { some: { "$.agee": { lt: 2 } } } }`), ["error unknown-path r"]],
    ["an argument that is not there", rule(`{ "args.thing": { eq: "x" } }`), ["error unknown-path r"]],
    ["a turn that has no such thing", rule(`{ "turn.chanel": { eq: "x" } }`), ["error unknown-path r"]],
    ["what is compared with something that is not there", rule(`{ "facts.price.amount": { gt: { path: "facts.limit" } } }`), ["error unknown-path r"]],
    ["bounds that exclude one another", rule(`{ "facts.price.amount": { gt: { param: "n" }, lt: 5 } }`), ["error never-matches r"]],
    ["the same bound from both sides", rule(`{ "facts.price.amount": { gte: 5, lt: "5.0" } }`), ["error never-matches r"]],
    ["a value out of bounds", rule(`{ all: [{ "args.item": { eq: 4 } }, { "args.item": { gt: 5 } }] }`), ["error never-matches r"]],
    ["a value that is not in the list", rule(`{ "args.item": { eq: "a", in: ["b", "c"] } }`), ["error never-matches r"]],
    ["what is there and is not", rule(`{ "args.item": { exists: false, eq: "a" } }`), ["error never-matches r"]],
    ["a length below nothing", rule(`{ "facts.buyers": { count: { lt: 0 } } }`), ["error never-matches r"]],
    ["alternatives that are all impossible", rule(`{ any: [{ "args.item": { in: [] } }] }`), ["error never-matches r"]],
    ["a denial without a reason", rule(`{ "args.item": { eq: "a" } }`, `{ decision: "deny", reason: " " }`), ["error no-reason r"]],
    [
      "a reason about what is not there",
      rule(`{ "args.item": { eq: "a" } }`, `{ decision: "deny", reason: "{params.x} {item}" }`),
      ["warning unknown-placeholder r", "warning unknown-placeholder r"],
    ],
    ["a test of nothing", rule(`{ "args.item": {} }`), ["warning no-test r"]],
  ])("reports %s", (_, rules, expected) => expect(codes(rules, rules.includes("param:") ? "{ n: 9 }" : "{}")).toEqual(expected));

  it.each<[string, string]>([
    [
      "a fact and its parts",
      rule(`{ "facts.buyers": { count: { gt: 1 }, some: { "$.age": { lt: 2 }, "$.visits": { some: { "$.at": { exists: true } } } } } }`),
    ],
    ["what the gate says of every call", rule(`{ "facts.tainted": { eq: true }, "turn.calls.day": { gte: 5 } }`)],
    ["facts of a tool that does not say which it states", rule(`{ "facts.whatever": { eq: 1 } }`, deny, `["give"]`)],
    ["bounds that leave one value", rule(`{ "facts.price.amount": { gte: 5, lte: 5, eq: "5.00", in: [4, 5] } }`)],
    [
      "a reason with figures",
      rule(`{ "facts.price.amount": { gt: { param: "n" } } }`, `{ decision: "deny", reason: "{facts.price.amount} is above {params.n}" }`),
    ],
  ])("has nothing to say about %s", (_, rules) => expect(lint(rules, rules.includes("params.n") ? "{ n: 9 }" : "{}")).toEqual([]));

  it("reports what another rule always decides before", () => {
    const wide = `{ id: "wide", tools: ["group:shop"], when: { "args.item": { eq: "a" } }, then: ${deny} }`;
    const narrow = (then: string) => `{ id: "narrow", tools: ["sell"], when: { "args.item": { eq: "a" }, "turn.channel": { eq: "sms" } }, then: ${then} }`;
    expect(codes(`${wide}, ${narrow(deny)}`)).toEqual(["warning shadowed narrow"]);
    expect(codes(`${narrow(`{ decision: "escalate", reason: "x" }`)}, ${wide}`)).toEqual(["warning shadowed narrow"]);
    // The first of two denials names itself.
    expect(codes(`${narrow(deny)}, ${wide}`)).toEqual([]);
    const approve = (role: string) => `{ decision: "needs-approval", role: "${role}", reason: "x" }`;
    expect(codes(`{ id: "any", tools: ["sell"], then: ${approve("agent")} }, ${narrow(approve("manager"))}`)).toEqual([]);
  });

  it("reports parameters that nothing uses, writes that no rule names, and everything that keeps files from being read", () => {
    expect(codes(rule(`{ "args.item": { eq: "a" } }`), "{ idle: 1 }")).toEqual(["warning unused-param"]);
    const alone = lintPolicy([{ name: "p", text: `{ version: 1, rules: [${rule("{}")}] }` }], { tools });
    expect(alone).toMatchObject([{ code: "write-without-rule", message: "no rule names give, so it is always denied" }]);
    const broken = lintPolicy(
      [
        { name: "a.json5", text: `{ version: 1, rules: [${rule("{}")}, ${rule("{}")}] }` },
        { name: "b.json5", text: "{" },
        { name: "c.json5", text: `{ version: 1, params: { nothing: 1 } }` },
      ],
      { tools },
    );
    expect(broken.map(({ file, rule: id, severity }) => [severity, file, id])).toEqual([
      ["error", "b.json5", undefined],
      ["error", "c.json5", undefined],
      ["error", "a.json5", "r"],
    ]);
  });
});

it.each<[string, boolean]>([
  ["sell", false],
  ["SELL", false],
  ["se*", false],
  ["group:shop", false],
  ["group:runtime", false],
  ["bash", false],
  ["mcp_fx_rates", false],
  ["group:plugin:acme", false],
  ["sel", true],
  ["group:shops", true],
  ["x*", true],
])("%s in a list of tools names nothing: %s", (entry, expected) => expect(namesNothing(entry, tools)).toBe(expected));
