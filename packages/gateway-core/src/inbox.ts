import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Row, Tx } from "@travelagent/protocol/ports";
import { notMentioned } from "./admission.ts";

/** How a message ends, each exactly once: answered, handed to a person, or ignored with a reason. */
export type InboxEnd = "answered" | "handed-over" | "ignored";

/** Who wrote: a customer on a channel, a person of the agency in a chat of their own, or a program over the API. */
export type MessageKind = "customer" | "operator" | "program";

export interface InboxRow {
  id: string;
  sessionKey: string;
  /** Order of arrival among the messages of a session that are open at the same time. */
  seq: number;
  kind: MessageKind;
  message: InboundMessage;
  /** The conversation's owner epoch when the message came. */
  epoch: number;
  status: "accepted" | InboxEnd;
  reason?: string;
  receivedAt: number;
  endedAt?: number;
  /** The run that answers it, or has: another message's when several are answered together. Absent while it waits. */
  takenBy?: string;
}

type DedupeKey = Pick<InboundMessage, "address" | "externalId">;

export interface Inbox {
  get(id: string): Promise<InboxRow | null>;
  /** As `find`, outside of a transaction. */
  known(message: DedupeKey): Promise<InboxRow | null>;
  /** The row that has this dedupe key already. */
  find(tx: Tx, message: DedupeKey): Promise<InboxRow | null>;
  insert(tx: Tx, row: Omit<InboxRow, "receivedAt" | "endedAt" | "seq" | "takenBy">): Promise<void>;
  /** The first end counts; true when this was it. */
  end(tx: Tx, id: string, status: InboxEnd, reason?: string): Promise<boolean>;
  /** Its writer changed it before anybody read it. Does nothing to one that a run has taken. */
  rewrite(tx: Tx, id: string, message: InboundMessage): Promise<void>;
  /** It is answered in that run from now on. */
  take(tx: Tx, id: string, runId: string): Promise<void>;
  /** Everything that run answers or has answered, in order of arrival; not what it was told of besides, such as others' words in a group. */
  takenBy(runId: string): Promise<InboxRow[]>;
  /** Not ended yet, oldest first. */
  open(): Promise<InboxRow[]>;
  /** The same of one session: what is being answered and what waits. */
  openOf(sessionKey: string, from?: Pick<Tx, "all">): Promise<InboxRow[]>;
}

const read = (row: Row): InboxRow => ({
  id: row.id as string,
  sessionKey: row.session_key as string,
  seq: Number(row.seq),
  kind: row.kind as MessageKind,
  message: JSON.parse(row.message as string) as InboundMessage,
  epoch: Number(row.epoch),
  status: row.status as InboxRow["status"],
  ...(row.reason ? { reason: row.reason as string } : {}),
  receivedAt: Number(row.received_at),
  ...(row.ended_at === null ? {} : { endedAt: Number(row.ended_at) }),
  ...(row.taken_by ? { takenBy: row.taken_by as string } : {}),
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
  async insert(tx, { id, sessionKey, kind, message, epoch, status, reason }) {
    const ended = status === "accepted" ? null : clock.now();
    const among = reason === notMentioned ? `reason = '${notMentioned}' and taken_by is null` : "status = 'accepted'";
    await tx.run(
      `insert into inbox (id, channel, account_id, external_id, session_key, message, epoch, status, reason, received_at, ended_at, kind, seq)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (select coalesce(max(seq), 0) + 1 from inbox where session_key = ? and ${among}))`,
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
      kind,
      sessionKey,
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
  async rewrite(tx, id, message) {
    await tx.run("update inbox set message = ? where id = ? and taken_by is null", JSON.stringify(message), id);
  },
  async take(tx, id, runId) {
    await tx.run("update inbox set taken_by = ? where id = ? and status = 'accepted'", runId, id);
  },
  async takenBy(runId) {
    return (await db.all("select * from inbox where taken_by = ? and (reason is null or reason <> ?) order by seq, received_at, id", runId, notMentioned)).map(
      read,
    );
  },
  async open() {
    return (await db.all("select * from inbox where status = 'accepted' order by received_at, seq, id")).map(read);
  },
  async openOf(sessionKey, from = db) {
    return (await from.all("select * from inbox where session_key = ? and status = 'accepted' order by seq, received_at, id", sessionKey)).map(read);
  },
});
