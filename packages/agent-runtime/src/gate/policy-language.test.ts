import { describe, expect, it } from "vitest";
import { type PolicyOptions, parsePolicy } from "./policy.ts";
import { evaluatePolicy } from "./policy-evaluate.ts";

interface Call {
  facts?: Record<string, unknown>;
  args?: unknown;
}

/** Whether a rule with this `when` denies the call. */
const denies = (when: string, { facts = {}, args = {} }: Call, params = "{}", options: PolicyOptions = {}): boolean => {
  const policy = parsePolicy(
    [
      {
        name: "p.json5",
        text: `{ version: 1, params: ${params}, rules: [{ id: "r", tools: ["*"], when: ${when}, then: { decision: "deny", reason: "no" } }] }`,
      },
    ],
    options,
  );
  return evaluatePolicy(policy, { tool: "sell", group: "shop", args, facts, turn: {} }, "allow").decision === "deny";
};

describe("tests", () => {
  it.each<[string, string, Record<string, unknown>, boolean]>([
    ["a bound that is a decimal string", `{ "facts.x": { gt: "99.99" } }`, { x: "100.00" }, true],
    ["amounts that differ in a digit no float has", `{ "facts.x": { gt: "9007199254740993.00" } }`, { x: "9007199254740993.01" }, true],
    ["a number and its string", `{ "facts.x": { eq: 10 } }`, { x: "10.00" }, true],
    ["two strings letter by letter", `{ "facts.x": { eq: "10" } }`, { x: "10.0" }, false],
    ["a fact against another", `{ "facts.x": { gt: { path: "facts.y" } } }`, { x: 3, y: "2.5" }, true],
    ["a fact against one that is not there", `{ "facts.x": { gt: { path: "facts.y" } } }`, { x: 3 }, false],
    ["a fact that differs from one that is not there", `{ "facts.x": { ne: { path: "facts.y" } } }`, { x: 3 }, true],
    ["a product and a sum", `{ "facts.x": { gt: { path: "facts.n", times: "0.1", plus: 1 } } }`, { x: "1.31", n: 3 }, true],
    ["a product that floats get wrong", `{ "facts.x": { eq: { path: "facts.n", times: 3 } } }`, { x: "0.3", n: 0.1 }, true],
    ["a list that has the value", `{ "facts.x": { in: ["a", { path: "facts.y" }] } }`, { x: "b", y: "b" }, true],
    ["a list of the call", `{ "facts.x": { nin: { path: "facts.list" } } }`, { x: "b", list: ["a"] }, true],
    ["a figure in a list of decimal strings", `{ "facts.x": { in: ["a", "0.10"] } }`, { x: 0.1 }, true],
    ["nothing in a list", `{ "facts.x": { nin: ["a"] } }`, {}, true],
    ["nothing, which is in no list", `{ "facts.x": { in: ["a"] } }`, {}, false],
    ["a list with the value", `{ "facts.list": { contains: "a" } }`, { list: ["b", "a"] }, true],
    ["what is no list", `{ "facts.list": { contains: "a" } }`, { list: "a" }, false],
    ["a length", `{ "facts.list": { count: { gte: 2, lt: 4 } } }`, { list: [1, 2, 3] }, true],
    ["one element of several", `{ "facts.list": { some: { "$.age": { lt: 2 }, "$.seat": { exists: false } } } }`, { list: [{ age: 30 }, { age: 1 }] }, true],
    [
      "an element compared with itself",
      `{ "facts.list": { some: { "$.minutes": { lt: { path: "$.minimum" } } } } }`,
      { list: [{ minutes: 40, minimum: 60 }] },
      true,
    ],
    ["all elements", `{ "facts.list": { every: { in: ["a", "b"] } } }`, { list: ["a", "c"] }, false],
    ["all of none", `{ "facts.list": { every: { eq: "a" } } }`, { list: [] }, true],
    ["all of what is not there", `{ "facts.list": { every: { eq: "a" } } }`, {}, false],
    [
      "a list in a list",
      `{ "facts.list": { some: { "$.parts": { some: { "$.n": { gt: { path: "facts.n" } } } } } } }`,
      { list: [{ parts: [{ n: 2 }] }], n: 1 },
      true,
    ],
    ["any of several", `{ any: [{ "facts.a": { eq: 1 } }, { "facts.b": { eq: 1 } }] }`, { b: 1 }, true],
    ["none of several", `{ not: { any: [{ "facts.a": { eq: 1 } }, { "facts.b": { eq: 1 } }] } }`, { b: 1 }, false],
    ["all of nested ones", `{ all: [{ "facts.a": { eq: 1 } }, { not: { "facts.b": { exists: true } } }] }`, { a: 1 }, true],
    ["what objects inherit, which no call has", `{ "facts.constructor": { exists: true } }`, {}, false],
  ])("look at %s", (_, when, facts, expected) => expect(denies(when, { facts })).toBe(expected));
});

