import { compareFigures, plus, same, times } from "./policy-figures.ts";
import type { Condition, Operand, Params, PolicyRule, Reference, Test, Tests } from "./policy-language.ts";
import { lookUp, paramAt } from "./policy-params.ts";
import { isCondition } from "./policy-walk.ts";

/** What rules look at: of a call its `args`, `facts` and `turn`. */
export interface Scene {
  readonly args: unknown;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly turn: Readonly<Record<string, unknown>>;
}

/** `element` is the one of a list that `every` and `some` are at. */
type Read = (scene: Scene, element: unknown) => unknown;
export type Check = (scene: Scene, element: unknown) => boolean;
type ValueCheck = (value: unknown, scene: Scene, element: unknown) => boolean;

const own = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;

/** The value at `facts.total.amount`, or `$.age` of an element; undefined where there is none. */
export function readPath(path: string): Read {
  const [root, ...keys] = path.split(".") as [string, ...string[]];
  const down = (start: unknown): unknown => {
    let value = start;
    for (const key of keys) value = own(value, key);
    return value;
  };
  if (root === "$") return (_, element) => down(element);
  return (scene) => down(own(scene, root));
}

/** A value that is known when the rules are read, or one that is read from the call. */
type Value = { constant: unknown } | { read: Read };
const readerOf = (value: Value): Read => ("read" in value ? value.read : () => value.constant);

function withArithmetic(value: Value, by: Value, of: (a: unknown, b: unknown) => unknown): Value {
  if ("constant" in value && "constant" in by) {
    const constant = of(value.constant, by.constant);
    if (constant === undefined) throw new RangeError("times and plus need figures");
    return { constant };
  }
  const left = readerOf(value);
  const right = readerOf(by);
  return { read: (scene, element) => of(left(scene, element), right(scene, element)) };
}

function referenced(reference: Reference, params: Params): Value {
  if (reference.path !== undefined) return { read: readPath(reference.path) };
  const value = paramAt(params, reference.param!);
  if (value === undefined) throw new RangeError(`there is no parameter ${reference.param}`);
  if (!reference.by) return { constant: value };
  if (typeof value !== "object" || Array.isArray(value))
    throw new RangeError(`the parameter ${reference.param} is no table, so nothing can be looked up in it`);
  const keys = reference.by.map(readPath);
  return {
    read: (scene, element) =>
      lookUp(
        value,
        keys.map((key) => key(scene, element)),
      ),
  };
}

function operandOf(operand: Operand, params: Params): Value {
  if (typeof operand !== "object" || operand === null) return { constant: operand };
  let value = referenced(operand, params);
  if (operand.times !== undefined) value = withArithmetic(value, operandOf(operand.times, params), times);
  if (operand.plus !== undefined) value = withArithmetic(value, operandOf(operand.plus, params), plus);
  return value;
}

const compares = {
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
} as const;

function boundCheck(name: keyof typeof compares, operand: Operand, params: Params): ValueCheck {
  const bound = operandOf(operand, params);
  const compare = compares[name];
  if ("constant" in bound) {
    const { constant } = bound;
    if (compareFigures(constant, 0) === undefined) throw new RangeError(`${name} needs a figure to compare with`);
    return (value) => {
      const order = compareFigures(value, constant);
      return order !== undefined && compare(order);
    };
  }
  return (value, scene, element) => {
    const order = compareFigures(value, bound.read(scene, element));
    return order !== undefined && compare(order);
  };
}

