import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePolicy } from "./policy.ts";
import { evaluatePolicy, type PolicyInput } from "./policy-evaluate.ts";
import type { Condition, Operand, PolicyRule, Reference, Test } from "./policy-language.ts";

/*
 * The language once more, as its page describes it and as slowly as it likes: figures are fractions of whole numbers, everything is
 * looked up anew.
 */
type Scene = { args: unknown; facts: unknown; turn: unknown };
type Fraction = [bigint, bigint];
const params: Record<string, unknown> = { limit: 3, fee: "0.10", words: ["a", "b"], table: { a: { x: 1, "*": 2 }, "*": { "*": "3.0" } } };

const fraction = (value: unknown): Fraction | undefined => {
  if (Array.isArray(value) && typeof value[0] === "bigint") return value as Fraction;
  if (typeof value !== "number" && !(typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value))) return undefined;
  const [whole, decimals = ""] = String(value).split(".");
  return [BigInt(whole! + decimals), 10n ** BigInt(decimals.length)];
};
const order = (a: unknown, b: unknown): number | undefined => {
  const [left, right] = [fraction(a), fraction(b)];
  return left && right ? Number(left[0] * right[1] - right[0] * left[1]) : undefined;
};
const equal = (a: unknown, b: unknown): boolean =>
  a !== undefined && b !== undefined && (a === b || (!(typeof a === "string" && typeof b === "string") && order(a, b) === 0));
const walk = (value: unknown, keys: string[]): unknown =>
  keys.reduce(
    (found, key) => (found !== null && typeof found === "object" && Object.hasOwn(found, key) ? (found as Record<string, unknown>)[key] : undefined),
    value,
  );
const pathIn = (scene: Scene, element: unknown, path: string): unknown => {
  const [root, ...keys] = path.split(".");
  return root === "$" ? walk(element, keys) : walk(scene, [root!, ...keys]);
};
const inTable = (table: unknown, key: unknown): unknown => {
  if (table === null || typeof table !== "object" || Array.isArray(table) || key === undefined) return undefined;
  const own = ["string", "number", "boolean"].includes(typeof key) ? walk(table, [String(key)]) : undefined;
  return own ?? walk(table, ["*"]);
};
const found = (operand: Operand, scene: Scene, element: unknown): unknown => {
  if (operand === null || typeof operand !== "object") return operand;
  let value = operand.path === undefined ? params[operand.param!] : pathIn(scene, element, operand.path);
  for (const key of operand.by ?? []) value = inTable(value, pathIn(scene, element, key));
  if (operand.times !== undefined) {
    const [a, b] = [fraction(value), fraction(found(operand.times, scene, element))];
    value = a && b ? [a[0] * b[0], a[1] * b[1]] : undefined;
  }
  if (operand.plus !== undefined) {
    const [a, b] = [fraction(value), fraction(found(operand.plus, scene, element))];
    value = a && b ? [a[0] * b[1] + b[0] * a[1], a[1] * b[1]] : undefined;
  }
  return value;
};
const listOf = (list: Operand[] | Reference, scene: Scene, element: unknown): unknown =>
  Array.isArray(list) ? list.map((operand) => found(operand, scene, element)) : found(list, scene, element);
const isTest = (value: Test | Condition): value is Test => !Object.keys(value).some((key) => ["all", "any", "not", "$"].includes(key) || key.includes("."));

function tests(value: unknown, test: Test, scene: Scene, element: unknown): boolean {
  const of = (operand: Operand) => found(operand, scene, element);
  const each = (inner: Test | Condition, item: unknown) => (isTest(inner) ? tests(item, inner, scene, item) : meets(inner, scene, item));
  return Object.entries(test).every(([name, wanted]) => {
    if (name === "exists") return (value !== undefined) === wanted;
    if (name === "eq") return equal(value, of(wanted));
    if (name === "ne") return !equal(value, of(wanted));
    if (name === "in" || name === "nin") {
      const list = listOf(wanted, scene, element);
      return (Array.isArray(list) && list.some((item) => equal(value, item))) === (name === "in");
    }
    if (name === "contains") return Array.isArray(value) && value.some((item) => equal(item, of(wanted)));
    if (name === "every") return Array.isArray(value) && value.every((item) => each(wanted, item));
    if (name === "some") return Array.isArray(value) && value.some((item) => each(wanted, item));
    if (name === "count") return Array.isArray(value) && tests(value.length, wanted, scene, element);
    const difference = order(value, of(wanted));
    if (difference === undefined) return false;
    return name === "lt" ? difference < 0 : name === "lte" ? difference <= 0 : name === "gt" ? difference > 0 : difference >= 0;
  });
}
function meets(condition: Condition, scene: Scene, element: unknown): boolean {
  if (Array.isArray((condition as { all?: unknown }).all)) return (condition as { all: Condition[] }).all.every((inner) => meets(inner, scene, element));
  if (Array.isArray((condition as { any?: unknown }).any)) return (condition as { any: Condition[] }).any.some((inner) => meets(inner, scene, element));
  if ("not" in condition) return !meets(condition.not as Condition, scene, element);
  return Object.entries(condition as Record<string, Test>).every(([path, test]) => tests(pathIn(scene, element, path), test, scene, element));
}

