import { rm } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import { note } from "./audit.ts";
import { openDocuments, writeDocument } from "./document-rows.ts";
import { rewrapFiles } from "./file-rows.ts";
import { forgetDocument, type Vault } from "./vault.ts";

/**
 * The vault for export, erasure and merging. The person gets their own papers in clear. Erasing removes the rows, the files and the
 * data key, so that nothing of them can be opened in a backup either.
 */
export function vaultPersonalData({ vault, db, clock, files }: { vault: Vault; db: Database; clock: Clock; files?: string }): PersonalDataStore {
  const documentsOf = async (from: Pick<Tx, "all">, customerId: string, only?: readonly string[]) =>
    (await openDocuments(from, vault.keys, "d.customer_id = ?", customerId)).filter(({ row }) => only === undefined || only.includes(row.id));

  return {
    name: "vault",
    covers: {
      tables: ["vault_document", "vault_field", "vault_index", "vault_file", "vault_held", "vault_audit", "vault_key", "vault_done"],
      files: ["data/vault/*"],
    },
    async discover({ customerIds }) {
      if (customerIds.length === 0) return {};
      const own = await vault.own(customerIds, { actor: "privacy", reason: "who the person is" });
      const names = own.map(({ holder }) => `${holder.givenName} ${holder.familyName}`);
      const numbers = own.flatMap(({ fields }) => (fields.number === undefined ? [] : [fields.number]));
      return { identifiers: [...new Set([...names, ...numbers])].filter((one) => one.length >= 5) };
    },
    async *export({ customerIds }, signal) {
      if (customerIds.length === 0) return;
      const documents = await vault.own(customerIds, { actor: "privacy", reason: "export for the person" });
      if (documents.length > 0) yield { path: "documents.json", content: documents };
      const audit = (await Promise.all(customerIds.map((customerId) => vault.audit({ customerId, limit: 10_000 })))).flat();
      if (audit.length > 0) yield { path: "opened.json", content: audit };
      for (const customerId of customerIds)
        for (const file of await vault.files.list(customerId)) {
          signal.throwIfAborted();
          if (file.state !== "clean") continue;
          const { bytes } = await vault.files.read(file.id, { actor: "privacy", reason: "export for the person" });
          yield { path: `files/${file.id}/${file.name}`, content: bytes };
        }
    },
    async erase({ customerIds, sessionKeys }, { reason, now }) {
      const gone: string[] = [];
      const removed = await db.transaction(async (tx) => {
        let count = 0;
        for (const customerId of customerIds) {
          for (const { id } of await tx.all("select id from vault_document where customer_id = ?", customerId)) {
            await forgetDocument(tx, String(id));
            count += 1;
          }
          for (const { id } of await tx.all("select id from vault_file where customer_id = ?", customerId)) gone.push(String(id));
          count += (await tx.run("delete from vault_file where customer_id = ?", customerId)).changes;
          // Who opened papers stays on record for the agency's own proof; whose they were does not.
          count += (await tx.run("update vault_audit set customer_id = null, document_id = null, why = '{}' where customer_id = ?", customerId)).changes;
          count += (await tx.run("delete from vault_key where owner = ?", `customer:${customerId}`)).changes;
        }
        for (const sessionKey of sessionKeys) {
          count += (await tx.run("delete from vault_held where session_key = ?", sessionKey)).changes;
          count += (await tx.run("delete from vault_key where owner = ?", `session:${sessionKey}`)).changes;
        }
        if (count > 0) await note(tx, now, { action: "erased", actor: "privacy", why: { reason } });
        return count;
      });
      // Also those of an erasure that a crash ended before: what has no row is nobody's.
      if (files !== undefined) for (const id of gone) await rm(join(files, `${id}.sealed`), { force: true });
      return { removed, held: [] };
    },
    async reassign({ from, to, only }, tx) {
      if (!(await tx.get("select 1 as found from vault_key where owner = ?", `customer:${from}`))) return [];
      // Root keys are read once in the life of a process; a merge may be the first that needs them.
      await vault.keys.ready();
      const [before, now] = [await vault.keys.of(tx, `customer:${from}`), await vault.keys.of(tx, `customer:${to}`)];
      const moved: string[] = [];
      for (const { row, values } of await documentsOf(tx, from, only)) {
        if (!values) throw new TravelAgentError("STORAGE_CORRUPT", `the document ${row.id} was changed in the database: remove it, then merge again`);
        await writeDocument(tx, { ...row, customerId: to, version: row.version + 1, updatedAt: clock.now() }, values, now);
        await note(tx, clock.now(), { action: "handed-over", documentId: row.id, customerId: to, kind: row.kind, actor: "merge", why: { from } });
        moved.push(row.id);
      }
      return [...moved, ...(await rewrapFiles(tx, from, { before, now }, to, only))];
    },
  };
}
