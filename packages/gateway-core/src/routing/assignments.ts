import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";

/** Somebody else than the bindings decided who answers a conversation. */
export interface Assignment {
  agentId: string;
  /** `booking`: the customer quoted one of their bookings. */
  cause: "handoff" | "operator" | "booking";
  /** Who answered before. */
  from: string;
  reason?: string;
  /** Milliseconds. */
  at: number;
  /** From when on it no longer counts. Absent: until somebody decides otherwise. */
  until?: number;
}

/** Durable, one per conversation; later ones replace earlier ones. */
export interface Assignments {
  of(sessionKey: string, from?: Pick<Tx, "get">): Promise<Assignment | undefined>;
  /** Of several conversations, for lists. */
  ofAll(sessionKeys: readonly string[]): Promise<ReadonlyMap<string, Assignment>>;
  set(tx: Tx, sessionKey: string, assignment: Omit<Assignment, "at">): Promise<void>;
  clear(tx: Tx, sessionKey: string): Promise<void>;
}

const read = (row: Row): Assignment => ({
  agentId: row.agent_id as string,
  cause: row.cause as Assignment["cause"],
  from: row.from_agent as string,
  ...(row.reason ? { reason: row.reason as string } : {}),
  at: Number(row.at),
  ...(row.until_at === null ? {} : { until: Number(row.until_at) }),
});

export function createAssignments({ db, clock }: { db: Database; clock: Clock }): Assignments {
  const counting = "(until_at is null or until_at > ?)";
  return {
    async of(sessionKey, from = db) {
      const row = await from.get(`select * from routing_assignment where session_key = ? and ${counting}`, sessionKey, clock.now());
      return row ? read(row) : undefined;
    },
    async ofAll(sessionKeys) {
      if (sessionKeys.length === 0) return new Map();
      const marks = sessionKeys.map(() => "?").join(", ");
      const rows = await db.all(`select * from routing_assignment where session_key in (${marks}) and ${counting}`, ...sessionKeys, clock.now());
      return new Map(rows.map((row) => [row.session_key as string, read(row)]));
    },
    async set(tx, sessionKey, { agentId, cause, from, reason, until }) {
      await tx.run(
        `insert into routing_assignment (session_key, agent_id, cause, from_agent, reason, at, until_at) values (?, ?, ?, ?, ?, ?, ?)
         on conflict (session_key) do update set agent_id = excluded.agent_id, cause = excluded.cause, from_agent = excluded.from_agent,
           reason = excluded.reason, at = excluded.at, until_at = excluded.until_at`,
        sessionKey,
        agentId,
        cause,
        from,
        reason ?? null,
        clock.now(),
        until ?? null,
      );
    },
    async clear(tx, sessionKey) {
      await tx.run("delete from routing_assignment where session_key = ?", sessionKey);
    },
  };
}
