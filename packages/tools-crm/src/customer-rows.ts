import type { Customer } from "@travelagent/protocol";
import type { Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import type { CustomerFields } from "./crm.ts";
import { nameKey, plain } from "./search-terms.ts";

/** The agency of whoever did not say. */
export const mainAgency = "main";

const optional = { email: "email", phone: "phone", language: "language", notes: "notes", owner: "owner", country: "country", time_zone: "timeZone" } as const;
const more = { company_id: "companyId", cost_centre: "costCentre", merged_into: "mergedInto" } as const;

export const readCustomer = (row: Row): Customer => ({
  id: row.id as string,
  name: row.name as string,
  ...(Object.fromEntries(Object.entries({ ...optional, ...more }).flatMap(([column, key]) => (row[column] ? [[key, row[column]]] : []))) as Partial<Customer>),
  ...(row.preferences ? { preferences: JSON.parse(row.preferences as string) as NonNullable<Customer["preferences"]> } : {}),
  ...(row.agency === mainAgency ? {} : { agency: row.agency as string }),
  lifecycle: row.lifecycle as NonNullable<Customer["lifecycle"]>,
  tags: JSON.parse(row.tags as string),
  createdAt: new Date(Number(row.created_at)).toISOString(),
  updatedAt: new Date(Number(row.updated_at)).toISOString(),
  version: Number(row.version),
});

export const emailKey = (email: string | undefined): string | null => (email === undefined ? null : plain(email));

const columnsOf = (fields: CustomerFields): Record<string, SqlValue> => ({
  name: fields.name.trim(),
  name_key: nameKey(fields.name),
  email: fields.email?.trim() ?? null,
  email_key: emailKey(fields.email),
  phone: fields.phone ?? null,
  language: fields.language ?? null,
  notes: fields.notes ?? null,
  tags: JSON.stringify(fields.tags ?? []),
  owner: fields.owner ?? null,
  country: fields.country ?? null,
  time_zone: fields.timeZone ?? null,
  company_id: fields.companyId ?? null,
  cost_centre: fields.costCentre ?? null,
  preferences: fields.preferences === undefined ? null : JSON.stringify(fields.preferences),
});

/** The row alone: it is to be indexed in the same commit. */
export async function insertCustomer(tx: Tx, id: string, fields: CustomerFields, now: number, agency: string = mainAgency): Promise<void> {
  const columns = columnsOf(fields);
  const names = Object.keys(columns);
  await tx.run(
    `insert into crm_customer (id, ${names.join(", ")}, agency, seq, created_at, updated_at, version)
     values (?, ${names.map(() => "?").join(", ")}, ?, (select coalesce(max(seq), 0) + 1 from crm_customer), ?, ?, 1)`,
    id,
    ...Object.values(columns),
    agency,
    now,
    now,
  );
}

/** The row alone: it is to be indexed in the same commit. */
export async function rewriteCustomer(tx: Tx, id: string, fields: CustomerFields, now: number): Promise<void> {
  const columns = columnsOf(fields);
  await tx.run(
    `update crm_customer set ${Object.keys(columns)
      .map((name) => `${name} = ?`)
      .join(", ")}, updated_at = ?, version = version + 1 where id = ?`,
    ...Object.values(columns),
    now,
    id,
  );
}
