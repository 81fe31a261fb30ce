import { TravelAgentError } from "@travelagent/protocol";
import type { Row, Tx } from "@travelagent/protocol/ports";
import { type DataKeys, keyColumns } from "./data-keys.ts";
import { type DocumentKind, type DocumentView, maskField, type SealedField, sealedFields } from "./document.ts";
import type { VaultKey } from "./key-ring.ts";
import { seal, unseal } from "./sealed-value.ts";

/** The open columns of a document. */
export interface DocumentRow {
  id: string;
  agency: string;
  customerId: string;
  kind: DocumentKind;
  givenName: string;
  familyName: string;
  country: string | null;
  expiresOn: string | null;
  issuer: string | null;
  createdAt: number;
  updatedAt: number;
  version: number;
}

export type Values = Partial<Record<SealedField, string>>;

const text = (value: unknown): string | null => (value === null ? null : String(value));

export const readDocument = (row: Row): DocumentRow => ({
  id: String(row.id),
  agency: String(row.agency),
  customerId: String(row.customer_id),
  kind: row.kind as DocumentKind,
  givenName: String(row.given_name),
  familyName: String(row.family_name),
  country: text(row.country),
  expiresOn: text(row.expires_on),
  issuer: text(row.issuer),
  createdAt: Number(row.created_at),
  updatedAt: Number(row.updated_at),
  version: Number(row.version),
});

/** Every open column is part of what a sealed value is bound to. */
const place = (row: DocumentRow, field: SealedField): (string | number | null)[] => [
  "vault_field",
  row.id,
  row.agency,
  row.customerId,
  row.kind,
  field,
  row.version,
  row.givenName,
  row.familyName,
  row.country,
  row.expiresOn,
  row.issuer,
  row.createdAt,
  row.updatedAt,
];

export const changed = (id: string): TravelAgentError =>
  new TravelAgentError(
    "STORAGE_CORRUPT",
    `the document ${id} was changed or damaged in the database and is not used: ask for it again, or put the database back from a backup`,
  );

/** Writes the open columns, and every value sealed for exactly them. */
export async function writeDocument(tx: Tx, row: DocumentRow, values: Values, key: VaultKey): Promise<void> {
  await tx.run(
    `insert into vault_document (id, agency, customer_id, kind, given_name, family_name, country, expires_on, issuer, created_at, updated_at, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (id) do update set agency = excluded.agency, customer_id = excluded.customer_id, kind = excluded.kind, given_name = excluded.given_name,
       family_name = excluded.family_name, country = excluded.country, expires_on = excluded.expires_on, issuer = excluded.issuer,
       updated_at = excluded.updated_at, version = excluded.version`,
    row.id,
    row.agency,
    row.customerId,
    row.kind,
    row.givenName,
    row.familyName,
    row.country,
    row.expiresOn,
    row.issuer,
    row.createdAt,
    row.updatedAt,
    row.version,
  );
  await tx.run("delete from vault_field where document_id = ?", row.id);
  for (const field of sealedFields) {
    const value = values[field];
    if (value === undefined) continue;
    const { keyId, nonce, tag, data } = seal(Buffer.from(value, "utf8"), key, place(row, field));
    await tx.run("insert into vault_field (document_id, field, key_id, nonce, tag, data) values (?, ?, ?, ?, ?, ?)", row.id, field, keyId, nonce, tag, data);
  }
}

/** Documents with their values, in one statement: what a rotation does meanwhile is seen in full or not at all. */
export async function openDocuments(
  from: Pick<Tx, "all">,
  keys: Pick<DataKeys, "ofRow">,
  where: "d.id = ?" | "d.customer_id = ?",
  what: string,
): Promise<{ row: DocumentRow; values: Values | undefined }[]> {
  const rows = await from.all(
    `select d.*, f.field, f.key_id, f.nonce, f.tag, f.data as sealed, ${keyColumns}
     from vault_document d left join vault_field f on f.document_id = d.id left join vault_key k on k.id = f.key_id
     where ${where} order by d.created_at, d.id, f.field`,
    what,
  );
  const found = new Map<string, { row: DocumentRow; values: Values | undefined }>();
  for (const one of rows) {
    const row = readDocument(one);
    const entry = found.get(row.id) ?? { row, values: {} };
    found.set(row.id, entry);
    // A document without a sealed number, or one whose key is gone, was tampered with.
    if (one.field === null || one.key_owner === null || one.key_owner !== `customer:${row.customerId}`) {
      entry.values = undefined;
      continue;
    }
    const field = one.field as SealedField;
    const sealed = { keyId: String(one.key_id), nonce: one.nonce as Uint8Array, tag: one.tag as Uint8Array, data: one.sealed as Uint8Array };
    const opened = unseal(sealed, keys.ofRow(one), place(row, field));
    if (opened === undefined) entry.values = undefined;
    else if (entry.values) entry.values[field] = opened.toString("utf8");
  }
  for (const entry of found.values()) if (entry.values?.number === undefined) entry.values = undefined;
  return [...found.values()];
}

/** What may be seen of it. */
export const viewOf = (row: DocumentRow, values: Values): DocumentView => ({
  id: row.id,
  customerId: row.customerId,
  kind: row.kind,
  holder: { givenName: row.givenName, familyName: row.familyName },
  ...(row.country === null ? {} : { country: row.country }),
  ...(row.expiresOn === null ? {} : { expiresOn: row.expiresOn }),
  ...(row.issuer === null ? {} : { issuer: row.issuer }),
  masked: Object.fromEntries(
    sealedFields.flatMap((field) => (values[field] === undefined ? [] : [[field, maskField(row.kind, field, values[field])]])),
  ) as DocumentView["masked"],
  createdAt: new Date(row.createdAt).toISOString(),
  updatedAt: new Date(row.updatedAt).toISOString(),
  version: row.version,
});
