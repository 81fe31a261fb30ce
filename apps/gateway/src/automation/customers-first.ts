import { type EventLoopUtilization, performance } from "node:perf_hooks";
import type { Clock, Work } from "@travelagent/protocol/ports";

/** How long the process is watched before a job goes on. */
const watchMs = 5;
/** Others keep it busier than this: they go first. */
const busyShare = 0.2;
const againMs = 25;
/** Then the job goes on all the same. */
const longestMs = 1_000;

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener("abort", end, { once: true });
  });
}

/**
 * Lets customers go first: while the job does nothing it looks how busy everybody else keeps the process, and waits until that is little. Resolves
 * after a second at the latest, also when it is told to stop.
 */
export const customersFirst =
  ({ clock, work }: { clock: Clock; work: Pick<Work, "load"> }) =>
  async (signal: AbortSignal): Promise<void> => {
    for (let waited = 0; waited < longestMs && !signal.aborted; waited += againMs + watchMs) {
      const before: EventLoopUtilization = performance.eventLoopUtilization();
      await pause(clock, watchMs, signal);
      const { utilization } = performance.eventLoopUtilization(before);
      if (utilization <= busyShare && (work.load?.().waiting ?? 0) === 0) return;
      await pause(clock, againMs, signal);
    }
  };
