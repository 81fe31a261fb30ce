import type { Clock } from "../ports.ts";

export interface FakeClock extends Clock {
  /** Moves time on and runs what becomes due, in order; between two timers pending promises get to run. */
  advance(ms: number): Promise<void>;
}

/** A clock that stands still until told otherwise. `start` is an ISO time. */
export function fakeClock(start = "2027-01-15T09:00:00Z"): FakeClock {
  let now = Date.parse(start);
  let timers: { at: number; order: number; run: () => void }[] = [];
  let order = 0;
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, order: order++, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (!next) break;
        timers = timers.filter((timer) => timer !== next);
        now = Math.max(now, next.at);
        next.run();
      }
      now = end;
      await settle();
    },
  };
}
