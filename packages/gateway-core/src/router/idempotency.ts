import { createHash } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/** One execution of a method, shared by all who ask for it under the same key. */
export interface Execution {
  readonly result: Promise<unknown>;
  /** The second answer of a two-stage method; known once `result` is there. */
  readonly later: Promise<unknown> | undefined;
  /** Sessions whoever asks gets to follow. */
  readonly followed: Set<string>;
}

export interface IdempotencyCache {
  /**
   * Starts an execution, or returns the one that this key started before, under way or finished.
   * Raises `IDEMPOTENCY_MISMATCH` when the key was used with other parameters.
   */
  run(key: string, params: unknown, start: () => Execution): Execution;
}

export interface IdempotencyOptions {
  clock: Clock;
  /** How long a finished execution is remembered. Default 5 minutes. */
  ttlMs?: number;
  /** Finished executions remembered at most; those under way are never forgotten. Default 1000. */
  max?: number;
}

/**
 * Takes the double click, the repeat after a broken connection and the retry loop. It is memory: what must hold over a
 * restart has its own durable key further down. A failure that may pass (`retryable`) is not remembered.
 */
export function createIdempotencyCache({ clock, ttlMs = 300_000, max = 1000 }: IdempotencyOptions): IdempotencyCache {
  const running = new Map<string, { hash: string; execution: Execution }>();
  const finished = new Map<string, { hash: string; execution: Execution; until: number }>();

  const forgetOld = () => {
    const now = clock.now();
    for (const [key, entry] of finished) {
      if (entry.until > now && finished.size <= max) break;
      finished.delete(key);
    }
  };

  return {
    run(key, params, start) {
      forgetOld();
      const hash = createHash("sha256").update(canonicalJson(params)).digest("base64url");
      const known = running.get(key) ?? finished.get(key);
      if (known) {
        if (known.hash === hash) return known.execution;
        throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this idempotencyKey was used for another request: send the same parameters again, or a new key");
      }
      const execution = start();
      running.set(key, { hash, execution });
      const remember = () => {
        running.delete(key);
        finished.set(key, { hash, execution, until: clock.now() + ttlMs });
        forgetOld();
      };
      execution.result.then(
        () => (execution.later ? execution.later.then(remember, remember) : remember()),
        (error: unknown) => (TravelAgentError.from(error).retryable ? void running.delete(key) : remember()),
      );
      return execution;
    },
  };
}
