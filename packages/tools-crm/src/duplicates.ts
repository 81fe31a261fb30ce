import type { Customer } from "@travelagent/protocol";
import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import type { PossibleDuplicate } from "./crm.ts";
import { emailKey, mainAgency, readCustomer } from "./customer-rows.ts";
import { nameKey } from "./search-terms.ts";

type Reason = PossibleDuplicate["by"][number];
const columns: Record<Reason, string> = { email: "email_key", phone: "phone", name: "name_key" };

/** Records of the same agency with the same address, number or words of the name; at most five, those that share most first. */
export async function possibleDuplicates(tx: Pick<Tx, "all">, customer: Customer): Promise<PossibleDuplicate[]> {
  const found = new Map<string, PossibleDuplicate>();
  const look = async (by: Reason, value: string | null | undefined) => {
    if (!value) return;
    for (const row of await tx.all(
      `select * from crm_customer where ${columns[by]} = ? and id <> ? and agency = ? and merged_into is null limit 5`,
      value,
      customer.id,
      customer.agency ?? mainAgency,
    )) {
      const other = found.get(row.id as string) ?? { customer: readCustomer(row), by: [] };
      other.by.push(by);
      found.set(other.customer.id, other);
    }
  };
  await look("email", emailKey(customer.email));
  await look("phone", customer.phone);
  await look("name", nameKey(customer.name));
  return [...found.values()].sort((a, b) => b.by.length - a.by.length).slice(0, 5);
}

/** Customers of one agency that may be one person. */
export interface DuplicateGroup {
  customers: Customer[];
  by: Reason[];
}

/** Groups among all records, those that share an address or a number first; a name alone counts last. */
export async function duplicateGroups(db: Pick<Database, "all">, { agency, limit }: { agency?: string | undefined; limit: number }): Promise<DuplicateGroup[]> {
  const groups = new Map<string, DuplicateGroup>();
  for (const by of ["email", "phone", "name"] as const) {
    const column = columns[by];
    const alike = await db.all<Row & { value: string; agency: string }>(
      `select agency, ${column} as value from crm_customer where ${column} is not null and merged_into is null ${agency === undefined ? "" : "and agency = ?"}
       group by ${column}, agency having count(*) > 1 order by max(seq) desc limit ?`,
      ...(agency === undefined ? [] : [agency]),
      limit,
    );
    for (const { value, agency: of } of alike) {
      const rows = await db.all(`select * from crm_customer where ${column} = ? and agency = ? and merged_into is null order by seq limit 10`, value, of);
      const key = rows.map(({ id }) => id as string).join(" ");
      const group = groups.get(key) ?? { customers: rows.map(readCustomer), by: [] };
      group.by.push(by);
      groups.set(key, group);
    }
  }
  return [...groups.values()].sort((a, b) => b.by.length - a.by.length).slice(0, limit);
}
