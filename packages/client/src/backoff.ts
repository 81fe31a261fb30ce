export interface BackoffOptions {
  /** Upper bound of the first wait. Default 500. */
  baseMs?: number;
  /** Upper bound of every wait. Default 15 000. */
  maxMs?: number;
}

/**
 * Full jitter: anything between nothing and an upper bound that doubles with each attempt, so that clients of a gateway
 * which restarted do not all come back at once. `attempt` starts at 0, `random` gives 0 ≤ x < 1.
 */
export function backoffMs(attempt: number, random: () => number, { baseMs = 500, maxMs = 15_000 }: BackoffOptions = {}): number {
  return Math.floor(random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30)));
}