const names = ["a", "b", "n", "list"] as const;
const scalar = fc.oneof(fc.constantFrom("a", "b", "3", "0.10", "2.50"), fc.integer({ min: -1, max: 4 }), fc.boolean(), fc.constantFrom(0.1, 0.3, 2.5));
const value = fc.oneof(
  { weight: 3, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(fc.oneof(scalar, fc.record({ a: scalar, n: scalar }, { requiredKeys: [] })), { maxLength: 3 }) },
);
const facts = fc.record({ a: value, b: value, n: value, list: value }, { requiredKeys: [] });
const pathOf = (inList: boolean) =>
  inList
    ? fc.oneof(fc.constantFrom("$.a", "$.n"), fc.constantFrom(...names.map((name) => `facts.${name}`)))
    : fc.constantFrom(...names.map((name) => `facts.${name}`));
const present = <T>(record: fc.Arbitrary<Partial<T>>): fc.Arbitrary<T> => record as fc.Arbitrary<T>;

const reference = (inList: boolean, depth: number): fc.Arbitrary<Reference> => {
  const more = depth > 0 ? { times: bound(inList, depth - 1), plus: bound(inList, depth - 1) } : {};
  const optional = { requiredKeys: [] as [] };
  const with_ = (base: fc.Arbitrary<Reference>) => fc.tuple(base, fc.record(more, optional)).map(([one, extra]) => ({ ...one, ...extra }) as Reference);
  return fc.oneof(
    with_(fc.constantFrom({ param: "limit" }, { param: "fee" })),
    with_(pathOf(inList).map((path) => ({ path }))),
    with_(fc.tuple(pathOf(inList), pathOf(inList)).map((by) => ({ param: "table", by: [...by] }))),
  );
};
const operand = (inList: boolean, depth: number): fc.Arbitrary<Operand> => fc.oneof(scalar, reference(inList, depth));
const bound = (inList: boolean, depth = 1): fc.Arbitrary<Operand> =>
  fc.oneof(fc.integer({ min: -1, max: 4 }), fc.constantFrom("0.10", "2.50"), reference(inList, depth));
const list = (inList: boolean): fc.Arbitrary<Operand[] | Reference> =>
  fc.oneof(
    fc.array(operand(inList, 1), { maxLength: 3 }),
    fc.constant<Reference>({ param: "words" }),
    pathOf(inList).map((path) => ({ path })),
  );
const test = (inList: boolean, depth: number): fc.Arbitrary<Test> => {
  const flat = {
    eq: operand(inList, 1),
    ne: operand(inList, 1),
    lt: bound(inList),
    lte: bound(inList),
    gt: bound(inList),
    gte: bound(inList),
    in: list(inList),
    nin: list(inList),
    exists: fc.boolean(),
    contains: operand(inList, 1),
  };
  const one = fc.constantFrom(...Object.keys(flat)).chain((name) => fc.record({ [name]: flat[name as keyof typeof flat] as fc.Arbitrary<unknown> }));
  const deep = [fc.record({ count: fc.record({ gte: bound(inList) }) })];
  if (depth > 0) {
    const inner = fc.oneof(
      test(true, depth - 1),
      condition(true, depth - 1).filter((made) => Object.keys(made).length > 0),
    ) as fc.Arbitrary<unknown>;
    deep.push(fc.record({ every: inner }) as never, fc.record({ some: inner }) as never);
  }
  return present<Test>(fc.oneof({ weight: 3, arbitrary: one }, ...deep.map((arbitrary) => ({ weight: 1, arbitrary }))) as fc.Arbitrary<Partial<Test>>);
};
const condition = (inList: boolean, depth: number): fc.Arbitrary<Condition> => {
  const flat = fc.dictionary(pathOf(inList), test(inList, depth), { maxKeys: 2 });
  if (depth <= 0) return flat;
  const inner = condition(inList, depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: flat as fc.Arbitrary<Condition> },
    { weight: 1, arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }).map((all) => ({ all })) },
    { weight: 1, arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }).map((any) => ({ any })) },
    { weight: 1, arbitrary: inner.map((not) => ({ not })) },
  );
};

