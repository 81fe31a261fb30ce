import type { Database, Row, Tx } from "@travelagent/protocol/ports";

/** A mail that came or went, as far as later ones need it. */
export interface KnownMail {
  /** With its angle brackets. */
  messageId: string;
  peerId: string;
  /** Empty for mail that stands in the conversation without a thread. */
  threadId: string;
  /** `person`: somebody of the agency wrote it in their mail program. `machine`: it came and nobody answers. */
  direction: "in" | "out" | "person" | "machine";
  /** `sending`: whether it went out is not known. */
  state: "done" | "sending";
  subject: string;
  /** What it answers, oldest first. */
  parents: readonly string[];
  at: number;
}

/** Mails by their Message-ID: how an answer finds its thread, and what was read or sent already. */
export interface KnownMails {
  get(messageId: string): Promise<KnownMail | undefined>;
  /** Those of these ids that are known. */
  among(messageIds: readonly string[]): Promise<KnownMail[]>;
  /** The newest of a thread: what the customer wrote if they did, else what was written to them. */
  newest(peerId: string, threadId: string): Promise<KnownMail | undefined>;
  put(tx: Tx, mail: KnownMail): Promise<void>;
  sent(messageId: string): Promise<void>;
  /** It certainly did not go out. */
  forget(messageId: string): Promise<void>;
  prune(before: number): Promise<void>;
}

/** Of a folded chain of answers, as others do: the first and the last ones. */
const mostParents = 30;
const atOnce = 100;

const mailOf = (row: Row): KnownMail => ({
  messageId: String(row.message_id),
  peerId: String(row.peer_id),
  threadId: String(row.thread_id),
  direction: row.direction as KnownMail["direction"],
  state: row.state as KnownMail["state"],
  subject: String(row.subject),
  parents: JSON.parse(String(row.parents)) as string[],
  at: Number(row.at),
});

export const shortened = (parents: readonly string[]): string[] =>
  parents.length <= mostParents ? [...parents] : [parents[0]!, ...parents.slice(1 - mostParents)];

export const createKnownMails = (db: Database, accountId: string): KnownMails => ({
  async get(messageId) {
    const row = await db.get("select * from email_message where account_id = ? and message_id = ?", accountId, messageId);
    return row && mailOf(row);
  },
  async among(messageIds) {
    const found: KnownMail[] = [];
    for (let from = 0; from < messageIds.length; from += atOnce) {
      const some = messageIds.slice(from, from + atOnce);
      const rows = await db.all(`select * from email_message where account_id = ? and message_id in (${some.map(() => "?").join(", ")})`, accountId, ...some);
      found.push(...rows.map(mailOf));
    }
    return found;
  },
  async newest(peerId, threadId) {
    const row = await db.get(
      `select * from email_message where account_id = ? and peer_id = ? and thread_id = ? and state = 'done' and direction <> 'machine'
       order by case direction when 'in' then 0 else 1 end, at desc limit 1`,
      accountId,
      peerId,
      threadId,
    );
    return row && mailOf(row);
  },
  async put(tx, { messageId, peerId, threadId, direction, state, subject, parents, at }) {
    await tx.run(
      `insert into email_message (account_id, message_id, peer_id, thread_id, direction, state, subject, parents, at) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (account_id, message_id) do nothing`,
      accountId,
      messageId,
      peerId,
      threadId,
      direction,
      state,
      subject,
      JSON.stringify(shortened(parents)),
      at,
    );
  },
  async sent(messageId) {
    await db.transaction((tx) => tx.run("update email_message set state = 'done' where account_id = ? and message_id = ?", accountId, messageId));
  },
  async forget(messageId) {
    await db.transaction((tx) => tx.run("delete from email_message where account_id = ? and message_id = ? and state = 'sending'", accountId, messageId));
  },
  async prune(before) {
    await db.transaction((tx) => tx.run("delete from email_message where account_id = ? and at < ?", accountId, before));
  },
});
