import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/** Gives up waiting after `ms`, whether or not the work hears that it is over. */
export async function within<T>(ms: number, signal: AbortSignal, clock: Clock, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  let settle = (): void => undefined;
  const ended = new Promise<never>((_, reject) => {
    const end = (reason: unknown) => {
      reject(reason);
      own.abort(reason);
    };
    const onAbort = () => end(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const disarm = clock.after(ms, () => end(new TravelAgentError("TIMEOUT", `the model took longer than ${Math.round(ms / 1000)} s`)));
    settle = () => {
      disarm();
      signal.removeEventListener("abort", onAbort);
    };
  });
  ended.catch(() => undefined);
  try {
    const running = work(own.signal);
    running.catch(() => undefined);
    return await Promise.race([running, ended]);
  } finally {
    settle();
  }
}
