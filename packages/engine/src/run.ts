import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger, Tx, WorkFunction, WorkOptions, WorkState } from "@travelagent/protocol/ports";
import type { Item } from "./lanes.ts";
import { type Persist, storagePause } from "./persist.ts";
import { type Beginning, createSteps, type UnwrittenMemo } from "./steps.ts";
import { waitsForStorage } from "./storage-error.ts";
import { beginWork, endWork, fromJson, isRunning, type Memo, readMemos, readQueued, toJson } from "./work-table.ts";

export interface RunDeps {
  db: Database;
  clock: Clock;
  log: Logger;
  persist: Persist;
  /** How long the lane waits for a function that was told to stop; then it goes on without it. */
  abandonAfterMs: number;
}

/** The place among those that may run at the same time. Taken when a run starts. */
export interface Slot {
  leave(): void;
  /** Resolves when there is a place again; rejects with the reason of `signal`, and has none then. */
  enter(signal: AbortSignal): Promise<void>;
}

/** One piece of work that has a slot. */
export interface Run {
  readonly item: Item;
  /** Ends the run from outside; the first end counts. `paused` leaves the row for the next start. */
  end(how: "cancelled" | "paused", reason: TravelAgentError): void;
  /** Resolves when the end is stored, or given up because of a stop. Never rejects. */
  readonly recorded: Promise<void>;
  /** Resolves when the lane may go on. Never rejects. */
  readonly released: Promise<void>;
}

type Outcome = { state: Extract<WorkState, "done" | "failed" | "cancelled">; value: string | null; error: ErrorShape | undefined } | "paused";

