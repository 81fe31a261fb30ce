import { randomBytes } from "node:crypto";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";

/** Whose page it is. Its id is the peer of the channel: it tells a stranger nothing, and stays when two records become one. */
export interface PortalAccount {
  id: string;
  customerId: string;
}

const read = (row: { id: string; customer_id: string } | undefined): PortalAccount | undefined => row && { id: row.id, customerId: row.customer_id };

export const accountOf = async (db: Pick<Tx, "get">, id: string): Promise<PortalAccount | undefined> =>
  read(await db.get("select id, customer_id from portal_account where id = ?", id));

/** Of a customer whose records were merged, the oldest one counts. */
export const accountOfCustomer = async (db: Pick<Tx, "get">, customerId: string): Promise<PortalAccount | undefined> =>
  read(await db.get("select id, customer_id from portal_account where customer_id = ? order by created_at, id limit 1", customerId));

export async function ensureAccount(db: Database, clock: Clock, customerId: string): Promise<PortalAccount> {
  const known = await accountOfCustomer(db, customerId);
  if (known) return known;
  return db.transaction(async (tx) => {
    const meanwhile = await accountOfCustomer(tx, customerId);
    if (meanwhile) return meanwhile;
    const id = `p${randomBytes(12).toString("hex")}`;
    await tx.run("insert into portal_account (id, customer_id, created_at) values (?, ?, ?)", id, customerId, clock.now());
    return { id, customerId };
  });
}
