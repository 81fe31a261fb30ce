import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Logger, Tx } from "@travelagent/protocol/ports";
import type { Contact, ContactWord } from "./contact.ts";
import type { ConversationRow, Conversations } from "./conversations.ts";
import type { Inbox, MessageKind } from "./inbox.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import { saidByGateway } from "./said.ts";
import { sessionMeta } from "./session-meta.ts";
import { asUserMessage } from "./turn/user-message.ts";

export interface OptWordsOptions {
  contact: Contact | undefined;
  inbox: Inbox;
  outbox: Outbox;
  conversations: Conversations;
  sessions: SessionPort;
  log: Logger;
  /** In the commit: what waits in the session is answered no more. */
  endOpen(tx: Tx, sessionKey: string): Promise<string[]>;
  /** Their turns are over. */
  drop(runIds: readonly string[], options?: { keep?: boolean }): Promise<void>;
  stop(sessionKey: string): Promise<unknown>;
  onConversation(conversation: ConversationRow): void;
}

/** A message that was one. */
export interface HeardWord {
  runId: string;
  sessionKey: string;
  duplicate: false;
  word: { message: InboundMessage; agentId: string; admitted: boolean; ends: boolean; stops: string[]; answer?: string };
}

/** Why a message was not answered that only says what its writer wants to hear. */
const reason = "opt-word";

/** Messages that are nothing but a word such as STOP: on record, answered with a fixed text, and never an agent's. */
export function createOptWords({ contact, inbox, outbox, conversations, sessions, log, endOpen, drop, stop, onConversation }: OptWordsOptions) {
  return {
    /** From the text alone. Of a group nobody speaks for all. */
    in: (kind: MessageKind, message: InboundMessage): ContactWord | undefined =>
      kind === "customer" && message.address.chatType === "direct" && !message.action ? contact?.wordIn(message) : undefined,

    /** In the commit of the message. What the person wants is on record whoever they are; they are answered where they may write. */
    async hear(
      tx: Tx,
      word: ContactWord,
      { runId, sessionKey, message, admitted, agentId }: { runId: string; sessionKey: string; message: InboundMessage; admitted: boolean; agentId: string },
    ): Promise<HeardWord | undefined> {
      const { address } = message;
      const before = await tx.get("select customer_id from conversation where session_key = ?", sessionKey);
      const heard = await word.hear(tx, { messageId: runId, sessionKey, ...(before?.customer_id ? { customerId: before.customer_id as string } : {}) });
      if (!heard) return undefined;
      const { ends, answer } = heard;
      await inbox.insert(tx, { id: runId, sessionKey, kind: "customer", message, epoch: 0, status: "ignored", reason });
      const stops = ends ? await endOpen(tx, sessionKey) : [];
      const result: HeardWord = { runId, sessionKey, duplicate: false, word: { message, agentId, admitted, ends, stops } };
      if (!admitted) return result;
      const { epoch } = await conversations.noteInbound(tx, {
        sessionKey,
        agentId,
        address,
        displayName: message.senderName ?? message.senderId,
        preview: message.text,
        at: message.sentAt,
      });
      await conversations.noteSilence(tx, sessionKey);
      if (answer === undefined) return result;
      await outbox.insert(tx, { id: `${runId}:${reason}`, sessionKey, address, author: "system", epoch, message: { text: answer }, purpose: "notice" });
      return { ...result, word: { ...result.word, answer } };
    },

    /** Once that is committed. */
    async after({ runId, sessionKey, word: { message, agentId, admitted, ends, stops, answer } }: HeardWord): Promise<void> {
      log.info("a customer said what they want to hear", { "pii.sessionKey": sessionKey, runId, channel: message.address.channel, ends });
      if (ends) {
        await drop(stops, { keep: true });
        await stop(sessionKey);
      }
      if (!admitted) return;
      await sessions.ensure(sessionKey, sessionMeta(agentId, message.address));
      await sessions.append(
        sessionKey,
        [
          { id: `${runId}:user`, message: asUserMessage({ id: runId, message }) },
          ...(answer === undefined ? [] : [{ id: `${runId}:${reason}:final`, message: saidByGateway(answer, message.sentAt) }]),
        ],
        { durable: true },
      );
      outbox.kick(sessionKey);
      const conversation = await conversations.get(sessionKey);
      if (conversation) onConversation(conversation);
    },
  };
}
