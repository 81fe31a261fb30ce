import { type DeadLetter, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, Tx, Work } from "@travelagent/protocol/ports";
import { readCursor, writeCursor } from "../cursor.ts";

export interface NewDeadLetter {
  /** What failed; its dead letter has the same id. */
  runId: string;
  sessionKey: string;
  agentId: string;
  channel: string;
  code: string;
  reason: string;
  /** What the customer wrote. */
  text?: string;
}

/** What ended without doing what it was for, until a person deals with it. */
export interface DeadLetters {
  /** In the commit that ends the turn. A repeat changes nothing; true when this was the first. `settled`: nobody has to deal with it any more, and why. */
  add(tx: Tx, letter: NewDeadLetter, settled?: string): Promise<boolean>;
  list(filter: {
    kind?: DeadLetter["kind"] | undefined;
    state?: DeadLetter["state"] | "all" | undefined;
    limit?: number | undefined;
    cursor?: string | undefined;
  }): Promise<{ deadLetters: DeadLetter[]; nextCursor?: string }>;
  /** Raises `NOT_FOUND`. */
  get(id: string): Promise<DeadLetter>;
  /** Open becomes retried as `runId`; false when it is not open. */
  retried(tx: Tx, id: string, runId: string, by: string): Promise<boolean>;
  /** Raises `NOT_FOUND`, and `CONFLICT` when it was tried again. */
  drop(id: string, reason: string, by: string): Promise<DeadLetter>;
  open(): Promise<number>;
}

export interface DeadLettersOptions {
  db: Database;
  work: Work;
  clock: Clock;
  /** Durable flows, by name, that are dead letters when they fail. */
  flows: readonly string[];
  onAdded(kind: DeadLetter["kind"]): void;
}

/** Flows that ended badly, looked through at a time. */
const mostFlows = 500;

const read = (row: Row): DeadLetter => {
  const text = (name: string, value: unknown) => (value === null || value === undefined ? {} : { [name]: value as string });
  return {
    id: row.id as string,
    kind: row.kind as DeadLetter["kind"],
    state: row.state as DeadLetter["state"],
    runId: row.run_id as string,
    code: row.code as string,
    reason: row.reason as string,
    at: new Date(Number(row.at)).toISOString(),
    ...text("sessionKey", row.session_key),
    ...text("agentId", row.agent_id),
    ...text("channel", row.channel),
    ...text("preview", row.preview),
    ...text("retriedAs", row.retried_as),
    ...text("resolvedBy", row.resolved_by),
    ...(row.resolved_at === null ? {} : { resolvedAt: new Date(Number(row.resolved_at)).toISOString() }),
    ...text("note", row.note),
  };
};

export function createDeadLetters({ db, work, clock, flows, onAdded }: DeadLettersOptions): DeadLetters {
  /** Flows tell nobody when they fail: whoever asks finds them. One that was tried again and failed again is open again. */
  const findFlows = async (): Promise<void> => {
    for (const name of flows)
      for (const state of ["dead", "failed"] as const)
        for (const { id, error, submittedAt } of await work.list({ name, state, limit: mostFlows })) {
          const known = await db.get("select state from dead_letter where id = ?", `flow:${id}`);
          if (known && known.state !== "retried") continue;
          await db.transaction(async (tx) => {
            await tx.run(
              `insert into dead_letter (id, kind, state, run_id, code, reason, preview, at) values (?, 'saga', 'open', ?, ?, ?, ?, ?)
               on conflict (id) do update set state = 'open', code = excluded.code, reason = excluded.reason`,
              `flow:${id}`,
              id,
              error?.code ?? "INTERNAL",
              error?.message ?? `the flow is ${state}`,
              name,
              known ? clock.now() : submittedAt,
            );
          });
          onAdded("saga");
        }
  };

  const get = async (id: string): Promise<DeadLetter> => {
    const row = await db.get("select * from dead_letter where id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", `there is no dead letter ${id}; see queue.dlq.list`);
    return read(row);
  };

  return {
    async add(tx, { runId, sessionKey, agentId, channel, code, reason, text }, settled) {
      const preview = text === undefined ? null : Array.from(text.replace(/\s+/g, " ").trim()).slice(0, 140).join("");
      const { changes } = await tx.run(
        `insert into dead_letter (id, kind, state, run_id, session_key, agent_id, channel, code, reason, preview, at, note)
         values (?, 'turn', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
        runId,
        settled === undefined ? "open" : "dropped",
        runId,
        sessionKey,
        agentId,
        channel,
        code,
        reason,
        preview,
        clock.now(),
        settled ?? null,
      );
      if (changes > 0) onAdded("turn");
      return changes > 0;
    },
    async list({ kind, state = "open", limit = 50, cursor }) {
      await findFlows();
      const [at, after] = readCursor(cursor);
      const conditions = ["(at < ? or (at = ? and id > ?))"];
      const values: (string | number)[] = [at, at, after];
      for (const [column, value] of [
        ["kind", kind],
        ["state", state === "all" ? undefined : state],
      ] as const) {
        if (value === undefined) continue;
        conditions.push(`${column} = ?`);
        values.push(value);
      }
      const rows = await db.all(`select * from dead_letter where ${conditions.join(" and ")} order by at desc, id limit ?`, ...values, limit + 1);
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return { deadLetters: page.map(read), ...(rows.length > limit && last ? { nextCursor: writeCursor(Number(last.at), last.id as string) } : {}) };
    },
    get,
    async retried(tx, id, runId, by) {
      const { changes } = await tx.run(
        "update dead_letter set state = 'retried', retried_as = ?, resolved_by = ?, resolved_at = ? where id = ? and state = 'open'",
        runId,
        by,
        clock.now(),
        id,
      );
      return changes === 1;
    },
    async drop(id, reason, by) {
      const { changes } = await db.transaction((tx) =>
        tx.run(
          "update dead_letter set state = 'dropped', note = ?, resolved_by = ?, resolved_at = ? where id = ? and state = 'open'",
          reason,
          by,
          clock.now(),
          id,
        ),
      );
      const letter = await get(id);
      if (changes === 0 && letter.state === "retried") throw new TravelAgentError("CONFLICT", `this was tried again already, as ${letter.retriedAs}`);
      return letter;
    },
    async open() {
      return Number((await db.get("select count(*) as n from dead_letter where state = 'open'"))?.n ?? 0);
    },
  };
}
