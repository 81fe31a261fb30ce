import { type Customer, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, systemClock, type Tx } from "@travelagent/protocol/ports";
import { companiesIn, needCompany } from "./companies/companies.ts";
import type { Crm, CustomerChanges, CustomerFields, WalkIn } from "./crm.ts";
import { ftsCustomerIndex } from "./customer-index.ts";
import { insertCustomer, mainAgency, readCustomer, rewriteCustomer } from "./customer-rows.ts";
import { createCustomerSearch } from "./customer-search.ts";
import { possibleDuplicates } from "./duplicates.ts";
import { adoptConversation, endIdentity, ownerOf, readIdentity, writeIdentity } from "./identities.ts";
import { lifecycleIn } from "./lifecycle/lifecycle.ts";
import { mergeRecords } from "./merging/merge-records.ts";
import { alone, type MergingPorts } from "./merging/merging.ts";
import { notesIn } from "./notes.ts";
import { once } from "./once.ts";
import { orderedIds } from "./ordered-id.ts";
import { partiesIn } from "./parties/parties.ts";
import { leadsIn } from "./sales/leads.ts";
import { salesMigrations } from "./sales/tables.ts";
import { crmMigrations } from "./tables.ts";
import { recordEvents } from "./timeline/record-events.ts";

export interface DatabaseCrmOptions {
  db: Database;
  clock?: Clock;
  /** What merging needs of the program around it. Absent: nothing else is kept and nobody is answered. */
  merging?: MergingPorts;
}

async function need(tx: Pick<Tx, "get">, id: string): Promise<Customer> {
  const row = await tx.get("select * from crm_customer where id = ?", id);
  if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
  return readCustomer(row);
}

async function needLive(tx: Pick<Tx, "get">, id: string): Promise<Customer> {
  const customer = await need(tx, id);
  if (customer.mergedInto === undefined) return customer;
  throw new TravelAgentError("CONFLICT", "this record was merged into another one meanwhile; begin again with that one", {
    details: { mergedInto: customer.mergedInto },
  });
}

const changed = (before: Customer, changes: CustomerChanges): CustomerFields =>
  Object.fromEntries(
    Object.entries({ ...before, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) }).filter(
      ([, value]) => value !== null,
    ),
  ) as unknown as CustomerFields;

/** The CRM on the tables of owner `crm`, which are made or brought up to date first. */
export async function databaseCrm({ db, clock = systemClock, merging = alone }: DatabaseCrmOptions): Promise<Crm> {
  await db.migrate("crm", crmMigrations);
  await db.migrate("crm-sales", salesMigrations);
  const index = ftsCustomerIndex(db);
  await index.migrate();
  const search = createCustomerSearch(db, index);
  await search.catchUp();
  const newId = orderedIds();
  const events = recordEvents(db, newId);

  async function insert(tx: Tx, id: string, fields: CustomerFields, agency: string): Promise<void> {
    if (fields.companyId !== undefined) await needCompany(tx, fields.companyId, agency);
    await insertCustomer(tx, id, fields, clock.now(), agency);
  }

  async function rewrite(tx: Tx, before: Customer, changes: CustomerChanges): Promise<void> {
    if (typeof changes.companyId === "string") await needCompany(tx, changes.companyId, before.agency ?? mainAgency);
    await rewriteCustomer(tx, before.id, changed(before, changes), clock.now());
    await search.index(tx, before.id);
  }

  async function fillIn(tx: Tx, id: string, { email, phone }: Pick<WalkIn, "email" | "phone">): Promise<void> {
    const before = await needLive(tx, id);
    const missing = {
      ...(before.email === undefined && email !== undefined ? { email } : {}),
      ...(before.phone === undefined && phone !== undefined ? { phone } : {}),
    };
    if (Object.keys(missing).length > 0) await rewrite(tx, before, missing);
  }

  return {
    create: (fields, { idempotencyKey, identity, sessionKey, agency = mainAgency }) =>
      db.transaction(async (tx) => {
        const now = clock.now();
        const args = { fields, identity, sessionKey, ...(agency === mainAgency ? {} : { agency }) };
        const { id } = await once(tx, { operation: "create", key: idempotencyKey, args, now }, async () => {
          const created = newId("cus", now);
          await insert(tx, created, fields, agency);
          if (identity) await writeIdentity(tx, created, identity, now);
          if (sessionKey !== undefined) await adoptConversation(tx, sessionKey, created);
          await search.index(tx, created);
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
          const before = await needLive(tx, id);
          if (expectedVersion !== undefined && expectedVersion !== before.version)
            throw new TravelAgentError("CONFLICT", "somebody changed this customer meanwhile; read it again", { details: { version: before.version } });
          await rewrite(tx, before, changes);
          return id;
        });
        return need(tx, id);
      }),

    async list(filter) {
      const { rows, next } = await search.page(filter);
      return { customers: rows.map(readCustomer), ...next };
    },

    async byIdentity(channel, peerId, agency) {
      const id = await ownerOf(db, { channel, peerId, agency });
      return id === undefined ? null : need(db, id);
    },

    async identities(customerId) {
      const rows = await db.all(
        `select channel, peer_id, verified, how, verified_at, verified_by, removed_at from crm_identity where customer_id = ?
         order by case when removed_at is null then 0 else 1 end, created_at, channel, peer_id`,
        customerId,
      );
      return rows.map(readIdentity);
    },

    addIdentity: (customerId, identity) =>
      db.transaction(async (tx) => {
        const { channel, peerId, verified, how = "platform", verifiedBy } = identity;
        await needLive(tx, customerId);
        if (!(await writeIdentity(tx, customerId, identity, clock.now()))) return;
        const change = verified ? `verified (${how})` : "claimed";
        await events.add(tx, { customerId, kind: "identity", data: { change, channel, peerId }, actor: verifiedBy ?? "system", at: clock.now() });
      }),

    removeIdentity: (customerId, { channel, peerId }, by) =>
      db.transaction(async (tx) => {
        await need(tx, customerId);
        await endIdentity(tx, customerId, { channel, peerId }, clock.now());
        await events.add(tx, { customerId, kind: "identity", data: { change: "removed", channel, peerId }, actor: by, at: clock.now() });
      }),

    ensureCustomer: ({ sessionKey, customerId, channel, peerId, name, email, phone, agency = mainAgency }) =>
      db.transaction(async (tx) => {
        const contact = { ...(email === undefined ? {} : { email }), ...(phone === undefined ? {} : { phone }) };
        const known = customerId ?? (await ownerOf(tx, { channel, peerId, agency }));
        const id = known ?? newId("cus", clock.now());
        if (known !== undefined) await fillIn(tx, known, contact);
        else {
          await insert(tx, id, { name, ...contact }, agency);
          await writeIdentity(tx, id, { channel, peerId, verified: true }, clock.now());
        }
        await adoptConversation(tx, sessionKey, id);
        await search.index(tx, id);
        return { customerId: id };
      }),

    ...notesIn({
      db,
      clock,
      newId,
      async onNote(tx, customerId) {
        await needLive(tx, customerId);
        await search.index(tx, customerId);
      },
    }),
    ...leadsIn({ db, clock, newId }),
    merging: mergeRecords({ db, clock, newId, events, need, index: search.index, ports: merging }),
    parties: partiesIn({ db, clock, newId }),
    companies: companiesIn({ db, clock, newId, onRenamed: search.indexCompany }),
    events,
    lifecycle: lifecycleIn({ db, events, index: search.index }),
  };
}
