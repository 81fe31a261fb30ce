import type { Condition, Operand, PolicyRule, Reference, Test, Tests } from "./policy-language.ts";
import { placeholdersOf } from "./policy-reason.ts";

/** A test of a rule, the path it looks at, and the lists it is inside of. */
export interface PlacedTest {
  path: string;
  test: Test;
  /** Paths of the lists whose elements `$.` means, the outermost first. */
  lists: readonly string[];
}

const isReference = (operand: Operand | Operand[] | Reference | undefined): operand is Reference =>
  typeof operand === "object" && operand !== null && !Array.isArray(operand);

/** Whether the `every` and `some` of a list are given tests by path instead of one test. */
export const isCondition = (value: Test | Condition): value is Condition =>
  Object.keys(value).some((key) => key === "all" || key === "any" || key === "not" || key === "$" || key.includes("."));

/** Every test of a condition, however deep. */
export function testsOf(condition: Condition, lists: readonly string[] = []): PlacedTest[] {
  if ("all" in condition && Array.isArray(condition.all)) return condition.all.flatMap((inner) => testsOf(inner, lists));
  if ("any" in condition && Array.isArray(condition.any)) return condition.any.flatMap((inner) => testsOf(inner, lists));
  if ("not" in condition) return testsOf(condition.not as Condition, lists);
  return Object.entries(condition as Tests).flatMap(([path, test]) => placed(path, test, lists));
}

function placed(path: string, test: Test, lists: readonly string[]): PlacedTest[] {
  const inside = [...lists, path];
  const within = (value: Test | Condition | undefined) => (value === undefined ? [] : isCondition(value) ? testsOf(value, inside) : placed("$", value, inside));
  return [{ path, test, lists }, ...within(test.every), ...within(test.some), ...(test.count ? placed(path, test.count, lists) : [])];
}

function ofOperand(operand: Operand | Operand[] | Reference | undefined): Reference[] {
  if (Array.isArray(operand)) return operand.flatMap(ofOperand);
  if (!isReference(operand)) return [];
  return [operand, ...ofOperand(operand.times), ...ofOperand(operand.plus)];
}

/** Every value that a test looks up. */
export const referencesOfTest = ({ eq, ne, lt, lte, gt, gte, in: within, nin, contains }: Test): Reference[] =>
  [eq, ne, lt, lte, gt, gte, within, nin, contains].flatMap(ofOperand);

/** Every value that a condition looks up. */
export const referencesOf = (condition: Condition): Reference[] => testsOf(condition).flatMap(({ test }) => referencesOfTest(test));

/** Every path of a call that a rule looks at, in its tests and in its reason. */
export const pathsOf = ({ when, then }: PolicyRule): string[] => [
  ...testsOf(when).map(({ path }) => path),
  ...referencesOf(when).flatMap(({ path, by = [] }) => (path === undefined ? by : [path])),
  ...("reason" in then ? placeholdersOf(then.reason) : []).filter((path) => !path.startsWith("params.")),
];

/** Every parameter that a rule names, in its tests and in its reason. */
export const paramsOf = ({ when, then }: Pick<PolicyRule, "when" | "then">): string[] => [
  ...referencesOf(when).flatMap(({ param }) => (param === undefined ? [] : [param])),
  ...("reason" in then ? placeholdersOf(then.reason) : []).flatMap((path) => (path.startsWith("params.") ? [path.slice("params.".length)] : [])),
];

/** A path as a call has it: elements of lists are `travellers[].age`, whatever list `$.age` is in. */
const place = (path: string, lists: readonly string[]): string => {
  if (path !== "$" && !path.startsWith("$.")) return path;
  const [list, ...outer] = [...lists].reverse();
  return list === undefined ? path : `${place(list, outer.reverse())}[]${path.slice(1)}`;
};

/** Every path of a call that a condition looks at, those of elements included. */
export const placesOf = (condition: Condition): string[] =>
  testsOf(condition).flatMap(({ path, test, lists }) => [
    place(path, lists),
    ...referencesOfTest(test).flatMap((reference) =>
      (reference.path === undefined ? (reference.by ?? []) : [reference.path]).map((used) => place(used, lists)),
    ),
  ]);
