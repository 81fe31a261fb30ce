import type { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

/** What comes of `work`, or the error `late`. What is late is not waited for, and its failure is nobody's. */
export function within<T>(clock: Clock, ms: number, work: () => T | Promise<T>, late: TravelAgentError): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const disarm = clock.after(ms, () => reject(late));
    // What throws at once rejects like what throws later.
    void (async () => work())().then(resolve, reject).finally(disarm);
  });
}
