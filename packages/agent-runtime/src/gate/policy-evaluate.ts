import type { ErrorCode } from "@travelagent/protocol";
import type { Policy } from "./policy.ts";
import type { DenyCode, PolicyRule } from "./policy-language.ts";
import { fillReason } from "./policy-reason.ts";

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
  /** Why, for programs, where the rule that refuses says so. */
  denyCode?: DenyCode;
  ruleId: string;
  reason: string;
  needs: { confirmation: boolean; approval?: { role: string; ruleId: string; reason: string } };
  /** The version of the policy that decided. */
  policy: string;
}

type Decided<D extends PolicyRule["then"]["decision"]> = { id: string; then: Extract<PolicyRule["then"], { decision: D }> };

const firstOf = <D extends PolicyRule["then"]["decision"]>(rules: readonly PolicyRule[], decision: D): Decided<D> | undefined =>
  rules.find((rule) => rule.then.decision === decision) as Decided<D> | undefined;

/** A manager may do what an agent may, so where both are asked for the manager is. Roles of an agency's own are all alike. */
const roleRank = (role: string): number => (role === "manager" ? 1 : 0);

/**
 * Step 5: all rules are asked and the strictest answer counts: deny, escalate, then approval and confirmation, which add up.
 * `allow` rules only name the rule in the audit log. No rule at all means deny for writes: the caller says which by `fallback`.
 */
export function evaluatePolicy(policy: Policy, input: PolicyInput, fallback: "allow" | "deny"): PolicyDecision {
  const matching = policy.matching({ name: input.tool, group: input.group }, input);
  const say = (reason: string): string => fillReason(reason, policy.params, input);
  const refused = firstOf(matching, "deny") ?? firstOf(matching, "escalate");
  if (refused) {
    const { decision, reason, code } = refused.then;
    return {
      decision,
      code: "POLICY_DENIED",
      ...(code === undefined ? {} : { denyCode: code }),
      ruleId: refused.id,
      reason: say(reason),
      needs: { confirmation: false },
      policy: policy.version,
    };
  }
  const confirmation = firstOf(matching, "needs-confirmation");
  const approvals = matching.filter((rule): rule is PolicyRule & Decided<"needs-approval"> => rule.then.decision === "needs-approval");
  const [approval] = approvals.toSorted((a, b) => roleRank(b.then.role) - roleRank(a.then.role));
  const needs: PolicyDecision["needs"] = { confirmation: confirmation !== undefined };
  if (approval) needs.approval = { role: approval.then.role, ruleId: approval.id, reason: say(approval.then.reason) };
  const answer = (rest: Pick<PolicyDecision, "decision" | "ruleId" | "reason"> & Partial<PolicyDecision>): PolicyDecision => ({
    needs,
    policy: policy.version,
    ...rest,
  });
  if (confirmation)
    return answer({ decision: "needs-confirmation", code: "CONFIRMATION_REQUIRED", ruleId: confirmation.id, reason: say(confirmation.then.reason) });
  if (needs.approval) return answer({ decision: "needs-approval", code: "APPROVAL_REQUIRED", ruleId: needs.approval.ruleId, reason: needs.approval.reason });
  const allow = firstOf(matching, "allow");
  if (allow) return answer({ decision: "allow", ruleId: allow.id, reason: "" });
  if (fallback === "allow") return answer({ decision: "allow", ruleId: "policy.default", reason: "" });
  return answer({
    decision: "deny",
    code: "POLICY_DENIED",
    ruleId: "policy.no-rule",
    reason: `no policy rule allows ${input.tool}`,
    needs: { confirmation: false },
  });
}
