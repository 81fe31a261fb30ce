import type { Database, Work } from "@travelagent/protocol/ports";
import type { Announcer } from "../announce.ts";
import type { Conversations } from "../conversations.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import { turnWork } from "../intake.ts";
import type { SessionPort } from "../ports.ts";
import type { Publisher } from "../publish.ts";
import { promptOf } from "../queue/prompt.ts";
import type { Queue } from "../queue/queue.ts";
import { sessionMeta } from "../session-meta.ts";
import { decisionPrefix, isOwnRun } from "./run-ids.ts";
import type { ToPerson } from "./to-person.ts";
import { asUserMessage } from "./user-message.ts";

export interface StopTurnsOptions {
  db: Database;
  work: Work;
  inbox: Inbox;
  conversations: Conversations;
  announcer: Announcer;
  publisher: Publisher;
  queue: Queue;
  toPerson: ToPerson;
  sessions: Pick<SessionPort, "append" | "ensure">;
}

/** Ways in which turns end from outside. */
export interface StopTurns {
  /**
   * Ends what runs and waits in a session, or that one run, because the customer or an operator said so. Returns the runs that
   * were ended. `toPerson`: a person answers what they were to answer.
   */
  abort(sessionKey: string, runId?: string, options?: { toPerson?: boolean }): Promise<string[]>;
  /**
   * These messages have ended as ignored, because others came or because the customer said stop: their turns end too, a tool that is at
   * work first. `keep`: what they say stays in the history.
   */
  drop(runIds: readonly string[], options?: { keep?: boolean }): Promise<void>;
  /** Everything this agent (`*`: every agent) runs or has waiting goes to people. Returns how many messages that were. */
  handOverAll(agentId: string, reason: string): Promise<number>;
}

/** Turns without a message that are looked through at a time. */
const mostTurns = 500;

export function createStopTurns({ db, work, inbox, conversations, announcer, publisher, queue, toPerson: person, sessions }: StopTurnsOptions): StopTurns {
  /** What runs and waits without a message: notes, turns that are tried again, and decided approvals. */
  const withoutMessage = async (states: readonly ("queued" | "running")[]) => {
    const found = await Promise.all(states.map((state) => work.list({ name: turnWork, state, limit: mostTurns })));
    return found.flat().filter(({ id }) => isOwnRun(id));
  };
  const published = (sessionKey: string, runId: string): void => {
    if (publisher.isFollowed(sessionKey)) publisher.publish("chat", { runId, sessionKey, seq: 0, state: "aborted" });
  };
  /** What was written and is answered by nobody: people and the agent find it in the history, under the ids that its turn would have given it. */
  const keepWords = async (rows: readonly InboxRow[]): Promise<void> => {
    const batches = new Map<string, InboxRow[]>();
    for (const row of rows) {
      const run = row.takenBy ?? row.id;
      batches.set(run, [...(batches.get(run) ?? []), row]);
    }
    for (const [runId, batch] of batches) {
      const [first] = batch;
      if (!first || isOwnRun(runId)) continue;
      const conversation = await conversations.get(first.sessionKey);
      if (!conversation) continue;
      await sessions.ensure(first.sessionKey, sessionMeta(conversation.agentId, conversation.address));
      const message = { ...asUserMessage({ id: runId, message: first.message }), content: promptOf(batch) };
      await sessions.append(first.sessionKey, [{ id: `${runId}:user`, message }], { durable: true });
    }
  };
  /** One that runs tells of its end itself. */
  const cancel = async (sessionKey: string, runId: string): Promise<void> => {
    const waited = (await work.state(runId)) === "queued";
    await work.cancel(runId);
    if (waited) published(sessionKey, runId);
  };

  return {
    async abort(sessionKey, runId, { toPerson = false } = {}) {
      const aborted: string[] = [];
      const stopped: InboxRow[] = [];
      const open = await inbox.openOf(sessionKey);
      // A message that is being answered with others stands for the turn that answers them all.
      const turn = open.find(({ id }) => id === runId)?.takenBy ?? runId;
      for (const row of open) {
        if (runId !== undefined && row.id !== runId && row.id !== turn && row.takenBy !== turn) continue;
        // The end first: a turn that committed its reply meanwhile keeps its right to finish.
        const ended = await db.transaction(async (tx) => {
          if (!(await inbox.end(tx, row.id, toPerson ? "handed-over" : "ignored", toPerson ? "an operator stopped the agent" : "aborted"))) return false;
          if (toPerson) await conversations.needPerson(tx, sessionKey);
          return true;
        });
        if (!ended) continue;
        await cancel(sessionKey, row.id);
        aborted.push(row.id);
        stopped.push(row);
      }
      await keepWords(stopped);
      for (const { id, lane } of await withoutMessage(["running", "queued"])) {
        if (lane !== sessionKey || id.startsWith(decisionPrefix) || (runId !== undefined && id !== runId)) continue;
        await cancel(sessionKey, id);
        aborted.push(id);
      }
      if (toPerson && aborted.length > 0) {
        const conversation = await conversations.get(sessionKey);
        if (conversation) announcer.conversation(conversation);
      }
      return aborted;
    },

    async drop(runIds, { keep = false } = {}) {
      const rows = (await Promise.all(runIds.map((runId) => inbox.get(runId)))).filter((row) => row !== null);
      if (keep) await keepWords(rows);
      for (const { id, sessionKey } of rows) queue.tools.afterTools(id, () => void cancel(sessionKey, id).catch(() => undefined));
    },

    async handOverAll(agentId, reason) {
      let count = 0;
      const theirs = async (sessionKey: string | undefined) => {
        const conversation = sessionKey === undefined ? null : await conversations.get(sessionKey);
        return conversation && (agentId === "*" || conversation.agentId === agentId) ? conversation : null;
      };
      const rows = await inbox.open();
      // What runs costs money now; what waits does not begin any more.
      for (const row of [...rows.filter(({ takenBy }) => takenBy !== undefined), ...rows.filter(({ takenBy }) => takenBy === undefined)]) {
        const conversation = await theirs(row.sessionKey);
        if (!conversation || !(await person.handOver(conversation, row, { reason }))) continue;
        count += 1;
        await cancel(row.sessionKey, row.id);
      }
      for (const { id, lane } of await withoutMessage(["running"])) {
        const conversation = await theirs(lane);
        if (!conversation) continue;
        await work.cancel(id);
        await db.transaction((tx) => conversations.needPerson(tx, conversation.sessionKey));
        announcer.conversation((await conversations.get(conversation.sessionKey))!);
      }
      return count;
    },
  };
}
