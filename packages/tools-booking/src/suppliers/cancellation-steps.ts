import type { Money } from "@travelagent/protocol";
import { compare, minorUnits, zero } from "../money.ts";
import type { CancellationStep } from "../offer.ts";

/** From `at` on (milliseconds; `-Infinity` is always) cancelling costs `penalty`. */
export interface PenaltyFrom {
  at: number;
  penalty: Money;
}

/**
 * A vendor's rules as the canonical steps: ascending in UTC, the first one starts now, none above `total`, none that changes
 * nothing. Before the first rule cancelling is free.
 */
export function cancellationSteps(rules: readonly PenaltyFrom[], total: Money, now: number): CancellationStep[] {
  const free = { at: Number.NEGATIVE_INFINITY, penalty: zero(total.currency) };
  const ascending = [free, ...rules]
    .map(({ at, penalty }) => ({ at, penalty: compare(penalty, total) > 0 ? total : penalty }))
    .sort((a, b) => (a.at === b.at ? 0 : a.at - b.at));
  const current = ascending.findLastIndex(({ at }) => at <= now);
  const steps: CancellationStep[] = [];
  for (const { at, penalty } of ascending.slice(Math.max(0, current))) {
    if (steps.length > 0 && minorUnits(steps.at(-1)!.penalty) === minorUnits(penalty)) continue;
    steps.push({ from: steps.length === 0 ? "now" : new Date(at).toISOString(), penalty });
  }
  return steps;
}
