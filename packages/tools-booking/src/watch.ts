import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { OrderStore, StoredOrder } from "./order-store.ts";

/** Goes on with orders when their time comes. Sleeps until the earliest of them; when there is none, nothing runs. */
export interface Watch {
  /** Takes up what is due, then sleeps until the next. Never rejects. */
  look(): Promise<void>;
  /** Somebody has to be gone on with at `at`. */
  notice(at: number): void;
  stop(): void;
}

/** What was missed, such as an order that another process left, is found at the latest after this. */
const longestSleepMs = 600_000;

export function createWatch({
  orders,
  clock,
  log,
  goOn,
}: {
  orders: OrderStore;
  clock: Clock;
  log: Logger;
  goOn(stored: StoredOrder): Promise<unknown>;
}): Watch {
  let cancel: (() => void) | undefined;
  let next = Number.POSITIVE_INFINITY;
  let stopped = false;
  let looking: Promise<void> | undefined;
  let again = false;

  function sleepUntil(at: number): void {
    cancel?.();
    cancel = undefined;
    next = at;
    if (stopped || at === Number.POSITIVE_INFINITY) return;
    cancel = clock.after(Math.min(longestSleepMs, Math.max(0, at - clock.now())), () => void look());
  }

  async function once(): Promise<void> {
    sleepUntil(Number.POSITIVE_INFINITY);
    try {
      for (const stored of await orders.due(clock.now())) {
        if (stopped) return;
        await goOn(stored).catch((error: unknown) => log.error("a booking could not be gone on with", { orderId: stored.order.id, cause: String(error) }));
      }
      const at = await orders.nextWake();
      if (at !== undefined && at < next) sleepUntil(Math.max(at, clock.now() + 1000));
    } catch (error) {
      if (stopped) return;
      log.error("the bookings that wait could not be read", { cause: String(error) });
      sleepUntil(clock.now() + longestSleepMs);
    }
  }

  async function look(): Promise<void> {
    again = true;
    looking ??= (async () => {
      while (again && !stopped) {
        again = false;
        await once();
      }
    })().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  return {
    look,
    notice(at) {
      if (at < next) sleepUntil(at);
    },
    stop() {
      stopped = true;
      sleepUntil(Number.POSITIVE_INFINITY);
    },
  };
}
