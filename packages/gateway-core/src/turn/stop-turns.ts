import type { Database, Work } from "@travelagent/protocol/ports";
import type { Announcer } from "../announce.ts";
import type { Conversations } from "../conversations.ts";
import type { Inbox } from "../inbox.ts";
import { turnWork } from "../intake.ts";
import type { Publisher } from "../publish.ts";
import type { Queue } from "../queue/queue.ts";
import { decisionPrefix, isOwnRun } from "./run-ids.ts";
import type { ToPerson } from "./to-person.ts";

export interface StopTurnsOptions {
  db: Database;
  work: Work;
  inbox: Inbox;
  conversations: Conversations;
  announcer: Announcer;
  publisher: Publisher;
  queue: Queue;
  toPerson: ToPerson;
}

/** Ways in which turns end from outside. */
export interface StopTurns {
  /**
   * Ends what runs and waits in a session, or that one run, because the customer or an operator said so. Returns the runs that
   * were ended. `toPerson`: a person answers what they were to answer.
   */
  abort(sessionKey: string, runId?: string, options?: { toPerson?: boolean }): Promise<string[]>;
  /** These messages have ended as ignored because others came: their turns end too, a tool that is at work first. */
  drop(runIds: readonly string[]): Promise<void>;
  /** Everything this agent (`*`: every agent) runs or has waiting goes to people. Returns how many messages that were. */
  handOverAll(agentId: string, reason: string): Promise<number>;
}

/** Turns without a message that are looked through at a time. */
const mostTurns = 500;

export function createStopTurns({ db, work, inbox, conversations, announcer, publisher, queue, toPerson: person }: StopTurnsOptions): StopTurns {
  /** What runs and waits without a message: notes, turns that are tried again, and decided approvals. */
  const withoutMessage = async (states: readonly ("queued" | "running")[]) => {
    const found = await Promise.all(states.map((state) => work.list({ name: turnWork, state, limit: mostTurns })));
    return found.flat().filter(({ id }) => isOwnRun(id));
  };
  const published = (sessionKey: string, runId: string): void => {
    if (publisher.isFollowed(sessionKey)) publisher.publish("chat", { runId, sessionKey, seq: 0, state: "aborted" });
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
      }
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

    async drop(runIds) {
      for (const runId of runIds) {
        const row = await inbox.get(runId);
        if (row) queue.tools.afterTools(runId, () => void cancel(row.sessionKey, runId).catch(() => undefined));
      }
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
