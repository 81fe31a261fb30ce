import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";

/** How a message ends, each exactly once: answered, handed to a person, or ignored with a reason. */
export type InboxEnd = "answered" | "handed-over" | "ignored";

export interface InboxRow {
  id: string;
  sessionKey: string;
  message: InboundMessage;
  /** The conversation's owner epoch when the message came. */
  epoch: number;
  status: "accepted" | InboxEnd;
  reason?: string;
  receivedAt: number;
  endedAt?: number;
}

type DedupeKey = Pick<InboundMessage, "address" | "externalId">;

export interface Inbox {
  get(id: string): Promise<InboxRow | null>;
  /** As `find`, outside of a transaction. */
  known(message: DedupeKey): Promise<InboxRow | null>;
  /** The row that has this dedupe key already. */
  find(tx: Tx, message: DedupeKey): Promise<InboxRow | null>;
  insert(tx: Tx, row: Omit<InboxRow, "receivedAt" | "endedAt">): Promise<void>;
  /** The first end counts; true when this was it. */
  end(tx: Tx, id: string, status: InboxEnd, reason?: string): Promise<boolean>;
  /** Not ended yet, oldest first. */
  open(): Promise<InboxRow[]>;
  /** The same of one session: what is being answered and what waits. */
  openOf(sessionKey: string): Promise<InboxRow[]>;
}

const read = (row: Row): InboxRow => ({
  id: row.id as string,
  sessionKey: row.session_key as string,
  message: JSON.parse(row.message as string) as InboundMessage,
  epoch: Number(row.epoch),
  status: row.status as InboxRow["status"],
  ...(row.reason ? { reason: row.reason as string } : {}),
  receivedAt: Number(row.received_at),
  ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
});

async function byDedupeKey(from: Pick<Tx, "get">, { address, externalId }: DedupeKey): Promise<InboxRow | null> {
  const row = await from.get("select * from inbox where channel = ? and account_id = ? and external_id = ?", address.channel, address.accountId, externalId);
  return row ? read(row) : null;
}

export const createInbox = ({ db, clock }: { db: Database; clock: Clock }): Inbox => ({
  async get(id) {
    const row = await db.get("select * from inbox where id = ?", id);
    return row ? read(row) : null;
  },
  known: (message) => byDedupeKey(db, message),
  find: byDedupeKey,
  async insert(tx, { id, sessionKey, message, epoch, status, reason }) {
    const ended = status === "accepted" ? null : clock.now();
    await tx.run(
      "insert into inbox (id, channel, account_id, external_id, session_key, message, epoch, status, reason, received_at, ended_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      message.address.channel,
      message.address.accountId,
      message.externalId,
      sessionKey,
      JSON.stringify(message),
      epoch,
      status,
      reason ?? null,
      clock.now(),
      ended,
    );
  },
  async end(tx, id, status, reason) {
    const { changes } = await tx.run(
      "update inbox set status = ?, reason = ?, ended_at = ? where id = ? and status = 'accepted'",
      status,
      reason ?? null,
      clock.now(),
      id,
    );
    return changes === 1;
  },
  async open() {
    return (await db.all("select * from inbox where status = 'accepted' order by received_at, id")).map(read);
  },
  async openOf(sessionKey) {
    return (await db.all("select * from inbox where session_key = ? and status = 'accepted' order by received_at, id", sessionKey)).map(read);
  },
});
