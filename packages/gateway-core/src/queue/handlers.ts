import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Work } from "@travelagent/protocol/ports";
import type { Announcer } from "../announce.ts";
import type { Conversations } from "../conversations.ts";
import type { Inbox, MessageKind } from "../inbox.ts";
import type { SessionPort } from "../ports.ts";
import { retryPrefix } from "../turn/run-ids.ts";
import type { Turns } from "../turns.ts";
import type { Pause } from "./pauses.ts";
import type { Queue } from "./queue.ts";
import { classOf } from "./queue-metrics.ts";

/** An agent was stopped or may work again. */
export interface PauseChange {
  agentId: string;
  paused: boolean;
  reason: string;
  by: string;
}

export interface QueueHandlersOptions {
  db: Database;
  work: Work;
  clock: Clock;
  inbox: Inbox;
  conversations: Conversations;
  sessions: SessionPort;
  announcer: Announcer;
  turns: Pick<Turns, "retry" | "handOverAll">;
  queue: Queue;
  agentIds(): readonly string[];
  /** For the audit log. Awaited before the call is answered. */
  onPause?: ((change: PauseChange) => Promise<void>) | undefined;
}

/** Sessions whose mode is looked up for one status. */
const mostSessions = 1_000;

export function queueHandlers({ db, work, clock, inbox, conversations, sessions, announcer, turns, queue, agentIds, onPause }: QueueHandlersOptions): Handlers {
  const shown = (pauses: readonly Pause[]) => pauses.map(({ agentId, reason, by, at }) => ({ agentId, reason, by, at: new Date(at).toISOString() }));

  const waitingBySession = () =>
    db.all(
      `select session_key, channel, kind, count(*) as n, min(received_at) as oldest from inbox
       where status = 'accepted' and taken_by is null group by session_key, channel, kind order by oldest limit ?`,
      mostSessions,
    );

  /** A conversation that waits for a person because of the failure goes back to the agent; one that somebody has does not. */
  const retryTurn = async (id: string, runId: string, sessionKey: string, by: string): Promise<string> => {
    const agentId = (await conversations.get(sessionKey))?.agentId;
    const pause = agentId === undefined ? undefined : await queue.pauses.of(agentId);
    if (pause) throw new TravelAgentError("CONFLICT", `the agent is paused (${pause.reason}); let it work again with agents.resume first`);
    const again = await db.transaction(async (tx) => {
      const owner = await tx.get("select state from conversation where session_key = ?", sessionKey);
      if (!owner) throw new TravelAgentError("NOT_FOUND", "the conversation of this dead letter is gone; drop it");
      if (owner.state === "person") throw new TravelAgentError("CONFLICT", "a person has this conversation; hand it back to the agent first");
      if (!(await queue.deadLetters.retried(tx, id, `${retryPrefix}${runId}`, by))) return undefined;
      if (owner.state === "needs-person")
        await tx.run("update conversation set state = 'agent', assignee = null, epoch = epoch + 1 where session_key = ?", sessionKey);
      return turns.retry(tx, runId, sessionKey);
    });
    const conversation = await conversations.get(sessionKey);
    if (conversation) announcer.conversation(conversation);
    return again ?? `${retryPrefix}${runId}`;
  };

  return {
    "queue.status": async () => {
      const classes: Record<string, number> = {};
      const modes: Record<string, number> = {};
      let waiting = 0;
      let oldest = Number.POSITIVE_INFINITY;
      for (const row of await waitingBySession()) {
        const count = Number(row.n);
        waiting += count;
        oldest = Math.min(oldest, Number(row.oldest));
        const turnClass = classOf(row.kind as MessageKind);
        classes[turnClass] = (classes[turnClass] ?? 0) + count;
        const { mode } = queue.settings(row.channel as string, (await sessions.get(row.session_key as string))?.queue);
        modes[mode] = (modes[mode] ?? 0) + count;
      }
      const begun = await db.all("select distinct taken_by as run_id from inbox where status = 'accepted' and taken_by is not null");
      // One that waits for a model is at no work: it has no slot.
      const running = begun.filter(({ run_id }) => !queue.metrics.isParked(run_id as string)).length;
      const load = work.load?.();
      return {
        waiting,
        running,
        parked: queue.metrics.parkedNow,
        ...(load ? { slots: load.slots, work: load } : {}),
        ...(waiting > 0 ? { oldestAt: new Date(oldest).toISOString(), oldestMs: Math.max(0, clock.now() - oldest) } : {}),
        classes,
        modes,
        deadLetters: await queue.deadLetters.open(),
        paused: shown(await queue.pauses.list()),
      };
    },

    "queue.dlq.list": (params) => queue.deadLetters.list(params ?? {}),

    "queue.dlq.get": async ({ id }) => {
      const deadLetter = await queue.deadLetters.get(id);
      const root = deadLetter.runId.replace(/^(?:retry:)+/, "");
      const own = deadLetter.kind === "turn" ? await inbox.get(root) : null;
      const taken = own ? await inbox.takenBy(root) : [];
      const messages = (taken.length > 0 ? taken : own ? [own] : []).map(({ message, receivedAt, status, reason }) => ({
        text: message.text,
        receivedAt: new Date(receivedAt).toISOString(),
        status,
        ...(reason === undefined ? {} : { reason }),
      }));
      return { deadLetter, messages };
    },

    "queue.dlq.retry": async ({ id }, call) => {
      const letter = await queue.deadLetters.get(id);
      if (letter.state === "dropped") throw new TravelAgentError("CONFLICT", "this was put aside; write to the customer instead");
      if (letter.state === "retried") return { runId: letter.retriedAs ?? letter.runId, deadLetter: letter };
      if (letter.kind === "turn") {
        const runId = await retryTurn(id, letter.runId, letter.sessionKey ?? "", call.actor);
        return { runId, deadLetter: await queue.deadLetters.get(id) };
      }
      if (!(await work.retry(letter.runId))) throw new TravelAgentError("CONFLICT", "this flow is under way or has ended meanwhile; look at its booking");
      await db.transaction((tx) => queue.deadLetters.retried(tx, id, letter.runId, call.actor));
      return { runId: letter.runId, deadLetter: await queue.deadLetters.get(id) };
    },

    "queue.dlq.drop": async ({ id, reason }, call) => ({ deadLetter: await queue.deadLetters.drop(id, reason, call.actor) }),

    "agents.pause": async ({ agentId, reason }, call) => {
      if (agentId !== undefined && agentId !== "*" && !agentIds().includes(agentId))
        throw new TravelAgentError("NOT_FOUND", `there is no agent ${agentId}; known: ${agentIds().join(", ")}`);
      const which = agentId ?? "*";
      await queue.pauses.pause(which, reason, call.actor);
      await onPause?.({ agentId: which, paused: true, reason, by: call.actor });
      const handedOver = await turns.handOverAll(which, reason);
      return { paused: shown(await queue.pauses.list()), handedOver };
    },

    "agents.resume": async (params, call) => {
      const ended = await queue.pauses.resume(params?.agentId);
      if (params?.agentId !== undefined && ended.length === 0)
        throw new TravelAgentError("NOT_FOUND", `${params.agentId} is not paused by itself; agents.paused tells what is`);
      for (const { agentId, reason } of ended) await onPause?.({ agentId, paused: false, reason, by: call.actor });
      return { paused: shown(await queue.pauses.list()) };
    },

    "agents.paused": async () => ({ paused: shown(await queue.pauses.list()) }),
  };
}
