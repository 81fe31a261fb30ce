import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import type { Action, ToolOutput } from "../tool.ts";

/** One write, on record before anything outside is called. */
export interface Intent {
  key: string;
  tool: string;
  args: unknown;
  action?: Action;
  actionHash: string;
  runId: string;
  toolCallId: string;
  sessionKey: string;
  /** Yeses it spends. */
  decisions: string[];
  state: "started" | "done" | "failed" | "unknown";
  output?: ToolOutput;
  /** Of one that failed or whose outcome is unknown. */
  error?: ErrorShape;
}

export interface Intents {
  /** The write this very call began before a restart, if any. It is then finished as it was decided, not decided again. */
  begun(runId: string, toolCallId: string): Promise<Intent | null>;
  /** The writes of a session that were carried out, newest first, at most 50. */
  ofSession(sessionKey: string): Promise<Intent[]>;
  /** Step 7: null when this is new; otherwise the intent that has the key. Raises `IDEMPOTENCY_MISMATCH` for the same key with another action. */
  begin(tx: Tx, intent: Omit<Intent, "state" | "output" | "error">): Promise<Intent | null>;
  end(tx: Tx, key: string, outcome: { state: "done"; output: ToolOutput } | { state: "failed" | "unknown"; error: unknown }): Promise<void>;
}

const read = (row: Row): Intent => ({
  key: row.key as string,
  tool: row.tool as string,
  args: JSON.parse(row.args as string),
  ...(row.action ? { action: JSON.parse(row.action as string) as Action } : {}),
  actionHash: row.action_hash as string,
  runId: row.run_id as string,
  toolCallId: row.tool_call_id as string,
  sessionKey: row.session_key as string,
  decisions: JSON.parse(row.decisions as string) as string[],
  state: row.state as Intent["state"],
  ...(row.output ? { output: JSON.parse(row.output as string) as ToolOutput } : {}),
  ...(row.error ? { error: JSON.parse(row.error as string) as ErrorShape } : {}),
});

export const createIntents = ({ db, clock }: { db: Database; clock: Clock }): Intents => ({
  async begun(runId, toolCallId) {
    const row = await db.get("select * from intent where run_id = ? and tool_call_id = ?", runId, toolCallId);
    return row ? read(row) : null;
  },
  async ofSession(sessionKey) {
    return (await db.all("select * from intent where session_key = ? and state = 'done' order by started_at desc limit 50", sessionKey)).map(read);
  },
  async begin(tx, { key, tool, args, action, actionHash, runId, toolCallId, sessionKey, decisions }) {
    const existing = await tx.get("select * from intent where key = ?", key);
    if (existing) {
      if (existing.tool !== tool || existing.action_hash !== actionHash)
        throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this key belongs to another action; use a new one", { details: { ruleId: "gate.idempotency" } });
      return read(existing);
    }
    await tx.run(
      "insert into intent (key, tool, args, action, action_hash, run_id, tool_call_id, session_key, decisions, state, started_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'started', ?)",
      key,
      tool,
      JSON.stringify(args),
      action ? JSON.stringify(action) : null,
      actionHash,
      runId,
      toolCallId,
      sessionKey,
      JSON.stringify(decisions),
      clock.now(),
    );
    return null;
  },
  async end(tx, key, outcome) {
    await tx.run(
      "update intent set state = ?, output = ?, error = ?, ended_at = ? where key = ?",
      outcome.state,
      outcome.state === "done" ? JSON.stringify(outcome.output) : null,
      outcome.state === "done" ? null : JSON.stringify(outcome.error),
      clock.now(),
      key,
    );
  },
});
