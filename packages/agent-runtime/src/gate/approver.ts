import type { Call } from "@travelagent/protocol";

/** Roles that every approver has. */
const everyday: ReadonlySet<string> = new Set(["agent", "operator"]);

/** Who holds a role: scopes such as `operator.approvals`, and devices as `device:<id>`. One of them is enough. */
export type ApproverRoles = Readonly<Record<string, readonly string[]>>;

/**
 * Whether this caller holds the role that an approval asks for. Where nobody says who holds it: everyday approvals need
 * `operator.approvals`; those of a manager, and of every role that is not known here, `operator.admin`.
 */
export function mayApprove(role: string, { actor, scopes }: Pick<Call, "actor" | "scopes">, roles: ApproverRoles = {}): boolean {
  const holders = Object.hasOwn(roles, role) ? roles[role]! : ["operator.admin", ...(everyday.has(role) ? ["operator.approvals"] : [])];
  // As everywhere, `operator.admin` has every scope of an operator.
  const admin = scopes.includes("operator.admin") && holders.some((holder) => holder.startsWith("operator."));
  return admin || holders.includes(actor) || scopes.some((scope) => holders.includes(scope));
}
