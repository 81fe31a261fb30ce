import type { Database } from "@travelagent/protocol/ports";
import type { FetchMessageObject, ImapFlow } from "imapflow";
import type { Cursor, Cursors } from "../cursors.ts";
import type { KnownMails } from "../known-mail.ts";
import { idsIn } from "../mail/parse-mail.ts";

/** A mail that is to be read. */
export interface NewMail {
  uid: number;
  /** By the server's clock, in milliseconds. */
  arrivedAt: number;
  bytes: number;
}

export interface Reading {
  mails: NewMail[];
  /** How the cursor stands when all of them are read. */
  after: Cursor;
  /** Whether the cursor may follow each mail; otherwise it moves when all are read. */
  stepwise: boolean;
}

const dayMs = 24 * 3_600_000;
/** Clocks of servers differ. */
const slackMs = 300_000;
/** In one command: servers take lines of some length only. */
const atOnce = 500;

/**
 * What came into the open folder since it was read last. A folder that is read for the first time begins with what comes from now on. When
 * the server gave the folder new numbers, what was read is known by its Message-ID, and what was there before the first reading by its dates.
 */
export async function newMail(
  client: ImapFlow,
  folder: string,
  { db, cursors, known, now }: { db: Database; cursors: Cursors; known: KnownMails; now: number },
): Promise<Reading> {
  const { mailbox } = client;
  if (!mailbox) throw new Error("no folder is open");
  const uidValidity = String(mailbox.uidValidity);
  const cursor = await cursors.get(folder);
  if (!cursor) {
    const after: Cursor = { uidValidity, lastUid: await newestUid(client), startedAt: now, seenAt: now };
    await db.transaction((tx) => cursors.put(tx, folder, after));
    return { mails: [], after, stepwise: true };
  }
  if (cursor.uidValidity === uidValidity) {
    // `n:*` names the last mail even when its number is below n.
    const uids = (await uidsOf(client, { uid: `${cursor.lastUid + 1}:*` })).filter((uid) => uid > cursor.lastUid);
    const mails = uids.length === 0 ? [] : (await headsOf(client, uids, false)).map(asNew);
    return { mails, after: { ...cursor, lastUid: Math.max(cursor.lastUid, ...uids) }, stepwise: true };
  }
  const lastUid = await newestUid(client);
  const uids = await uidsOf(client, { since: new Date(cursor.seenAt - dayMs) });
  const heads = uids.length === 0 ? [] : await headsOf(client, uids, true);
  const ids = heads.map((head) => idsIn(head.envelope?.messageId ?? "")[0] ?? "");
  const read = new Set((await known.among(ids.filter((id) => id !== ""))).map(({ messageId }) => messageId));
  const mails = heads.filter((head, at) => !read.has(ids[at]!) && !isOlder(head, cursor.startedAt)).map(asNew);
  return { mails, after: { ...cursor, uidValidity, lastUid: Math.max(lastUid, ...uids) }, stepwise: false };
}

const uidsOf = async (client: ImapFlow, query: Parameters<ImapFlow["search"]>[0]): Promise<number[]> =>
  ((await client.search(query, { uid: true })) || []).map(Number).sort((a, b) => a - b);

async function newestUid(client: ImapFlow): Promise<number> {
  const next = client.mailbox ? client.mailbox.uidNext : 0;
  if (next > 0) return next - 1;
  return (await uidsOf(client, { uid: "*" })).at(-1) ?? 0;
}

async function headsOf(client: ImapFlow, uids: readonly number[], envelope: boolean): Promise<FetchMessageObject[]> {
  const heads: FetchMessageObject[] = [];
  for (let from = 0; from < uids.length; from += atOnce)
    heads.push(
      ...(await client.fetchAll(
        uids.slice(from, from + atOnce),
        { uid: true, internalDate: true, size: true, ...(envelope ? { envelope: true } : {}) },
        { uid: true },
      )),
    );
  return heads.sort((a, b) => a.uid - b.uid);
}

const timeOf = (value: Date | string | undefined): number => new Date(value ?? 0).getTime() || 0;
const asNew = ({ uid, internalDate, size = 0 }: FetchMessageObject): NewMail => ({ uid, arrivedAt: timeOf(internalDate), bytes: size });
/** A server that was moved may have given all mail the day of the move: then the sender's date tells. */
const isOlder = ({ internalDate, envelope }: FetchMessageObject, than: number): boolean =>
  timeOf(internalDate) < than - slackMs || (envelope?.date !== undefined && timeOf(envelope.date) > 0 && timeOf(envelope.date) < than - dayMs);
