import { canonicalJson } from "@travelagent/protocol";
import type { Condition, PolicyRule, Tests } from "./policy-language.ts";
import type { PolicyTool } from "./policy-lint.ts";

const strictness = { allow: 0, "needs-confirmation": 1, "needs-approval": 1, escalate: 2, deny: 3 } as const;

const plainTests = (condition: Condition): Tests | undefined =>
  ("all" in condition && Array.isArray(condition.all)) || ("any" in condition && Array.isArray(condition.any)) || "not" in condition
    ? undefined
    : (condition as Tests);

/** Whether one condition surely holds wherever the other does: its tests are among the other's. */
function covers(wide: Condition, narrow: Condition): boolean {
  if (canonicalJson(wide) === canonicalJson(narrow)) return true;
  const tests = plainTests(wide);
  const more = plainTests(narrow);
  if (!tests || !more) return tests !== undefined && Object.keys(tests).length === 0;
  return Object.entries(tests).every(([path, test]) => Object.hasOwn(more, path) && canonicalJson(more[path]) === canonicalJson(test));
}

/** Whether what the first asks for makes the second's answer disappear. */
function outdoes(first: PolicyRule["then"], second: PolicyRule["then"], isEarlier: boolean): boolean {
  if (first.decision !== second.decision) {
    // A confirmation and an approval add up, and an `allow` beside them still names who allows where they do not apply.
    return strictness[first.decision] >= 2 && strictness[first.decision] > strictness[second.decision];
  }
  if (first.decision === "needs-approval" && second.decision === "needs-approval" && first.role !== second.role) return false;
  return isEarlier;
}

/** Another rule because of which this one never decides anything. */
export function shadowOf(
  rule: PolicyRule,
  index: number,
  rules: readonly PolicyRule[],
  meant: ReadonlyMap<PolicyRule, readonly PolicyTool[]>,
): PolicyRule | undefined {
  const tools = meant.get(rule) ?? [];
  if (tools.length === 0) return undefined;
  return rules.find(
    (other, at) =>
      other !== rule && outdoes(other.then, rule.then, at < index) && tools.every((tool) => meant.get(other)?.includes(tool)) && covers(other.when, rule.when),
  );
}
