import { type ErrorCode, TravelAgentError } from "@travelagent/protocol";
import JSON5 from "json5";
import * as z from "zod";
import { names } from "./tool-names.ts";

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Test = z.strictObject({
  eq: Scalar.optional(),
  ne: Scalar.optional(),
  lt: z.number().optional(),
  lte: z.number().optional(),
  gt: z.number().optional(),
  gte: z.number().optional(),
  in: z.array(Scalar).optional(),
  exists: z.boolean().optional(),
});

const Rule = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  /** Names, aliases, `group:booking`, or patterns with `*`. */
  tools: z.array(z.string()).min(1),
  /** Every test must hold. Paths start at `args`, `facts` or `turn`; a missing value fails every test but `exists: false` and `ne`. */
  when: z.record(z.string().regex(/^(args|facts|turn)\../, "a path starts with args., facts. or turn."), Test).default({}),
  // biome-ignore lint/suspicious/noThenProperty: a rule reads "when … then …"; its value is an object and no function.
  then: z.discriminatedUnion("decision", [
    z.strictObject({ decision: z.literal("allow") }),
    z.strictObject({ decision: z.literal("deny"), reason: z.string() }),
    z.strictObject({ decision: z.literal("needs-confirmation"), reason: z.string() }),
    z.strictObject({ decision: z.literal("needs-approval"), role: z.string(), reason: z.string() }),
    z.strictObject({ decision: z.literal("escalate"), reason: z.string() }),
  ]),
});
type Rule = z.infer<typeof Rule>;

const PolicyFile = z.strictObject({ version: z.literal(1), description: z.string().optional(), rules: z.array(Rule) });

/** Rules of all files, in the order of the files. */
export interface Policy {
  readonly rules: readonly Rule[];
}

/** One file's text as rules. Raises `CONFIG_INVALID` with every problem; a policy that cannot be read must stop the start, not open the gate. */
export function parsePolicy(files: readonly { name: string; text: string }[]): Policy {
  const rules: Rule[] = [];
  const seen = new Set<string>();
  for (const { name, text } of files) {
    let value: unknown;
    try {
      value = JSON5.parse(text);
    } catch (error) {
      throw new TravelAgentError("CONFIG_INVALID", `${name} is not JSON5: ${error instanceof Error ? error.message : String(error)}`);
    }
    const parsed = PolicyFile.safeParse(value);
    if (!parsed.success)
      throw new TravelAgentError("CONFIG_INVALID", `${name}: ${parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")}`);
    for (const rule of parsed.data.rules) {
      if (seen.has(rule.id)) throw new TravelAgentError("CONFIG_INVALID", `${name}: the rule id ${rule.id} is used twice; ids name rules in the audit log`);
      seen.add(rule.id);
      rules.push(rule);
    }
  }
  return { rules };
}

export interface PolicyInput {
  tool: string;
  group: string;
  args: unknown;
  facts: Record<string, unknown>;
  turn: Record<string, unknown>;
}

export interface PolicyDecision {
  decision: "allow" | "deny" | "needs-confirmation" | "needs-approval" | "escalate";
  code?: ErrorCode;
  ruleId: string;
  reason: string;
  needs: { confirmation: boolean; approval?: { role: string; ruleId: string; reason: string } };
}

const at = (root: unknown, path: string): unknown => {
  let value = root;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
};

const number = (value: unknown): number | undefined => {
  if (typeof value === "number") return value;
  if (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)) return Number(value);
  return undefined;
};

function holds(value: unknown, test: z.infer<typeof Test>): boolean {
  if (test.exists !== undefined && (value !== undefined) !== test.exists) return false;
  if (test.eq !== undefined && value !== test.eq) return false;
  if (test.ne !== undefined && value === test.ne) return false;
  if (test.in !== undefined && !test.in.includes(value as never)) return false;
  const bounds: [number | undefined, (a: number, b: number) => boolean][] = [
    [test.lt, (a, b) => a < b],
    [test.lte, (a, b) => a <= b],
    [test.gt, (a, b) => a > b],
    [test.gte, (a, b) => a >= b],
  ];
  return bounds.every(([bound, compare]) => {
    if (bound === undefined) return true;
    const figure = number(value);
    return figure !== undefined && compare(figure, bound);
  });
}

const applies = (rule: Rule, input: PolicyInput): boolean =>
  names(rule.tools, { name: input.tool, group: input.group }) && Object.entries(rule.when).every(([path, test]) => holds(at(input, path), test));

/**
 * Step 5: all rules are asked and the strictest answer counts: deny, escalate, then approval and confirmation, which add up.
 * `allow` rules only name the rule in the audit log. No rule at all means deny for writes: the caller says which by `fallback`.
 */
export function evaluatePolicy(policy: Policy, input: PolicyInput, fallback: "allow" | "deny"): PolicyDecision {
  const matching = policy.rules.filter((rule) => applies(rule, input));
  const first = (decision: PolicyDecision["decision"]) => matching.find((rule) => rule.then.decision === decision);
  const deny = first("deny");
  if (deny?.then.decision === "deny")
    return { decision: "deny", code: "POLICY_DENIED", ruleId: deny.id, reason: deny.then.reason, needs: { confirmation: false } };
  const escalate = first("escalate");
  if (escalate?.then.decision === "escalate")
    return { decision: "escalate", code: "POLICY_DENIED", ruleId: escalate.id, reason: escalate.then.reason, needs: { confirmation: false } };
  const confirmation = first("needs-confirmation");
  const approval = first("needs-approval");
  const needs: PolicyDecision["needs"] = { confirmation: confirmation !== undefined };
  if (approval?.then.decision === "needs-approval") needs.approval = { role: approval.then.role, ruleId: approval.id, reason: approval.then.reason };
  if (confirmation?.then.decision === "needs-confirmation")
    return { decision: "needs-confirmation", code: "CONFIRMATION_REQUIRED", ruleId: confirmation.id, reason: confirmation.then.reason, needs };
  if (needs.approval) return { decision: "needs-approval", code: "APPROVAL_REQUIRED", ruleId: needs.approval.ruleId, reason: needs.approval.reason, needs };
  const allow = first("allow");
  if (allow) return { decision: "allow", ruleId: allow.id, reason: "", needs };
  if (fallback === "allow") return { decision: "allow", ruleId: "policy.default", reason: "", needs };
  return { decision: "deny", code: "POLICY_DENIED", ruleId: "policy.no-rule", reason: `no policy rule allows ${input.tool}`, needs: { confirmation: false } };
}
