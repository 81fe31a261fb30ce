import type { Clock } from "@travelagent/protocol/ports";

export interface BucketOptions {
  /** How many at once. */
  burst: number;
  /** How many more in each minute. */
  perMinute: number;
}

/** One bucket of tokens for each key, filled over time. */
export interface TokenBuckets {
  /** 0 when a token is there, otherwise the milliseconds until there is one. Takes nothing. */
  waitMs(key: string): number;
  /** Takes a token; the answer is that of `waitMs` before it. */
  take(key: string): number;
  /** Fills the bucket. */
  reset(key: string): void;
}

/** Keys beyond `maxKeys` push out the oldest, so strangers cannot fill the memory. */
export function createTokenBuckets({ burst, perMinute, clock, maxKeys = 10_000 }: BucketOptions & { clock: Clock; maxKeys?: number }): TokenBuckets {
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, { tokens: number; at: number }>();

  const fill = (key: string) => {
    const now = clock.now();
    const bucket = buckets.get(key);
    if (!bucket) return undefined;
    bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) * perMs);
    bucket.at = now;
    return bucket;
  };
  const wait = (tokens: number) => (tokens >= 1 ? 0 : Math.ceil((1 - tokens) / perMs));

  return {
    waitMs: (key) => wait(fill(key)?.tokens ?? burst),
    take(key) {
      const bucket = fill(key) ?? { tokens: burst, at: clock.now() };
      const waitMs = wait(bucket.tokens);
      if (waitMs === 0) bucket.tokens -= 1;
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > maxKeys) for (const oldest of buckets.keys()) if (buckets.delete(oldest)) break;
      return waitMs;
    },
    reset: (key) => void buckets.delete(key),
  };
}
