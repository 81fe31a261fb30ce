import type { Tx } from "@travelagent/protocol/ports";

/** The records that went up in this one, also by way of others. What files keep under their ids is this customer's. */
export async function mergedRecords(db: Pick<Tx, "all">, customerId: string): Promise<string[]> {
  const rows = await db.all<{ id: string }>(
    `with recursive gone (id) as (
       select id from crm_customer where merged_into = ?
       union select c.id from crm_customer c join gone on c.merged_into = gone.id
     ) select id from gone order by id`,
    customerId,
  );
  return rows.map(({ id }) => id);
}
