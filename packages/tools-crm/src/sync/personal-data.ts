import { createHash } from "node:crypto";
import type { LegalHold, PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import { orderedIds } from "../ordered-id.ts";
import { conflictTable } from "./conflicts.ts";
import type { CrmSync } from "./crm-sync.ts";
import { linkTable } from "./links.ts";
import { outgoingTable, removalOf } from "./outgoing.ts";

export interface CrmSyncPersonalDataOptions {
  /** With the tables of owner `crm-sync`. */
  db: Database;
  /** The exchange that runs, if one does: an erasure asks the other side too. */
  sync(): Pick<CrmSync, "provider" | "remove"> | undefined;
  /** Whether the other side is asked at all. Default true. */
  removeOutside?: boolean;
}

/** How long a vendor's bin keeps what was thrown away. */
const binMs = 15 * 86_400_000;

/** Whose record it was, for a repeat of the erasure; it names nobody. */
const ownerMark = (customerId: string, gone = false): string =>
  JSON.stringify({ of: createHash("sha256").update(customerId).digest("base64url").slice(0, 22), ...(gone ? { gone } : {}) });
const linkId = (row: Row): string => `${row.provider as string}:${row.external_id as string}`;

/** What the exchange with another CRM keeps about people: which record is theirs there, what was in conflict, what still has to go out. */
export function crmSyncPersonalData({ db, sync, removeOutside = true }: CrmSyncPersonalDataOptions): PersonalDataStore {
  const newId = orderedIds();
  const linksOf = (reader: Pick<Tx, "all">, customerId: string) =>
    reader.all<Row & { provider: string; external_id: string; state: string }>(
      "select * from crm_sync_link where customer_id = ? order by provider, external_id",
      customerId,
    );
  const conflictsOf = (customerId: string) => db.all("select * from crm_sync_conflict where customer_id = ? order by created_at, id", customerId);

  async function forget(tx: Tx, customerId: string, now: number): Promise<number> {
    let removed = 0;
    for (const { provider, external_id: externalId, state } of await linksOf(tx, customerId)) {
      await tx.run("delete from crm_sync_link where provider = ? and external_id = ?", provider, externalId);
      await tx.run("delete from crm_sync_hint where provider = ? and external_id = ?", provider, externalId);
      removed += (await tx.run("delete from crm_sync_conflict where provider = ? and external_id = ?", provider, externalId)).changes + 1;
      await tx.run(
        `insert into crm_sync_outside (provider, external_id, state, payload, at) values (?, ?, 'erased', ?, ?)
         on conflict (provider, external_id) do update set state = 'erased', payload = excluded.payload, at = excluded.at`,
        provider,
        externalId,
        ownerMark(customerId, state === "gone"),
        now,
      );
      if (state !== "gone" && removeOutside) await outgoingTable(provider).wake(tx, "remove", externalId, now);
    }
    // A record may have been made without our hearing of it.
    const unheard = await tx.all<{ provider: string; sent_at: number }>(
      "select provider, sent_at from crm_sync_outgoing where kind = 'customer' and subject_id = ? and sent is not null",
      customerId,
    );
    for (const { provider, sent_at: sentAt } of removeOutside ? unheard : []) {
      const removal = { kind: "remove", subjectId: removalOf(customerId) } as const;
      await outgoingTable(provider).wake(tx, removal.kind, removal.subjectId, now);
      await outgoingTable(provider).sending(tx, removal, {}, Number(sentAt));
    }
    // Records that were held for looking like this customer are left alone from now on: what they looked like is not kept.
    const held = await tx.all<{ id: string; provider: string; external_id: string | null }>(
      "select c.id, c.provider, c.external_id from crm_sync_conflict c where c.customer_id = ? or c.id in (select conflict_id from crm_sync_candidate where customer_id = ?)",
      customerId,
      customerId,
    );
    for (const { id, provider, external_id: externalId } of held) {
      await tx.run(
        "update crm_sync_outside set state = 'ignored', payload = null where provider = ? and external_id = ? and state = 'held'",
        provider,
        externalId,
      );
      await tx.run("delete from crm_sync_candidate where conflict_id = ?", id);
      removed += (await tx.run("delete from crm_sync_conflict where id = ?", id)).changes;
    }
    removed += (await tx.run("delete from crm_sync_outgoing where kind = 'customer' and subject_id = ?", customerId)).changes;
    return removed;
  }

  /** Records that are nobody's yet and have this person's name, address or number. */
  async function forgetWords(identifiers: readonly string[]): Promise<number> {
    const names = (text: string | null) => text !== null && identifiers.some((identifier) => text.toLowerCase().includes(identifier.toLowerCase()));
    const conflicts = await db.all<{ id: string; theirs: string | null }>(
      "select id, theirs from crm_sync_conflict where customer_id is null and theirs is not null",
    );
    const outside = await db.all<{ provider: string; external_id: string; payload: string | null }>(
      "select provider, external_id, payload from crm_sync_outside where payload is not null and state <> 'erased'",
    );
    const [told, begun] = [conflicts.filter(({ theirs }) => names(theirs)), outside.filter(({ payload }) => names(payload))];
    if (told.length + begun.length === 0) return 0;
    return db.transaction(async (tx) => {
      for (const { id } of told) {
        const row = await tx.get<{ provider: string; external_id: string }>("select provider, external_id from crm_sync_conflict where id = ?", id);
        if (row)
          await tx.run(
            "update crm_sync_outside set state = 'ignored' where provider = ? and external_id = ? and state = 'held'",
            row.provider,
            row.external_id,
          );
        await tx.run("delete from crm_sync_candidate where conflict_id = ?", id);
        await tx.run("delete from crm_sync_conflict where id = ?", id);
      }
      for (const { provider, external_id: externalId } of begun)
        await tx.run("update crm_sync_outside set state = 'ignored', payload = null where provider = ? and external_id = ?", provider, externalId);
      return told.length + begun.length;
    });
  }

  return {
    name: "crm-sync",
    covers: {
      tables: ["link", "outside", "hint", "outgoing", "cursor", "conflict", "candidate"].map((table) => `crm_sync_${table}`),
    },

    async *export({ customerIds }) {
      const links: Row[] = [];
      const conflicts: Row[] = [];
      for (const id of customerIds) {
        for (const { provider, external_id, state, updated_at } of await linksOf(db, id))
          links.push({ provider, record: external_id, state, since: new Date(Number(updated_at)).toISOString() });
        for (const { provider, field, ours, theirs, taken, created_at } of await conflictsOf(id))
          conflicts.push({ provider, field, ours, theirs, taken, at: new Date(Number(created_at)).toISOString() });
      }
      if (links.length > 0) yield { path: "records-elsewhere.json", title: "Your record in the agency's CRM", content: links };
      if (conflicts.length > 0) yield { path: "differences.json", title: "Where that record and ours differed", content: conflicts };
    },

    async erase({ customerIds, identifiers }, { now, signal }) {
      let removed = await forgetWords(identifiers);
      for (const id of customerIds) {
        signal.throwIfAborted();
        removed += await db.transaction((tx) => forget(tx, id, now));
      }
      const held: LegalHold[] = [];
      const current = sync();
      for (const id of customerIds) {
        for (const { provider } of await db.all<{ provider: string }>(
          "select provider from crm_sync_outgoing where kind = 'remove' and subject_id = ?",
          removalOf(id),
        )) {
          const left = current?.provider.id !== provider || !removeOutside || (await current.remove([removalOf(id)], signal)).length > 0;
          if (left)
            held.push({
              what: `a record at ${provider} that may have been made`,
              basis: "outside: whether it is there could not be seen yet; it is tried again",
              until: new Date(now).toISOString(),
              where: `${provider}: contact with our id`,
            });
        }
        const outside = await db.all<{ provider: string; external_id: string; at: number }>(
          "select provider, external_id, at from crm_sync_outside where state = 'erased' and payload = ? order by provider, external_id",
          ownerMark(id),
        );
        for (const { provider, external_id: externalId, at } of outside) {
          const pending = (await outgoingTable(provider).get(db, "remove", externalId)) !== undefined;
          const ours = current?.provider.id === provider ? current : undefined;
          const left = !removeOutside || (pending && (!ours || (await ours.remove([externalId], signal)).length > 0));
          const tell = (basis: string, until: number) =>
            held.push({ what: `a record at ${provider}`, basis, until: new Date(until).toISOString(), where: `${provider}: contact ${externalId}` });
          if (left)
            tell(
              !removeOutside || !ours?.provider.remove
                ? "outside: it is not removed from here; remove it there by hand"
                : "outside: it was asked for and is not confirmed yet; it is tried again",
              Number(at),
            );
          else if (ours?.provider.capabilities.removal === "binned" && now < Number(at) + binMs) tell("outside: in the bin there", Number(at) + binMs);
        }
      }
      return { removed, held };
    },

    async reassign({ from, to, only }, tx) {
      const moved: string[] = [];
      for (const row of await linksOf(tx, from)) {
        const id = linkId(row);
        if (only && !only.includes(id)) continue;
        const { provider, external_id: externalId } = row;
        const taken = (await linkTable(provider).byCustomer(tx, to))?.state === "linked";
        const state = row.state === "linked" && taken ? "merged" : row.state === "merged" && !taken ? "linked" : row.state;
        await tx.run(
          "update crm_sync_link set customer_id = ?, state = ?, seen_version = 0 where provider = ? and external_id = ?",
          to,
          state,
          provider,
          externalId,
        );
        const conflicts = conflictTable(provider, newId);
        if (state === "merged")
          await conflicts.add(
            tx,
            { kind: "merged", state: "open", dedupe: [externalId], externalId, reason: "two records there are one customer here; merge them there" },
            Number(row.updated_at),
          );
        else if (row.state === "merged")
          await tx.run("delete from crm_sync_conflict where provider = ? and kind = 'merged' and external_id = ?", provider, externalId);
        moved.push(id);
      }
      for (const { id } of await tx.all<{ id: string }>("select id from crm_sync_conflict where customer_id = ?", from)) {
        const key = `conflict:${id}`;
        if (only && !only.includes(key)) continue;
        await tx.run("update crm_sync_conflict set customer_id = ? where id = ?", to, id);
        moved.push(key);
      }
      // Until the question is answered, no second record is made for the one who lives on either.
      if (!only)
        await tx.run(
          "insert into crm_sync_candidate (conflict_id, customer_id) select conflict_id, ? from crm_sync_candidate where customer_id = ? on conflict do nothing",
          to,
          from,
        );
      return moved;
    },
  };
}
