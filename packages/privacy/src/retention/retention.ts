import { TravelAgentError } from "@travelagent/protocol";
import type { RetentionStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger, Row, Work } from "@travelagent/protocol/ports";

export interface RetentionOptions {
  db: Database;
  work: Work;
  clock: Clock;
  log: Logger;
  /** Asked with each run. */
  stores: () => readonly RetentionStore[];
  /** Days by kind; what is not in it is kept without an end. Asked with each run. */
  policy: () => Readonly<Partial<Record<string, number>>>;
}

export type RetentionLine = {
  kind: string;
  store: string;
  days?: number;
  /** ISO 8601 UTC. */
  before?: string;
  removed: number;
  kept: number;
  error?: string;
};

export interface RetentionRun {
  runId: string;
  dryRun: boolean;
  lines: RetentionLine[];
}

/** Forgets once a day what its time is over of. One that was cut off goes on at the next start. */
export interface Retention {
  /** Registers the durable function. Before the engine starts. */
  define(): void;
  /** After the engine started: from now on once a day. */
  start(): Promise<void>;
  stop(): void;
  /** Now. With `dryRun` nothing is removed and nothing is recorded. */
  run(options: { dryRun: boolean; signal?: AbortSignal }): Promise<RetentionRun>;
  status(): Promise<{ running: boolean; nextAt?: string; last?: { runId: string; startedAt: string; endedAt: string; lines: RetentionLine[] } }>;
}

export const retentionWork = "privacy.retention";
const dayMs = 86_400_000;
/** After a start others have more to do. */
const firstAfterMs = 600_000;
const longestRunMs = 3_600_000;
const name = (store: RetentionStore): string => `prune:${store.name}`;

/** After `openConsents`, which owns the tables. */
export function createRetention({ db, work, clock, log, stores, policy }: RetentionOptions): Retention {
  let cancel: (() => void) | undefined;
  let stopped = false;
  let nextAt: number | undefined;

  const prune = async (store: RetentionStore, at: number, options: { dryRun: boolean; signal: AbortSignal }): Promise<RetentionLine> => {
    const line = { kind: store.kind, store: store.name };
    const days = policy()[store.kind];
    if (days === undefined) return { ...line, removed: 0, kept: 0 };
    const before = at - days * dayMs;
    const told = { ...line, days, before: new Date(before).toISOString() };
    try {
      return { ...told, ...(await store.prune(before, options)) };
    } catch (error) {
      if (options.signal.aborted) throw options.signal.reason;
      const { code, message } = TravelAgentError.from(error);
      // One store that cannot does not keep the others from forgetting.
      log.warn("what its time is over of could not be removed", { store: store.name, code, error });
      return { ...told, removed: 0, kept: 0, error: `${code}: ${message}` };
    }
  };

  const submit = async (): Promise<string> => {
    const at = clock.now();
    const runId = `retention:${at}`;
    await db.transaction(async (tx) => {
      await tx.run("insert into retention_run (id, started_at) values (?, ?) on conflict (id) do nothing", runId, at);
      await work.submit({ name: retentionWork, id: runId, lane: retentionWork, input: { at }, timeoutMs: longestRunMs, priority: -1 }, tx);
    });
    return runId;
  };

  const readLines = (row: Row): RetentionLine[] => (row.lines ? (JSON.parse(row.lines as string) as RetentionLine[]) : []);

  const arm = (delayMs: number): void => {
    if (stopped) return;
    cancel?.();
    nextAt = clock.now() + delayMs;
    cancel = clock.after(delayMs, () => {
      submit()
        .catch((error: unknown) => log.error("the daily removal of old data could not be started", { code: TravelAgentError.from(error).code }))
        .finally(() => arm(dayMs));
    });
  };

  return {
    define: () =>
      work.define(retentionWork, async (context, input) => {
        const { at } = input as { at: number };
        const lines: RetentionLine[] = [];
        for (const store of stores()) lines.push(await context.step(name(store), (signal) => prune(store, at, { dryRun: false, signal })));
        await context.transaction("report", (tx) =>
          tx.run("update retention_run set ended_at = ?, lines = ? where id = ?", clock.now(), JSON.stringify(lines), context.id),
        );
        const removed = lines.reduce((sum, line) => sum + line.removed, 0);
        if (removed > 0) log.info("old data was removed", { runId: context.id, removed });
        return { lines };
      }),
    async start() {
      const last = await db.get("select started_at from retention_run order by started_at desc limit 1");
      arm(last ? Math.max(firstAfterMs, Number(last.started_at) + dayMs - clock.now()) : firstAfterMs);
    },
    stop() {
      stopped = true;
      cancel?.();
    },
    async run({ dryRun, signal = new AbortController().signal }) {
      if (dryRun) {
        const at = clock.now();
        const lines: RetentionLine[] = [];
        for (const store of stores()) lines.push(await prune(store, at, { dryRun, signal }));
        return { runId: `dry:${at}`, dryRun, lines };
      }
      const runId = await submit();
      const { state, value, error } = await work.result(runId, longestRunMs);
      if (state !== "done") throw TravelAgentError.fromShape(error ?? { code: "UNAVAILABLE", message: `the run ended as ${state}` });
      return { runId, dryRun, lines: (value as { lines: RetentionLine[] }).lines };
    },
    async status() {
      const open = await db.get("select 1 as found from retention_run where ended_at is null limit 1");
      const last = await db.get("select * from retention_run where ended_at is not null order by started_at desc limit 1");
      return {
        running: open !== undefined,
        ...(nextAt === undefined || stopped ? {} : { nextAt: new Date(nextAt).toISOString() }),
        ...(last
          ? {
              last: {
                runId: last.id as string,
                startedAt: new Date(Number(last.started_at)).toISOString(),
                endedAt: new Date(Number(last.ended_at)).toISOString(),
                lines: readLines(last),
              },
            }
          : {}),
      };
    },
  };
}
