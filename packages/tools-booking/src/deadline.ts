import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/**
 * Gives `work` a signal that aborts with `signal` or after `ms`, and stops waiting then, also for work that ignores its signal.
 * Rejects with `TIMEOUT` when the time is over, with the reason of `signal` when that aborted.
 */
export async function withDeadline<T>(clock: Clock, ms: number, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const own = new AbortController();
  const late = new TravelAgentError("TIMEOUT", `no answer within ${ms / 1000} s; try again`);
  const cancelTimer = clock.after(ms, () => own.abort(late));
  const onAbort = () => own.abort(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await new Promise<T>((resolve, reject) => {
      own.signal.addEventListener("abort", () => reject(own.signal.reason), { once: true });
      work(own.signal).then(resolve, reject);
    });
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", onAbort);
  }
}

/** Waits on the clock; rejects with the reason of `signal` when that aborts first. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
