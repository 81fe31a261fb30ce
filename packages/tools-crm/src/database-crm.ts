import { type Customer, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, systemClock, type Tx } from "@travelagent/protocol/ports";
import type { Crm, CustomerFields, WalkIn } from "./crm.ts";
import { insertCustomer, readCustomer, rewriteCustomer } from "./customer-rows.ts";
import { searchCustomers } from "./customer-search.ts";
import { possibleDuplicates } from "./duplicates.ts";
import { adoptConversation, ownerOf, writeIdentity } from "./identities.ts";
import { leadsIn } from "./leads.ts";
import { paged, pageSize } from "./newest-first.ts";
import { notesIn } from "./notes.ts";
import { once } from "./once.ts";
import { orderedIds } from "./ordered-id.ts";
import { crmMigrations } from "./tables.ts";

export interface DatabaseCrmOptions {
  db: Database;
  clock?: Clock;
}

async function need(tx: Pick<Tx, "get">, id: string): Promise<Customer> {
  const row = await tx.get("select * from crm_customer where id = ?", id);
  if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
  return readCustomer(row);
}

/** `undefined` leaves a field as it is. */
const merged = (before: Customer, changes: Partial<CustomerFields>): CustomerFields =>
  ({ ...before, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) }) as CustomerFields;

/** The CRM on the tables of owner `crm`, which are made or brought up to date first. */
export async function databaseCrm({ db, clock = systemClock }: DatabaseCrmOptions): Promise<Crm> {
  await db.migrate("crm", crmMigrations);
  const newId = orderedIds();

  async function fillIn(tx: Tx, id: string, { email, phone }: Pick<WalkIn, "email" | "phone">): Promise<void> {
    const before = await need(tx, id);
    const missing = {
      ...(before.email === undefined && email !== undefined ? { email } : {}),
      ...(before.phone === undefined && phone !== undefined ? { phone } : {}),
    };
    if (Object.keys(missing).length > 0) await rewriteCustomer(tx, id, merged(before, missing), clock.now());
  }

  return {
    create: (fields, { idempotencyKey, identity, sessionKey }) =>
      db.transaction(async (tx) => {
        const now = clock.now();
        const { id } = await once(tx, { operation: "create", key: idempotencyKey, args: { fields, identity, sessionKey }, now }, async () => {
          const created = newId("cus", now);
          await insertCustomer(tx, created, fields, now);
          if (identity) await writeIdentity(tx, created, identity, now);
          if (sessionKey !== undefined) await adoptConversation(tx, sessionKey, created);
          return created;
        });
        const customer = await need(tx, id);
        return { customer, possibleDuplicates: await possibleDuplicates(tx, customer) };
      }),

    async get(id) {
      const row = await db.get("select * from crm_customer where id = ?", id);
      return row ? readCustomer(row) : null;
    },

    update: (id, changes, { idempotencyKey, expectedVersion }) =>
      db.transaction(async (tx) => {
        const now = clock.now();
        await once(tx, { operation: "update", key: idempotencyKey, args: { id, changes, expectedVersion }, now }, async () => {
          const before = await need(tx, id);
          if (expectedVersion !== undefined && expectedVersion !== before.version)
            throw new TravelAgentError("CONFLICT", "somebody changed this customer meanwhile; read it again", { details: { version: before.version } });
          await rewriteCustomer(tx, id, merged(before, changes), now);
          return id;
        });
        return need(tx, id);
      }),

    async list(filter) {
      const { items, next } = paged(await searchCustomers(db, filter), pageSize(filter), readCustomer);
      return { customers: items, ...next };
    },

    async byIdentity(channel, peerId) {
      const id = await ownerOf(db, channel, peerId);
      return id === undefined ? null : need(db, id);
    },

    async identities(customerId) {
      const rows = await db.all("select channel, peer_id, verified from crm_identity where customer_id = ? order by created_at, channel, peer_id", customerId);
      return rows.map((row) => ({ channel: row.channel as string, peerId: row.peer_id as string, verified: Number(row.verified) === 1 }));
    },

    addIdentity: (customerId, identity) =>
      db.transaction(async (tx) => {
        await need(tx, customerId);
        await writeIdentity(tx, customerId, identity, clock.now());
      }),

    ensureCustomer: ({ sessionKey, customerId, channel, peerId, name, email, phone }) =>
      db.transaction(async (tx) => {
        const contact = { ...(email === undefined ? {} : { email }), ...(phone === undefined ? {} : { phone }) };
        const known = customerId ?? (await ownerOf(tx, channel, peerId));
        const id = known ?? newId("cus", clock.now());
        if (known !== undefined) await fillIn(tx, known, contact);
        else {
          await insertCustomer(tx, id, { name, ...contact }, clock.now());
          await writeIdentity(tx, id, { channel, peerId, verified: true }, clock.now());
        }
        await adoptConversation(tx, sessionKey, id);
        return { customerId: id };
      }),

    ...notesIn({ db, clock, newId }),
    ...leadsIn({ db, clock, newId }),
  };
}
