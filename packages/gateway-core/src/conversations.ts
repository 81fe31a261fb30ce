import { type Conversation, TravelAgentError } from "@travelagent/protocol";
import type { Address, DeliveryReport } from "@travelagent/protocol/messages";
import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import { readCursor, writeCursor } from "./cursor.ts";

export interface ConversationRow {
  sessionKey: string;
  agentId: string;
  address: Address;
  state: Conversation["state"];
  assignee?: string;
  /** Grows with every change of owner. A reply carries the epoch its turn began with, and is refused when that has passed. */
  epoch: number;
  customerId?: string;
  displayName: string;
  timeZone?: string;
  preview?: string;
  unanswered: boolean;
  lastAt: number;
  /** Since when the customer waits for a person; absent when nobody has to answer. Milliseconds. */
  waitingSince?: number;
  /** What was told last of a message to the customer. */
  delivery?: ReportedDelivery;
  /** Somebody of the agency has to look at it. */
  attention?: Attention;
}

/** What a platform told of a message. */
export interface ReportedDelivery extends Omit<DeliveryReport, "externalId"> {
  /** Of the delivery. */
  id: string;
}

/** `owner-idle`: the person who has it has not answered. `delivery-failed`: a message did not reach the customer. */
export interface Attention {
  reason: "owner-idle" | "delivery-failed";
  since: number;
}

/** Who owns which conversation, and where it lives on its platform. */
export interface Conversations {
  get(sessionKey: string): Promise<ConversationRow | null>;
  /** A message came in: makes the row if it is new and returns it as it then is. `reassign`: `agentId` answers from now on, and it lives where this message came from. */
  noteInbound(
    tx: Tx,
    inbound: {
      sessionKey: string;
      agentId: string;
      reassign?: boolean;
      address: Address;
      displayName: string;
      timeZone?: string;
      /** When the session has one already; it changes no customer that the conversation has. */
      customerId?: string | undefined;
      preview: string;
      at: number;
    },
  ): Promise<ConversationRow>;
  /** Somebody is written to who may not have written yet: makes the row if it is new and returns it as it then is. Changes no owner. */
  noteOutbound(
    tx: Tx,
    outbound: { sessionKey: string; agentId: string; address: Address; displayName: string; preview: string; at: number },
  ): Promise<ConversationRow>;
  noteReply(tx: Tx, reply: { sessionKey: string; preview: string; at: number }): Promise<void>;
  /** What was written needs no answer. */
  noteSilence(tx: Tx, sessionKey: string): Promise<void>;
  /** The agent gives up ownership; a person is awaited. */
  needPerson(tx: Tx, sessionKey: string): Promise<void>;
  /** A platform told what became of a message: the newest message's state is shown, and one that failed wants to be seen. */
  noteReport(tx: Tx, sessionKey: string, report: ReportedDelivery): Promise<void>;
  /** Those whose owner let a customer wait since before `before` and that say nothing of it yet; from now on they do. */
  flagIdleOwners(before: number, now: number): Promise<ConversationRow[]>;
  takeOver(sessionKey: string, assignee: string): Promise<ConversationRow>;
  /** The same in a commit of the caller's. Whoever has it keeps it. */
  ownedBy(tx: Tx, sessionKey: string, assignee: string): Promise<void>;
  handBack(sessionKey: string): Promise<ConversationRow>;
  bindCustomer(sessionKey: string, customerId: string, displayName?: string): Promise<void>;
  list(filter: {
    state?: string;
    assignee?: string;
    channel?: string;
    query?: string;
    limit?: number;
    cursor?: string;
  }): Promise<{ conversations: ConversationRow[]; nextCursor?: string }>;
}

