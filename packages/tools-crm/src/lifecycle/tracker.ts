import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { Lifecycle } from "./lifecycle.ts";
import type { LifecycleStage, TripFact } from "./stage.ts";

export interface TrackerOptions {
  lifecycle: Lifecycle;
  /** All trips of a customer. */
  tripsOf(customerId: string): Promise<readonly TripFact[]>;
  clock: Clock;
  log: Logger;
  /** No timer is longer: clocks of machines that sleep are wrong. Default one hour. */
  longestWaitMs?: number;
  /** Somebody stands elsewhere than before. */
  onMoved?(move: { customerId: string; from: LifecycleStage; to: LifecycleStage }): void;
}

/** Keeps where customers stand true: after each change of a booking, and when a trip begins, ends, or is long over. */
export interface LifecycleTracker {
  /** Something about this customer's trips is other than it was. Looks at each one at a time; must not be awaited for a turn. */
  look(customerId: string): Promise<void>;
  /** Takes up what came due meanwhile, and looks at these as well. */
  start(also?: readonly string[]): Promise<void>;
  stop(): void;
}

export function trackLifecycle({ lifecycle, tripsOf, clock, log, longestWaitMs = 3_600_000, onMoved }: TrackerOptions): LifecycleTracker {
  let cancel = (): void => {};
  let stopped = false;
  let tail: Promise<unknown> = Promise.resolve();

  async function lookAt(customerId: string): Promise<void> {
    const moved = await lifecycle.note(customerId, await tripsOf(customerId), clock.now());
    if (moved) onMoved?.({ customerId, ...moved });
  }

  /** One after the other, so that an older reading never overwrites a newer one. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = tail.then(work).catch((error: unknown) => log.error("where a customer stands could not be computed", { error }));
    tail = done;
    return done;
  };

  async function wait(): Promise<void> {
    cancel();
    const next = stopped ? undefined : await lifecycle.nextDue();
    if (next === undefined || stopped) return;
    cancel = clock.after(Math.min(Math.max(next - clock.now(), 0), longestWaitMs), () => void inTurn(async () => sweep()));
  }

  async function sweep(): Promise<void> {
    for (const id of await lifecycle.due(clock.now())) if (!stopped) await lookAt(id);
    await wait();
  }

  return {
    look: (customerId) =>
      inTurn(async () => {
        if (stopped) return;
        await lookAt(customerId);
        await wait();
      }),
    start: (also = []) =>
      inTurn(async () => {
        for (const id of also) await lookAt(id);
        await sweep();
      }),
    stop() {
      stopped = true;
      cancel();
    },
  };
}
