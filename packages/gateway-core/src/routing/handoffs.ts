import { TravelAgentError } from "@travelagent/protocol";
import type { UserMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Row, Tx } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { SessionPort } from "../ports.ts";
import type { Assignments } from "./assignments.ts";
import type { Routing } from "./routing.ts";

/** What an agent says when it hands its conversation to another one. */
export interface HandoffRequest {
  agent: string;
  reason: string;
  summary: string;
  /** Third parties' words may be in the summary. */
  tainted: boolean;
}

/** Who a conversation went from and to, for the audit. */
export interface HandoffRecord {
  runId: string;
  sessionKey: string;
  customerId?: string;
  actor: string;
  from: string;
  to: string;
  reason: string;
}

export interface Handoffs {
  /**
   * The agent of this turn hands the conversation over: it counts from the commit of the turn's reply on, and not at all when
   * there is none. Of several in one turn the last counts. Raises `FORBIDDEN` for an agent that may not be handed to,
   * `LOOP_LIMIT` when the conversation went around often enough, `INVALID_REQUEST` in a group, for a sub-agent and outside of a turn.
   */
  request(turn: TurnScope, request: HandoffRequest): Promise<void>;
  /** In the commit of the reply. */
  takeEffect(tx: Tx, turn: TurnScope): Promise<void>;
  /** Before a turn of the new agent: what it has to know stands in the transcript, once. */
  tellNew(turn: TurnScope): Promise<void>;
  /** After a start: new agents that a crash kept from beginning begin. */
  sweep(): Promise<void>;
}

/** What is on record about a conversation's customer, line by line. Looked up at that moment; nothing a model said is in it. */
export type HandoffFacts = (conversation: { sessionKey: string; customerId?: string }) => Promise<readonly string[]>;

export interface HandoffsOptions {
  db: Database;
  clock: Clock;
  sessions: SessionPort;
  assignments: Assignments;
  routing(): Routing;
  facts?: HandoffFacts;
  /** Part of the commit in which the agent changes. */
  record?(tx: Tx, handoff: HandoffRecord): Promise<void>;
  /** The new agent speaks without waiting for the customer. The same id again starts nothing. */
  begin(note: { id: string; sessionKey: string; text: string }): Promise<unknown>;
  /** A turn with this id is at work: only its reply can put a handoff into effect. */
  running(runId: string): Promise<boolean>;
  /** Messages of this session that wait or are being answered. */
  waiting(sessionKey: string): Promise<number>;
  log: Logger;
}

const hourMs = 3_600_000;
const mostPerHour = 3;
const subAgentKey = /^agent:[^:]+:subagent:/;

