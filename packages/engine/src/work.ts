import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger, Tx, Work, WorkRequest, WorkResult, WorkState } from "@travelagent/protocol/ports";
import type { EngineDatabase } from "./database.ts";
import { persistence } from "./persist.ts";
import { createPump, type Definition } from "./pump.ts";
import { recover } from "./recovery.ts";
import { retention } from "./retention.ts";
import { insertWork, requeueWork, toInfo, toResult, type WorkRow } from "./work-table.ts";

export interface EmbeddedWork extends Work {
  start(): Promise<void>;
  stop(drainMs: number): Promise<void>;
}

export interface WorkDeps {
  db: EngineDatabase;
  clock: Clock;
  log: Logger;
  concurrency: number;
  flowConcurrency: number;
  abandonAfterMs: number;
  keepFinishedMs: number;
}

const DEFAULT_LIST = 50;
const MAX_LIST = 500;
const ended = (state: WorkState) => state !== "queued" && state !== "running";

/** Durable functions on two tables and a pump in this process. */
export function createWork({ db, clock, log, concurrency, flowConcurrency, abandonAfterMs, keepFinishedMs }: WorkDeps): EmbeddedWork {
  const definitions = new Map<string, Definition>();
  const waiters = new Map<string, Set<() => void>>();
  const persist = persistence({ clock, log });
  const prune = retention({ db, clock, log, keepFinishedMs });
  let phase: "new" | "started" | "stopped" = "new";

  const pump = createPump({
    db,
    clock,
    log,
    persist,
    concurrency,
    flowConcurrency,
    abandonAfterMs,
    definitions,
    onEnd(id) {
      notify(id);
      prune();
    },
  });

  function notify(id: string): void {
    for (const wake of waiters.get(id) ?? []) wake();
  }

  /** Until `start`, the table alone keeps what was submitted; `start` reads it from there. */
  function addOnCommit(tx: Tx, item: Parameters<typeof pump.add>[0] | undefined): void {
    db.onCommit(tx, () => {
      if (item && phase === "started") pump.add(item);
    });
  }

  async function finished(id: string): Promise<WorkResult | undefined> {
    const row = await db.get<WorkRow>("select state, value, error from work where id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", `there is no work with the id ${id}; it was never submitted, or ended long ago`);
    return ended(row.state) ? toResult(row) : undefined;
  }

  return {
    define(name, work, options = {}) {
      definitions.set(name, { work, options });
      pump.defined(name);
    },

    async submit(request: WorkRequest, tx?: Tx) {
      const insert = async (writing: Tx) => addOnCommit(writing, await insertWork(writing, request, clock.now()));
      await (tx ? insert(tx) : db.transaction(insert));
    },

    async cancel(id) {
      const reason = new TravelAgentError("CANCELLED", "this work was cancelled");
      const run = pump.running(id);
      if (run) {
        run.end("cancelled", reason);
        return run.recorded;
      }
      const { changes } = await db.transaction(async (tx) => {
        const result = await tx.run(
          "update work set state = 'cancelled', error = ?, ended_at = ? where id = ? and (state = 'queued' or (state = 'running' and ?))",
          JSON.stringify(reason.toShape()),
          clock.now(),
          id,
          phase === "new" ? 1 : 0,
        );
        return result;
      });
      if (changes > 0) {
        pump.drop(id);
        return notify(id);
      }
      // It may have got its slot while the statement waited for the writer.
      const late = pump.running(id);
      late?.end("cancelled", reason);
      await late?.recorded;
    },

    async state(id) {
      return (await db.get<{ state: WorkState }>("select state from work where id = ?", id))?.state ?? null;
    },

    async result(id, timeoutMs) {
      let wake: () => void = () => {};
      const woken = new Promise<"ended">((resolve) => {
        wake = () => resolve("ended");
      });
      const own = waiters.get(id) ?? new Set();
      waiters.set(id, own.add(wake));
      let disarm = () => {};
      try {
        const late = new Promise<"late">((resolve) => {
          if (timeoutMs !== undefined) disarm = clock.after(timeoutMs, () => resolve("late"));
        });
        const already = await finished(id);
        if (already) return already;
        if (phase === "stopped" || (await Promise.race([woken, late])) === "late") {
          if (phase !== "stopped") throw new TravelAgentError("TIMEOUT", `the work ${id} has not ended within ${timeoutMs} ms; ask again later`);
        }
        const result = phase === "stopped" ? undefined : await finished(id);
        if (!result) throw new TravelAgentError("UNAVAILABLE", `the gateway stops before the work ${id} has ended; ask again after the restart`);
        return result;
      } finally {
        disarm();
        own.delete(wake);
        if (own.size === 0 && waiters.get(id) === own) waiters.delete(id);
      }
    },

    async list({ state, name, limit = DEFAULT_LIST }) {
      // The state is written into the statement, so that the partial index of that state can serve it.
      const conditions = [state && `state = '${checkedState(state)}'`, name !== undefined && "name = ?"].filter(Boolean);
      const where = conditions.length > 0 ? `where ${conditions.join(" and ")}` : "";
      const rows = await db.all<WorkRow>(
        `select * from work ${where} order by seq desc limit ?`,
        ...(name === undefined ? [] : [name]),
        Math.min(limit, MAX_LIST),
      );
      return rows.map(toInfo);
    },

    load: () => pump.load(),

    async retry(id) {
      return db.transaction(async (tx) => {
        const item = await requeueWork(tx, id);
        addOnCommit(tx, item);
        return item !== undefined;
      });
    },

    async start() {
      if (phase !== "new") return;
      await db.transaction(async (tx) => {
        const items = await recover(tx, definitions, log, clock.now());
        db.onCommit(tx, () => {
          phase = "started";
          for (const item of items) pump.add(item);
        });
      });
    },

    async stop(drainMs) {
      pump.halt();
      await within(clock, drainMs, pump.idle());
      phase = "stopped";
      const interrupted = pump.runs();
      const reason = new TravelAgentError("UNAVAILABLE", "the gateway stops; this work goes on after the restart");
      for (const run of interrupted) run.end("paused", reason);
      try {
        if (interrupted.length > 0)
          await db.transaction(async (tx) => {
            for (const { item } of interrupted) await tx.run("update work set paused = 1 where id = ? and state = 'running'", item.id);
          });
      } catch (error) {
        log.error("interrupted work could not be marked; the next start counts it as crashed", { error });
      }
      await within(clock, abandonAfterMs, pump.idle());
      for (const id of [...waiters.keys()]) notify(id);
    },
  };
}

const states: readonly WorkState[] = ["queued", "running", "done", "failed", "cancelled", "dead"];

function checkedState(state: WorkState): WorkState {
  if (!states.includes(state)) throw new TravelAgentError("INVALID_REQUEST", `there is no state ${state}; choose one of ${states.join(", ")}`);
  return state;
}

function within(clock: Clock, ms: number, done: Promise<void>): Promise<void> {
  return new Promise<void>((resolve) => {
    const disarm = clock.after(ms, resolve);
    void done.then(() => {
      disarm();
      resolve();
    });
  });
}
