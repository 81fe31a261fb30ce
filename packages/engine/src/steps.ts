import type { ErrorShape } from "@travelagent/protocol";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, CommitOptions, Database, StepOptions, Tx } from "@travelagent/protocol/ports";
import type { Persist } from "./persist.ts";
import { waitsForStorage } from "./storage-error.ts";
import { fromJson, insertMemo, type Memo, toJson } from "./work-table.ts";

const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 30_000;

/** What is known of a step and not stored yet: that waits for the next commit of the run. */
export interface UnwrittenMemo {
  position: number;
  memo: Memo;
}

export interface StepsDeps {
  workId: string;
  memos: readonly Memo[];
  /** Of a call of the same run before this one. */
  unwritten: readonly UnwrittenMemo[];
  /** Of the run: when it aborts, steps under way are given up and further ones are refused with its reason. */
  signal: AbortSignal;
  /** False as soon as the run has ended in whatever way: nothing more is stored for it. */
  isOpen(): boolean;
  db: Database;
  clock: Clock;
  persist: Persist;
  /** Does without its slot and its time-out while `waiting` is under way. */
  resting(waiting: () => Promise<void>): Promise<void>;
  beginning: Beginning;
}

/** That the run has begun, where this is not stored before its function is called. */
export interface Beginning {
  /** Resolves when it is stored. Rejects when the work is not to run any more. */
  stored(): Promise<void> | undefined;
  /** The same within a commit; returns what is to be called when that has succeeded. */
  join(tx: Tx): Promise<() => void>;
}

export interface Steps {
  step<T>(name: string, work: (signal: AbortSignal) => Promise<T>, options?: StepOptions): Promise<T>;
  sleep(name: string, ms: number): Promise<void>;
  transaction<T>(name: string, work: (tx: Tx) => Promise<T>, options?: CommitOptions): Promise<T>;
}

