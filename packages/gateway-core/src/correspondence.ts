import type { Address, OutboundMessage } from "@travelagent/protocol/messages";
import type { Database, Row } from "@travelagent/protocol/ports";
import type { ConversationRow, Conversations } from "./conversations.ts";
import type { Delivery } from "./outbox.ts";

/** A message that reached its channel. */
export interface SentMessage {
  id: string;
  /** Of the agent's turn. */
  runId?: string;
  sessionKey: string;
  text: string;
  author: Delivery["author"];
  /** Milliseconds. */
  sentAt: number;
}

/** What was said in a conversation, by whomever. */
export interface WrittenMessage {
  id: string;
  text: string;
  author: "customer" | Delivery["author"];
  /** Milliseconds: when it was taken in, or put into the outbox. */
  at: number;
  /** How many files came or went with it. */
  files: number;
}

/** With whom the agency writes, and what they were sent: for those who look after what is said. Reads only. */
export interface Correspondence {
  /** Null for a conversation that never was. `timeZone` is what its platform tells. */
  conversation(sessionKey: string): Promise<{
    agentId: string;
    address: Address;
    customerId?: string;
    displayName: string;
    timeZone?: string;
    state: ConversationRow["state"];
    assignee?: string;
  } | null>;
  /** Null for one that is not there or did not reach its channel. */
  sent(id: string): Promise<SentMessage | null>;
  /** Those that were written since then and reached their channel, newest first. */
  sentSince(at: number, limit: number): Promise<SentMessage[]>;
  /** What was said in it at that time or later, the newest `limit` of it, oldest first. Not what was not let in, and what was not sent. */
  writtenSince(sessionKey: string, at: number, limit: number): Promise<WrittenMessage[]>;
}

const read = (row: Row): SentMessage => ({
  id: row.id as string,
  ...(row.run_id ? { runId: row.run_id as string } : {}),
  sessionKey: row.session_key as string,
  text: (JSON.parse(row.message as string) as OutboundMessage).text,
  author: row.author as Delivery["author"],
  sentAt: Number(row.updated_at),
});

export const createCorrespondence = ({ db, conversations }: { db: Database; conversations: Pick<Conversations, "get"> }): Correspondence => ({
  async conversation(sessionKey) {
    const found = await conversations.get(sessionKey);
    if (!found) return null;
    const { agentId, address, customerId, displayName, timeZone, state, assignee } = found;
    return {
      agentId,
      address,
      displayName,
      state,
      ...(assignee === undefined ? {} : { assignee }),
      ...(customerId === undefined ? {} : { customerId }),
      ...(timeZone === undefined ? {} : { timeZone }),
    };
  },
  async sent(id) {
    const row = await db.get("select * from outbox where id = ? and status = 'sent'", id);
    return row ? read(row) : null;
  },
  async sentSince(at, limit) {
    return (await db.all("select * from outbox where status = 'sent' and created_at >= ? order by created_at desc, id limit ?", at, limit)).map(read);
  },
  async writtenSince(sessionKey, at, limit) {
    const rows = await db.all(
      `select id, message, 'customer' as author, received_at as at from inbox where session_key = ? and received_at >= ? and status <> 'ignored'
       union all
       select id, message, author, created_at as at from outbox where session_key = ? and created_at >= ? and status not in ('refused', 'expired', 'failed')
       order by at desc, id desc limit ?`,
      sessionKey,
      at,
      sessionKey,
      at,
      limit,
    );
    return rows.reverse().map((row) => {
      const { text, attachments = [] } = JSON.parse(row.message as string) as OutboundMessage;
      return { id: row.id as string, text, author: row.author as WrittenMessage["author"], at: Number(row.at), files: attachments.length };
    });
  },
});
