import type { ErrorShape } from "@travelagent/protocol";
import type { Migration, Tx, WorkInfo, WorkRequest, WorkResult, WorkState } from "@travelagent/protocol/ports";
import type { Item } from "./lanes.ts";

export const workMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table work (
        seq integer primary key autoincrement,
        id text not null unique,
        name text not null,
        lane text,
        state text not null,
        priority integer not null,
        input text,
        value text,
        error text,
        attempts integer not null default 0,
        crashes integer not null default 0,
        paused integer not null default 0,
        timeout_ms integer,
        submitted_at integer not null,
        started_at integer,
        ended_at integer
      );
      create index work_open on work (seq) where state in ('queued', 'running');
      create index work_unsuccessful on work (state, seq) where state in ('failed', 'cancelled', 'dead');
      create index work_ended on work (ended_at) where ended_at is not null;
      create table step (
        work_id text not null,
        name text not null,
        position integer not null,
        ok integer not null,
        value text,
        primary key (work_id, name)
      ) without rowid;
    `,
  },
];

export type WorkRow = {
  seq: number;
  id: string;
  name: string;
  lane: string | null;
  state: WorkState;
  priority: number;
  input: string | null;
  value: string | null;
  error: string | null;
  attempts: number;
  crashes: number;
  /** 1 when a clean stop interrupted it: no crash. */
  paused: number;
  timeout_ms: number | null;
  submitted_at: number;
};

/** The remembered outcome of a step: the JSON of its value, or of the shape of its error. */
export type Memo = {
  name: string;
  ok: number;
  value: string | null;
};

export const toItem = (row: Pick<WorkRow, "id" | "name" | "lane" | "seq" | "priority">): Item => ({
  id: row.id,
  name: row.name,
  lane: row.lane ?? undefined,
  seq: row.seq,
  priority: row.priority,
  dropped: false,
});

export const toInfo = (row: WorkRow): WorkInfo => ({
  id: row.id,
  name: row.name,
  lane: row.lane ?? undefined,
  state: row.state,
  crashes: row.crashes,
  submittedAt: row.submitted_at,
  ...(row.error === null ? {} : { error: JSON.parse(row.error) as ErrorShape }),
});

export const toResult = (row: Pick<WorkRow, "state" | "value" | "error">): WorkResult => ({
  state: row.state,
  ...(row.value === null ? {} : { value: JSON.parse(row.value) as unknown }),
  ...(row.error === null ? {} : { error: JSON.parse(row.error) as ErrorShape }),
});

/** JSON as a column holds it; `undefined` is null there. */
export const toJson = (value: unknown): string | null => JSON.stringify(value) ?? null;
export const fromJson = (text: string | null): unknown => (text === null ? undefined : JSON.parse(text));

/** The stored item, or undefined when the id is known already. */
export async function insertWork(tx: Tx, { id, name, lane, input, priority = 0, timeoutMs }: WorkRequest, now: number): Promise<Item | undefined> {
  const row = await tx.get<{ seq: number }>(
    `insert into work (id, name, lane, state, priority, input, timeout_ms, submitted_at) values (?, ?, ?, 'queued', ?, ?, ?, ?)
     on conflict (id) do nothing returning seq`,
    id,
    name,
    lane ?? null,
    priority,
    toJson(input),
    timeoutMs ?? null,
    now,
  );
  return row && { id, name, lane, seq: row.seq, priority, dropped: false, fresh: true };
}

/** Marks queued work as running. Undefined when it is not queued any more. */
export function beginWork(tx: Tx, id: string, now: number): Promise<Pick<WorkRow, "input" | "attempts" | "timeout_ms"> | undefined> {
  return tx.get(
    "update work set state = 'running', attempts = attempts + 1, paused = 0, started_at = ? where id = ? and state = 'queued' returning input, attempts, timeout_ms",
    now,
    id,
  );
}

/** What a run that is not begun yet has to know. Undefined when it is not queued any more. */
export const readQueued = (from: Pick<Tx, "get">, id: string): Promise<Pick<WorkRow, "input" | "attempts" | "timeout_ms"> | undefined> =>
  from.get("select input, attempts, timeout_ms from work where id = ? and state = 'queued'", id);

/** True when it runs, as far as the table knows. */
export const isRunning = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.get("select 1 as found from work where id = ? and state = 'running'", id)) !== undefined;

/** Ends running work. The memos of work that is done are of no more use; those of a failure serve `retry`. */
export async function endWork(
  tx: Tx,
  id: string,
  result: { state: WorkState; value: string | null; error: ErrorShape | undefined },
  now: number,
): Promise<void> {
  await tx.run(
    "update work set state = ?, value = ?, error = ?, ended_at = ? where id = ? and state = 'running'",
    result.state,
    result.value,
    result.error === undefined ? null : JSON.stringify(result.error),
    now,
    id,
  );
  if (result.state === "done") await tx.run("delete from step where work_id = ?", id);
}

export const readMemos = (tx: Pick<Tx, "all">, id: string): Promise<Memo[]> =>
  tx.all("select name, ok, value from step where work_id = ? order by position", id);

export const insertMemo = (tx: Tx, id: string, position: number, { name, ok, value }: Memo) =>
  tx.run("insert into step (work_id, name, position, ok, value) values (?, ?, ?, ?, ?)", id, name, position, ok, value);

/**
 * Puts failed or dead work at the end of its lane. A failure that was the last thing remembered is forgotten, since nothing
 * was built upon it; every other memo stays, so that what has been compensated is not begun anew.
 */
export async function requeueWork(tx: Tx, id: string): Promise<Item | undefined> {
  const row = await tx.get<WorkRow>(
    `update work set state = 'queued', seq = (select max(seq) + 1 from work), crashes = 0, value = null, error = null, ended_at = null
     where id = ? and state in ('failed', 'dead') returning *`,
    id,
  );
  if (!row) return undefined;
  await tx.run("delete from step where work_id = ? and ok = 0 and position = (select max(position) from step where work_id = ?)", id, id);
  return toItem(row);
}
