import { errorCodes, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { within } from "./within.ts";

export interface GuardOptions {
  pluginId: string;
  clock: Clock;
  log: Logger;
  /** Whether the plugin may be called now; raises when not. */
  check(): void;
  /** One thing failed too often in a row. */
  onTooMany(reason: string): void;
  /** Default 3. */
  maxFaults?: number;
}

/** The one way into a plugin's code. */
export interface Guard {
  /**
   * Runs a piece of the plugin. Its own coded errors pass; anything else it throws is a fault, told as `INTERNAL` without internals, and so is
   * running into a deadline, its own or that of `signal`. `what` names the piece: faults of one piece in a row are counted.
   */
  run<T>(what: string, work: () => T | Promise<T>, limits?: { timeoutMs?: number; signal?: AbortSignal }): Promise<T>;
}

export function createGuard({ pluginId, clock, log, check, onTooMany, maxFaults = 3 }: GuardOptions): Guard {
  const faults = new Map<string, number>();
  const fault = (what: string, reason: string): void => {
    const count = (faults.get(what) ?? 0) + 1;
    faults.set(what, count);
    log.warn("a plugin failed", { plugin: pluginId, what, count, "pii.error": reason });
    if (count >= maxFaults) onTooMany(`its ${what} failed ${count} times in a row; the log says how`);
  };

  return {
    async run(what, work, { timeoutMs, signal } = {}) {
      check();
      const late = new TravelAgentError("TIMEOUT", `the plugin ${pluginId} took too long`);
      const given = signal ? untilAborted(signal, work) : work;
      try {
        const result = await (timeoutMs === undefined ? given() : within(clock, timeoutMs, given, late));
        faults.delete(what);
        return result;
      } catch (thrown) {
        if (signal?.aborted && thrown === signal.reason) {
          if (isDeadline(thrown)) fault(what, "it did not end in time");
          throw thrown;
        }
        if (isCoded(thrown) && thrown !== late) {
          faults.delete(what);
          throw thrown;
        }
        fault(what, thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
        throw new TravelAgentError("INTERNAL", `the plugin ${pluginId} failed at this; the log has the details`, { cause: thrown });
      }
    },
  };
}

/** One of ours, also when the plugin brought its own copy of the class; a code that nobody here knows is none. */
const isCoded = (thrown: unknown): boolean => TravelAgentError.is(thrown) && thrown.code !== "INTERNAL" && Object.hasOwn(errorCodes, thrown.code);

const isDeadline = (reason: unknown): boolean => TravelAgentError.is(reason, "TIMEOUT") || TravelAgentError.is(reason, "OUTCOME_UNKNOWN");

function untilAborted<T>(signal: AbortSignal, work: () => T | Promise<T>): () => Promise<T> {
  return () =>
    new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      (async () => work())()
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", onAbort));
    });
}
