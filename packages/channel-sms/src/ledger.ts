import { createHash } from "node:crypto";
import type { Clock, Database, Migration, Tx } from "@travelagent/protocol/ports";
import type { SmsPart } from "./text/parts.ts";

/** How a text is compared with what a platform keeps, which may have cut blanks. */
export const fingerprintOf = (text: string): string => createHash("sha256").update(text.trim()).digest("base64url");

/** What may be spent, in segments. */
export interface SmsBudget {
  /** Of the account within 24 hours. */
  perDay: number;
  /** To one number within an hour. */
  perRecipientHour: number;
}

export interface LedgerPart {
  part: number;
  /** `reserved`: not tried. `attempting`: asked of the platform, and nothing is known. */
  state: "reserved" | "attempting" | "sent";
  externalId?: string;
  /** Of its text. */
  fingerprint: string;
  /** When it was last asked of the platform, in milliseconds. */
  attemptedAt: number;
}

export type Reservation = { ok: true; parts: LedgerPart[] } | { ok: false; spent: "day" | "recipient" };

/** What was sent and what it cost, so that a budget holds over restarts and no part goes out twice; and who wrote STOP to the carrier. */
export interface SmsLedger {
  migrate(): Promise<void>;
  /** Takes the segments of all parts at once, or nothing. A repeat of the same id takes nothing again and tells how far it came. */
  reserve(message: { account: string; id: string; to: string; parts: readonly SmsPart[] }, budget: SmsBudget): Promise<Reservation>;
  attempting(account: string, id: string, part: number): Promise<void>;
  sent(account: string, id: string, part: number, externalId: string): Promise<void>;
  /** It was certainly not sent and will not be: its segments are free again, unless parts of it went out. */
  release(account: string, id: string): Promise<void>;
  /** It was certainly not sent, and is tried again later. */
  notSent(account: string, id: string, part: number): Promise<void>;
  parts(account: string, id: string): Promise<LedgerPart[]>;
  /** Messages of the platform that are known to be another one of ours. */
  isKnown(account: string, externalId: string): Promise<boolean>;
  /** Segments of the last 24 hours. */
  spentToday(account: string): Promise<number>;
  optOut(account: string, number: string): Promise<void>;
  optIn(account: string, number: string): Promise<void>;
  isOptedOut(account: string, number: string): Promise<boolean>;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table sms_part (
        account text not null, id text not null, part integer not null, recipient text not null, segments integer not null,
        fingerprint text not null, state text not null, external_id text, at bigint not null, attempted_at bigint not null, primary key (account, id, part)
      );
      create index sms_part_at on sms_part (account, at);
      create index sms_part_external on sms_part (account, external_id);
      create table sms_opt_out (account text not null, number text not null, at bigint not null, primary key (account, number));
    `,
  },
];

const hourMs = 3_600_000;
/** A budget looks back a day; what became of a message is asked for somewhat longer. */
const keepMs = 8 * 24 * hourMs;

export function createSmsLedger({ db, clock }: { db: Database; clock: Clock }): SmsLedger {
  const partsOf = async (from: Pick<Tx, "all">, account: string, id: string): Promise<LedgerPart[]> =>
    (await from.all("select * from sms_part where account = ? and id = ? order by part", account, id)).map((row) => ({
      part: Number(row.part),
      state: row.state as LedgerPart["state"],
      fingerprint: row.fingerprint as string,
      attemptedAt: Number(row.attempted_at),
      ...(row.external_id ? { externalId: row.external_id as string } : {}),
    }));
  const spent = async (from: Pick<Tx, "get">, sql: string, ...params: (string | number)[]): Promise<number> =>
    Number((await from.get(`select coalesce(sum(segments), 0) as n from sms_part where ${sql}`, ...params))?.n ?? 0);
  const write = (sql: string, ...params: (string | number)[]): Promise<void> =>
    db.transaction(async (tx) => {
      await tx.run(sql, ...params);
    });

  return {
    migrate: () => db.migrate("channel-sms", migrations),
    reserve({ account, id, to, parts }, { perDay, perRecipientHour }) {
      const now = clock.now();
      return db.transaction(async (tx): Promise<Reservation> => {
        const before = await partsOf(tx, account, id);
        if (before.length > 0) return { ok: true, parts: before };
        await tx.run("delete from sms_part where account = ? and at < ?", account, now - keepMs);
        const wanted = parts.reduce((sum, { segments }) => sum + segments, 0);
        if ((await spent(tx, "account = ? and at > ?", account, now - 24 * hourMs)) + wanted > perDay) return { ok: false, spent: "day" };
        if ((await spent(tx, "account = ? and recipient = ? and at > ?", account, to, now - hourMs)) + wanted > perRecipientHour)
          return { ok: false, spent: "recipient" };
        for (const [part, { text, segments }] of parts.entries())
          await tx.run(
            "insert into sms_part (account, id, part, recipient, segments, fingerprint, state, at, attempted_at) values (?, ?, ?, ?, ?, ?, 'reserved', ?, 0)",
            account,
            id,
            part,
            to,
            segments,
            fingerprintOf(text),
            now,
          );
        return { ok: true, parts: await partsOf(tx, account, id) };
      });
    },
    attempting: (account, id, part) =>
      write("update sms_part set state = 'attempting', attempted_at = ? where account = ? and id = ? and part = ?", clock.now(), account, id, part),
    sent: (account, id, part, externalId) =>
      write("update sms_part set state = 'sent', external_id = ? where account = ? and id = ? and part = ?", externalId, account, id, part),
    release: (account, id) =>
      db.transaction(async (tx) => {
        const sent = await tx.get("select 1 as found from sms_part where account = ? and id = ? and state = 'sent' limit 1", account, id);
        // Of a message whose beginning went out the rest stays known, or a later attempt would take it for whole.
        if (sent) await tx.run("update sms_part set state = 'reserved' where account = ? and id = ? and state <> 'sent'", account, id);
        else await tx.run("delete from sms_part where account = ? and id = ?", account, id);
      }),
    notSent: (account, id, part) => write("update sms_part set state = 'reserved' where account = ? and id = ? and part = ?", account, id, part),
    parts: (account, id) => partsOf(db, account, id),
    isKnown: async (account, externalId) =>
      (await db.get("select 1 as found from sms_part where account = ? and external_id = ?", account, externalId)) !== undefined,
    spentToday: (account) => spent(db, "account = ? and at > ?", account, clock.now() - 24 * hourMs),
    optOut: (account, number) =>
      write("insert into sms_opt_out (account, number, at) values (?, ?, ?) on conflict (account, number) do nothing", account, number, clock.now()),
    optIn: (account, number) => write("delete from sms_opt_out where account = ? and number = ?", account, number),
    isOptedOut: async (account, number) => (await db.get("select 1 as found from sms_opt_out where account = ? and number = ?", account, number)) !== undefined,
  };
}
