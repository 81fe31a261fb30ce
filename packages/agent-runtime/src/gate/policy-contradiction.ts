import { compareFigures, same } from "./policy-figures.ts";
import type { Condition, Operand, Params, Reference, Test, Tests } from "./policy-language.ts";
import { paramAt } from "./policy-params.ts";

/** What a test is compared with, as far as it is known without a call. */
function constant(operand: Operand | undefined, params: Params): unknown {
  if (typeof operand !== "object" || operand === null) return operand;
  const plain = operand.param !== undefined && !operand.by && operand.times === undefined && operand.plus === undefined;
  return plain ? paramAt(params, operand.param!) : undefined;
}

const constants = (list: Operand[] | Reference | undefined, params: Params): unknown[] | undefined => {
  const values = Array.isArray(list) ? list.map((operand) => constant(operand, params)) : constant(list, params);
  return Array.isArray(values) && values.every((value) => value !== undefined) ? values : undefined;
};

/** Every test of a conjunction, by path. */
function conjuncts(condition: Condition): [string, Test][] {
  if ("all" in condition && Array.isArray(condition.all)) return condition.all.flatMap(conjuncts);
  if (("any" in condition && Array.isArray(condition.any)) || "not" in condition) return [];
  return Object.entries(condition as Tests);
}

/** Whether one value can be within all bounds and be one of those that are asked for. */
function possible(tests: readonly Test[], params: Params): boolean {
  const given = (name: "eq" | "lt" | "lte" | "gt" | "gte") =>
    tests.flatMap((test) => (constant(test[name], params) === undefined ? [] : [constant(test[name], params)]));
  const bounds = { lt: given("lt"), lte: given("lte"), gt: given("gt"), gte: given("gte") };
  const within = (value: unknown): boolean => {
    const order = (bound: unknown) => compareFigures(value, bound);
    return (
      bounds.lt.every((bound) => (order(bound) ?? 0) < 0) &&
      bounds.lte.every((bound) => (order(bound) ?? 1) <= 0) &&
      bounds.gt.every((bound) => (order(bound) ?? 0) > 0) &&
      bounds.gte.every((bound) => (order(bound) ?? -1) >= 0)
    );
  };
  const candidates = [
    ...given("eq").map((value) => [value]),
    ...tests.flatMap((test) => [constants(test.in, params) ?? []].filter(() => constants(test.in, params))),
  ];
  if (candidates.length > 0) {
    const [first, ...others] = candidates as [unknown[], ...unknown[][]];
    if (!first.some((value) => within(value) && others.every((other) => other.some((item) => same(item, value))))) return false;
  }
  const below = [...bounds.lt.map((bound) => ({ bound, open: true })), ...bounds.lte.map((bound) => ({ bound, open: false }))];
  const above = [...bounds.gt.map((bound) => ({ bound, open: true })), ...bounds.gte.map((bound) => ({ bound, open: false }))];
  if (below.some((top) => above.some((bottom) => (compareFigures(top.bound, bottom.bound) ?? 1) < (top.open || bottom.open ? 1 : 0)))) return false;
  const absent = tests.some(({ exists }) => exists === false);
  const present = tests.some(
    (test) => test.exists === true || Object.entries(test).some(([name, value]) => value !== undefined && !["exists", "ne", "nin"].includes(name)),
  );
  if (absent && present) return false;
  const counts = tests.flatMap(({ count }) => (count ? [count] : []));
  return counts.length === 0 || possible([...counts, { gte: 0 }], params);
}

/** False when no call at all can meet it, as far as that shows without one. */
export function mayHold(condition: Condition, params: Params): boolean {
  if ("all" in condition && Array.isArray(condition.all) && !condition.all.every((inner) => mayHold(inner, params))) return false;
  if ("any" in condition && Array.isArray(condition.any)) return condition.any.some((inner) => mayHold(inner, params));
  const byPath = new Map<string, Test[]>();
  for (const [path, test] of conjuncts(condition)) byPath.set(path, [...(byPath.get(path) ?? []), test]);
  return [...byPath.values()].every((tests) => possible(tests, params));
}
