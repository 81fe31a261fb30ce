import type { Clock } from "@travelagent/protocol/ports";

export interface ExchangeHealth {
  /** `untried` until the first exchange ended; `unauthorized` waits for another key. */
  state: "untried" | "ok" | "degraded" | "unauthorized";
  /** ISO 8601. */
  since: string;
  lastOkAt?: string;
  /** Code of the last failure. */
  code?: string;
  /** When it is tried next. */
  nextAt?: string;
}

const shortestMs = 5_000;
const longestMs = 15 * 60_000;

/** How it goes with the other side, and when to come back to it. */
export function createHealth(clock: Clock) {
  let health: Pick<ExchangeHealth, "state" | "code"> & { since: number; lastOkAt?: number } = { state: "untried", since: clock.now() };
  let failures = 0;
  let nextAt = 0;
  const enter = (state: ExchangeHealth["state"], code?: string) => {
    const since = health.state === state ? health.since : clock.now();
    health = { state, since, ...(health.lastOkAt === undefined ? {} : { lastOkAt: health.lastOkAt }), ...(code === undefined ? {} : { code }) };
  };
  return {
    ok() {
      failures = 0;
      nextAt = 0;
      enter("ok");
      health.lastOkAt = clock.now();
    },
    failed(code: string, retryAfterMs?: number) {
      failures += 1;
      const backoff = Math.min(longestMs, shortestMs * 2 ** Math.min(failures - 1, 10));
      nextAt = clock.now() + Math.max(backoff, retryAfterMs ?? 0);
      enter(code === "UNAUTHORIZED" ? "unauthorized" : "degraded", code);
    },
    /** Milliseconds until it may be tried again. */
    restMs: () => Math.max(0, nextAt - clock.now()),
    read(): ExchangeHealth {
      const iso = (at: number) => new Date(at).toISOString();
      const { state, since, code, lastOkAt } = health;
      return {
        state,
        since: iso(since),
        ...(lastOkAt === undefined ? {} : { lastOkAt: iso(lastOkAt) }),
        ...(code === undefined ? {} : { code }),
        ...(nextAt > clock.now() ? { nextAt: iso(nextAt) } : {}),
      };
    },
  };
}
