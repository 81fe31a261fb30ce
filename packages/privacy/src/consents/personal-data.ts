import { type DataSubject, isSameAgency, type LegalHold, type PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import { createDisclosures } from "../disclosure/disclosures.ts";
import { entrySql, readEntry } from "./ledger.ts";
import { mainAgency, peerHasher } from "./who.ts";

export interface ConsentPersonalDataOptions {
  db: Database;
  clock: Clock;
  /** As for the ledger. */
  secret: string;
  /** How long a withdrawal is kept after an erasure. Default ten years. */
  keepWithdrawalsDays?: () => number;
}

const dayMs = 86_400_000;
const marks = (count: number): string => Array.from({ length: count }, () => "?").join(", ");

/**
 * The ledger of consents and disclosures. An erasure leaves of a withdrawal a keyed hash of the address and what was withdrawn: without
 * it, the person could be written to again.
 */
export function consentPersonalData({ db, clock, secret, keepWithdrawalsDays = () => 3_650 }: ConsentPersonalDataOptions): PersonalDataStore {
  const hashOf = peerHasher(secret);
  const disclosures = createDisclosures({ db, clock, settings: () => ({ enabled: false, agencyName: "", repeatAfterDays: 0 }) });

  const found = async (subject: DataSubject, from: Pick<Tx, "all">): Promise<Row[]> => {
    const hashes = subject.identities.map(({ agency = mainAgency, ...identity }) => hashOf(agency, identity));
    const parts = [
      ...(subject.customerIds.length > 0 ? [`c.customer_id in (${marks(subject.customerIds.length)})`] : []),
      ...(hashes.length > 0 ? [`c.peer_hash in (${marks(hashes.length)})`] : []),
    ];
    if (parts.length === 0) return [];
    const params: SqlValue[] = [...subject.customerIds, ...hashes];
    return from.all(`${entrySql} where ${parts.join(" or ")} order by c.seq`, ...params);
  };

  /** Of each address, purpose and channel what was said last. A line about a record is about all its addresses on that channel, at its agency. */
  const lastWords = (rows: readonly Row[], { identities }: DataSubject): [hash: string, row: Row][] => {
    const last = new Map<string, [string, Row]>();
    for (const row of rows) {
      const there = identities.filter(({ channel, agency }) => (row.channel === "*" || row.channel === channel) && isSameAgency(agency, row.agency as string));
      const hashes = row.peer_hash ? [row.peer_hash as string] : there.map((identity) => hashOf(row.agency as string, identity));
      for (const hash of hashes) {
        const key = [hash, row.channel, row.purpose].join("\n");
        const before = last.get(key)?.[1];
        if (!before || Number(before.at) <= Number(row.at)) last.set(key, [hash, row]);
      }
    }
    return [...last.values()];
  };

  /** Leaves of a line that somebody with this hash does not want that, and nothing else. */
  const makeNameless = async (tx: Tx, row: Row, id: string, hash: string): Promise<void> => {
    if (row.peer_hash === hash)
      await tx.run(
        "update consent set customer_id = null, origin = null, moved_at = null, peer_id = null, text_hash = null, message_id = null, operator = null where id = ?",
        id,
      );
    else
      await tx.run(
        `insert into consent (id, seq, kind, agency, channel, peer_hash, purpose, how, locale, at, recorded_at)
         select ?, (select max(seq) + 1 from consent), kind, agency, channel, ?, purpose, how, locale, at, recorded_at from consent where id = ?
         on conflict (id) do nothing`,
        id,
        hash,
        row.id as string,
      );
  };

  return {
    name: "consents",
    covers: { tables: ["consent", "consent_text", "disclosure"] },
    async *export(subject) {
      const entries = (await found(subject, db)).map(readEntry);
      if (entries.length > 0) yield { path: "consents.json", content: entries };
      const shown = (await Promise.all(subject.sessionKeys.map((key) => disclosures.list([key], 1_000)))).flat();
      if (shown.length > 0) yield { path: "disclosures.json", content: shown };
    },
    async erase(subject, { now }) {
      return db.transaction(async (tx) => {
        const rows = await found(subject, tx);
        let removed = 0;
        const held: LegalHold[] = [];
        const hold = (id: string, at: number) =>
          held.push({
            what: "that a person wants no messages, by a keyed hash of their address",
            basis: "data protection: an objection has to be honoured and proven (GDPR Art. 21 and 17(3))",
            until: new Date(Math.max(at, now) + keepWithdrawalsDays() * dayMs).toISOString(),
            where: `consent ${id}`,
          });
        const kept = new Set<string>();
        for (const [hash, row] of lastWords(rows, subject)) {
          if (row.kind !== "withdrawal") continue;
          const id = row.peer_hash === hash ? (row.id as string) : `cns_held_${hash.slice(0, 16)}_${row.id as string}`;
          kept.add(id);
          // Held since an earlier erasure.
          const isNameless = row.peer_id === null && row.customer_id === null && row.peer_hash !== null;
          if (!isNameless) {
            await makeNameless(tx, row, id, hash);
            removed += 1;
          }
          hold(id, isNameless ? Number(row.recorded_at) : now);
        }
        for (const row of rows) if (!kept.has(row.id as string)) removed += (await tx.run("delete from consent where id = ?", row.id as string)).changes;
        for (const key of subject.sessionKeys) removed += (await tx.run("delete from disclosure where session_key = ?", key)).changes;
        await dropTexts(tx);
        return { removed, held };
      });
    },
    async reassign({ from, to, only }, tx) {
      const rows = await tx.all("select id, origin from consent where customer_id = ?", from);
      const moving = rows.filter(({ id }) => only === undefined || only.includes(id as string));
      // Whose it was at first has it back when a merge is undone.
      for (const { id, origin } of moving)
        await tx.run("update consent set customer_id = ?, moved_at = ? where id = ?", to, origin === to ? null : clock.now(), id as string);
      return moving.map(({ id }) => id as string);
    },
  };
}

/** Words that no line is about any more. */
export async function dropTexts(tx: Tx): Promise<void> {
  await tx.run(
    "delete from consent_text where not exists (select 1 from consent c where c.text_hash = consent_text.hash) and not exists (select 1 from disclosure d where d.text_hash = consent_text.hash)",
  );
}
