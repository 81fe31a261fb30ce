import type { Clock } from "@travelagent/protocol/ports";

/** How often a configuration may restart the gateway without anybody looking. */
export interface RestartBudget {
  /** How long the next restart has to wait; undefined when there were too many in a row. */
  delayMs(): number | undefined;
  /** A restart begins. */
  spend(): void;
}

/** Five in a row, each waiting longer than the one before; a gateway that ran for a minute begins a new row. */
export function restartBudget({
  clock,
  max = 5,
  firstDelayMs = 1000,
  stableMs = 60_000,
}: {
  clock: Clock;
  max?: number;
  firstDelayMs?: number;
  stableMs?: number;
}): RestartBudget {
  let inRow = 0;
  let last = Number.NEGATIVE_INFINITY;
  const count = () => (clock.now() - last >= stableMs ? 0 : inRow);
  return {
    delayMs() {
      const before = count();
      return before >= max ? undefined : before === 0 ? 0 : firstDelayMs * 2 ** (before - 1);
    },
    spend() {
      inRow = count() + 1;
      last = clock.now();
    },
  };
}
