import type { Logger, WorkFunction, WorkOptions } from "@travelagent/protocol/ports";
import { createLanes, type Item, type Lanes } from "./lanes.ts";
import { type Run, type RunDeps, type Slot, startRun } from "./run.ts";

export interface Definition {
  work: WorkFunction;
  options: WorkOptions;
}

export interface PumpOptions extends RunDeps {
  log: Logger;
  /** Work in lanes at the same time. */
  concurrency: number;
  /** Work without a lane at the same time; apart, so that a turn can wait for a flow it has started. */
  flowConcurrency: number;
  definitions: ReadonlyMap<string, Definition>;
  /** Called when an end is stored. */
  onEnd(id: string): void;
}

/** Gives waiting items to free slots. Driven by what happens (something came, something ended), never by a timer. */
export interface Pump {
  add(item: Item): void;
  /** A waiting item that was cancelled in the table. */
  drop(id: string): void;
  running(id: string): Run | undefined;
  /** Work of this name can run from now on. */
  defined(name: string): void;
  /** Starts nothing more. */
  halt(): void;
  runs(): Run[];
  load(): { waiting: number; running: number; slots: number };
  /** Resolves when nothing runs; what sleeps does not count. */
  idle(): Promise<void>;
}

interface Pool {
  lanes: Lanes;
  free: number;
  /** Heads whose name came to be defined after they were parked; their lane is busy with them. */
  unparked: Item[];
  /** Runs that have slept and want their slot back, before anything new. */
  returning: (() => void)[];
}

export function createPump(options: PumpOptions): Pump {
  const { log, definitions, onEnd } = options;
  const turns: Pool = { lanes: createLanes(), free: options.concurrency, unparked: [], returning: [] };
  const flows: Pool = { lanes: createLanes(), free: options.flowConcurrency, unparked: [], returning: [] };
  const waiting = new Map<string, Item>();
  const active = new Map<string, Run>();
  const parked = new Map<string, Item[]>();
  let idleWaiters: (() => void)[] = [];
  let scheduled = false;
  let halted = false;
  /** Runs that hold a slot. */
  let atWork = 0;

  const poolOf = (item: Item) => (item.lane === undefined ? flows : turns);

  function schedule(): void {
    if (scheduled || halted) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      fill(turns);
      fill(flows);
    });
  }

  function wakeIdle(): void {
    if (atWork > 0) return;
    for (const wake of idleWaiters) wake();
    idleWaiters = [];
  }

  function fill(pool: Pool): void {
    for (let back = pool.free > 0 ? pool.returning.shift() : undefined; back; back = pool.free > 0 ? pool.returning.shift() : undefined) {
      pool.free--;
      back();
    }
    while (pool.free > 0 && !halted) {
      const item = pool.unparked.shift() ?? pool.lanes.next();
      if (!item) return;
      if (item.dropped) {
        pool.lanes.release(item);
        continue;
      }
      const definition = definitions.get(item.name);
      if (definition) launch(pool, item, definition);
      else park(item);
    }
  }

  function park(item: Item): void {
    log.warn("work waits because nothing is defined under its name", { workId: item.id, name: item.name, "pii.lane": item.lane });
    const others = parked.get(item.name);
    if (others) others.push(item);
    else parked.set(item.name, [item]);
  }

  function launch(pool: Pool, item: Item, definition: Definition): void {
    pool.free--;
    atWork++;
    waiting.delete(item.id);
    let holds = true;
    const slot: Slot = {
      leave() {
        holds = false;
        atWork--;
        pool.free++;
        schedule();
        wakeIdle();
      },
      enter: (signal) =>
        new Promise<void>((resolve, reject) => {
          const back = () => {
            signal.removeEventListener("abort", give);
            holds = true;
            atWork++;
            resolve();
          };
          const give = () => {
            pool.returning.splice(pool.returning.indexOf(back), 1);
            reject(signal.reason);
          };
          if (signal.aborted) return reject(signal.reason);
          signal.addEventListener("abort", give, { once: true });
          pool.returning.push(back);
          schedule();
        }),
    };
    const run = startRun(options, item, definition, slot);
    active.set(item.id, run);
    void run.recorded.then(() => {
      active.delete(item.id);
      onEnd(item.id);
    });
    void run.released.then(() => {
      if (holds) {
        pool.free++;
        atWork--;
      }
      pool.lanes.release(item);
      schedule();
      wakeIdle();
    });
  }

  return {
    add(item) {
      waiting.set(item.id, item);
      poolOf(item).lanes.add(item);
      schedule();
    },
    drop(id) {
      const item = waiting.get(id);
      if (!item) return;
      waiting.delete(id);
      item.dropped = true;
      const others = parked.get(item.name);
      if (others?.includes(item)) {
        parked.set(
          item.name,
          others.filter((other) => other !== item),
        );
        poolOf(item).lanes.release(item);
        schedule();
      }
    },
    running: (id) => active.get(id),
    defined(name) {
      for (const item of parked.get(name) ?? []) poolOf(item).unparked.push(item);
      parked.delete(name);
      schedule();
    },
    halt() {
      halted = true;
    },
    runs: () => [...active.values()],
    load: () => ({ waiting: waiting.size, running: atWork, slots: options.concurrency + options.flowConcurrency }),
    async idle() {
      if (atWork === 0) return;
      await new Promise<void>((resolve) => idleWaiters.push(resolve));
    },
  };
}
