import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database, Tx } from "@travelagent/protocol/ports";

const accountsOf = async (db: Pick<Tx, "all">, customerIds: readonly string[]): Promise<string[]> => {
  const found: string[] = [];
  for (const customerId of customerIds)
    for (const { id } of await db.all<{ id: string }>("select id from portal_account where customer_id = ? order by created_at, id", customerId))
      found.push(id);
  return found;
};

/**
 * Accounts, links and visits. What was said in the portal is in the conversation's own history. `onPagesEnded`: these accounts lost pages,
 * by a commit that comes right after.
 */
export const portalPersonalData = (db: Database, onPagesEnded: (accountIds: readonly string[]) => void = () => {}): PersonalDataStore => ({
  name: "portal",
  covers: { tables: ["portal_account", "portal_link", "portal_visit"] },

  async discover({ customerIds }) {
    const identities = (await accountsOf(db, customerIds)).map((peerId) => ({ channel: "portal", peerId }));
    return { identities };
  },

  async *export({ customerIds }, signal) {
    for (const id of await accountsOf(db, customerIds)) {
      signal.throwIfAborted();
      const links = await db.all("select created_at, expires_at, opened_at, made_by from portal_link where account_id = ? order by created_at", id);
      const visits = await db.all("select created_at, seen_at, expires_at from portal_visit where account_id = ? order by created_at", id);
      yield { path: `${id}.json`, content: { account: id, links, visits } };
    }
  },

  async erase({ customerIds }) {
    const removed = await db.transaction(async (tx) => {
      let rows = 0;
      for (const id of await accountsOf(tx, customerIds)) {
        for (const table of ["portal_link", "portal_visit"]) rows += (await tx.run(`delete from ${table} where account_id = ?`, id)).changes;
        rows += (await tx.run("delete from portal_account where id = ?", id)).changes;
      }
      return rows;
    });
    return { removed, held: [] };
  },

  async reassign({ from, to, only }, tx) {
    const ids = (await accountsOf(tx, [from])).filter((id) => only === undefined || only.includes(id));
    for (const id of ids) await tx.run("update portal_account set customer_id = ? where id = ?", to, id);
    return ids;
  },

  // A link that was sent while the two were one may have gone to either, and opens the page of the other one now.
  async parted({ customerIds, since }, tx) {
    const ended: string[] = [];
    for (const id of await accountsOf(tx, customerIds)) {
      await tx.run("update portal_link set revoked_at = ? where account_id = ? and created_at >= ? and revoked_at is null", since, id, since);
      if ((await tx.run("delete from portal_visit where account_id = ? and created_at >= ?", id, since)).changes > 0) ended.push(id);
    }
    if (ended.length > 0) onPagesEnded(ended);
  },
});
