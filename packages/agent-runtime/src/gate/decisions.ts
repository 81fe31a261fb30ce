import { randomUUID } from "node:crypto";
import { type Approval, type Money, TravelAgentError } from "@travelagent/protocol";
import type { MessageAction } from "@travelagent/protocol/messages";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { Action } from "../tool.ts";
import { assent } from "./assent.ts";
import { readCursor, writeCursor } from "./cursor.ts";

/** A yes that was asked for: by the customer (`confirmation`) or by a person of the agency (`approval`). */
export interface Decision {
  id: string;
  kind: "confirmation" | "approval";
  tool: string;
  args: Record<string, unknown>;
  actionHash: string;
  title: string;
  lines: string[];
  total?: Money;
  penalty?: Money;
  turn: TurnScope;
  ruleId: string;
  reason: string;
  role: string;
  /** The version of the policy that asked; absent for questions of before there were versions. */
  policy?: string;
  status: "pending" | "approved" | "denied" | "expired" | "used";
  requestedAt: number;
  expiresAt: number;
  decidedBy?: string;
  decidedAt?: number;
}

export interface DecisionRequest {
  kind: Decision["kind"];
  tool: string;
  args: unknown;
  actionHash: string;
  action: Action;
  turn: TurnScope;
  ruleId: string;
  reason: string;
  role: string;
  policy: string;
}

export interface Decisions {
  /** The open request for this very action in this session, or a new one. */
  request(request: DecisionRequest): Promise<Decision>;
  /** Inside the commit that puts the question into the outbox: from now on a yes can answer it. */
  markShown(tx: Tx, ids: readonly string[]): Promise<void>;
  /**
   * What a customer's message answers, if anything: a button names its question; a plain yes or no answers the one question
   * that is open and was shown last. A plain yes to something that was said after the question (`lastShown` without it) is no
   * yes to it: `granted` is false and the question stays open, to be shown again. The button that declines also takes back a
   * yes that was not used yet. Asked again with the same message id it gives the same answer.
   */
  answer(message: {
    id: string;
    sessionKey: string;
    text: string;
    action?: MessageAction;
    receivedAt: number;
    /** Questions in the last message that reached the customer; absent when the caller does not keep track. */
    lastShown?: readonly string[];
  }): Promise<{ decision: Decision; granted: boolean } | null>;
  /** A question that was shown in this session waits for the customer's yes or no. */
  awaiting(sessionKey: string): Promise<boolean>;
  /**
   * A person decides. `repeated` when this very call was heard before: the same key, by the same person. Raises `APPROVAL_NOT_FOUND`,
   * `CONFLICT` (already decided, expired) and `IDEMPOTENCY_MISMATCH` (the same key with another decision).
   */
  resolve(id: string, approve: boolean, by: string, reason?: string, idempotencyKey?: string): Promise<Decision & { repeated?: true }>;
  /** Voids every question of a session that is open and every yes that was not used: the conversation they were part of is over. */
  withdraw(sessionKey: string): Promise<Decision[]>;
  get(id: string): Promise<Decision | null>;
  /** Approvals that a person decided since then, oldest first. */
  decidedSince(at: number): Promise<Decision[]>;
  /** An unexpired yes of this kind for exactly this action, not used yet. `role`: only one that was asked of this role. */
  granted(kind: Decision["kind"], sessionKey: string, actionHash: string, role?: string): Promise<Decision | null>;
  /** Spends them, once: raises `CONFLICT` when one was spent already. */
  use(tx: Tx, ids: readonly string[], key: string): Promise<void>;
  list(filter: {
    kind: Decision["kind"];
    status?: Decision["status"];
    limit?: number;
    cursor?: string;
  }): Promise<{ decisions: Decision[]; nextCursor?: string }>;
}

const read = (row: Row): Decision => ({
  id: row.id as string,
  kind: row.kind as Decision["kind"],
  tool: row.tool as string,
  args: JSON.parse(row.args as string),
  actionHash: row.action_hash as string,
  title: row.title as string,
  lines: JSON.parse(row.lines as string),
  ...(row.total ? { total: JSON.parse(row.total as string) } : {}),
  ...(row.penalty ? { penalty: JSON.parse(row.penalty as string) } : {}),
  turn: JSON.parse(row.turn as string),
  ruleId: row.rule_id as string,
  reason: row.reason as string,
  role: row.role as string,
  ...(row.policy ? { policy: row.policy as string } : {}),
  status: row.status as Decision["status"],
  requestedAt: Number(row.requested_at),
  expiresAt: Number(row.expires_at),
  ...(row.decided_by ? { decidedBy: row.decided_by as string, decidedAt: Number(row.decided_at) } : {}),
});

