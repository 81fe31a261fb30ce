import type { Clock, Database } from "@travelagent/protocol/ports";

/** Time that jumps to the next timer as soon as nothing else is going on, so that days pass in a moment and always in the same order. */
export interface SimulatedClock extends Clock {
  /** Something happens: time stands still a little longer. */
  stir(): void;
  /** Something is under way that no timer knows of, such as a request on a socket: time stands still until the answer is called. */
  hold(): () => void;
  /** Runs until there is no timer left, or `until` says so at a moment when nothing is going on; what `until` sets going is waited for. */
  run(until: () => boolean | Promise<boolean>): Promise<void>;
}

/** Turns of the event loop without a sign of life after which nothing is going on. */
const quietTurns = 4;

export function simulatedClock(start: string): SimulatedClock {
  let now = Date.parse(start);
  let signs = 0;
  let order = 0;
  let held = 0;
  const timers: { due: number; order: number; run: () => void }[] = [];
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  async function quiet(): Promise<void> {
    for (let turns = 0; turns < quietTurns; turns += 1) {
      const before = signs;
      await turn();
      if (signs !== before || held > 0) turns = -1;
    }
  }

  return {
    now: () => now,
    stir: () => {
      signs += 1;
    },
    hold() {
      held += 1;
      let holds = true;
      return () => {
        signs += 1;
        if (holds) held -= 1;
        holds = false;
      };
    },
    after(delayMs, run) {
      signs += 1;
      const timer = { due: now + Math.max(0, delayMs), order: ++order, run };
      timers.push(timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    async run(until) {
      for (;;) {
        await quiet();
        const before = signs;
        if (await until()) return;
        if (signs !== before) continue;
        let next = timers[0];
        for (const timer of timers) if (next && (timer.due < next.due || (timer.due === next.due && timer.order < next.order))) next = timer;
        if (!next) return;
        timers.splice(timers.indexOf(next), 1);
        now = Math.max(now, next.due);
        next.run();
      }
    },
  };
}

/** A database whose use is a sign of life. */
export const stirring = (db: Database, clock: SimulatedClock): Database => ({
  ...db,
  all: (sql, ...params) => {
    clock.stir();
    return db.all(sql, ...params);
  },
  get: (sql, ...params) => {
    clock.stir();
    return db.get(sql, ...params);
  },
  transaction: (work, options) => {
    clock.stir();
    return db.transaction(work, options);
  },
});
