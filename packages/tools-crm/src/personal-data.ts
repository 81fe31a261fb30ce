import { type DataSubject, ofAgency, type PersonalDataStore, type PersonalTable, personalRows, plainContact } from "@travelagent/protocol/personal-data";
import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import { ftsCustomerIndex } from "./customer-index.ts";
import { emailKey } from "./customer-rows.ts";
import { reassignRecords } from "./merging/reassign.ts";
import type { PartyMember } from "./parties/parties.ts";

const parties: PersonalTable = {
  table: "crm_party",
  key: ["id"],
  title: "Who you travel with",
  customer: "customer_id",
  json: ["members"],
  erase: "delete",
};

/** What belongs to the record, children first. */
const tables: readonly PersonalTable[] = [
  { table: "crm_event", key: ["id"], title: "What happened with your record", customer: "customer_id", json: ["data"], erase: "delete" },
  { table: "crm_link", key: ["id"], customer: "customer_id", session: "session_key", mentions: ["target"], erase: "delete" },
  { table: "crm_merge", key: ["id"], mentions: ["from_id", "into_id", "journal"], erase: "delete" },
  {
    table: "crm_party_member",
    key: ["party_id", "customer_id"],
    customer: "customer_id",
    erase: "delete",
    of: { column: "party_id", table: parties, is: "id" },
  },
  parties,
  { table: "crm_note", key: ["id"], title: "Notes about you", customer: "customer_id", session: "session_key", erase: "delete" },
  { table: "crm_done", key: ["key"], mentions: ["key", "result"], erase: "delete" },
  {
    table: "crm_identity",
    key: ["customer_id", "channel", "peer_id"],
    title: "Where we know you from",
    customer: "customer_id",
    erase: "delete",
  },
];

const record: PersonalTable = {
  table: "crm_customer",
  key: ["id"],
  title: "Your record",
  customer: "id",
  json: ["tags", "preferences"],
  hidden: ["name_key", "email_key", "seq", "indexed"],
  erase: "delete",
};

const isLong = (text: unknown): text is string => typeof text === "string" && text.trim().length >= 5;

/** The customer's record with all that hangs on it, and where they are found by words. In parties of others they stand no more. */
export function crmPersonalData({ db }: { db: Database }): PersonalDataStore {
  const index = ftsCustomerIndex(db);
  const rows = personalRows({ name: "customer", db, tables });
  const records = personalRows({ name: "customer", db, tables: [record] });
  const recordsOf = async ({ customerIds }: Pick<DataSubject, "customerIds">): Promise<Row[]> =>
    (await Promise.all(customerIds.map((id) => db.get("select * from crm_customer where id = ?", id)))).flatMap((row) => (row ? [row] : []));

  /** Whether somebody of another agency has that peer, number or address. */
  async function isKnownElsewhere(contact: string, agency: string): Promise<boolean> {
    const plain = plainContact(contact);
    const written = [...new Set([contact, plain, `+${plain}`])];
    const marks = written.map(() => "?").join(", ");
    const found =
      (await db.get(`select 1 as found from crm_identity where agency <> ? and peer_id in (${marks}) limit 1`, agency, ...written)) ??
      (await db.get(
        `select 1 as found from crm_customer where agency <> ? and (phone in (${marks}) or email_key = ?) limit 1`,
        agency,
        ...written,
        emailKey(contact),
      ));
    return found !== undefined && found !== null;
  }

  /** Somebody else's party loses the member, not the party. */
  async function leaveParties(tx: Tx, id: string): Promise<number> {
    const others = await tx.all<{ id: string; members: string }>(
      "select p.id, p.members from crm_party p join crm_party_member m on m.party_id = p.id where m.customer_id = ? and p.customer_id <> ?",
      id,
      id,
    );
    for (const { id: party, members } of others) {
      const stay = (JSON.parse(members) as PartyMember[]).filter(({ customerId }) => customerId !== id);
      await tx.run("update crm_party set members = ?, version = version + 1 where id = ?", JSON.stringify(stay), party);
      await tx.run("delete from crm_party_member where party_id = ? and customer_id = ?", party, id);
    }
    return others.length;
  }

  return {
    name: "customer",
    covers: {
      tables: [
        ...tables.map(({ table }) => table),
        "crm_customer",
        "crm_word",
        ...["data", "idx", "content", "docsize", "config"].map((part) => `crm_word_${part}`),
      ],
    },

    async discover({ customerIds }) {
      const known = new Set(customerIds);
      for (const id of known) {
        for (const row of await db.all<{ id: string }>("select id from crm_customer where merged_into = ?", id)) known.add(row.id);
        const own = await db.get<{ merged_into: string | null }>("select merged_into from crm_customer where id = ?", id);
        if (own?.merged_into) known.add(own.merged_into);
      }
      const ids = [...known];
      const people = await recordsOf({ customerIds: ids });
      const identities = (
        await Promise.all(
          ids.map((id) =>
            db.all<{ channel: string; peer_id: string; agency: string }>(
              "select channel, peer_id, agency from crm_identity where customer_id = ? and (verified = 1 or removed_at is null) order by created_at, channel, peer_id",
              id,
            ),
          ),
        )
      ).flat();
      const contacts = [...identities.map(({ peer_id }) => peer_id), ...people.flatMap(({ email, phone }) => [email, phone].filter(isLong))];
      const shared: string[] = [];
      for (const agency of new Set(people.map((row) => String(row.agency))))
        for (const contact of new Set(contacts)) if (await isKnownElsewhere(contact, agency)) shared.push(contact);
      return {
        customerIds: ids,
        identities: identities.map(({ channel, peer_id, agency }) => ({ channel, peerId: peer_id, ...ofAgency(agency) })),
        identifiers: people.flatMap(({ name, email, phone }) => [name, email, phone].filter(isLong)),
        ...(shared.length > 0 ? { shared } : {}),
      };
    },

    async *export(subject, signal) {
      yield* records.export(subject, signal);
      yield* rows.export(subject, signal);
    },

    async erase(subject, request) {
      let removed = 0;
      for (const id of subject.customerIds) removed += await db.transaction((tx) => leaveParties(tx, id));
      removed += (await rows.erase(subject, request)).removed;
      for (const row of await recordsOf(subject)) {
        request.signal.throwIfAborted();
        await db.transaction(async (tx) => {
          if (row.seq !== null) await index.remove(tx, Number(row.seq));
          await tx.run("delete from crm_customer where id = ?", String(row.id));
        });
        removed += 1;
      }
      return { removed, held: [] };
    },

    reassign: reassignRecords,
  };
}