/** Whether the value is in a list. A list that is not there has nothing in it. */
function inList(list: Operand[] | Reference, params: Params): ValueCheck {
  if (!Array.isArray(list)) {
    const value = operandOf(list, params);
    if ("constant" in value && !Array.isArray(value.constant)) throw new RangeError("in and nin need a list");
    const read = readerOf(value);
    return (found, scene, element) => {
      const items = read(scene, element);
      return Array.isArray(items) && items.some((item) => same(found, item));
    };
  }
  const items = list.map((operand) => operandOf(operand, params));
  const reads = items.map(readerOf);
  const isAmong: ValueCheck = (found, scene, element) => reads.some((read) => same(found, read(scene, element)));
  const words = items.map((item) => ("constant" in item ? item.constant : undefined));
  if (!words.every((word) => typeof word === "string")) return isAmong;
  // Words are compared letter by letter; a figure may be among them as a decimal string.
  const known = new Set<unknown>(words);
  return (found, scene, element) => (typeof found === "string" ? known.has(found) : isAmong(found, scene, element));
}

/** Of each element of a list. */
function elementCheck(value: Test | Condition, params: Params): Check {
  if (isCondition(value)) return compileCondition(value, params);
  const check = compileTest(value, params);
  return (scene, element) => check(element, scene, element);
}

function compileTest(test: Test, params: Params): ValueCheck {
  const checks: ValueCheck[] = [];
  if (test.exists !== undefined) {
    const { exists } = test;
    checks.push((value) => (value !== undefined) === exists);
  }
  for (const name of ["eq", "ne"] as const) {
    const operand = test[name];
    if (operand === undefined) continue;
    const wanted = name === "eq";
    const other = readerOf(operandOf(operand, params));
    checks.push((value, scene, element) => same(value, other(scene, element)) === wanted);
  }
  for (const name of ["lt", "lte", "gt", "gte"] as const) {
    const operand = test[name];
    if (operand !== undefined) checks.push(boundCheck(name, operand, params));
  }
  for (const name of ["in", "nin"] as const) {
    const list = test[name];
    if (list === undefined) continue;
    const wanted = name === "in";
    const has = inList(list, params);
    checks.push((value, scene, element) => (value !== undefined && has(value, scene, element)) === wanted);
  }
  if (test.contains !== undefined) {
    const other = readerOf(operandOf(test.contains, params));
    checks.push((value, scene, element) => {
      if (!Array.isArray(value)) return false;
      const wanted = other(scene, element);
      return value.some((item) => same(item, wanted));
    });
  }
  if (test.every !== undefined) {
    const check = elementCheck(test.every, params);
    checks.push((value, scene) => Array.isArray(value) && value.every((item) => check(scene, item)));
  }
  if (test.some !== undefined) {
    const check = elementCheck(test.some, params);
    checks.push((value, scene) => Array.isArray(value) && value.some((item) => check(scene, item)));
  }
  if (test.count !== undefined) {
    const check = compileTest(test.count, params);
    checks.push((value, scene, element) => Array.isArray(value) && check(value.length, scene, element));
  }
  const [only] = checks;
  if (only && checks.length === 1) return only;
  return (value, scene, element) => checks.every((check) => check(value, scene, element));
}

function compileTests(tests: Tests, params: Params): Check {
  const checks = Object.entries(tests).map(([path, test]): Check => {
    const read = readPath(path);
    const check = compileTest(test, params);
    return (scene, element) => check(read(scene, element), scene, element);
  });
  return (scene, element) => checks.every((check) => check(scene, element));
}

function compileCondition(condition: Condition, params: Params): Check {
  if ("all" in condition && Array.isArray(condition.all)) {
    const checks = condition.all.map((inner) => compileCondition(inner, params));
    return (scene, element) => checks.every((check) => check(scene, element));
  }
  if ("any" in condition && Array.isArray(condition.any)) {
    const checks = condition.any.map((inner) => compileCondition(inner, params));
    return (scene, element) => checks.some((check) => check(scene, element));
  }
  if ("not" in condition) {
    const check = compileCondition(condition.not as Condition, params);
    return (scene, element) => !check(scene, element);
  }
  return compileTests(condition as Tests, params);
}

/** A rule's `when` as one function. Raises `RangeError` for a parameter that is not there or of no use where it stands. */
export const compileRule = (rule: PolicyRule, params: Params): ((scene: Scene) => boolean) => {
  const check = compileCondition(rule.when, params);
  return (scene) => check(scene, undefined);
};