const then = fc.constantFrom<PolicyRule["then"]>(
  { decision: "allow" },
  { decision: "deny", reason: "no" },
  { decision: "escalate", reason: "a person" },
  { decision: "needs-confirmation", reason: "yes?" },
  { decision: "needs-approval", role: "agent", reason: "approve" },
  { decision: "needs-approval", role: "manager", reason: "approve" },
);
const policyOf = (rules: readonly Pick<PolicyRule, "when" | "then">[], ids = rules.map((_, index) => `r${index}`)) =>
  parsePolicy([
    {
      name: "random",
      pack: "random",
      text: JSON.stringify({ version: 1, params, rules: rules.map((rule, index) => ({ id: ids[index], tools: ["sell"], ...rule })) }),
    },
  ]);
const inputOf = (given: Record<string, unknown>): PolicyInput => ({ tool: "sell", group: "shop", args: {}, facts: given, turn: {} });

// biome-ignore lint/suspicious/noThenProperty: as a rule has it.
const denying: Pick<PolicyRule, "then"> = { then: { decision: "deny", reason: "no" } };

describe("a compiled policy", () => {
  it("says what a slow reading of the same rules says", () => {
    let held = 0;
    fc.assert(
      fc.property(condition(false, 2), fc.array(facts, { minLength: 1, maxLength: 5 }), (when, calls) => {
        const policy = policyOf([{ when, ...denying }]);
        for (const call of calls) {
          const expected = meets(when, { args: {}, facts: call, turn: {} }, undefined);
          if (expected) held += 1;
          expect(evaluatePolicy(policy, inputOf(call), "allow").decision).toBe(expected ? "deny" : "allow");
        }
      }),
      { numRuns: 2000 },
    );
    // Otherwise the conditions were all impossible, and nothing was shown.
    expect(held).toBeGreaterThan(500);
  });

  it("takes the strictest of all answers, whatever the order of the rules", () => {
    const strict = { allow: 0, "needs-approval": 1, "needs-confirmation": 2, escalate: 3, deny: 4 } as const;
    const rule = fc.record({ when: condition(false, 0), then });
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 6 }).chain((rules) => fc.tuple(fc.constant(rules), fc.shuffledSubarray(rules, { minLength: rules.length }))),
        facts,
        ([rules, shuffled], call) => {
          const answer = evaluatePolicy(policyOf(rules), inputOf(call), "deny");
          const again = evaluatePolicy(policyOf(shuffled), inputOf(call), "deny");
          expect([again.decision, again.needs.confirmation, again.needs.approval?.role]).toEqual([
            answer.decision,
            answer.needs.confirmation,
            answer.needs.approval?.role,
          ]);
          const matching = rules.filter(({ when }) => meets(when, { args: {}, facts: call, turn: {} }, undefined));
          const expected = matching.map(({ then: { decision } }) => decision).toSorted((a, b) => strict[b] - strict[a])[0];
          expect(answer.decision).toBe(expected ?? "deny");
          if (answer.decision !== "deny" && answer.decision !== "escalate") {
            const roles = matching.flatMap(({ then }) => (then.decision === "needs-approval" ? [then.role] : []));
            expect(answer.needs.approval?.role).toBe(roles.includes("manager") ? "manager" : roles[0]);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

it("a file that was tampered with is refused, or denies what it denied before: it never lets through more", () => {
  const text =
    '{"version":1,"params":{"limit":100},"rules":[' +
    '{"id":"all","tools":["sell"],"then":{"decision":"needs-confirmation","reason":"yes?"}},' +
    '{"id":"dear","tools":["sell"],"when":{"facts.price":{"gt":{"param":"limit"}}},"then":{"decision":"deny","reason":"too dear"}}]}';
  const alphabet = '{}[]":,_ax'.split("");
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(...alphabet), fc.boolean(), (at, letter, cut) => {
      const changed = cut ? text.slice(0, at) : text.slice(0, at) + letter + text.slice(at + 1);
      let decision: string;
      try {
        decision = evaluatePolicy(
          parsePolicy([{ name: "p", text: changed }]),
          { tool: "sell", group: "shop", args: {}, facts: { price: 101 }, turn: {} },
          "deny",
        ).decision;
      } catch (error) {
        // The start is stopped.
        expect(error).toMatchObject({ code: "CONFIG_INVALID" });
        return;
      }
      // A rule whose tool is another now denies nothing; then no letter of this rule may have made an `allow` of it.
      expect(["deny", "escalate", "needs-confirmation", "needs-approval"]).toContain(decision);
    }),
    { numRuns: 1500 },
  );
});
