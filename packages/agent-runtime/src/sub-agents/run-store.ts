import type { Database, Migration, Row, SqlValue, Tx } from "@travelagent/protocol/ports";

/** One task that an agent gave to a helper. */
export interface SubAgentRun {
  runId: string;
  /** The session that gave the task, and that of the helper. */
  parentKey: string;
  sessionKey: string;
  agentId: string;
  label?: string;
  task: string;
  state: "running" | "done" | "failed" | "cancelled";
  /** What the helper found, or why it did not. */
  text?: string;
  /** The helper has read what third parties wrote. */
  tainted: boolean;
  totalTokens: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  endedAt?: number;
}

export interface RunStore {
  migrate(): Promise<void>;
  get(runId: string): Promise<SubAgentRun | undefined>;
  /** Newest first. */
  of(parentKey: string, limit?: number): Promise<SubAgentRun[]>;
  /** All that are at work. */
  running(): Promise<SubAgentRun[]>;
  /** The runs of one helper's session, newest first. */
  in(sessionKey: string): Promise<SubAgentRun[]>;
  begin(tx: Tx, run: Omit<SubAgentRun, "state" | "text" | "totalTokens" | "endedAt">): Promise<void>;
  /** The first end counts; true when this was it. */
  end(tx: Tx, runId: string, end: Pick<SubAgentRun, "state" | "text" | "tainted" | "totalTokens">, now: number): Promise<boolean>;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table sub_agent_run (
        run_id text primary key, parent_key text not null, session_key text not null, agent_id text not null, label text, task text not null,
        state text not null, text text, tainted bigint not null, total_tokens bigint not null, started_at bigint not null, ended_at bigint
      );
      create index sub_agent_run_parent on sub_agent_run (parent_key, started_at);
      create index sub_agent_run_session on sub_agent_run (session_key, started_at);
    `,
  },
  { version: 2, sql: "create index sub_agent_run_running on sub_agent_run (started_at) where state = 'running'" },
];

const read = (row: Row): SubAgentRun => ({
  runId: row.run_id as string,
  parentKey: row.parent_key as string,
  sessionKey: row.session_key as string,
  agentId: row.agent_id as string,
  ...(row.label ? { label: row.label as string } : {}),
  task: row.task as string,
  state: row.state as SubAgentRun["state"],
  ...(row.text === null ? {} : { text: row.text as string }),
  tainted: Number(row.tainted) === 1,
  totalTokens: Number(row.total_tokens),
  startedAt: Number(row.started_at),
  ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
});

export function createRunStore(db: Database): RunStore {
  const list = async (where: string, ...values: SqlValue[]): Promise<SubAgentRun[]> =>
    (await db.all(`select * from sub_agent_run where ${where} order by started_at desc, run_id limit ?`, ...values)).map(read);
  return {
    migrate: () => db.migrate("sub-agents", migrations),
    async get(runId) {
      const row = await db.get("select * from sub_agent_run where run_id = ?", runId);
      return row && read(row);
    },
    of: (parentKey, limit = 50) => list("parent_key = ?", parentKey, limit),
    running: () => list("state = 'running'", -1),
    in: (sessionKey) => list("session_key = ?", sessionKey, 50),
    async begin(tx, { runId, parentKey, sessionKey, agentId, label, task, tainted, startedAt }) {
      await tx.run(
        `insert into sub_agent_run (run_id, parent_key, session_key, agent_id, label, task, state, tainted, total_tokens, started_at)
         values (?, ?, ?, ?, ?, ?, 'running', ?, 0, ?) on conflict (run_id) do nothing`,
        runId,
        parentKey,
        sessionKey,
        agentId,
        label ?? null,
        task,
        tainted ? 1 : 0,
        startedAt,
      );
    },
    async end(tx, runId, { state, text, tainted, totalTokens }, now) {
      const { changes } = await tx.run(
        "update sub_agent_run set state = ?, text = ?, tainted = ?, total_tokens = ?, ended_at = ? where run_id = ? and state = 'running'",
        state,
        text ?? null,
        tainted ? 1 : 0,
        totalTokens,
        now,
        runId,
      );
      return changes === 1;
    },
  };
}
