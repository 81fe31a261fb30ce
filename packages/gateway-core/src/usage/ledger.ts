import type { Usage } from "@travelagent/protocol/messages";
import type { Clock, Database, Migration, SqlValue, Tx } from "@travelagent/protocol/ports";

/** What one run used. */
export interface RunUsage {
  runId: string;
  sessionKey: string;
  agentId: string;
  provider: string;
  model: string;
  /** Summed over the model calls of the run. */
  usage: Usage;
}

export type UsageSum = {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  totalTokens: number;
  /** US dollars of the runs whose price is known. */
  totalCost: number;
  /** Runs whose price is not known. */
  missingCostEntries: number;
  runs: number;
};

export interface UsageReport {
  /** Every UTC day of the range, also those without a run. */
  daily: ({ date: string } & UsageSum)[];
  byAgent: ({ agentId: string } & UsageSum)[];
  byModel: ({ provider: string; model: string } & UsageSum)[];
  totals: UsageSum;
}

/** Durable: one row per run, in the commit of its reply. */
export interface UsageLedger {
  migrate(): Promise<void>;
  /** A repeat of the same run changes nothing. */
  record(tx: Tx, used: RunUsage): Promise<void>;
  /** Whether this run is recorded. */
  has(runId: string): Promise<boolean>;
  /** What was used on a UTC day: in one conversation, by one agent, or in all. Runs without a price count with their tokens alone. */
  spentOn(day: string, scope?: { sessionKey?: string; agentId?: string }): Promise<{ usd: number; tokens: number }>;
  /** `from` and `to` are UTC days such as 2027-03-28, both included. */
  report(range: { from: string; to: string; agentId?: string }): Promise<UsageReport>;
}

export interface UsageLedgerOptions {
  db: Database;
  clock: Clock;
  /** US dollars for this use of a model; undefined when its price is not known. */
  price?(provider: string, model: string, usage: Usage): number | undefined;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table usage_run (
        run_id text primary key, session_key text not null, agent_id text not null, provider text not null, model text not null, day text not null,
        at bigint not null, input bigint not null, output bigint not null, cache_read bigint not null, cache_write bigint not null,
        total bigint not null, micro_usd bigint
      );
      create index usage_run_day on usage_run (day, agent_id);
    `,
  },
  { version: 2, sql: "create index usage_run_session on usage_run (session_key, day);" },
];

const dayMs = 86_400_000;
export const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** Sums are whole millionths of a dollar, so that adding many small ones loses nothing. */
const sums = `sum(input) as input, sum(output) as output, sum(cache_read) as cache_read, sum(cache_write) as cache_write, sum(total) as total,
  coalesce(sum(micro_usd), 0) as micro_usd, sum(case when micro_usd is null then 1 else 0 end) as unpriced, count(*) as runs`;

const asSum = (row: Record<string, unknown> | undefined): UsageSum => ({
  input: Number(row?.input ?? 0),
  output: Number(row?.output ?? 0),
  cacheRead: Number(row?.cache_read ?? 0),
  cacheWrite: Number(row?.cache_write ?? 0),
  totalTokens: Number(row?.total ?? 0),
  totalCost: Number(row?.micro_usd ?? 0) / 1_000_000,
  missingCostEntries: Number(row?.unpriced ?? 0),
  runs: Number(row?.runs ?? 0),
});

export function createUsageLedger({ db, clock, price = () => undefined }: UsageLedgerOptions): UsageLedger {
  return {
    migrate: () => db.migrate("usage", migrations),

    async record(tx, { runId, sessionKey, agentId, provider, model, usage }) {
      const cost = usage.costUsd ?? price(provider, model, usage);
      const now = clock.now();
      await tx.run(
        `insert into usage_run (run_id, session_key, agent_id, provider, model, day, at, input, output, cache_read, cache_write, total, micro_usd)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (run_id) do nothing`,
        runId,
        sessionKey,
        agentId,
        provider,
        model,
        utcDay(now),
        now,
        usage.input,
        usage.output,
        usage.cacheRead,
        usage.cacheWrite,
        usage.totalTokens,
        cost === undefined ? null : Math.round(cost * 1_000_000),
      );
    },

    has: async (runId) => (await db.get("select 1 as found from usage_run where run_id = ?", runId)) !== undefined,

    async spentOn(day, { sessionKey, agentId } = {}) {
      const row = await db.get(
        `select coalesce(sum(total), 0) as tokens, coalesce(sum(micro_usd), 0) as micro_usd from usage_run
         where day = ?${sessionKey === undefined ? "" : " and session_key = ?"}${agentId === undefined ? "" : " and agent_id = ?"}`,
        day,
        ...(sessionKey === undefined ? [] : [sessionKey]),
        ...(agentId === undefined ? [] : [agentId]),
      );
      return { usd: Number(row?.micro_usd ?? 0) / 1_000_000, tokens: Number(row?.tokens ?? 0) };
    },

    async report({ from, to, agentId }) {
      const where = `day >= ? and day <= ?${agentId === undefined ? "" : " and agent_id = ?"}`;
      const values: SqlValue[] = [from, to, ...(agentId === undefined ? [] : [agentId])];
      const grouped = (columns: string) =>
        db.all(`select ${columns}, ${sums} from usage_run where ${where} group by ${columns} order by total desc, ${columns}`, ...values);
      const [days, agents, models, total] = await Promise.all([
        grouped("day"),
        grouped("agent_id"),
        grouped("provider, model"),
        db.get(`select ${sums} from usage_run where ${where}`, ...values),
      ]);
      const byDay = new Map(days.map((row) => [String(row.day), row]));
      const daily: UsageReport["daily"] = [];
      for (let at = Date.parse(from); at <= Date.parse(to); at += dayMs) daily.push({ date: utcDay(at), ...asSum(byDay.get(utcDay(at))) });
      return {
        daily,
        byAgent: agents.map((row) => ({ agentId: String(row.agent_id), ...asSum(row) })),
        byModel: models.map((row) => ({ provider: String(row.provider), model: String(row.model), ...asSum(row) })),
        totals: asSum(total),
      };
    },
  };
}
