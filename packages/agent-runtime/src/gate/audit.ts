import { randomUUID } from "node:crypto";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";

/** One decision of the gate. Arguments are kept as a hash: they hold personal data, and the intent and the order hold the facts. */
export interface AuditEntry {
  runId: string;
  sessionKey: string;
  customerId?: string;
  actor: string;
  tool: string;
  decision: "allow" | "refused" | "asked" | "failed";
  code?: string;
  ruleId: string;
  reason: string;
  /** The version of the policy in force; absent on rows of before there were versions. */
  policy?: string;
  actionHash: string;
  evidence?: Record<string, unknown>;
}

export interface Audit {
  write(tx: Tx, entry: AuditEntry): Promise<void>;
  /** How often this tool ran in the conversation since then, whether or not it succeeded. */
  callsSince(sessionKey: string, tool: string, at: number): Promise<number>;
  list(filter: {
    sessionKey?: string;
    tool?: string;
    decision?: string;
    limit?: number;
    cursor?: string;
  }): Promise<{ entries: (AuditEntry & { id: string; at: string })[]; nextCursor?: string }>;
}

const read = (row: Row): AuditEntry & { id: string; at: string } => ({
  id: row.id as string,
  at: new Date(Number(row.at)).toISOString(),
  runId: row.run_id as string,
  sessionKey: row.session_key as string,
  ...(row.customer_id ? { customerId: row.customer_id as string } : {}),
  actor: row.actor as string,
  tool: row.tool as string,
  decision: row.decision as AuditEntry["decision"],
  ...(row.code ? { code: row.code as string } : {}),
  ruleId: row.rule_id as string,
  reason: row.reason as string,
  ...(row.policy ? { policy: row.policy as string } : {}),
  actionHash: row.action_hash as string,
  ...(row.evidence ? { evidence: JSON.parse(row.evidence as string) as Record<string, unknown> } : {}),
});

/** Sorts by time, the same in every database. */
const timeOrderedId = (now: number): string => `${timePart(now)}-${randomUUID().slice(0, 8)}`;
const timePart = (at: number): string => Math.max(0, at).toString(36).padStart(9, "0");

export const createAudit = ({ db, clock }: { db: Database; clock: Clock }): Audit => ({
  async write(tx, entry) {
    await tx.run(
      "insert into audit (id, at, run_id, session_key, customer_id, actor, tool, decision, code, rule_id, reason, action_hash, evidence, policy) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      timeOrderedId(clock.now()),
      clock.now(),
      entry.runId,
      entry.sessionKey,
      entry.customerId ?? null,
      entry.actor,
      entry.tool,
      entry.decision,
      entry.code ?? null,
      entry.ruleId,
      entry.reason,
      entry.actionHash,
      entry.evidence ? JSON.stringify(entry.evidence) : null,
      entry.policy ?? null,
    );
  },
  async callsSince(sessionKey, tool, at) {
    const row = await db.get(
      "select count(*) as calls from audit where session_key = ? and id >= ? and tool = ? and decision in ('allow', 'failed')",
      sessionKey,
      timePart(at),
      tool,
    );
    return Number(row?.calls ?? 0);
  },
  async list({ sessionKey, tool, decision, limit = 50, cursor }) {
    const conditions = ["id < ?"];
    const values: (string | number)[] = [cursor ?? "~"];
    for (const [column, value] of [
      ["session_key", sessionKey],
      ["tool", tool],
      ["decision", decision],
    ] as const) {
      if (value === undefined) continue;
      conditions.push(`${column} = ?`);
      values.push(value);
    }
    const rows = await db.all(`select * from audit where ${conditions.join(" and ")} order by id desc limit ?`, ...values, limit + 1);
    const entries = rows.slice(0, limit).map(read);
    return { entries, ...(rows.length > limit ? { nextCursor: entries.at(-1)!.id } : {}) };
  },
});