describe("parameters", () => {
  const bags = `{ bags: { gold: { economy: 3, "*": 4 }, "*": { "*": 0 } }, fee: "0.10" }`;

  it.each<[Record<string, unknown>, boolean]>([
    [{ level: "gold", cabin: "economy", bags: 4 }, true],
    [{ level: "gold", cabin: "economy", bags: 3 }, false],
    [{ level: "gold", cabin: "business", bags: 4 }, false],
    [{ level: "none", cabin: "economy", bags: 1 }, true],
    [{ level: "constructor", cabin: "economy", bags: 1 }, true],
    // A table's `*` stands for every key that is there; a key that is missing finds nothing.
    [{ cabin: "economy", bags: 9 }, false],
  ])("are looked up in tables by what the call says: %j", (facts, expected) =>
    expect(denies(`{ "facts.bags": { gt: { param: "bags", by: ["facts.level", "facts.cabin"] } } }`, { facts }, bags)).toBe(expected),
  );

  it("are multiplied and added exactly", () => {
    const when = `{ "facts.paid": { ne: { param: "fee", times: { path: "facts.n" }, plus: { param: "fee" } } } }`;
    expect(denies(when, { facts: { paid: "0.4", n: 3 } }, bags)).toBe(false);
    expect(denies(when, { facts: { paid: "0.40", n: 4 } }, bags)).toBe(true);
  });

  it("are those of the last who gives them, and flip the answer", () => {
    const rules = `{ version: 1, params: { limit: 100 }, rules: [
      { id: "r", tools: ["*"], when: { "facts.x": { gt: { param: "limit" } } }, then: { decision: "deny", reason: "above {params.limit}, which is {facts.missingFigure}" } }] }`;
    const own = `{ version: 1, params: { limit: "250.00" } }`;
    const ask = (files: string[], options: PolicyOptions, x: number) =>
      evaluatePolicy(
        parsePolicy(
          files.map((text, index) => ({ name: `${index}.json5`, text })),
          options,
        ),
        { tool: "t", group: "g", args: {}, facts: { x }, turn: {} },
        "allow",
      );
    expect(ask([rules], {}, 101)).toMatchObject({ decision: "deny", reason: "above 100, which is missing figure" });
    expect(ask([rules, own], {}, 101).decision).toBe("allow");
    expect(ask([rules, own], {}, 251)).toMatchObject({ decision: "deny", reason: "above 250.00, which is missing figure" });
    expect(ask([rules, own], { params: { limit: 500 } }, 251).decision).toBe("allow");
  });

  const limit = `{ version: 1, params: { limit: 100, table: { a: 1 } }, rules: [
    { id: "r", tools: ["*"], when: { "facts.x": { gt: { param: "limit" } }, "facts.y": { eq: { param: "table.a" } } }, then: { decision: "deny", reason: "r" } }] }`;
  const rule = (when: string) => `{ version: 1, rules: [{ id: "s", tools: ["*"], when: ${when}, then: { decision: "deny", reason: "r" } }] }`;
  it.each<[string, string[], PolicyOptions, RegExp]>([
    ["a name that nothing knows", [limit, `{ version: 1, params: { limitt: 1 } }`], {}, /limitt/],
    ["a name that nothing knows, given by a program", [limit], { params: { other: 1 } }, /other/],
    ["another kind", [limit, `{ version: 1, params: { limit: "much" } }`], {}, /keeps its kind/],
    ["a table without a key of before", [limit], { params: { table: { b: 1 } } }, /table.*a is missing/],
    ["a parameter that is not there", [rule(`{ "facts.x": { gt: { param: "nowhere" } } }`)], {}, /no parameter nowhere/],
    ["a bound that is no figure", [rule(`{ "facts.x": { gt: "much" } }`)], {}, /rules\.0\.when/],
    ["an operand of another shape", [rule(`{ "facts.x": { eq: { parm: "x" } } }`)], {}, /facts\.x\.eq/],
    ["an element outside of a list", [rule(`{ "$.x": { eq: 1 } }`)], {}, /\$\.x/],
    ["a path of an element outside of a list", [rule(`{ "facts.x": { eq: { path: "$.x" } } }`)], {}, /a path starts with/],
    ["no alternatives", [rule(`{ any: [] }`)], {}, /any/],
    ["a code that is on no list", [limit.replace(`reason: "r"`, `reason: "r", code: "because"`)], {}, /code/],
  ])("refuse %s", (_, files, options, message) =>
    expect(() =>
      parsePolicy(
        files.map((text, index) => ({ name: `${index}.json5`, text })),
        options,
      ),
    ).toThrow(message),
  );
});

describe("version", () => {
  const text = (limit: number, comment = "") => `{ version: 1, ${comment} params: { limit: ${limit} }, rules: [
    { id: "r", tools: ["*"], when: { "facts.x": { gt: { param: "limit" } } }, then: { decision: "deny", reason: "r" } }] }`;
  it("is the same for the same rules and parameters, and another for others", () => {
    const version = (source: string) => parsePolicy([{ name: "p", text: source }]).version;
    expect(version(text(1))).toBe(version(text(1, `description: "x",`)));
    expect(version(text(1))).not.toBe(version(text(2)));
    expect(version(text(1))).toMatch(/^[0-9a-f]{16}$/);
  });
});
