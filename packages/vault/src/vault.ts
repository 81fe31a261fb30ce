import { createHash, randomUUID } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, systemClock, type Tx } from "@travelagent/protocol/ports";
import { type AuditEntry, note, readAudit } from "./audit.ts";
import { blindIndex, createDataKeys, type DataKeys } from "./data-keys.ts";
import {
  type DocumentKind,
  type DocumentOwner,
  type DocumentView,
  maskNumber,
  type OpenFields,
  plainNumber,
  type SealedField,
  sealedFields,
} from "./document.ts";
import { changed, type DocumentRow, openDocuments, type Values, viewOf, writeDocument } from "./document-rows.ts";
import type { FileCheck } from "./file-check.ts";
import { createFileRows, type VaultFiles } from "./file-rows.ts";
import { type HeldNumber, heldNumber, holdNumber, tokenForm } from "./held.ts";
import type { KeyRing } from "./key-ring.ts";
import { rotateOwners } from "./rotation.ts";
import { vaultMigrations } from "./tables.ts";

export interface VaultOptions {
  db: Database;
  keys: KeyRing;
  clock?: Clock;
  /** Where sealed files lie. Absent: no files are taken. */
  files?: string;
  /** Asked of every file before anybody may read it, beside the check of its type. */
  checks?: readonly FileCheck[];
}

export interface NewDocument extends DocumentOwner, OpenFields {
  kind: DocumentKind;
  /** The number itself, or the token of one that was typed in that conversation. */
  number: string | { token: string; sessionKey: string };
  nationality?: string;
  bornOn?: string;
  gender?: "M" | "F" | "X";
  issuedOn?: string;
}

export interface ReleaseRequest {
  documentId: string;
  /** The one purchase it is opened for. */
  to: { supplier: string; bookingId: string; key: string };
  fields: readonly SealedField[];
}

/** A document in clear, for the person whose it is. */
export interface OwnDocument extends OpenFields {
  id: string;
  kind: DocumentKind;
  fields: Partial<Record<SealedField, string>>;
  /** It was changed in the database and cannot be opened any more. */
  damaged?: true;
}

/**
 * Papers of customers. Every value is sealed for itself and bound to its row, owner and version; views are masked. A value leaves in
 * clear by `release`, for one supplier call, and by `own`, for the person's own export. Raises `STORAGE_CORRUPT` for a document that
 * was changed outside, `CONFIG_INVALID` when another key is needed, `NOT_FOUND` for unknown ids.
 */
export interface Vault {
  /**
   * Keeps a document. The same number of the same customer and holder again brings that document up to date. Raises `INVALID_REQUEST`
   * for a number that can be none, or a token this conversation does not have.
   */
  add(
    document: NewDocument,
    by: { actor: string; idempotencyKey: string },
  ): Promise<{ document: DocumentView /** Other customers of the agency with this number. */; duplicates: number }>;
  get(id: string): Promise<DocumentView | null>;
  /** Oldest first; those that cannot be opened are named in `damaged`. */
  list(customerId: string): Promise<{ documents: DocumentView[]; damaged: string[] }>;
  /** True when it was there. */
  remove(id: string, by: { actor: string; reason?: string }): Promise<boolean>;
  /** The asked fields that are there, in clear. On record before it returns: who, why and which fields. */
  release(request: ReleaseRequest): Promise<Partial<Record<SealedField, string>>>;
  /** What the person gave us, in clear. For their own export and nothing else; on record. */
  own(customerIds: readonly string[], by: { actor: string; reason: string }): Promise<OwnDocument[]>;
  /** A number somebody types in a conversation: from now on its token stands for it there. Durable. */
  hold(given: { sessionKey: string; agency?: string; kind: DocumentKind; number: string }): Promise<HeldNumber>;
  /** What a token of this conversation stands for, masked. Null for one it does not have. */
  held(sessionKey: string, token: string): Promise<{ kind: DocumentKind; masked: string } | null>;
  /** Newest first. */
  audit(filter: { documentId?: string; customerId?: string; limit?: number }): Promise<AuditEntry[]>;
  /** Seals everything anew under new keys, owner by owner; readers and writers go on. After a crash a repeat finishes it. */
  rotate(): Promise<{ rotated: number; keyId: string }>;
  /** A rotation was begun and has not ended. */
  isRotating(): Promise<boolean>;
  /** Forgets numbers that were typed and never saved in time. */
  prune(): Promise<number>;
  readonly files: VaultFiles;
  /** For export, erasure and merging of this package alone. */
  readonly keys: DataKeys;
}

const mainAgency = "main";
const day = /^\d{4}-\d{2}-\d{2}$/;
const invalid = (message: string): TravelAgentError => new TravelAgentError("INVALID_REQUEST", message);

