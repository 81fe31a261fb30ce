import { TravelAgentError } from "@travelagent/protocol";
import { emailKey } from "../customer-rows.ts";
import { customerFields, isAcceptable } from "../providers/canonical.ts";
import type { ContactFields, CrmChange, CrmContact } from "../providers/provider.ts";
import type { Link } from "./links.ts";
import type { CommonState } from "./merge.ts";
import { removalOf } from "./outgoing.ts";
import { type ExchangeParts, exchanged, hashesOf, liveCustomer, reconcile } from "./reconcile.ts";

/** The customer has this record from now on; `common` is what both sides are known to share. */
export async function adopt(parts: ExchangeParts, customerId: string, contact: CrmContact, common: CommonState): Promise<Link> {
  const { db, links, conflicts, clock, provider } = parts;
  const { externalId, revision, updatedAt: theirAt } = contact;
  const link: Link = { provider: provider.id, externalId, customerId, state: "linked", revision, theirAt, base: common, pending: {}, seenVersion: 0 };
  await db.transaction(async (tx) => {
    // Erased in this moment: who is gone gets no record.
    if (!(await tx.get("select 1 as found from crm_customer where id = ?", customerId)))
      throw new TravelAgentError("NOT_FOUND", "this customer is not there any more");
    const earlier = await links.byCustomer(tx, customerId);
    if (earlier && earlier.externalId !== externalId && earlier.state !== "merged") await links.forget(tx, earlier.externalId);
    await links.write(tx, link, clock.now());
    await links.setOutside(tx, externalId, undefined, clock.now());
    await conflicts.settle(tx, "gone", { customerId }, clock.now());
    // What was written down before there was a record to write it to.
    for (const [wanted, kind, table, version] of [
      [parts.notes, "note", "crm_note", "1"],
      [parts.leads, "lead", "crm_lead", "version"],
    ] as const)
      if (wanted)
        await tx.run(
          `insert into crm_sync_outgoing (provider, kind, subject_id, version, state, attempts, next_at, at)
           select ?, '${kind}', id, ${version}, 'waiting', 0, ?, ? from ${table} where customer_id = ? on conflict (provider, kind, subject_id) do nothing`,
          provider.id,
          clock.now(),
          clock.now(),
          customerId,
        );
  });
  return link;
}

/** The record went away on their side. Ours stays; a person decides whether it is made again. */
export async function markGone({ db, links, conflicts, clock }: ExchangeParts, link: Link): Promise<void> {
  await db.transaction(async (tx) => {
    await links.setState(tx, link.externalId, "gone", clock.now());
    await tx.run("delete from crm_sync_outgoing where provider = ? and kind = 'customer' and subject_id = ?", link.provider, link.customerId);
    await conflicts.add(tx, { kind: "gone", state: "open", dedupe: [link.externalId], customerId: link.customerId, externalId: link.externalId }, clock.now());
  });
}

/** Two of their records became one: the customer goes with it, unless that one has a customer already. */
export async function follow(parts: ExchangeParts, link: Link, survivor: CrmContact): Promise<void> {
  if (await parts.links.byExternal(parts.db, survivor.externalId)) return markGone(parts, link);
  await reconcile(parts, await adopt(parts, link.customerId, survivor, {}), survivor);
}

/** Customers of the agency with the same address or number. A name alone makes nobody look like somebody. */
async function lookAlikes({ db, agency }: ExchangeParts, { email, phone }: ContactFields): Promise<string[]> {
  const found = new Set<string>();
  for (const [column, value] of [
    ["email_key", email ? emailKey(email) : null],
    ["phone", phone || null],
  ] as const) {
    if (value === null) continue;
    const rows = await db.all<{ id: string }>(
      `select id from crm_customer where ${column} = ? and agency = ? and merged_into is null order by created_at limit 5`,
      value,
      agency,
    );
    for (const { id } of rows) found.add(id);
  }
  return [...found];
}

