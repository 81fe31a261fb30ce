import { TravelAgentError } from "@travelagent/protocol";
import type { Database, Tx } from "@travelagent/protocol/ports";
import type { DataKeys, Owner } from "./data-keys.ts";
import { changed, openDocuments, writeDocument } from "./document-rows.ts";
import { rewrapFiles } from "./file-rows.ts";
import { resealHeld } from "./held.ts";

/**
 * Gives every owner a new data key, sealed with the new root, and seals all of the owner's values with it: one transaction for each, so
 * that a crash leaves every owner either before or behind it. The key of an index stays, or nothing would be found by it: it is sealed anew.
 */
export async function rotateOwners({ db, keys, keyId }: { db: Database; keys: DataKeys; keyId: string }): Promise<number> {
  let rotated = 0;
  for (;;) {
    const next = await db.get("select owner from vault_key where root_id <> ? order by owner limit 1", keyId);
    if (!next) return rotated;
    const owner = String(next.owner) as Owner;
    await db.transaction((tx) => (owner.startsWith("index:") ? keys.rewrap(tx, owner) : rotateOwner(tx, keys, owner)));
    rotated += 1;
  }
}

async function rotateOwner(tx: Tx, keys: DataKeys, owner: Owner): Promise<void> {
  const id = owner.slice(owner.indexOf(":") + 1);
  const documents = owner.startsWith("customer:") ? await openDocuments(tx, keys, "d.customer_id = ?", id) : [];
  // A value that was tampered with must not be made good by a rotation: it keeps neither key nor readers, and is named.
  const damaged = documents.find(({ values }) => values === undefined);
  if (damaged) throw new TravelAgentError("STORAGE_CORRUPT", `${changed(damaged.row.id).message}; remove it with travelagent vault remove, then rotate again`);
  const replaced = await keys.replace(tx, owner);
  if (!replaced) return;
  for (const { row, values } of documents) await writeDocument(tx, row, values!, replaced.now);
  if (owner.startsWith("customer:")) await rewrapFiles(tx, id, replaced);
  else await resealHeld(tx, id, replaced);
}
