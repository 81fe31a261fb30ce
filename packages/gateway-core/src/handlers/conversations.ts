import { createHash } from "node:crypto";
import { type Conversation, type Handlers, removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database } from "@travelagent/protocol/ports";
import type { Announcer } from "../announce.ts";
import { asConversation, type ConversationRow, type Conversations } from "../conversations.ts";
import type { Files } from "../media/files.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import { saidByOperator } from "../said.ts";
import { sessionMeta } from "../session-meta.ts";

/** A text that a platform has approved. */
export interface PlatformTemplate {
  name: string;
  /** BCP 47. */
  locales: readonly string[];
  /** What stands in it; empty where it takes whatever the text has. */
  variables: readonly string[];
}

export interface ConversationHandlersOptions {
  db: Database;
  conversations: Conversations;
  outbox: Outbox;
  sessions: SessionPort;
  announcer: Announcer;
  clock: Clock;
  /** A person has the conversation now. */
  onTakenOver?(sessionKey: string): Promise<void>;
  /** Absent: replies are words alone. */
  files?: Pick<Files, "own"> | undefined;
  /** Texts the platform knows beforehand, for what can be said in no other way. */
  templatesOf?(channel: string, accountId: string): readonly PlatformTemplate[];
  /** What a list says about these conversations. */
  shapes?(rows: readonly ConversationRow[]): Promise<(row: ConversationRow) => Conversation>;
}

export function conversationHandlers({
  db,
  conversations,
  outbox,
  sessions,
  announcer,
  clock,
  onTakenOver,
  files,
  templatesOf = () => [],
  shapes = async () => asConversation,
}: ConversationHandlersOptions): Handlers {
  const told = (row: ConversationRow) => {
    announcer.conversation(row);
    return { conversation: asConversation(row) };
  };
  const find = async (id: string): Promise<ConversationRow> => {
    const row = await conversations.get(id);
    if (!row) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${id}`);
    return row;
  };

  return {
    "conversations.list": async (params) => {
      const { conversations: rows, nextCursor } = await conversations.list(
        Object.fromEntries(Object.entries(params ?? {}).filter(([, value]) => value !== undefined)),
      );
      return { conversations: rows.map(await shapes(rows)), ...(nextCursor ? { nextCursor } : {}) };
    },

    "conversations.takeOver": async ({ conversationId, assignee }, call) => {
      const row = await find(conversationId);
      if (row.state === "person" && row.assignee === (assignee ?? call.actor)) return { conversation: asConversation(row) };
      const taken = await conversations.takeOver(conversationId, assignee ?? call.actor);
      await onTakenOver?.(conversationId);
      return told(taken);
    },

    "conversations.handBack": async ({ conversationId }) => {
      const row = await find(conversationId);
      return row.state === "agent" ? { conversation: asConversation(row) } : told(await conversations.handBack(conversationId));
    },

    "conversations.reply": async ({ conversationId, message: text, template, attachments: named = [], idempotencyKey }, call) => {
      if (removeCardNumbers(text).removed)
        throw new TravelAgentError(
          "INVALID_REQUEST",
          "there is a card number in this message; take it out: card numbers are never kept here, nor sent to a customer",
        );
      const before = await find(conversationId);
      const attachments = (await files?.own(conversationId, named)) ?? [];
      if (attachments.length < named.length) throw new TravelAgentError("NOT_FOUND", "one of these files is not in this conversation: upload it again");
      if (text.trim() === "" && attachments.length === 0) throw new TravelAgentError("INVALID_REQUEST", "the message is empty");
      const brought = attachments.length > 0 ? { attachments } : {};
      const row = before.state === "person" ? before : await conversations.takeOver(conversationId, call.actor);
      if (row !== before) await onTakenOver?.(conversationId);
      const messageId = `reply-${createHash("sha256").update(`${conversationId}\n${idempotencyKey}`).digest("hex").slice(0, 32)}`;
      await db.transaction(async (tx) => {
        await outbox.insert(tx, {
          id: messageId,
          sessionKey: conversationId,
          address: row.address,
          author: "operator",
          epoch: row.epoch,
          message: { text, ...(template ? { template } : {}), ...brought },
        });
        await conversations.noteReply(tx, {
          sessionKey: conversationId,
          preview: text || `(${attachments.length === 1 ? "a file" : `${attachments.length} files`})`,
          at: clock.now(),
        });
      });
      const message = { ...saidByOperator(text, call.actor, clock.now()), ...brought };
      await sessions.ensure(conversationId, sessionMeta(row.agentId, row.address));
      await sessions.append(conversationId, [{ id: `${messageId}:final`, message }], { durable: true });
      outbox.kick(conversationId);
      told((await conversations.get(conversationId))!);
      return { messageId };
    },

    "deliveries.list": async (params) => {
      const { deliveries, nextCursor } = await outbox.list(Object.fromEntries(Object.entries(params ?? {}).filter(([, value]) => value !== undefined)));
      return {
        deliveries: deliveries.map(({ message, address, createdAt, reportedAt, partsSent: _, saidBefore: __, ...rest }) => ({
          ...rest,
          ...(reportedAt === undefined ? {} : { reportedAt: new Date(reportedAt).toISOString() }),
          // What would go out instead.
          ...(rest.code === "reply-window-closed" ? { remedy: "template", templates: templatesOf(address.channel, address.accountId) } : {}),
          channel: address.channel,
          preview: message.text.slice(0, 140),
          createdAt: new Date(createdAt).toISOString(),
        })),
        ...(nextCursor ? { nextCursor } : {}),
      };
    },
    "deliveries.retry": async ({ id }) => {
      await outbox.retry(id);
      return { ok: true };
    },
    "deliveries.resolve": async ({ id, outcome }) => {
      await outbox.resolve(id, outcome);
      return { ok: true };
    },
  };
}