async function hold(parts: ExchangeParts, contact: CrmContact, kind: "possible-duplicate" | "unknown-customer", candidates: readonly string[]): Promise<void> {
  const { db, links, conflicts, clock } = parts;
  const { name, email, phone } = contact.fields;
  await db.transaction(async (tx) => {
    await links.setOutside(tx, contact.externalId, "held", clock.now());
    await conflicts.add(
      tx,
      {
        kind,
        state: "open",
        dedupe: [contact.externalId],
        externalId: contact.externalId,
        theirs: [name, email, phone].filter(Boolean).join(", "),
        candidates,
      },
      clock.now(),
    );
  });
}

/** Makes a customer of a record, once, whatever happens in between: what it is made of is written down first. */
export async function importContact(parts: ExchangeParts, contact: CrmContact, written?: ContactFields): Promise<void> {
  const { db, crm, links, clock, provider, agency } = parts;
  const { externalId } = contact;
  const fields = exchanged(parts);
  const good = Object.fromEntries(fields.flatMap((field) => (isAcceptable(field, contact.fields[field] ?? "") ? [[field, contact.fields[field] ?? ""]] : [])));
  const name = good.name || contact.fields.email || contact.fields.phone || `Contact ${externalId}`;
  const made: ContactFields = written ?? { ...good, name: name.slice(0, 200) };
  if (!written) await db.transaction((tx) => links.setOutside(tx, externalId, "creating", clock.now(), made));
  const { customer } = await crm.create(customerFields(made), { idempotencyKey: `crm-sync:${provider.id}:${externalId}`, agency });
  const link = await adopt(parts, customer.id, contact, hashesOf(externalId, made));
  await reconcile(parts, link, contact);
}

/** What is to be done about a record as it is now. */
export async function takeIn(parts: ExchangeParts, contact: CrmContact, importNew: boolean): Promise<void> {
  const { db, links, outgoing } = parts;
  const { externalId } = contact;
  const link = await links.byExternal(db, externalId);
  if (link) {
    if (link.state === "ended" || link.state === "merged") return;
    if (link.state === "gone") {
      const other = await links.byCustomer(db, link.customerId);
      if (other && other.externalId !== externalId && other.state === "linked") return;
      await reconcile(parts, await adopt(parts, link.customerId, contact, link.base), contact);
      return;
    }
    if (contact.updatedAt >= link.theirAt) await reconcile(parts, link, contact);
    return;
  }
  const outside = await links.outside(db, externalId);
  if (outside?.state === "creating") return importContact(parts, contact, outside.payload);
  if (outside || (await outgoing.get(db, "remove", externalId))) return;
  if (contact.customerId !== undefined) {
    if (await outgoing.get(db, "remove", removalOf(contact.customerId))) return;
    const customer = await liveCustomer(parts, contact.customerId);
    if (!customer) return hold(parts, contact, "unknown-customer", []);
    const other = await links.byCustomer(db, customer.id);
    if (other && other.state !== "gone") return hold(parts, contact, "possible-duplicate", [customer.id]);
    // Ours, of which we have not heard, or which a backup does not know: what was sent is what both had.
    const row = await outgoing.get(db, "customer", customer.id);
    await reconcile(parts, await adopt(parts, customer.id, contact, hashesOf(externalId, row?.sent ?? {})), contact);
    return;
  }
  if (!importNew) return;
  const alike = await lookAlikes(parts, contact.fields);
  if (alike.length > 0) return hold(parts, contact, "possible-duplicate", alike);
  await importContact(parts, contact);
}

/** One change as it was told. A removal is believed only when the record is not to be found. */
export async function takeChange(parts: ExchangeParts, change: CrmChange, importNew: boolean, signal: AbortSignal): Promise<void> {
  if ("contact" in change) return takeIn(parts, change.contact, importNew);
  await lookUp(parts, change.removed, importNew, signal);
}

/** Somebody said that there is news of this record. */
export async function lookUp(parts: ExchangeParts, externalId: string, importNew: boolean, signal: AbortSignal): Promise<void> {
  const { db, links, provider } = parts;
  const contact = await provider.find({ externalId }, { signal });
  const link = await links.byExternal(db, externalId);
  if (link?.state === "linked" && contact?.externalId !== externalId) return contact ? follow(parts, link, contact) : markGone(parts, link);
  if (contact) await takeIn(parts, contact, importNew);
}