/** The memory of one run: what was done before a restart is answered from its memo, the rest is done and remembered. */
export function createSteps({ workId, memos, unwritten: earlier, signal, isOpen, db, clock, persist, resting, beginning }: StepsDeps): {
  steps: Steps;
  unwritten(): readonly UnwrittenMemo[];
} {
  const remembered = new Map([...memos, ...earlier.map(({ memo }) => memo)].map((memo) => [memo.name, memo]));
  const used = new Set<string>();
  const unwritten = [...earlier];
  let position = memos.length + earlier.length;

  const refusal = (): unknown =>
    signal.aborted ? signal.reason : new TravelAgentError("CANCELLED", "this work has ended already; await every step before you return");

  function claim(name: string): Memo | undefined {
    if (!isOpen()) throw refusal();
    if (used.has(name)) throw new TravelAgentError("INTERNAL", `the step ${name} is there twice in one run; give every step its own name`);
    used.add(name);
    return remembered.get(name);
  }

  /** Takes along what waits for a commit. Taken inside, where one transaction runs at a time: steps beside each other must not both store it. */
  async function commit<T>(work: (tx: Tx) => Promise<T>, options?: CommitOptions): Promise<T> {
    let taken: UnwrittenMemo[] = [];
    let begun = () => {};
    try {
      const result = await db.transaction(async (tx) => {
        if (!isOpen()) throw refusal();
        begun = await beginning.join(tx);
        taken = unwritten.splice(0);
        for (const { position: at, memo } of taken) await insertMemo(tx, workId, at, memo);
        return work(tx);
      }, options);
      begun();
      return result;
    } catch (error) {
      unwritten.unshift(...taken);
      throw error;
    }
  }

  async function remember(memo: Memo, durable?: boolean): Promise<void> {
    const at = position++;
    const write = () => commit((tx) => insertMemo(tx, workId, at, memo), commitOf(durable));
    await persist("step", { workId, step: memo.name }, write, isOpen).catch((error: unknown) => {
      throw isOpen() ? error : refusal();
    });
  }

  async function fail(name: string, error: unknown): Promise<never> {
    // An abort is no outcome of the step: after a restart it has to run again.
    if (!isOpen()) throw refusal();
    // Neither is a store that cannot write now: the run begins again when it can, and the step with it.
    if (waitsForStorage(error)) throw error;
    const coded = TravelAgentError.from(error);
    await remember({ name, ok: 0, value: JSON.stringify(coded.toShape()) });
    throw coded;
  }

  async function attempts<T>(name: string, work: (signal: AbortSignal) => Promise<T>, { retries = 0, timeoutMs }: StepOptions): Promise<T> {
    for (let failures = 0; ; failures++) {
      try {
        return await untilAborted(signal, clock, name, work, timeoutMs);
      } catch (error) {
        if (!isOpen() || failures >= retries || !TravelAgentError.is(error) || !error.retryable) throw error;
        await pause(signal, clock, error.retryAfterMs ?? Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
      }
    }
  }

  async function step<T>(name: string, work: (signal: AbortSignal) => Promise<T>, options: StepOptions = {}): Promise<T> {
    const known = claim(name);
    if (known) return replay(known) as T;
    await beginning.stored();
    let value: string | null;
    try {
      value = toJson(await attempts(name, work, options));
    } catch (error) {
      return fail(name, error);
    }
    // Through JSON, so that the first run sees exactly what a restarted one would see.
    const result = fromJson(value) as T;
    const memo: Memo = { name, ok: 1, value };
    if (isOpen() && options.joinsNext?.(result)) unwritten.push({ position: position++, memo });
    else await remember(memo, options.durable);
    return result;
  }

  const steps: Steps = {
    step,
    async sleep(name, ms) {
      const until = await step(name, async () => clock.now() + ms);
      const left = until - clock.now();
      if (left > 0) await resting(() => pause(signal, clock, left));
    },
    async transaction<T>(name: string, work: (tx: Tx) => Promise<T>, options?: CommitOptions): Promise<T> {
      const memo = claim(name);
      if (memo) return replay(memo) as T;
      const write = () =>
        commit(async (tx) => {
          const value = toJson(await work(tx));
          if (!isOpen()) throw refusal();
          await insertMemo(tx, workId, position++, { name, ok: 1, value });
          return value;
        }, options);
      let value: string | null;
      try {
        value = await persist("transaction", { workId, step: name }, write, isOpen);
      } catch (error) {
        return fail(name, error);
      }
      return fromJson(value) as T;
    },
  };
  return { steps, unwritten: () => unwritten };
}

const commitOf = (durable: boolean | undefined): CommitOptions => (durable === undefined ? {} : { durable });

function replay({ ok, value }: Memo): unknown {
  if (ok === 1) return fromJson(value);
  throw TravelAgentError.fromShape(JSON.parse(value ?? "null") as ErrorShape);
}

/** Runs `work` with a signal of its own; settles at the latest when the run aborts or the time is over, whatever `work` does. */
function untilAborted<T>(run: AbortSignal, clock: Clock, name: string, work: (signal: AbortSignal) => Promise<T>, timeoutMs: number | undefined): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const own = new AbortController();
    const stop = () => {
      own.abort(run.reason);
      reject(run.reason);
    };
    run.addEventListener("abort", stop, { once: true });
    const disarm =
      timeoutMs === undefined
        ? () => {}
        : clock.after(timeoutMs, () => {
            const late = new TravelAgentError("TIMEOUT", `the step ${name} took longer than ${timeoutMs} ms; try again later`);
            own.abort(late);
            reject(late);
          });
    const settle = () => {
      disarm();
      run.removeEventListener("abort", stop);
    };
    own.signal.addEventListener("abort", settle, { once: true });
    Promise.resolve()
      .then(() => work(own.signal))
      .then(resolve, reject)
      .finally(settle);
  });
}

function pause(signal: AbortSignal, clock: Clock, delayMs: number): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const stop = () => {
      disarm();
      reject(signal.reason);
    };
    const disarm = clock.after(delayMs, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    signal.addEventListener("abort", stop, { once: true });
  });
}
