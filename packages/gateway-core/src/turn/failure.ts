import type { TravelAgentError } from "@travelagent/protocol";
import type { OutboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Row } from "@travelagent/protocol/ports";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import type { Announcer } from "../announce.ts";
import type { Conversations } from "../conversations.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import type { DeadLetters } from "../queue/dead-letters.ts";
import { saidByGateway } from "../said.ts";
import { sessionMeta } from "../session-meta.ts";
import { storeCannotWrite } from "../store-failure.ts";
import { answeredAt } from "./answered-at.ts";
import { isOwnRun } from "./run-ids.ts";
import { asUserMessage } from "./user-message.ts";

const sorry = "I am sorry, something went wrong on our side. I have kept your message, and a colleague will answer you here.";

export interface FailureOptions {
  db: Database;
  inbox: Inbox;
  outbox: Outbox;
  conversations: Conversations;
  sessions: SessionPort;
  announcer: Announcer;
  deadLetters: DeadLetters;
  clock: Clock;
}

/** What becomes of a turn that failed: the customer is told, a person is asked, and it is kept as a dead letter. */
export interface Failure {
  /** The end of a turn whose agent threw. */
  apologise(error: TravelAgentError): TurnOutcome;
  /** The turn of an open message is over without an answer: tell the customer, and a person. */
  giveUp(row: InboxRow, reason: string, code: string): Promise<void>;
  /** The same for whatever ran under that id. Nobody else would tell the customer before the next start, so a store that cannot write now is asked until it can. */
  giveUpWhenPossible(runId: string, sessionKey: string | undefined, reason: string, code: string): Promise<void>;
  /**
   * A turn is over that nobody gave up, since the process was gone by then: the same for one without a message of its own, and a
   * reply that was committed and is not in the history comes there. Once for each run, however often it is called.
   */
  lost(runId: string, sessionKey: string, reason: string, code: string): Promise<void>;
}

export function createFailure({ db, inbox, outbox, conversations, sessions, announcer, deadLetters, clock }: FailureOptions): Failure {
  const announce = async (sessionKey: string): Promise<void> => {
    const conversation = await conversations.get(sessionKey);
    if (conversation) announcer.conversation(conversation);
  };

  const giveUp = async (row: InboxRow, reason: string, code: string): Promise<void> => {
    const conversation = answeredAt(await conversations.get(row.sessionKey), row);
    if (!conversation) return;
    const message = saidByGateway(sorry, clock.now());
    const { sessionKey } = row;
    const first = await db.transaction(async (tx) => {
      if (!(await inbox.end(tx, row.id, "handed-over", reason))) return false;
      await outbox.insert(tx, {
        id: row.id,
        runId: row.id,
        sessionKey,
        address: conversation.address,
        author: "system",
        epoch: conversation.epoch,
        message: { text: sorry },
      });
      await conversations.needPerson(tx, sessionKey);
      const { agentId, address } = conversation;
      await deadLetters.add(tx, { runId: row.id, sessionKey, agentId, channel: address.channel, code, reason, text: row.message.text });
      return true;
    });
    if (!first) return;
    outbox.kick(sessionKey);
    await sessions.ensure(sessionKey, sessionMeta(conversation.agentId, conversation.address));
    await sessions.append(
      sessionKey,
      [
        { id: `${row.id}:user`, message: asUserMessage(row) },
        { id: `${row.id}:final`, message },
      ],
      { durable: true },
    );
    await announce(sessionKey);
  };

  /** A turn without a message of its own ended without a word: somebody of the agency has to look, once. */
  const callPerson = async (runId: string, sessionKey: string, reason: string, code: string): Promise<void> => {
    const conversation = await conversations.get(sessionKey);
    if (!conversation) return;
    const { agentId, address } = conversation;
    const first = await db.transaction(async (tx) => {
      if (!(await deadLetters.add(tx, { runId, sessionKey, agentId, channel: address.channel, code, reason }))) return false;
      await conversations.needPerson(tx, sessionKey);
      return true;
    });
    if (first) await announce(sessionKey);
  };

  const historyHasIt = "the reply had gone out; it is in the history";
  const keepReply = async (runId: string, sessionKey: string, reply: Row, code: string, reason: string): Promise<void> => {
    const conversation = await conversations.get(sessionKey);
    if (!conversation || (await db.get("select 1 as found from dead_letter where id = ?", runId))) return;
    const { text, cards, attachments } = JSON.parse(reply.message as string) as OutboundMessage;
    const row = await inbox.get(runId);
    await sessions.ensure(sessionKey, sessionMeta(conversation.agentId, conversation.address));
    await sessions.append(
      sessionKey,
      [
        ...(row ? [{ id: `${row.id}:user`, message: asUserMessage(row) }] : []),
        {
          id: `${runId}:final`,
          message: { ...saidByGateway(text, Number(reply.created_at)), ...(cards ? { cards } : {}), ...(attachments ? { attachments } : {}) },
        },
      ],
      { durable: true },
    );
    const { agentId, address } = conversation;
    // Behind the history, so that a crash between does it again; the history skips what it has.
    await db.transaction((tx) => deadLetters.add(tx, { runId, sessionKey, agentId, channel: address.channel, code, reason }, historyHasIt));
  };

  return {
    apologise: (error) => {
      const message = saidByGateway(sorry, clock.now());
      return { kind: "failed", message, text: sorry, cards: [], reason: `the turn failed: ${error.code}`, commit: async () => undefined };
    },
    giveUp,
    async lost(runId, sessionKey, reason, code) {
      const reply = await db.get("select message, created_at from outbox where id = ? and status <> 'refused'", runId);
      if (reply) return keepReply(runId, sessionKey, reply, code, reason);
      if (isOwnRun(runId)) await callPerson(runId, sessionKey, reason, code);
    },
    async giveUpWhenPossible(runId, sessionKey, reason, code) {
      for (;;) {
        try {
          const row = await inbox.get(runId);
          if (row?.status === "accepted") await giveUp(row, reason, code);
          else if (!row && sessionKey) await callPerson(runId, sessionKey, reason, code);
          return;
        } catch (error) {
          if (!storeCannotWrite(error)) throw error;
          await new Promise<void>((resolve) => void clock.after(2_000, resolve));
        }
      }
    },
  };
}
