import type { Clock, Database } from "@travelagent/protocol/ports";

/** Who stopped an agent, and why. `agentId` is `*` for all of them. */
export interface Pause {
  agentId: string;
  reason: string;
  by: string;
  at: number;
}

/** The kill switch of the agents. Durable; nobody else writes to its table, so that what was read or written last counts. */
export interface Pauses {
  /** Why this agent does not work now. */
  of(agentId: string): Promise<Pause | undefined>;
  list(): Promise<Pause[]>;
  /** As last known in this process, at once. */
  known(): readonly Pause[];
  pause(agentId: string, reason: string, by: string): Promise<void>;
  /** Without an agent every pause ends. */
  resume(agentId?: string): Promise<Pause[]>;
}

export function createPauses({ db, clock }: { db: Database; clock: Clock }): Pauses {
  let known: readonly Pause[] = [];
  let read: Promise<unknown> | undefined;
  const list = async (): Promise<Pause[]> => {
    const rows = await db.all("select * from agent_pause order by agent_id");
    const pauses = rows.map(
      (row): Pause => ({ agentId: row.agent_id as string, reason: row.reason as string, by: row.paused_by as string, at: Number(row.at) }),
    );
    known = pauses;
    return pauses;
  };
  return {
    async of(agentId) {
      // Asked several times in every turn: read once, then as this process has changed it.
      read ??= list();
      await read.catch((error: unknown) => {
        read = undefined;
        throw error;
      });
      return known.find((pause) => pause.agentId === agentId) ?? known.find((pause) => pause.agentId === "*");
    },
    list,
    known: () => known,
    async pause(agentId, reason, by) {
      await db.transaction((tx) =>
        tx.run(
          `insert into agent_pause (agent_id, reason, paused_by, at) values (?, ?, ?, ?)
           on conflict (agent_id) do update set reason = excluded.reason, paused_by = excluded.paused_by, at = excluded.at`,
          agentId,
          reason,
          by,
          clock.now(),
        ),
      );
      await list();
    },
    async resume(agentId) {
      const before = await list();
      await db.transaction((tx) => (agentId === undefined ? tx.run("delete from agent_pause") : tx.run("delete from agent_pause where agent_id = ?", agentId)));
      await list();
      return before.filter((pause) => agentId === undefined || pause.agentId === agentId);
    },
  };
}
