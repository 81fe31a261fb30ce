import type { Customer } from "@travelagent/protocol";
import type { Row, Tx } from "@travelagent/protocol/ports";
import type { CustomerFields } from "./crm.ts";
import { nameKey, plain, searchTerms } from "./search-terms.ts";

export const readCustomer = (row: Row): Customer => ({
  id: row.id as string,
  name: row.name as string,
  ...(row.email ? { email: row.email as string } : {}),
  ...(row.phone ? { phone: row.phone as string } : {}),
  ...(row.language ? { language: row.language as string } : {}),
  ...(row.notes ? { notes: row.notes as string } : {}),
  tags: JSON.parse(row.tags as string),
  createdAt: new Date(Number(row.created_at)).toISOString(),
  updatedAt: new Date(Number(row.updated_at)).toISOString(),
  version: Number(row.version),
});

export const emailKey = (email: string | undefined): string | null => (email === undefined ? null : plain(email));

const columns = (fields: CustomerFields) =>
  [
    fields.name.trim(),
    nameKey(fields.name),
    fields.email?.trim() ?? null,
    emailKey(fields.email),
    fields.phone ?? null,
    fields.language ?? null,
    fields.notes ?? null,
    JSON.stringify(fields.tags ?? []),
  ] as const;

async function writeTerms(tx: Tx, id: string, fields: CustomerFields): Promise<void> {
  await tx.run("delete from crm_term where customer_id = ?", id);
  for (const term of searchTerms(fields)) await tx.run("insert into crm_term (term, customer_id) values (?, ?) on conflict do nothing", term, id);
}

export async function insertCustomer(tx: Tx, id: string, fields: CustomerFields, now: number): Promise<void> {
  await tx.run(
    `insert into crm_customer (id, name, name_key, email, email_key, phone, language, notes, tags, created_at, updated_at, version)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
    id,
    ...columns(fields),
    now,
    now,
  );
  await writeTerms(tx, id, fields);
}

export async function rewriteCustomer(tx: Tx, id: string, fields: CustomerFields, now: number): Promise<void> {
  await tx.run(
    `update crm_customer set name = ?, name_key = ?, email = ?, email_key = ?, phone = ?, language = ?, notes = ?, tags = ?, updated_at = ?, version = version + 1 where id = ?`,
    ...columns(fields),
    now,
    id,
  );
  await writeTerms(tx, id, fields);
}
