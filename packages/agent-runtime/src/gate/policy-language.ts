import * as z from "zod";

/** What a file of rules may say. docs/policy.md describes the same for people. */

export type Scalar = string | number | boolean | null;
/** A number, word, list or table that rules refer to by name. A table's key `*` stands for every other key. */
export type ParamValue = string | number | boolean | ParamValue[] | { [name: string]: ParamValue };
export type Params = Readonly<Record<string, ParamValue>>;

/** A value that is looked up when a call is decided: of a parameter, or of the call itself. */
export interface Reference {
  /** `cancel_window_hours`, or `fees.bag` of a table. */
  param?: string | undefined;
  /** Keys of nested tables, found at these paths. */
  by?: string[] | undefined;
  /** Instead of `param`. */
  path?: string | undefined;
  /** Multiplied first, added then; decimals, exactly. */
  times?: Operand | undefined;
  plus?: Operand | undefined;
}
export type Operand = Scalar | Reference;

/** All that is given must hold of the value at the path. */
export interface Test {
  eq?: Operand | undefined;
  ne?: Operand | undefined;
  lt?: Operand | undefined;
  lte?: Operand | undefined;
  gt?: Operand | undefined;
  gte?: Operand | undefined;
  in?: Operand[] | Reference | undefined;
  nin?: Operand[] | Reference | undefined;
  exists?: boolean | undefined;
  /** The value is a list that has this. */
  contains?: Operand | undefined;
  /** The value is a list, and this holds of all of it. */
  every?: Test | Condition | undefined;
  /** The value is a list, and this holds of one of it. */
  some?: Test | Condition | undefined;
  /** The value is a list of such a length. */
  count?: Test | undefined;
}

/** Tests by path, all of which must hold. */
export type Tests = { [path: string]: Test };
export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | Tests;

/** Why something is refused, for programs. */
export const denyCodes = [
  "already-travelled",
  "amount-limit",
  "baggage",
  "budget",
  "cancel-not-allowed",
  "change-not-allowed",
  "churn",
  "compensation-not-due",
  "connection-time",
  "duplicate",
  "fare-rule",
  "group-size",
  "hold-first",
  "insurance",
  "not-available",
  "not-own-record",
  "payment-method",
  "penalty-limit",
  "refund-limit",
  "search-budget",
  "stay-limit",
  "ticketing-limit",
  "too-late",
  "travel-document",
  "traveller-age",
  "traveller-count",
  "traveller-data",
  "wrong-conversation",
] as const;
export type DenyCode = (typeof denyCodes)[number];

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const decimal = /^-?\d+(\.\d+)?$/;

export const ParamValue: z.ZodType<ParamValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(ParamValue), z.record(z.string(), ParamValue)]),
);
const paramName = /^[A-Za-z][A-Za-z0-9_-]*$/;
export const Params = z.record(z.string().regex(paramName, "a parameter's name has letters, digits, - and _"), ParamValue);

const callPath = z.string().regex(/^(args|facts|turn)\../, "a path starts with args., facts. or turn.");
const elementPath = z.string().regex(/^((args|facts|turn)\.|\$\.|\$$)/, "a path in every and some starts with $., args., facts. or turn.");

interface Grammar {
  test: z.ZodType<Test>;
  condition: z.ZodType<Condition>;
}

/** Conditions over paths of this form. In a list they may also look at the element. */
function grammar(path: z.ZodString, element: () => Grammar): Grammar {
  const reference: z.ZodType<Reference> = z.lazy(() =>
    z.union([
      z.strictObject({
        param: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]*(\..+)?$/, "the name of a parameter"),
        by: z.array(path).min(1).optional(),
        times: bound.optional(),
        plus: bound.optional(),
      }),
      z.strictObject({ path, times: bound.optional(), plus: bound.optional() }),
    ]),
  );
  const operand: z.ZodType<Operand> = z.union([Scalar, reference]);
  const bound: z.ZodType<Operand> = z.union([z.number(), z.string().regex(decimal, "a number, or one as a string"), reference]);
  const list = z.union([z.array(operand), reference]);
  const test: z.ZodType<Test> = z.lazy(() =>
    z.strictObject({
      eq: operand.optional(),
      ne: operand.optional(),
      lt: bound.optional(),
      lte: bound.optional(),
      gt: bound.optional(),
      gte: bound.optional(),
      in: list.optional(),
      nin: list.optional(),
      exists: z.boolean().optional(),
      contains: operand.optional(),
      every: z.union([element().test, element().condition]).optional(),
      some: z.union([element().test, element().condition]).optional(),
      count: test.optional(),
    }),
  );
  const condition: z.ZodType<Condition> = z.lazy(() =>
    z.union([
      z.strictObject({ all: z.array(condition).min(1) }),
      z.strictObject({ any: z.array(condition).min(1) }),
      z.strictObject({ not: condition }),
      z.record(path, test),
    ]),
  );
  return { test, condition };
}

const inElement: Grammar = grammar(elementPath, () => inElement);
const ofCall = grammar(callPath, () => inElement);

const reason = z.string().max(500).describe("Said to the model and kept in the audit log; {params.limit} and {facts.travellers} are filled in.");

export const PolicyRule = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  tools: z.array(z.string()).min(1).describe("Names, aliases, `group:booking`, or patterns with `*`."),
  when: ofCall.condition.default({}).describe("Must hold. A missing value fails every test but `exists: false`, `ne` and `nin`."),
  // biome-ignore lint/suspicious/noThenProperty: a rule reads "when … then …"; its value is an object and no function.
  then: z.discriminatedUnion("decision", [
    z.strictObject({ decision: z.literal("allow") }),
    z.strictObject({ decision: z.literal("deny"), reason, code: z.enum(denyCodes).optional() }),
    z.strictObject({ decision: z.literal("needs-confirmation"), reason }),
    z.strictObject({ decision: z.literal("needs-approval"), role: z.string(), reason }),
    z.strictObject({ decision: z.literal("escalate"), reason, code: z.enum(denyCodes).optional() }),
  ]),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

export const PolicyText = z.strictObject({
  version: z.literal(1),
  description: z.string().optional(),
  params: Params.default({}),
  rules: z.array(PolicyRule).default([]),
});

type Issue = z.core.$ZodIssue;

/** Of the alternatives that a value could have been, the one it came nearest to. */
function nearest(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const found = issue.errors.filter((option) => option.length > 0).map((option) => option.map(nearest));
  const best = found.toSorted((a, b) => b[0]!.path.length - a[0]!.path.length || a.length - b.length)[0]?.[0];
  return best ? { ...best, path: [...issue.path, ...best.path] } : issue;
}

/** What is wrong with a file, a sentence each. */
export const sayIssues = (error: z.ZodError): string[] =>
  error.issues.map(nearest).map((issue) => (issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message));
