import { type AgencyOfAccount, type DataSubject, isSameAgency, type PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database, Row } from "@travelagent/protocol/ports";
import { emailChannel, isProven } from "./peer.ts";

const oneAgency: AgencyOfAccount = () => undefined;

/**
 * Ids, subjects and addresses of mail, by which answers find their thread. The words are in the conversation's own history. An address
 * at an account of another agency is somebody else's.
 */
export function emailPersonalData(db: Database, agencyOf: AgencyOfAccount = oneAgency): PersonalDataStore {
  /** `claimed`: also what others wrote in the name of an address. It is told to nobody, and goes with its owner. */
  async function theirs({ identities }: DataSubject, claimed: boolean): Promise<Row[]> {
    const rows: Row[] = [];
    for (const { channel, peerId, agency } of identities) {
      if (channel !== emailChannel) continue;
      const inTheirName = claimed && isProven(peerId) ? `unverified:%:${peerId.replace(/[\\%_]/g, (sign) => `\\${sign}`)}` : "";
      for (const row of await db.all(
        "select * from email_message where peer_id = ? or peer_id like ? escape '\\' order by account_id, at, message_id",
        peerId,
        inTheirName,
      ))
        if (isSameAgency(agencyOf({ channel: emailChannel, accountId: String(row.account_id) }), agency) && !rows.some((other) => same(other, row)))
          rows.push(row);
    }
    return rows;
  }

  return {
    name: "email",
    covers: { tables: ["email_message"] },

    async *export(subject, signal) {
      const rows = await theirs(subject, false);
      signal.throwIfAborted();
      if (rows.length === 0) return;
      yield {
        title: "Mail between you and us",
        path: "mail.json",
        content: rows.map((row) => ({
          account: row.account_id,
          messageId: row.message_id,
          address: row.peer_id,
          direction: row.direction,
          subject: row.subject,
          at: new Date(Number(row.at)).toISOString(),
        })),
      };
    },

    async erase(subject) {
      const rows = await theirs(subject, true);
      await db.transaction(async (tx) => {
        for (const row of rows)
          await tx.run("delete from email_message where account_id = ? and message_id = ?", String(row.account_id), String(row.message_id));
      });
      return { removed: rows.length, held: [] };
    },
  };
}

const same = (a: Row, b: Row): boolean => a.account_id === b.account_id && a.message_id === b.message_id;
