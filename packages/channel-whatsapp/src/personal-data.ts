import type { AgencyOfAccount, DataSubject, PersonalDataStore } from "@travelagent/protocol/personal-data";
import { isSameAgency } from "@travelagent/protocol/personal-data";
import type { Database, Row } from "@travelagent/protocol/ports";
import { whatsappChannel } from "./address.ts";

export interface WhatsAppPersonalDataOptions {
  db: Database;
  accountId: string;
  /** Where several agencies share an installation: whose an account is. Absent: all are the first one's. */
  agencyOf?: AgencyOfAccount;
}

/** What one account gave to WhatsApp for whom, and what became of it. The words themselves are in the conversation. */
export function whatsappPersonalData({ db, accountId, agencyOf = () => undefined }: WhatsAppPersonalDataOptions): PersonalDataStore {
  const rowsOf = async ({ identities }: DataSubject): Promise<Row[]> => {
    const found: Row[] = [];
    for (const { channel, peerId, agency } of identities) {
      // The same number at two agencies is two people.
      if (channel !== whatsappChannel || !isSameAgency(agencyOf({ channel, accountId }), agency)) continue;
      found.push(...(await db.all("select * from whatsapp_send where account_id = ? and peer_id = ? order by updated_at, send_id, part", accountId, peerId)));
    }
    return found;
  };
  return {
    name: accountId === "default" ? "whatsapp" : `whatsapp-${accountId}`,
    covers: { tables: ["whatsapp_send"] },

    async *export(subject, signal) {
      const rows = await rowsOf(subject);
      signal.throwIfAborted();
      if (rows.length === 0) return;
      yield {
        path: "sent.json",
        title: "Which messages of ours were given to WhatsApp for you, and what became of them",
        content: rows.map(({ peer_id, message_id, state, reason, updated_at }) => ({
          to: peer_id,
          message: message_id,
          state,
          ...(reason === null ? {} : { reason }),
          at: Number(updated_at),
        })),
      };
    },

    async erase(subject, { signal }) {
      let removed = 0;
      for (const { send_id, part } of await rowsOf(subject)) {
        signal.throwIfAborted();
        const { changes } = await db.transaction((tx) =>
          tx.run("delete from whatsapp_send where account_id = ? and send_id = ? and part = ?", accountId, String(send_id), Number(part)),
        );
        removed += changes;
      }
      return { removed, held: [] };
    },
  };
}
