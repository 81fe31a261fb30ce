import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Crm } from "@travelagent/tools-crm";
import type { DocumentView, NewDocument, Vault } from "@travelagent/vault";

const given = <T extends Record<string, unknown>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

const shown = (view: DocumentView) => ({ ...view, masked: { ...view.masked } as Record<string, string> });

/** The vault on the wire: everything masked. */
export const vaultHandlers = (vault: Vault, crm: Pick<Crm, "get">): Handlers => ({
  "vault.list": async ({ customerId }) => {
    const { documents, damaged } = await vault.list(customerId);
    return { documents: documents.map(shown), damaged, files: (await vault.files.list(customerId)).map((file) => ({ ...file })) };
  },
  "vault.add": async ({ idempotencyKey, ...document }, { actor }) => {
    if (!(await crm.get(document.customerId))) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    const added = await vault.add(given(document) as NewDocument, { actor, idempotencyKey });
    return { document: shown(added.document), duplicates: added.duplicates };
  },
  "vault.remove": async ({ id, reason }, { actor }) => {
    const by = { actor, ...(reason === undefined ? {} : { reason }) };
    const removed = id.startsWith("file_") ? await vault.files.remove(id, by) : await vault.remove(id, by);
    if (!removed) throw new TravelAgentError("NOT_FOUND", `there is no document or file ${id}`);
    return { removed };
  },
  "vault.check": async ({ id }, { signal }) => ({ file: { ...(await vault.files.check(id, signal)) } }),
  "vault.audit": async (params) => ({ entries: (await vault.audit(given(params ?? {}))).map((entry) => ({ ...entry, why: { ...entry.why } })) }),
  "vault.rotate": async () => vault.rotate(),
});
