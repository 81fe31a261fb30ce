import { TravelAgentError } from "@travelagent/protocol";
import { customerChanges } from "../providers/canonical.ts";
import type { ContactField } from "../providers/provider.ts";
import type { SyncConflict } from "./conflicts.ts";
import { adopt, importContact } from "./incoming.ts";
import { fieldHash } from "./merge.ts";
import type { OutgoingKind } from "./outgoing.ts";
import { type ExchangeParts, liveCustomer } from "./reconcile.ts";

/**
 * `ours`, `theirs`: whose value counts. `link`: their record is this customer's. `apart`: they are two people, or go on without each other.
 * `recreate`: made again there. `retry`: tried once more. `dismiss`: left as it is.
 */
export const resolutions = ["ours", "theirs", "link", "apart", "recreate", "retry", "dismiss"] as const;
export type Resolution = (typeof resolutions)[number];

const possible: Readonly<Record<SyncConflict["kind"], readonly Resolution[]>> = {
  fields: ["ours", "theirs", "dismiss"],
  unreadable: ["ours", "dismiss"],
  "possible-duplicate": ["link", "apart", "dismiss"],
  "unknown-customer": ["link", "apart", "dismiss"],
  gone: ["recreate", "apart", "dismiss"],
  merged: ["dismiss"],
  rejected: ["retry", "dismiss"],
};

const wrong = (message: string): TravelAgentError => new TravelAgentError("INVALID_REQUEST", message);

/** Does what a person decided. A repeat of the same decision changes nothing. */
export async function resolveConflict(
  parts: ExchangeParts,
  { id, action, customerId }: { id: string; action: Resolution; customerId?: string },
  signal: AbortSignal,
): Promise<SyncConflict> {
  const { db, crm, provider, links, outgoing, conflicts, clock } = parts;
  const conflict = await conflicts.get(db, id);
  if (conflict.state === "resolved") {
    if (conflict.resolution === action) return conflict;
    throw new TravelAgentError("CONFLICT", `this was decided already: ${conflict.resolution}`);
  }
  if (!possible[conflict.kind].includes(action)) throw wrong(`of this kind one can decide ${possible[conflict.kind].join(", ")}`);
  const { externalId } = conflict;
  const now = () => clock.now();
  const wakeCandidates = async () => {
    for (const candidate of conflict.candidates ?? []) await db.transaction((tx) => outgoing.wake(tx, "customer", candidate, now()));
  };

  if (action === "ours" || action === "theirs") {
    const link = externalId === undefined ? undefined : await links.byExternal(db, externalId);
    const customer = conflict.customerId === undefined ? null : await liveCustomer(parts, conflict.customerId);
    const field = conflict.field as ContactField;
    if (!link || !customer) throw new TravelAgentError("NOT_FOUND", "the customer or the record is not there any more; dismiss this conflict");
    const value = conflict[action] ?? "";
    if (conflict.kind === "fields")
      await crm.update(customer.id, customerChanges({ [field]: value }), { idempotencyKey: `crm-sync:resolve:${id}`, expectedVersion: customer.version });
    await db.transaction(async (tx) => {
      // What they had is known now: from here on only our side has changed.
      if (conflict.state === "open")
        await links.write(tx, { ...link, base: { ...link.base, [field]: fieldHash(link.externalId, field, conflict.theirs ?? "") } }, now());
      await outgoing.wake(tx, "customer", customer.id, now());
    });
  }

  if (action === "link") {
    const chosen = customerId ?? (conflict.candidates?.length === 1 ? conflict.candidates[0] : undefined);
    if (chosen === undefined) throw wrong("say with customerId whose record it is");
    const customer = await liveCustomer(parts, chosen);
    if (!customer) throw new TravelAgentError("NOT_FOUND", "there is no such customer at this agency");
    const other = await links.byCustomer(db, customer.id);
    if (other?.state === "linked" && other.externalId !== externalId)
      throw new TravelAgentError("CONFLICT", "this customer has another record there; merge the two records there first");
    const contact = await provider.find({ externalId: externalId! }, { signal });
    if (!contact) throw new TravelAgentError("NOT_FOUND", "the record is not there any more; dismiss this conflict");
    await adopt(parts, customer.id, contact, {});
    await db.transaction((tx) => outgoing.wake(tx, "customer", customer.id, now()));
  }

  if (action === "apart" && conflict.kind === "gone") await db.transaction((tx) => links.setState(tx, externalId!, "ended", now()));
  else if (action === "apart") {
    const contact = await provider.find({ externalId: externalId! }, { signal });
    if (contact && !(await links.byExternal(db, externalId!))) await importContact(parts, contact);
  }
  if (action === "recreate")
    await db.transaction(async (tx) => {
      await links.forget(tx, externalId!);
      await outgoing.wake(tx, "customer", conflict.customerId!, now());
    });
  if (action === "retry") await db.transaction((tx) => wakeSubject(parts, tx, conflict));
  if (action === "dismiss" && externalId !== undefined && (conflict.kind === "possible-duplicate" || conflict.kind === "unknown-customer"))
    await db.transaction((tx) => links.setOutside(tx, externalId, "ignored", now()));
  await db.transaction((tx) => conflicts.resolve(tx, id, action, now()));
  await wakeCandidates();
  return conflicts.get(db, id);
}

/** The row or record that was put aside. */
async function wakeSubject({ outgoing, clock }: ExchangeParts, tx: Parameters<ExchangeParts["outgoing"]["wake"]>[0], conflict: SyncConflict): Promise<void> {
  const [, kind, subject = ""] = /^(customer|note|lead|remove):(.+)$/.exec(conflict.subject ?? "") ?? [];
  if (kind !== undefined) return outgoing.wake(tx, kind as OutgoingKind, subject, clock.now());
  if (conflict.externalId !== undefined)
    await tx.run(
      "insert into crm_sync_hint (provider, external_id, at) select provider, ?, ? from crm_sync_conflict where id = ? on conflict do nothing",
      conflict.externalId,
      clock.now(),
      conflict.id,
    );
}
