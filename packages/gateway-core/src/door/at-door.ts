import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Logger, Tx } from "@travelagent/protocol/ports";
import type { ConversationRow, Conversations } from "../conversations.ts";
import type { Inbox, InboxRow, MessageKind } from "../inbox.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import { saidByGateway } from "../said.ts";
import { sessionMeta } from "../session-meta.ts";
import { asUserMessage } from "../turn/user-message.ts";
import type { Door, Verdict } from "./door.ts";
import { placeEdit } from "./edits.ts";

/** A message in the commit that takes it in. */
export interface Arriving {
  kind: MessageKind;
  runId: string;
  sessionKey: string;
  agentId: string;
  message: InboundMessage;
  verdict: Verdict;
  /** A turn that runs may read what waits, besides what it has taken. */
  steers: boolean;
  /** A question of this conversation waits for its yes or no. */
  openQuestion: boolean;
  /** The conversation hears of the message. */
  note(): Promise<ConversationRow>;
}

/** A message that needed no turn: it changed another one, was declined, or was left to a person. */
export interface Ended {
  runId: string;
  sessionKey: string;
  duplicate: false;
  conversation?: ConversationRow;
  atDoor: { row?: Pick<InboxRow, "id" | "sessionKey" | "message">; agentId: string; reason: string; answer?: string };
}

export interface AtDoor {
  /** `ended`, or the message as it goes on. */
  pass(tx: Tx, arriving: Arriving): Promise<{ ended: Ended } | { message: InboundMessage }>;
  /** In the commit of a message that was not admitted: what its writer hears. */
  answer(tx: Tx, arriving: Pick<Arriving, "sessionKey" | "message" | "verdict">): Promise<void>;
  /** Once that is committed. */
  after(ended: Ended): Promise<void>;
}

export interface AtDoorOptions {
  door: Door;
  inbox: Inbox;
  outbox: Outbox;
  conversations: Conversations;
  sessions: SessionPort;
  clock: Clock;
  log: Logger;
  /** To those who follow the conversation. */
  show(row: Pick<InboxRow, "id" | "sessionKey" | "message">): void;
  onConversation(conversation: ConversationRow): void;
}

/** What is decided about a message before it may begin a turn, besides whether its writer may write. */
export function createAtDoor({ door, inbox, outbox, conversations, sessions, clock, log, show, onConversation }: AtDoorOptions): AtDoor {
  const customers = { kind: "customer", epoch: 0 } as const;

  async function edited(tx: Tx, { runId, sessionKey, agentId, message, verdict, steers }: Arriving): Promise<{ ended: Ended } | { message: InboundMessage }> {
    const mayBeHeard = steers && (await inbox.openOf(sessionKey, tx)).some(({ takenBy }) => takenBy !== undefined);
    const found = await placeEdit(tx, inbox, message, { runId, admitted: verdict.admitted, mayBeHeard });
    if (found.kind === "message") return found;
    await inbox.insert(tx, { ...customers, id: runId, sessionKey, message, status: "ignored", reason: found.reason });
    const { reason } = found;
    return { ended: { runId: found.kind === "replaced" ? found.row.id : runId, sessionKey, duplicate: false, atDoor: { agentId, reason } } };
  }

  async function looped(tx: Tx, { runId, sessionKey, agentId, message, note }: Arriving): Promise<Ended | undefined> {
    const reason = await door.loop(tx, sessionKey, message);
    if (!reason) return undefined;
    const { epoch } = await note();
    await inbox.insert(tx, { ...customers, id: runId, sessionKey, message, epoch, status: "handed-over", reason });
    await conversations.needPerson(tx, sessionKey);
    await door.record(tx, { runId, sessionKey, ruleId: "door.loop", decision: "refused", actor: "gateway", reason });
    return { runId, sessionKey, duplicate: false, atDoor: { row: { id: runId, sessionKey, message }, agentId, reason } };
  }

  async function declined(tx: Tx, { runId, sessionKey, agentId, message, openQuestion, note }: Arriving): Promise<Ended | undefined> {
    const found = openQuestion ? undefined : door.decline(message);
    if (!found) return undefined;
    const owner = await tx.get("select state from conversation where session_key = ?", sessionKey);
    // A person answers there, or an answer that comes first is still being written.
    if ((owner && owner.state !== "agent") || (await inbox.openOf(sessionKey, tx)).length > 0) return undefined;
    const { epoch } = await note();
    const { reason, text } = found;
    await inbox.insert(tx, { ...customers, id: runId, sessionKey, message, epoch, status: "answered", reason });
    await outbox.insert(tx, { id: runId, runId, sessionKey, address: message.address, author: "system", epoch, message: { text } });
    await conversations.noteReply(tx, { sessionKey, preview: text, at: clock.now() });
    await door.record(tx, { runId, sessionKey, ruleId: "door.scope", decision: "refused", actor: "gateway", reason });
    return { runId, sessionKey, duplicate: false, atDoor: { row: { id: runId, sessionKey, message }, agentId, reason, answer: text } };
  }

  return {
    async pass(tx, arriving) {
      // People of the agency and programs say what they want of the agent.
      if (arriving.kind !== "customer") return { message: arriving.message };
      const placed = arriving.message.edits === undefined ? { message: arriving.message } : await edited(tx, arriving);
      if ("ended" in placed || !arriving.verdict.admitted) return placed;
      const now = { ...arriving, message: placed.message };
      const ended = (await looped(tx, now)) ?? (await declined(tx, now));
      return ended ? { ended } : placed;
    },
    async answer(tx, { sessionKey, message: { address }, verdict }) {
      if (!verdict.answer) return;
      const { id, text } = verdict.answer;
      await outbox.insert(tx, { id, sessionKey, address, author: "system", epoch: 0, message: { text } });
    },
    async after({ runId, sessionKey, atDoor: { row, agentId, reason, answer } }) {
      door.count(reason);
      if (!row) return;
      const { message } = row;
      if (answer === undefined)
        log.warn("a machine seems to write in a conversation: nothing is answered any more until a person has looked at it", {
          "pii.sessionKey": sessionKey,
          runId,
          channel: message.address.channel,
          reason,
        });
      await sessions.ensure(sessionKey, sessionMeta(agentId, message.address));
      await sessions.append(
        sessionKey,
        [
          { id: `${runId}:user`, message: asUserMessage(row) },
          ...(answer === undefined ? [] : [{ id: `${runId}:final`, message: saidByGateway(answer, clock.now()) }]),
        ],
        { durable: true },
      );
      show(row);
      outbox.kick(sessionKey);
      const conversation = await conversations.get(sessionKey);
      if (conversation) onConversation(conversation);
    },
  };
}
