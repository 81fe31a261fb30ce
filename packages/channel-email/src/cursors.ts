import type { Database, Tx } from "@travelagent/protocol/ports";

/** How far a folder was read. */
export interface Cursor {
  /** Uids of another one mean other mails. */
  uidValidity: string;
  lastUid: number;
  /** When this folder was read for the first time: what was there before is nobody's question to us. */
  startedAt: number;
  /** By the server's clock, when the newest mail that was read came in. */
  seenAt: number;
}

export interface Cursors {
  get(folder: string): Promise<Cursor | undefined>;
  put(tx: Tx, folder: string, cursor: Cursor): Promise<void>;
}

export const createCursors = (db: Database, accountId: string): Cursors => ({
  async get(folder) {
    const row = await db.get("select * from email_cursor where account_id = ? and folder = ?", accountId, folder);
    return row && { uidValidity: String(row.uid_validity), lastUid: Number(row.last_uid), startedAt: Number(row.started_at), seenAt: Number(row.seen_at) };
  },
  async put(tx, folder, { uidValidity, lastUid, startedAt, seenAt }) {
    await tx.run(
      `insert into email_cursor (account_id, folder, uid_validity, last_uid, started_at, seen_at) values (?, ?, ?, ?, ?, ?)
       on conflict (account_id, folder) do update set uid_validity = excluded.uid_validity, last_uid = excluded.last_uid, seen_at = excluded.seen_at`,
      accountId,
      folder,
      uidValidity,
      lastUid,
      startedAt,
      seenAt,
    );
  },
});
