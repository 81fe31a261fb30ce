import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Database, Work, WorkContext, WorkFunction, WorkRequest, WorkResult, WorkState } from "@travelagent/protocol/ports";

interface Run {
  request: WorkRequest;
  state: WorkState;
  attempt: number;
  memos: Map<string, { value: string } | { error: ErrorShape }>;
  value?: unknown;
  error?: ErrorShape;
}

/** Durable work that dies where it is told to, like a process at `kill -9`: what ran is never heard of again, memos stay. */
export interface CrashingWork extends Work {
  /** Dies at the n-th point from now: before a step, after its effect but before its memo, after its memo. */
  crashAt(point: number): void;
  /** Points passed since the last `crashAt` or the beginning. */
  points(): number;
  crashed(): boolean;
  /** Dies now, wherever it is. */
  kill(): void;
  /** A new process: everything unfinished runs again with what was remembered. */
  restart(): void;
  /** Pieces of work that are not at their end. */
  unfinished(): number;
  /** Until everything is done, or the process is dead. */
  idle(): Promise<void>;
}

/** Commits of `transaction` and its memo are apart, as on the least an engine may promise. */
export function crashingWork(db: Database): CrashingWork {
  const functions = new Map<string, WorkFunction>();
  const runs = new Map<string, Run>();
  const waiting = new Set<() => void>();
  let generation = 0;
  let passed = 0;
  let deadline = Number.POSITIVE_INFINITY;
  let dead = false;

  const wake = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const forever = () => new Promise<never>(() => {});
  /** A place to die. Nothing of an earlier process goes on, either. */
  async function point(mine: number): Promise<void> {
    if (mine !== generation || dead) return forever();
    passed += 1;
    if (passed < deadline) return;
    dead = true;
    wake();
    return forever();
  }

  async function remember<T>(run: Run, mine: number, name: string, work: () => Promise<T>): Promise<T> {
    const known = run.memos.get(name);
    if (known) {
      if ("error" in known) throw TravelAgentError.fromShape(known.error);
      return JSON.parse(known.value) as T;
    }
    await point(mine);
    let memo: { value: string } | { error: ErrorShape };
    try {
      memo = { value: JSON.stringify((await work()) ?? null) };
    } catch (error) {
      memo = { error: TravelAgentError.from(error).toShape() };
    }
    await point(mine);
    run.memos.set(name, memo);
    await point(mine);
    return remember(run, mine, name, work);
  }

  async function execute(run: Run): Promise<void> {
    const mine = generation;
    run.state = "running";
    run.attempt += 1;
    const used = new Set<string>();
    /** As the engine does: a name stands for one step of a run. */
    const claim = (name: string): void => {
      if (used.has(name)) throw new TravelAgentError("INTERNAL", `the step ${name} is there twice in one run; give every step its own name`);
      used.add(name);
    };
    const { signal } = new AbortController();
    const ctx: WorkContext = {
      id: run.request.id,
      lane: undefined,
      signal,
      attempt: run.attempt,
      sleep: async () => undefined,
      async step(name, work) {
        claim(name);
        return remember(run, mine, name, () => work(signal));
      },
      async transaction(name, work) {
        claim(name);
        return remember(run, mine, name, () => db.transaction(work));
      },
    };
    try {
      const value = await functions.get(run.request.name)!(ctx, JSON.parse(JSON.stringify(run.request.input)));
      if (mine !== generation || dead) return;
      run.state = "done";
      run.value = value;
    } catch (error) {
      if (mine !== generation || dead) return;
      run.state = "failed";
      run.error = TravelAgentError.from(error).toShape();
    }
    wake();
  }

  const finished = (run: Run) => run.state === "done" || run.state === "failed";
  const change = () => new Promise<void>((resolve) => waiting.add(resolve));

  return {
    define: (name, work) => void functions.set(name, work),
    async submit(request) {
      if (runs.has(request.id)) return;
      const run: Run = { request, state: "queued", attempt: 0, memos: new Map() };
      runs.set(request.id, run);
      // After the commit that it was submitted with; nothing starts in a process that is dead.
      const mine = generation;
      setImmediate(() => {
        if (mine === generation && !dead) void execute(run);
      });
    },
    cancel: async () => {},
    state: async (id) => runs.get(id)?.state ?? null,
    async result(id, timeoutMs) {
      const until = timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutMs;
      for (;;) {
        const run = runs.get(id);
        if (!run) throw new TravelAgentError("NOT_FOUND", `no work ${id}`);
        if (finished(run)) return { state: run.state, value: run.value, ...(run.error ? { error: run.error } : {}) } satisfies WorkResult;
        if (Date.now() >= until) throw new TravelAgentError("TIMEOUT", "not done yet");
        await Promise.race([change(), new Promise((resolve) => setTimeout(resolve, 5))]);
      }
    },
    list: async () => [],
    retry: async () => false,
    crashAt(next) {
      passed = 0;
      deadline = next;
    },
    points: () => passed,
    crashed: () => dead,
    kill() {
      dead = true;
      wake();
    },
    restart() {
      generation += 1;
      dead = false;
      passed = 0;
      deadline = Number.POSITIVE_INFINITY;
      for (const run of runs.values()) if (!finished(run)) void execute(run);
    },
    unfinished: () => [...runs.values()].filter((run) => !finished(run)).length,
    async idle() {
      while (!dead && [...runs.values()].some((run) => !finished(run))) await change();
    },
  };
}
