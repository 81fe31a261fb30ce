import { createHash } from "node:crypto";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import type { Crm } from "../crm.ts";
import { mainAgency } from "../customer-rows.ts";
import { contactOf, customerChanges } from "../providers/canonical.ts";
import type { ContactField, ContactFields, CrmContact, CrmProvider } from "../providers/provider.ts";
import type { ConflictTable } from "./conflicts.ts";
import type { Link, LinkTable } from "./links.ts";
import { type CommonState, type ConflictRules, type FieldConflict, fieldHash, merge } from "./merge.ts";
import type { OutgoingTable } from "./outgoing.ts";

export interface ExchangeParts {
  db: Database;
  crm: Crm;
  provider: CrmProvider;
  clock: Clock;
  agency: string;
  /** What may go out and come in. */
  fields: readonly ContactField[];
  rules: ConflictRules;
  links: LinkTable;
  outgoing: OutgoingTable;
  conflicts: ConflictTable;
  /** Whether these go out. */
  notes: boolean;
  leads: boolean;
}

const rounds = 4;

/** One key for one content: the same attempt again has it, another content never. */
export const keyOf = (what: string, content: unknown): string =>
  `${what}:${createHash("sha256").update(canonicalJson(content)).digest("base64url").slice(0, 22)}`;

export const hashesOf = (externalId: string, fields: ContactFields): CommonState =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, fieldHash(externalId, field as ContactField, value)]));

/** The fields that both sides have a place for. */
export const exchanged = ({ provider, fields }: ExchangeParts): ContactField[] => provider.capabilities.fields.filter((field) => fields.includes(field));

/** A customer of this agency that was not merged away. */
export async function liveCustomer({ crm, agency }: ExchangeParts, id: string) {
  const customer = await crm.get(id);
  return customer && customer.mergedInto === undefined && (customer.agency ?? mainAgency) === agency ? customer : null;
}

/** Not taken when they changed it meanwhile: `contact` is what it is by now. Null when it is gone. */
async function send(
  provider: CrmProvider,
  { externalId, revision }: CrmContact,
  push: ContactFields,
  signal: AbortSignal,
): Promise<{ contact: CrmContact; taken: boolean } | null> {
  try {
    const idempotencyKey = keyOf(`update:${externalId}:${revision}`, push);
    return { contact: await provider.update(externalId, push, { expectedRevision: revision, idempotencyKey, signal }), taken: true };
  } catch (error) {
    if (TravelAgentError.is(error, "NOT_FOUND")) return null;
    if (!TravelAgentError.is(error, "CONFLICT") || (error.details as { reason?: string } | undefined)?.reason !== "revision") throw error;
    const contact = await provider.find({ externalId }, { signal });
    return contact && { contact, taken: false };
  }
}

/** Before anything is written over. `at`: the states of both sides that were compared. */
async function tell(
  { conflicts, clock }: ExchangeParts,
  tx: Tx,
  told: readonly FieldConflict[],
  { externalId, customerId, at }: { externalId: string; customerId: string; at: readonly (string | number)[] },
): Promise<void> {
  for (const { field, kind, ours, theirs, taken } of told) {
    const values = [externalId, field, ours, theirs];
    const outcome = taken ? { state: "settled" as const, dedupe: [...values, ...at], taken } : { state: "open" as const, dedupe: values };
    await conflicts.add(tx, { kind, customerId, externalId, field, ours, theirs, ...outcome }, clock.now());
  }
}

/**
 * Brings a customer and their record together: `contact` is the record as it is now. With `signal` our changes are sent as well, else they
 * are put into the queue. Says `gone` when the record went away, `orphan` when the customer did.
 */
export async function reconcile(parts: ExchangeParts, link: Link, contact: CrmContact, signal?: AbortSignal): Promise<"done" | "gone" | "orphan"> {
  const { db, crm, provider, clock, rules, links, outgoing, conflicts } = parts;
  const { externalId } = link;
  let current = link;
  let theirs = contact;
  for (let round = 0; round < rounds; round += 1) {
    const customer = await liveCustomer(parts, link.customerId);
    if (!customer) return "orphan";
    const fields = exchanged(parts);
    const ours = contactOf(customer, fields);
    const merged = merge({
      fields,
      ours,
      theirs: theirs.fields,
      base: current.base,
      pending: current.pending,
      hash: (field, value) => fieldHash(externalId, field, value),
      rules,
      newer: theirs.updatedAt > Date.parse(customer.updatedAt) ? "theirs" : "ours",
    });
    const { take, push } = merged;
    const pushes = Object.keys(push).length > 0;
    // What a rule decides against them is told when it is sent, what it decides against us before it is done.
    const told = merged.conflicts.filter(({ taken }) => taken !== "ours" || signal !== undefined);
    const pending = pushes && signal ? { ...current.pending, ...hashesOf(externalId, push) } : current.pending;
    if (told.length > 0 || (pushes && signal))
      await db.transaction(async (tx) => {
        await tell(parts, tx, told, { externalId, customerId: customer.id, at: [customer.version, theirs.revision] });
        await links.update(tx, { ...current, pending }, clock.now());
      });
    current = { ...current, pending };

    let version = customer.version;
    if (Object.keys(take).length > 0) {
      try {
        const key = keyOf(`crm-sync:${provider.id}:${externalId}:${customer.version}`, take);
        version = (await crm.update(customer.id, customerChanges(take), { idempotencyKey: key, expectedVersion: customer.version })).version;
      } catch (error) {
        // Changed here in this moment: both are looked at again.
        if (TravelAgentError.is(error, "CONFLICT")) continue;
        throw error;
      }
      current = { ...current, base: { ...current.base, ...hashesOf(externalId, take) } };
      await db.transaction((tx) => links.update(tx, { ...current, seenVersion: pushes ? current.seenVersion : version }, clock.now()));
    }

    if (pushes && signal) {
      const sent = await send(provider, theirs, push, signal);
      if (!sent) return "gone";
      theirs = sent.contact;
      if (!sent.taken) continue;
    }
    const owed = pushes && !signal;
    // What was compared, not what came back with the write: somebody may have changed another field in between.
    const common = merged.settled.filter((field) => !(owed && field in push));
    const agreed = Object.fromEntries(common.map((field) => [field, take[field] ?? push[field] ?? ours[field] ?? ""]));
    await db.transaction(async (tx) => {
      await links.update(
        tx,
        {
          ...current,
          state: "linked",
          revision: theirs.revision,
          theirAt: theirs.updatedAt,
          base: { ...current.base, ...hashesOf(externalId, agreed) },
          pending: owed ? current.pending : {},
          seenVersion: owed ? current.seenVersion : version,
        },
        clock.now(),
      );
      await conflicts.settleFields(tx, externalId, common, clock.now());
      if (owed) await outgoing.wake(tx, "customer", customer.id, clock.now());
    });
    return "done";
  }
  throw new TravelAgentError("IN_PROGRESS", "both sides change this record all the time; it is tried again later");
}