const read = (row: Row): ConversationRow => ({
  sessionKey: row.session_key as string,
  agentId: row.agent_id as string,
  address: JSON.parse(row.address as string) as Address,
  state: row.state as ConversationRow["state"],
  ...(row.assignee ? { assignee: row.assignee as string } : {}),
  epoch: Number(row.epoch),
  ...(row.customer_id ? { customerId: row.customer_id as string } : {}),
  displayName: row.display_name as string,
  ...(row.time_zone ? { timeZone: row.time_zone as string } : {}),
  ...(row.preview ? { preview: row.preview as string } : {}),
  unanswered: Number(row.unanswered) === 1,
  lastAt: Number(row.last_at),
  ...(row.waiting_since == null ? {} : { waitingSince: Number(row.waiting_since) }),
  ...(row.delivery ? { delivery: JSON.parse(row.delivery as string) as ReportedDelivery } : {}),
  ...(row.attention ? { attention: JSON.parse(row.attention as string) as Attention } : {}),
});

export const asConversation = (row: ConversationRow): Conversation => ({
  id: row.sessionKey,
  channel: row.address.channel,
  agentId: row.agentId,
  state: row.state,
  ...(row.assignee ? { assignee: row.assignee } : {}),
  ...(row.customerId ? { customerId: row.customerId } : {}),
  displayName: row.displayName,
  ...(row.preview ? { lastMessagePreview: row.preview } : {}),
  lastMessageAt: new Date(row.lastAt).toISOString(),
  unanswered: row.unanswered,
  ...(row.delivery ? { delivery: { ...row.delivery, at: new Date(row.delivery.at).toISOString() } } : {}),
  ...(row.attention ? { attention: { ...row.attention, since: new Date(row.attention.since).toISOString() } } : {}),
});

export const preview = (text: string): string => {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 140 ? `${Array.from(line).slice(0, 139).join("")}…` : line;
};

