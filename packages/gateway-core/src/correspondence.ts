import type { Address, OutboundMessage } from "@travelagent/protocol/messages";
import type { Database, Row } from "@travelagent/protocol/ports";
import type { Conversations } from "./conversations.ts";
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

/** With whom the agency writes, and what they were sent: for those who look after what is said. Reads only. */
export interface Correspondence {
  /** Null for a conversation that never was. `timeZone` is what its platform tells. */
  conversation(sessionKey: string): Promise<{ agentId: string; address: Address; customerId?: string; displayName: string; timeZone?: string } | null>;
  /** Null for one that is not there or did not reach its channel. */
  sent(id: string): Promise<SentMessage | null>;
  /** Those that were written since then and reached their channel, newest first. */
  sentSince(at: number, limit: number): Promise<SentMessage[]>;
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
    const { agentId, address, customerId, displayName, timeZone } = found;
    return { agentId, address, displayName, ...(customerId === undefined ? {} : { customerId }), ...(timeZone === undefined ? {} : { timeZone }) };
  },
  async sent(id) {
    const row = await db.get("select * from outbox where id = ? and status = 'sent'", id);
    return row ? read(row) : null;
  },
  async sentSince(at, limit) {
    return (await db.all("select * from outbox where status = 'sent' and created_at >= ? order by created_at desc, id limit ?", at, limit)).map(read);
  },
});
