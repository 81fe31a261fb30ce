import type { FailureCode } from "@travelagent/protocol/messages";
import type { Clock, Database, Row } from "@travelagent/protocol/ports";
import { whatsappMigrations } from "./tables.ts";

export interface SendsOptions {
  db: Database;
  accountId: string;
  clock: Clock;
}

/** One message of WhatsApp's, of the delivery `sendId`. */
export interface SentPart {
  sendId: string;
  part: number;
  /** How many the delivery has in all. */
  parts: number;
  /** `attempting`: whether WhatsApp got it is not known. `refused`: it did not take it. `failed`: it took it, and it did not arrive. */
  state: "attempting" | "accepted" | "refused" | "failed";
  messageId?: string;
  reason?: string;
  code?: FailureCode;
}

/** What was given to WhatsApp, durable before it is given. */
export interface Sends {
  migrate(): Promise<void>;
  of(sendId: string): Promise<SentPart[]>;
  /** The delivery with this message of WhatsApp's in it. */
  withMessage(messageId: string): Promise<string | undefined>;
  /** Before WhatsApp is called. */
  begin(send: { sendId: string; part: number; parts: number; peerId: string /** Where we give the id, not WhatsApp. */; messageId?: string }): Promise<void>;
  /** WhatsApp has it. A part that has failed since stays failed. */
  accepted(sendId: string, part: number, messageId: string): Promise<void>;
  /** WhatsApp did not take it: it may be given once more. */
  refused(sendId: string, part: number, reason: string): Promise<void>;
  /** WhatsApp took it and says now that it cannot be delivered. */
  failed(sendId: string, part: number, messageId: string, reason: string, code?: FailureCode): Promise<void>;
  /** Resolves when more is known of this delivery than before, or when the time is over. */
  news(sendId: string, withinMs: number, signal: AbortSignal): Promise<void>;
  /** Forgets what was last touched before. */
  prune(before: number): Promise<void>;
}

const read = (row: Row): SentPart => ({
  sendId: String(row.send_id),
  part: Number(row.part),
  parts: Number(row.parts),
  state: row.state as SentPart["state"],
  ...(row.message_id === null ? {} : { messageId: String(row.message_id) }),
  ...(row.reason === null ? {} : { reason: String(row.reason) }),
  ...(row.code === null ? {} : { code: row.code as FailureCode }),
});

export function createSends({ db, accountId, clock }: SendsOptions): Sends {
  const listeners = new Map<string, Set<() => void>>();
  let migrated: Promise<void> | undefined;

  const set = async (sql: string, ...params: (string | number | null)[]): Promise<void> => {
    // A loss of power leaves `attempting`, which is asked after.
    await db.transaction((tx) => tx.run(`update whatsapp_send set ${sql}`, ...params), { durable: false });
  };
  const tell = (sendId: string): void => {
    for (const wake of listeners.get(sendId) ?? []) wake();
  };

  return {
    migrate() {
      migrated ??= db.migrate("channel-whatsapp", whatsappMigrations).catch((error: unknown) => {
        migrated = undefined;
        throw error;
      });
      return migrated;
    },

    of: async (sendId) => (await db.all("select * from whatsapp_send where account_id = ? and send_id = ? order by part", accountId, sendId)).map(read),

    async withMessage(messageId) {
      const row = await db.get("select send_id from whatsapp_send where account_id = ? and message_id = ?", accountId, messageId);
      return row ? String(row.send_id) : undefined;
    },

    async begin({ sendId, part, parts, peerId, messageId }) {
      await db.transaction((tx) =>
        tx.run(
          `insert into whatsapp_send (account_id, send_id, part, parts, peer_id, state, message_id, updated_at) values (?, ?, ?, ?, ?, 'attempting', ?, ?)
           on conflict (account_id, send_id, part) do update set state = 'attempting', parts = excluded.parts, message_id = excluded.message_id, reason = null, code = null, updated_at = excluded.updated_at`,
          accountId,
          sendId,
          part,
          parts,
          peerId,
          messageId ?? null,
          clock.now(),
        ),
      );
    },

    async accepted(sendId, part, messageId) {
      await set(
        "state = case when state = 'failed' then state else 'accepted' end, message_id = ?, updated_at = ? where account_id = ? and send_id = ? and part = ?",
        messageId,
        clock.now(),
        accountId,
        sendId,
        part,
      );
      tell(sendId);
    },

    refused: (sendId, part, reason) =>
      set(
        "state = 'refused', reason = ?, updated_at = ? where account_id = ? and send_id = ? and part = ? and state = 'attempting'",
        reason,
        clock.now(),
        accountId,
        sendId,
        part,
      ),

    async failed(sendId, part, messageId, reason, code) {
      await set(
        "state = 'failed', message_id = ?, reason = ?, code = ?, updated_at = ? where account_id = ? and send_id = ? and part = ?",
        messageId,
        reason,
        code ?? null,
        clock.now(),
        accountId,
        sendId,
        part,
      );
      tell(sendId);
    },

    news(sendId, withinMs, signal) {
      return new Promise((resolve) => {
        const heard = listeners.get(sendId) ?? new Set();
        const end = (): void => {
          disarm();
          signal.removeEventListener("abort", end);
          heard.delete(end);
          if (heard.size === 0) listeners.delete(sendId);
          resolve();
        };
        const disarm = clock.after(withinMs, end);
        heard.add(end);
        listeners.set(sendId, heard);
        signal.addEventListener("abort", end, { once: true });
        if (signal.aborted) end();
      });
    },

    async prune(before) {
      await db.transaction((tx) => tx.run("delete from whatsapp_send where account_id = ? and updated_at < ?", accountId, before), { durable: false });
    },
  };
}