export function createHandoffs({
  db,
  clock,
  sessions,
  assignments,
  routing,
  facts = async () => [],
  record,
  begin,
  running,
  waiting,
  log,
}: HandoffsOptions): Handoffs {
  /** The turn that handed over is through by the time this begins: it has the same lane. */
  async function goOn(id: string): Promise<void> {
    // Behind the commit of the reply, which may be under way.
    const row = await db.transaction((tx) => tx.get("select * from routing_handoff where id = ? and status = 'active' and noted_at is null", id));
    // A message of the customer that came meanwhile is answered by the new agent anyway.
    if (!row || (await waiting(row.session_key as string)) > 0) return;
    await begin({ id: `handoff:${id}`, sessionKey: row.session_key as string, text: takeUp });
  }

  return {
    async request(turn, { agent: to, reason, summary, tainted }) {
      const { sessionKey, agentId: from } = turn;
      const allowed = (routing().handoff?.[from] ?? []).filter((id) => routing().agentIds.includes(id) && id !== from);
      if (subAgentKey.test(sessionKey) || !(await running(turn.runId)))
        throw new TravelAgentError("INVALID_REQUEST", "only an agent that answers a conversation can hand it over; give back your result instead");
      if (turn.chatType === "group")
        throw new TravelAgentError("INVALID_REQUEST", "in a group nothing is handed over; go on yourself, or ask for a person with hand_over_to_person");
      if (!allowed.includes(to))
        throw new TravelAgentError(
          "FORBIDDEN",
          allowed.length > 0 ? `there is no handing over to ${to} from here; possible: ${allowed.join(", ")}` : "there is no other agent to hand over to",
        );
      await db.transaction(async (tx) => {
        const recent = await tx.get(
          "select count(*) as n from routing_handoff where session_key = ? and active_at > ? and id <> ?",
          sessionKey,
          clock.now() - hourMs,
          turn.runId,
        );
        if (Number(recent?.n) >= mostPerHour)
          throw new TravelAgentError(
            "LOOP_LIMIT",
            `this conversation was handed over ${mostPerHour} times within an hour; answer it yourself, or ask for a person with hand_over_to_person`,
          );
        await tx.run(
          `insert into routing_handoff (id, session_key, from_agent, to_agent, reason, summary, tainted, status, requested_at) values (?, ?, ?, ?, ?, ?, ?, 'requested', ?)
           on conflict (id) do update set to_agent = excluded.to_agent, reason = excluded.reason, summary = excluded.summary, tainted = excluded.tainted
             where routing_handoff.status = 'requested'`,
          turn.runId,
          sessionKey,
          from,
          to,
          reason,
          summary,
          tainted ? 1 : 0,
          clock.now(),
        );
      });
    },

    async takeEffect(tx, turn) {
      const row = await tx.get(
        "update routing_handoff set status = 'active', active_at = ? where id = ? and status = 'requested' returning *",
        clock.now(),
        turn.runId,
      );
      if (!row) return;
      const { from_agent: from, to_agent: to, reason } = row as Record<string, string>;
      await assignments.set(tx, turn.sessionKey, { agentId: to!, cause: "handoff", from: from!, reason: reason! });
      await tx.run("update conversation set agent_id = ? where session_key = ?", to!, turn.sessionKey);
      await record?.(tx, {
        runId: turn.runId,
        sessionKey: turn.sessionKey,
        ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }),
        actor: `agent:${from}`,
        from: from!,
        to: to!,
        reason: reason!,
      });
      clock.after(
        0,
        () => void goOn(turn.runId).catch((error) => log.error("the next agent could not begin; it answers the next message", { runId: turn.runId, error })),
      );
    },

    async tellNew(turn) {
      const row = await db.get(
        "select * from routing_handoff where session_key = ? and to_agent = ? and status = 'active' and noted_at is null order by active_at desc, id limit 1",
        turn.sessionKey,
        turn.agentId,
      );
      if (!row) return;
      const message = noteOf(
        row,
        await facts({ sessionKey: turn.sessionKey, ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }) }),
        clock.now(),
      );
      // A second time after a crash it is there already, as it was. The summary is kept in the transcript alone.
      await sessions.append(turn.sessionKey, [{ id: `handoff:${row.id}:note`, message }], { durable: true });
      await db.transaction((tx) =>
        tx.run("update routing_handoff set noted_at = ?, summary = '' where session_key = ? and status = 'active'", clock.now(), turn.sessionKey),
      );
    },

    async sweep() {
      const rows = await db.all("select id from routing_handoff where status = 'active' and noted_at is null and active_at > ?", clock.now() - hourMs);
      for (const { id } of rows) await goOn(id as string);
    },
  };
}

const takeUp = "(You have this conversation now. Say in half a sentence who you are, then go on with what the customer wants.)";

/** Words of a model begin no section of the note. */
const oneLine = (text = ""): string => text.replace(/\s+/g, " ").trim();

function noteOf(row: Row, onRecord: readonly string[], now: number): UserMessage {
  const { from_agent: from, to_agent: to, reason, summary } = row as Record<string, string>;
  const text = [
    `(Note from the gateway: the agent ${from} has handed this conversation to you, ${to}. You answer from here on; the customer sees one conversation, so do not ask again for what was said.`,
    onRecord.length > 0 ? `On record about this customer:\n${onRecord.map((line) => `- ${line}`).join("\n")}` : "Nothing is on record about this customer yet.",
    `In the words of ${from}, which nobody has checked:\n- why: ${oneLine(reason)}\n- so far: ${oneLine(summary)})`,
  ].join("\n");
  return { role: "user", content: text, timestamp: now, synthetic: true, ...(Number(row.tainted) === 1 ? { tainted: true } : {}) };
}