export function createConversations({ db }: { db: Database }): Conversations {
  const change = async (sessionKey: string, sql: string, ...values: (string | null)[]): Promise<ConversationRow> => {
    const row = await db.transaction((tx) =>
      tx.get(`update conversation set ${sql}, attention = null, epoch = epoch + 1 where session_key = ? returning *`, ...values, sessionKey),
    );
    if (!row) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${sessionKey}`);
    return read(row);
  };

  return {
    async get(sessionKey) {
      const row = await db.get("select * from conversation where session_key = ?", sessionKey);
      return row ? read(row) : null;
    },
    async noteInbound(tx, { sessionKey, agentId, reassign = false, address, displayName, timeZone, customerId, preview: text, at }) {
      const row = await tx.get(
        `insert into conversation (session_key, channel, account_id, agent_id, address, state, epoch, display_name, time_zone, customer_id, preview, unanswered, last_at, waiting_since)
         values (?, ?, ?, ?, ?, 'agent', 1, ?, ?, ?, ?, 1, ?, ?)
         on conflict (session_key) do update set preview = excluded.preview, unanswered = 1, last_at = excluded.last_at,
           waiting_since = case when conversation.unanswered = 1 then coalesce(conversation.waiting_since, excluded.waiting_since) else excluded.waiting_since end,
           agent_id = case when ? = 1 then excluded.agent_id else conversation.agent_id end,
           channel = case when ? = 1 then excluded.channel else conversation.channel end,
           account_id = case when ? = 1 then excluded.account_id else conversation.account_id end,
           address = case when ? = 1 then excluded.address else conversation.address end, time_zone = coalesce(excluded.time_zone, conversation.time_zone),
           customer_id = coalesce(conversation.customer_id, excluded.customer_id) returning *`,
        sessionKey,
        address.channel,
        address.accountId,
        agentId,
        JSON.stringify(address),
        displayName,
        timeZone ?? null,
        customerId ?? null,
        preview(text),
        at,
        at,
        ...Array.from({ length: 4 }, () => (reassign ? 1 : 0)),
      );
      return read(row!);
    },
    async noteOutbound(tx, { sessionKey, agentId, address, displayName, preview: text, at }) {
      const row = await tx.get(
        `insert into conversation (session_key, channel, account_id, agent_id, address, state, epoch, display_name, preview, unanswered, last_at)
         values (?, ?, ?, ?, ?, 'agent', 1, ?, ?, 0, ?)
         on conflict (session_key) do update set preview = excluded.preview, last_at = excluded.last_at returning *`,
        sessionKey,
        address.channel,
        address.accountId,
        agentId,
        JSON.stringify(address),
        displayName,
        preview(text),
        at,
      );
      return read(row!);
    },
    async noteReply(tx, { sessionKey, preview: text, at }) {
      await tx.run(
        "update conversation set preview = ?, unanswered = 0, waiting_since = null, attention = null, last_at = ? where session_key = ?",
        preview(text),
        at,
        sessionKey,
      );
    },
    async noteSilence(tx, sessionKey) {
      await tx.run("update conversation set unanswered = 0 where session_key = ?", sessionKey);
    },
    async needPerson(tx, sessionKey) {
      await tx.run("update conversation set state = 'needs-person', epoch = epoch + 1, unanswered = 1 where session_key = ? and state = 'agent'", sessionKey);
    },
    async noteReport(tx, sessionKey, report) {
      await tx.run(
        `update conversation set delivery = ? where session_key = ?
           and (select id from outbox where session_key = ? order by created_at desc, id desc limit 1) = ?`,
        JSON.stringify(report),
        sessionKey,
        sessionKey,
        report.id,
      );
      if (report.state === "failed")
        await tx.run(
          "update conversation set attention = ? where session_key = ?",
          JSON.stringify({ reason: "delivery-failed", since: report.at } satisfies Attention),
          sessionKey,
        );
    },
    async flagIdleOwners(before, now) {
      const idle = "state = 'person' and unanswered = 1 and waiting_since <= ? and attention is null";
      // Looked for without a commit: most often there is none.
      if (!(await db.get(`select 1 as found from conversation where ${idle} limit 1`, before))) return [];
      const attention: Attention = { reason: "owner-idle", since: now };
      return (await db.transaction((tx) => tx.all(`update conversation set attention = ? where ${idle} returning *`, JSON.stringify(attention), before))).map(
        read,
      );
    },
    async ownedBy(tx, sessionKey, assignee) {
      await tx.run(
        "update conversation set state = 'person', assignee = ?, attention = null, epoch = epoch + 1 where session_key = ? and state <> 'person'",
        assignee,
        sessionKey,
      );
    },
    takeOver: (sessionKey, assignee) => change(sessionKey, "state = 'person', assignee = ?", assignee),
    handBack: (sessionKey) => change(sessionKey, "state = 'agent', assignee = null, unanswered = 0"),
    async bindCustomer(sessionKey, customerId, displayName) {
      await db.transaction((tx) =>
        tx.run(
          "update conversation set customer_id = ?, display_name = coalesce(?, display_name) where session_key = ? and customer_id is null",
          customerId,
          displayName ?? null,
          sessionKey,
        ),
      );
    },
    async list({ state, assignee, channel, query, limit = 50, cursor }) {
      const [at, after] = readCursor(cursor);
      const conditions = ["(last_at < ? or (last_at = ? and session_key > ?))"];
      const values: (string | number)[] = [at, at, after];
      for (const [column, value] of [
        ["state", state],
        ["assignee", assignee],
        ["channel", channel],
      ] as const) {
        if (value === undefined) continue;
        conditions.push(`${column} = ?`);
        values.push(value);
      }
      if (query) {
        conditions.push("(lower(display_name) like ? escape '\\' or lower(preview) like ? escape '\\')");
        const pattern = `%${query.toLowerCase().replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
        values.push(pattern, pattern);
      }
      const rows = await db.all(
        `select * from conversation where ${conditions.join(" and ")} order by last_at desc, session_key limit ?`,
        ...values,
        limit + 1,
      );
      const conversations = rows.slice(0, limit).map(read);
      const last = conversations.at(-1);
      return {
        conversations,
        ...(rows.length > limit && last ? { nextCursor: writeCursor(last.lastAt, last.sessionKey) } : {}),
      };
    },
  };
}
