import { TravelAgentError } from "@travelagent/protocol";

/** `promise`, or a rejection as soon as `signal` aborts: with its reason when that is one of ours, else with `CANCELLED`. */
export async function untilAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  promise.catch(() => undefined);
  if (signal.aborted) throw reasonOf(signal);
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(reasonOf(signal));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

export const reasonOf = (signal: AbortSignal): TravelAgentError =>
  TravelAgentError.is(signal.reason) ? signal.reason : new TravelAgentError("CANCELLED", "this was called off");
