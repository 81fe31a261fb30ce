import type { Customer } from "@travelagent/protocol";
import type { Tx } from "@travelagent/protocol/ports";
import type { PossibleDuplicate } from "./crm.ts";
import { emailKey, readCustomer } from "./customer-rows.ts";
import { nameKey } from "./search-terms.ts";

/** Records with the same address, number or words of the name; at most five, those that share most first. */
export async function possibleDuplicates(tx: Tx, customer: Customer): Promise<PossibleDuplicate[]> {
  const found = new Map<string, PossibleDuplicate>();
  const look = async (by: PossibleDuplicate["by"][number], column: string, value: string | null | undefined) => {
    if (!value) return;
    for (const row of await tx.all(`select * from crm_customer where ${column} = ? and id <> ? limit 5`, value, customer.id)) {
      const other = found.get(row.id as string) ?? { customer: readCustomer(row), by: [] };
      other.by.push(by);
      found.set(other.customer.id, other);
    }
  };
  await look("email", "email_key", emailKey(customer.email));
  await look("phone", "phone", customer.phone);
  await look("name", "name_key", nameKey(customer.name));
  return [...found.values()].sort((a, b) => b.by.length - a.by.length).slice(0, 5);
}
