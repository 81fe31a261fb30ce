import type { Database, WorkContext } from "@travelagent/protocol/ports";
import type { Announcer } from "../announce.ts";
import { cardNotice, hadCard } from "../card-free.ts";
import { wasToldLately } from "../card-notice.ts";
import type { ConversationRow, Conversations } from "../conversations.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import type { Publisher } from "../publish.ts";
import type { Pause } from "../queue/pauses.ts";
import { saidByGateway } from "../said.ts";
import { sessionMeta } from "../session-meta.ts";
import type { Tell } from "../tell.ts";
import { answeredAt } from "./answered-at.ts";
import { asUserMessage, publishUser } from "./user-message.ts";

const withPerson =
  "A colleague has taken over this conversation, so this button did nothing. Your colleague at the agency sees your answer and writes to you here.";
const handedOver = "A colleague takes care of this and will answer you here.";

export interface ToPersonOptions {
  db: Database;
  inbox: Inbox;
  outbox: Outbox;
  conversations: Conversations;
  sessions: SessionPort;
  announcer: Announcer;
  publisher: Publisher;
  tell: Tell;
  now(): number;
}

/** Messages that no agent answers. */
export interface ToPerson {
  /** A person owns the conversation: the message is theirs, the agent only keeps it in the transcript. */
  leave(context: WorkContext, conversation: ConversationRow, row: InboxRow): Promise<void>;
  /** The agent is stopped: a person is asked to answer, and the customer is told so. False when the message had ended already. */
  handOver(conversation: ConversationRow, row: InboxRow, pause: Pick<Pause, "reason">): Promise<boolean>;
}

export function createToPerson({ db, inbox, outbox, conversations, sessions, announcer, publisher, tell, now }: ToPersonOptions): ToPerson {
  const announce = async (sessionKey: string): Promise<void> => {
    const conversation = await conversations.get(sessionKey);
    if (conversation) announcer.conversation(conversation);
  };
  return {
    async leave(context, conversation, row) {
      const { sessionKey } = conversation;
      await sessions.append(sessionKey, [{ id: `${row.id}:user`, message: asUserMessage(row) }], { durable: true });
      await context.transaction("to-person", (tx) => inbox.end(tx, row.id, "handed-over", `the conversation is with ${conversation.assignee ?? "a person"}`));
      publishUser(publisher, row);
      // A button of the agent's does nothing here: who pressed it must not believe that it did.
      if (row.message.action) await tell({ id: `${row.id}:with-person`, sessionKey, text: withPerson });
      if (hadCard(row.message.text) && !(await wasToldLately({ db, clock: { now } }, sessionKey)))
        await tell({ id: `${row.id}:card`, sessionKey, text: cardNotice });
      await announce(sessionKey);
    },
    async handOver(given, row, { reason }) {
      const { sessionKey, agentId, address } = answeredAt(given, row) ?? given;
      const end = await db.transaction(async (tx) => {
        if (!(await inbox.end(tx, row.id, "handed-over", `the agent is paused: ${reason}`))) return undefined;
        const owner = await tx.get("select state, epoch from conversation where session_key = ?", sessionKey);
        // Of several messages that waited, the first is answered with this.
        const tells = owner?.state === "agent";
        if (tells)
          await outbox.insert(tx, {
            id: row.id,
            runId: row.id,
            sessionKey,
            address,
            author: "system",
            epoch: Number(owner.epoch),
            message: { text: handedOver },
          });
        await conversations.needPerson(tx, sessionKey);
        return { tells };
      });
      if (!end) return false;
      await sessions.ensure(sessionKey, sessionMeta(agentId, address));
      await sessions.append(
        sessionKey,
        [{ id: `${row.id}:user`, message: asUserMessage(row) }, ...(end.tells ? [{ id: `${row.id}:final`, message: saidByGateway(handedOver, now()) }] : [])],
        { durable: true },
      );
      outbox.kick(sessionKey);
      await announce(sessionKey);
      return true;
    },
  };
}