/** Takes the item from queued to its end: begin, call, record, release. */
export function startRun(
  { db, clock, log, persist, abandonAfterMs }: RunDeps,
  item: Item,
  { work, options }: { work: WorkFunction; options: WorkOptions },
  slot: Slot,
): Run {
  const aborter = new AbortController();
  let open = true;
  let given: Outcome | undefined;
  let announce: (outcome: Outcome) => void = () => {};
  const outcome = new Promise<Outcome>((resolve) => {
    announce = resolve;
  });
  const fields = { workId: item.id, name: item.name, "pii.lane": item.lane };
  const wanted = () => given !== "paused";

  function settle(result: Outcome, reason?: TravelAgentError): void {
    if (given === undefined) {
      given = result;
      announce(result);
    } else if (result === "paused") given = result;
    open = false;
    if (reason && !aborter.signal.aborted) aborter.abort(reason);
  }

  /** Stored, or to be stored with the first thing that is. */
  let begun = !(item.fresh && options.beginsWithFirstStep);
  const beginIn = async (tx: Tx): Promise<void> => {
    if (!open) throw new TravelAgentError("CANCELLED", "this work has ended already");
    if (begun || (await beginWork(tx, item.id, clock.now())) || (await isRunning(tx, item.id))) return;
    throw new TravelAgentError("CANCELLED", "this work is not to run any more");
  };
  const hasBegun = () => {
    begun = true;
  };
  const beginning: Beginning = {
    stored: () => (begun ? undefined : persist("begin", fields, () => db.transaction(beginIn, { durable: false }), wanted).then(hasBegun)),
    async join(tx) {
      await beginIn(tx);
      return hasBegun;
    },
  };

  async function begin(): Promise<{ input: unknown; attempt: number; timeoutMs: number | null; memos: Memo[] } | undefined> {
    if (!begun) {
      const row = await persist("begin", fields, () => readQueued(db, item.id), wanted);
      return row && { input: fromJson(row.input), attempt: row.attempts + 1, timeoutMs: row.timeout_ms, memos: [] };
    }
    const write = () =>
      db.transaction(
        async (tx) => {
          const row = given === "paused" ? undefined : await beginWork(tx, item.id, clock.now());
          return (
            row && { input: fromJson(row.input), attempt: row.attempts, timeoutMs: row.timeout_ms, memos: row.attempts > 1 ? await readMemos(tx, item.id) : [] }
          );
          // Lost with the power: it is begun again, which is what happens then anyway.
        },
        { durable: false },
      );
    return persist("begin", fields, write, wanted);
  }

  /** Calls the function, and calls it again from its memos as long as a store cannot write: that is no outcome of it. */
  async function call({ input, attempt, memos }: NonNullable<Awaited<ReturnType<typeof begin>>>): Promise<void> {
    let current = 0;
    let unwritten: readonly UnwrittenMemo[] = [];
    for (let failures = 0; open; failures++) {
      try {
        const known = failures === 0 ? memos : await readMemos(db, item.id);
        // Steps that an earlier call did not await must not store anything beside those of this one.
        const own = ++current;
        const isOpen = () => open && own === current;
        const made = createSteps({ workId: item.id, memos: known, unwritten, signal: aborter.signal, isOpen, db, clock, persist, resting, beginning });
        unwritten = made.unwritten();
        const context = { id: item.id, lane: item.lane, signal: aborter.signal, attempt: attempt + failures, ...made.steps };
        return settle({ state: "done", value: toJson(await work(context, input)), error: undefined });
      } catch (error) {
        if (!open) return;
        if (!waitsForStorage(error)) {
          if (!TravelAgentError.is(error)) log.error("work threw an unexpected error", { ...fields, error });
          return settle({ state: "failed", value: null, error: TravelAgentError.from(error).toShape() });
        }
        const delay = storagePause(failures);
        log.error("work waits for the storage", { ...fields, code: error.code, message: error.message, againInMs: delay });
        await pauseUnlessEnded(delay);
      }
    }
  }

  const deadline = runningTime(clock);
  async function resting(waiting: () => Promise<void>): Promise<void> {
    deadline.stop();
    slot.leave();
    await waiting();
    await slot.enter(aborter.signal);
    if (open) deadline.go();
  }

  const pauseUnlessEnded = (delayMs: number) =>
    new Promise<void>((resolve) => {
      const disarm = clock.after(delayMs, resolve);
      aborter.signal.addEventListener(
        "abort",
        () => {
          disarm();
          resolve();
        },
        { once: true },
      );
    });

  async function record(result: Exclude<Outcome, "paused">): Promise<void> {
    // Lost with the power: it ends again, from its memos.
    const write = () =>
      db.transaction(
        async (tx) => {
          if (!begun) await beginWork(tx, item.id, clock.now());
          await endWork(tx, item.id, result, clock.now());
        },
        { durable: false },
      );
    await persist("end", fields, write, wanted);
  }

  let called: Promise<void> = Promise.resolve();
  async function throughEnd(): Promise<void> {
    try {
      const begun = await begin();
      if (!begun) return;
      if (begun.timeoutMs !== null) {
        const ms = begun.timeoutMs;
        deadline.after(ms, () => {
          const late = new TravelAgentError("TIMEOUT", `the work took longer than ${ms} ms and was stopped; try again later`);
          settle({ state: "failed", value: null, error: late.toShape() }, late);
        });
      }
      if (given === undefined) called = call(begun);
      const result = await outcome;
      if (result !== "paused") await record(result);
    } catch (error) {
      log.error("the end of a run could not be stored; it is taken up again at the next start", { ...fields, error });
    } finally {
      deadline.stop();
      open = false;
    }
  }

  const recorded = throughEnd();
  const released = recorded.then(
    () =>
      new Promise<void>((resolve) => {
        const disarm = clock.after(abandonAfterMs, () => {
          log.warn("work did not stop when told; its lane goes on without it", fields);
          resolve();
        });
        void called.then(() => {
          disarm();
          resolve();
        });
      }),
  );

  return {
    item,
    recorded,
    released,
    end(how, reason) {
      settle(how === "paused" ? "paused" : { state: "cancelled", value: null, error: reason.toShape() }, reason);
    },
  };
}

/** A time-out that counts only while the run is at work. */
function runningTime(clock: Clock) {
  let left: number | undefined;
  let since = 0;
  let expired = () => {};
  let disarm = () => {};
  const go = () => {
    if (left === undefined) return;
    since = clock.now();
    disarm = clock.after(left, expired);
  };
  return {
    after(ms: number, then: () => void) {
      left = ms;
      expired = then;
      go();
    },
    stop() {
      disarm();
      if (left !== undefined) left = Math.max(0, left - (clock.now() - since));
    },
    go,
  };
}