/** Opens the vault: brings its tables up to date. Keys are asked for when the first document comes. */
export async function createVault({ db, keys: ring, clock = systemClock, files: directory, checks = [] }: VaultOptions): Promise<Vault> {
  await db.migrate("vault", vaultMigrations);
  const rootIds = async () => (await db.all("select distinct root_id from vault_key")).map((row) => String(row.root_id));
  const keys = createDataKeys({ keys: ring, clock }, rootIds);

  /** The number in plain, whichever way it was given. */
  async function numberOf(tx: Tx, { number }: NewDocument): Promise<string> {
    if (typeof number === "string") {
      const plain = tokenForm.test(number) ? undefined : plainNumber(number);
      if (plain === undefined) throw invalid("this is no number of a document: give its letters and digits");
      return plain;
    }
    const found = await heldNumber(tx, keys, number.sessionKey, number.token);
    if (!found) throw invalid(`${number.token} stands for no number in this conversation: ask the customer for the number again`);
    return found.number;
  }

  async function opened(from: Pick<Tx, "all">, id: string): Promise<{ row: DocumentRow; values: Values }> {
    const [found] = await openDocuments(from, keys, "d.id = ?", id);
    if (!found) throw new TravelAgentError("NOT_FOUND", `there is no document ${id}`);
    if (!found.values) throw changed(id);
    return { row: found.row, values: found.values };
  }

  return {
    keys,
    files: createFileRows({ db, keys, clock, checks, ...(directory === undefined ? {} : { directory }) }),
    async add(given, { actor, idempotencyKey }) {
      for (const [name, value] of [
        ["expiresOn", given.expiresOn],
        ["bornOn", given.bornOn],
        ["issuedOn", given.issuedOn],
      ] as const)
        if (value !== undefined && !day.test(value)) throw invalid(`${name} must be a date, YYYY-MM-DD`);
      await keys.ready();
      const agency = given.agency ?? mainAgency;
      return db.transaction(async (tx) => {
        const index = await keys.of(tx, `index:${agency}`);
        const { number: written, ...rest } = given;
        // A token stands for nothing any more once its number is saved: a repeat is known by the token itself.
        const said = typeof written === "string" ? blindIndex(index, given.kind, given.country, plainNumber(written) ?? "") : written;
        const hash = createHash("sha256")
          .update(canonicalJson({ ...rest, said }))
          .digest("base64url");
        const done = await tx.get("select hash, document_id from vault_done where key = ?", idempotencyKey);
        if (done) {
          if (done.hash !== hash) throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this key belongs to another document; use a new one");
          const { row, values } = await opened(tx, String(done.document_id));
          return { document: viewOf(row, values), duplicates: 0 };
        }
        const number = await numberOf(tx, given);
        const digest = blindIndex(index, given.kind, given.country, number);
        const same = await tx.all(
          "select d.id, d.customer_id, d.given_name, d.family_name from vault_index i join vault_document d on d.id = i.document_id where i.agency = ? and i.digest = ?",
          agency,
          digest,
        );
        const mine = same.find(
          (one) => one.customer_id === given.customerId && one.given_name === given.holder.givenName && one.family_name === given.holder.familyName,
        );
        const before = mine ? await opened(tx, String(mine.id)) : undefined;
        const row: DocumentRow = {
          id: before?.row.id ?? `doc_${randomUUID()}`,
          agency,
          customerId: given.customerId,
          kind: given.kind,
          givenName: given.holder.givenName,
          familyName: given.holder.familyName,
          country: given.country ?? before?.row.country ?? null,
          expiresOn: given.expiresOn ?? before?.row.expiresOn ?? null,
          issuer: given.issuer ?? before?.row.issuer ?? null,
          createdAt: before?.row.createdAt ?? clock.now(),
          updatedAt: clock.now(),
          version: (before?.row.version ?? 0) + 1,
        };
        const values: Values = { ...before?.values, number };
        for (const field of ["nationality", "bornOn", "gender", "issuedOn"] as const) if (given[field] !== undefined) values[field] = given[field];
        await writeDocument(tx, row, values, await keys.of(tx, `customer:${row.customerId}`));
        await tx.run(
          "insert into vault_index (document_id, agency, digest) values (?, ?, ?) on conflict (document_id) do update set agency = excluded.agency, digest = excluded.digest",
          row.id,
          agency,
          digest,
        );
        await tx.run("insert into vault_done (key, hash, document_id, at) values (?, ?, ?, ?)", idempotencyKey, hash, row.id, clock.now());
        if (typeof given.number !== "string")
          await tx.run("delete from vault_held where session_key = ? and id = ?", given.number.sessionKey, given.number.token);
        await note(tx, clock.now(), {
          action: before ? "changed" : "added",
          documentId: row.id,
          customerId: row.customerId,
          kind: row.kind,
          actor,
          fields: sealedFields.filter((field) => values[field] !== undefined),
        });
        return { document: viewOf(row, values), duplicates: new Set(same.map((one) => one.customer_id).filter((id) => id !== given.customerId)).size };
      });
    },
    async get(id) {
      await keys.ready();
      const [found] = await openDocuments(db, keys, "d.id = ?", id);
      if (!found) return null;
      if (!found.values) throw changed(id);
      return viewOf(found.row, found.values);
    },
    async list(customerId) {
      if (!(await db.get("select 1 as found from vault_document where customer_id = ?", customerId))) return { documents: [], damaged: [] };
      await keys.ready();
      const found = await openDocuments(db, keys, "d.customer_id = ?", customerId);
      return {
        documents: found.flatMap(({ row, values }) => (values ? [viewOf(row, values)] : [])),
        damaged: found.flatMap(({ row, values }) => (values ? [] : [row.id])),
      };
    },
    async remove(id, { actor, reason }) {
      return db.transaction(async (tx) => {
        const row = await tx.get("select customer_id, kind from vault_document where id = ?", id);
        if (!row) return false;
        await forgetDocument(tx, id);
        await note(tx, clock.now(), {
          action: "removed",
          documentId: id,
          customerId: String(row.customer_id),
          kind: row.kind as DocumentKind,
          actor,
          ...(reason === undefined ? {} : { why: { reason } }),
        });
        return true;
      });
    },
    async release({ documentId, to, fields }) {
      if (Object.values(to).some((value) => value.trim() === "") || fields.length === 0)
        throw invalid("a document is opened for one supplier, booking and purchase, and for named fields");
      await keys.ready();
      return db.transaction(async (tx) => {
        const { row, values } = await opened(tx, documentId);
        const given = Object.fromEntries(fields.flatMap((field) => (values[field] === undefined ? [] : [[field, values[field]]])));
        await note(tx, clock.now(), {
          action: "released",
          documentId,
          customerId: row.customerId,
          kind: row.kind,
          actor: `supplier:${to.supplier}`,
          why: { supplier: to.supplier, bookingId: to.bookingId, key: to.key },
          fields: Object.keys(given),
        });
        return given as Partial<Record<SealedField, string>>;
      });
    },
    async own(customerIds, { actor, reason }) {
      const found: OwnDocument[] = [];
      for (const customerId of customerIds) {
        if (!(await db.get("select 1 as found from vault_document where customer_id = ?", customerId))) continue;
        await keys.ready();
        const documents = await openDocuments(db, keys, "d.customer_id = ?", customerId);
        for (const { row, values } of documents) {
          const { id, kind, holder, country, expiresOn, issuer } = viewOf(row, values ?? {});
          const open = {
            id,
            kind,
            holder,
            ...(country === undefined ? {} : { country }),
            ...(expiresOn === undefined ? {} : { expiresOn }),
            ...(issuer === undefined ? {} : { issuer }),
          };
          found.push({ ...open, fields: values ?? {}, ...(values ? {} : { damaged: true as const }) });
          await db.transaction((tx) =>
            note(tx, clock.now(), {
              action: "exported",
              documentId: row.id,
              customerId,
              kind: row.kind,
              actor,
              why: { reason },
              fields: Object.keys(values ?? {}),
            }),
          );
        }
      }
      return found;
    },
    async hold({ sessionKey, agency = mainAgency, kind, number }) {
      await keys.ready();
      return db.transaction((tx) => holdNumber(tx, keys, { sessionKey, agency, kind, number, now: clock.now() }));
    },
    async held(sessionKey, token) {
      if (!tokenForm.test(token)) return null;
      await keys.ready();
      const found = await db.transaction((tx) => heldNumber(tx, keys, sessionKey, token));
      return found ? { kind: found.kind, masked: maskNumber(found.kind, found.number) } : null;
    },
    async audit({ documentId, customerId, limit = 100 }) {
      const rows =
        documentId !== undefined
          ? await db.all("select * from vault_audit where document_id = ? order by at desc, id desc limit ?", documentId, limit)
          : customerId !== undefined
            ? await db.all("select * from vault_audit where customer_id = ? order by at desc, id desc limit ?", customerId, limit)
            : await db.all("select * from vault_audit order by at desc, id desc limit ?", limit);
      return rows.map(readAudit);
    },
    async rotate() {
      await keys.ready();
      const keyId = await keys.beginRotation();
      const rotated = await rotateOwners({ db, keys, keyId });
      await keys.endRotation();
      return { rotated, keyId };
    },
    async isRotating() {
      return (await rootIds()).length > 1;
    },
    async prune() {
      return db.transaction(async (tx) => {
        const { changes } = await tx.run("delete from vault_held where expires_at <= ?", clock.now());
        await tx.run("delete from vault_done where at <= ?", clock.now() - 30 * 86_400_000);
        return changes;
      });
    },
  };
}

/** Inside a transaction: the rows of one document. */
export async function forgetDocument(tx: Tx, id: string): Promise<void> {
  await tx.run("delete from vault_field where document_id = ?", id);
  await tx.run("delete from vault_index where document_id = ?", id);
  await tx.run("delete from vault_done where document_id = ?", id);
  await tx.run("delete from vault_document where id = ?", id);
}