export const asApproval = (decision: Decision): Approval => ({
  id: decision.id,
  tool: decision.tool,
  actionHash: decision.actionHash,
  title: decision.title,
  lines: decision.lines,
  ...(decision.total ? { total: decision.total } : {}),
  sessionKey: decision.turn.sessionKey,
  ...(decision.turn.customerId ? { customerId: decision.turn.customerId } : {}),
  ruleId: decision.ruleId,
  reason: decision.reason,
  role: decision.role,
  ...(decision.policy ? { policy: decision.policy } : {}),
  status: decision.status,
  requestedAt: new Date(decision.requestedAt).toISOString(),
  expiresAt: new Date(decision.expiresAt).toISOString(),
  ...(decision.decidedBy ? { decidedBy: decision.decidedBy, decidedAt: new Date(decision.decidedAt!).toISOString() } : {}),
});

export function createDecisions({ db, clock }: { db: Database; clock: Clock }): Decisions {
  const live = (decision: Decision): Decision =>
    (decision.status === "pending" || decision.status === "approved") && decision.expiresAt <= clock.now() ? { ...decision, status: "expired" } : decision;

  return {
    request: (request) =>
      db.transaction(async (tx) => {
        const open = await tx.get(
          "select * from decision where kind = ? and session_key = ? and action_hash = ? and status = 'pending' and expires_at > ?",
          request.kind,
          request.turn.sessionKey,
          request.actionHash,
          clock.now(),
        );
        if (open?.role === request.role) return read(open);
        // Other rules ask another role now: the yes of the first would no longer count.
        if (open) await tx.run("update decision set status = 'expired' where id = ?", open.id as string);
        const { action, turn } = request;
        const row = await tx.get(
          `insert into decision (id, kind, tool, args, action_hash, title, lines, total, penalty, session_key, turn, rule_id, reason, role, policy, status, requested_at, expires_at)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending', ?, ?) returning *`,
          randomUUID(),
          request.kind,
          request.tool,
          JSON.stringify(request.args),
          request.actionHash,
          action.title,
          JSON.stringify(action.lines),
          action.total ? JSON.stringify(action.total) : null,
          action.penalty ? JSON.stringify(action.penalty) : null,
          turn.sessionKey,
          JSON.stringify(turn),
          request.ruleId,
          request.reason,
          request.role,
          request.policy,
          clock.now(),
          action.expiresAt,
        );
        return read(row!);
      }),

    async markShown(tx, ids) {
      for (const id of ids) await tx.run("update decision set shown_at = ? where id = ? and shown_at is null", clock.now(), id);
    },

    async awaiting(sessionKey) {
      const open = await db.get(
        "select 1 as found from decision where session_key = ? and kind = 'confirmation' and status = 'pending' and expires_at > ? and shown_at is not null limit 1",
        sessionKey,
        clock.now(),
      );
      return open !== undefined;
    },

    async answer({ id: messageId, sessionKey, text, action, receivedAt, lastShown }) {
      const said = action ? (action.type === "confirm" ? "yes" : "no") : assent(text);
      if (!said) return null;
      const before = await db.get("select * from decision where decided_message_id = ?", messageId);
      if (before) return { decision: read(before), granted: said === "yes" };
      const open = await db.get(
        "select id from decision where session_key = ? and (status = 'pending' or (status = 'approved' and id = ?)) and kind = 'confirmation' limit 1",
        sessionKey,
        action?.type === "decline" ? action.id : "",
      );
      if (!open) return null;
      return db.transaction(async (tx) => {
        // A yes can be taken back as long as nothing was done on it, such as while an approver is awaited.
        const takenBack =
          action?.type === "decline" &&
          (await tx.get(
            `update decision set status = 'denied', decided_at = ?, decided_message_id = ?
             where id = ? and session_key = ? and kind = 'confirmation' and status = 'approved' returning *`,
            clock.now(),
            messageId,
            action.id,
            sessionKey,
          ));
        if (takenBack) return { decision: read(takenBack), granted: false };
        const shown = await tx.all(
          "select * from decision where session_key = ? and kind = 'confirmation' and status = 'pending' and expires_at > ? and shown_at is not null and shown_at <= ? order by shown_at desc, id",
          sessionKey,
          clock.now(),
          receivedAt,
        );
        // A question that was shown again may be older than another one: what the customer had before them counts.
        const asked = action ? shown.find((row) => row.id === action.id) : (shown.find((row) => lastShown?.includes(row.id as string)) ?? shown[0]);
        if (!asked) return null;
        if (!action && assent(text, asked.tool as string) !== said) return null;
        if (said === "yes" && !action && lastShown && !lastShown.includes(asked.id as string)) return { decision: read(asked), granted: false };
        const row = await tx.get(
          "update decision set status = ?, decided_by = 'customer', decided_at = ?, decided_message_id = ? where id = ? and status = 'pending' returning *",
          said === "yes" ? "approved" : "denied",
          clock.now(),
          messageId,
          asked.id as string,
        );
        // One yes answers one question: older ones that are still open can no longer be met by a plain "yes" to something else.
        await tx.run(
          "update decision set status = 'expired' where session_key = ? and kind = 'confirmation' and status = 'pending' and id <> ?",
          sessionKey,
          asked.id as string,
        );
        return { decision: read(row!), granted: said === "yes" };
      });
    },

    resolve: (id, approve, by, reason, idempotencyKey) =>
      db.transaction(async (tx) => {
        const row = await tx.get("select * from decision where id = ? and kind = 'approval'", id);
        if (!row) throw new TravelAgentError("APPROVAL_NOT_FOUND", `there is no approval ${id}`);
        const decision = live(read(row));
        if (idempotencyKey !== undefined && row.decided_key === idempotencyKey && row.decided_by === by) {
          if ((row.decided_as === "approved") !== approve)
            throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this key came with another decision before; use a new key for another one");
          return { ...decision, repeated: true as const };
        }
        if (decision.status !== "pending")
          throw new TravelAgentError("CONFLICT", `this approval is ${decision.status} already`, { details: { status: decision.status } });
        const updated = await tx.get(
          "update decision set status = ?, decided_as = ?, decided_by = ?, decided_at = ?, decided_reason = ?, decided_key = ? where id = ? returning *",
          approve ? "approved" : "denied",
          approve ? "approved" : "denied",
          by,
          clock.now(),
          reason ?? null,
          idempotencyKey ?? null,
          id,
        );
        return read(updated!);
      }),

    withdraw: (sessionKey) =>
      db.transaction(async (tx) =>
        (
          await tx.all(
            // A yes that a write was begun on is spent by it.
            `update decision set status = 'expired' where session_key = ? and status in ('pending', 'approved') and not exists
               (select 1 from intent where intent.session_key = decision.session_key and intent.state = 'started' and intent.decisions like '%' || decision.id || '%')
             returning *`,
            sessionKey,
          )
        ).map(read),
      ),

    async get(id) {
      const row = await db.get("select * from decision where id = ?", id);
      return row ? live(read(row)) : null;
    },

    async decidedSince(at) {
      return (await db.all("select * from decision where kind = 'approval' and decided_at >= ? order by decided_at, id", at)).map(read);
    },

    async granted(kind, sessionKey, hash, role) {
      const row = await db.get(
        "select * from decision where kind = ? and session_key = ? and action_hash = ? and status = 'approved' and expires_at > ? and (role = ? or ? is null) order by decided_at desc limit 1",
        kind,
        sessionKey,
        hash,
        clock.now(),
        role ?? null,
        role ?? null,
      );
      return row ? read(row) : null;
    },

    async use(tx, ids, key) {
      for (const id of ids) {
        const { changes } = await tx.run(
          "update decision set status = 'used', used_by = ? where id = ? and (status = 'approved' or used_by = ?)",
          key,
          id,
          key,
        );
        if (changes === 0) throw new TravelAgentError("CONFLICT", "this yes was used already; ask again");
      }
    },

    async list({ kind, status, limit = 50, cursor }) {
      const [at, after] = readCursor(cursor);
      const now = clock.now();
      const condition =
        status === "expired"
          ? "(status = 'expired' or (status = 'pending' and expires_at <= ?))"
          : status === "pending"
            ? "(status = 'pending' and expires_at > ?)"
            : status
              ? "status = ? "
              : "? is not null";
      const value = status === undefined || status === "pending" || status === "expired" ? now : status;
      const rows = await db.all(
        `select * from decision where kind = ? and ${condition} and (requested_at < ? or (requested_at = ? and id > ?)) order by requested_at desc, id limit ?`,
        kind,
        value,
        at,
        at,
        after,
        limit + 1,
      );
      const decisions = rows.slice(0, limit).map((row) => live(read(row)));
      const last = decisions.at(-1);
      return {
        decisions,
        ...(rows.length > limit && last ? { nextCursor: writeCursor(last.requestedAt, last.id) } : {}),
      };
    },
  };
}
