import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database } from "@travelagent/protocol/ports";

export interface CallLimits {
  /** Calls of one supplier in a minute. */
  callsPerMinute: number;
  /** Calls of one supplier in a day, by UTC. */
  callsPerDay: number;
}

/** How much the jobs may ask of a supplier: all of them together, and whatever restarts between. */
export interface SupplierBudget {
  /** Waits for its turn. False when the day's calls are spent. Rejects with the reason of `signal`. */
  take(supplier: string, limits: CallLimits, signal: AbortSignal): Promise<boolean>;
}

const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10);
const keptMs = 8 * 86_400_000;
/** Calls counted in one commit, before they are made. What a process leaves of them when it dies is lost, and none is made uncounted. */
const block = 20;

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
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

/** Calls are spread evenly over the minute: a supplier never sees a burst of jobs. */
export function createSupplierBudget({ db, clock }: { db: Database; clock: Clock }): SupplierBudget {
  const next = new Map<string, number>();
  /** Counted and not made yet. */
  const counted = new Map<string, { day: string; calls: number }>();

  /** Counts up to a block of calls. How many there are. */
  const count = (supplier: string, day: string, callsPerDay: number): Promise<number> =>
    db.transaction(async (tx) => {
      await tx.run("delete from travel_supplier_call where day < ?", dayOf(clock.now() - keptMs));
      const spent = Number((await tx.get("select calls from travel_supplier_call where supplier = ? and day = ?", supplier, day))?.calls ?? 0);
      const calls = Math.min(block, callsPerDay - spent);
      if (calls <= 0) return 0;
      await tx.run(
        "insert into travel_supplier_call (supplier, day, calls) values (?, ?, ?) on conflict (supplier, day) do update set calls = excluded.calls",
        supplier,
        day,
        spent + calls,
      );
      return calls;
    });

  return {
    async take(supplier, { callsPerMinute, callsPerDay }, signal) {
      if (signal.aborted) throw TravelAgentError.from(signal.reason);
      const day = dayOf(clock.now());
      let ready = counted.get(supplier);
      if (ready?.day !== day || ready.calls === 0) {
        ready = { day, calls: await count(supplier, day, callsPerDay) };
        counted.set(supplier, ready);
      }
      if (ready.calls === 0) return false;
      ready.calls -= 1;
      const now = clock.now();
      const at = Math.max(now, next.get(supplier) ?? 0);
      next.set(supplier, at + 60_000 / callsPerMinute);
      if (at > now) await pause(clock, at - now, signal);
      return true;
    },
  };
}
