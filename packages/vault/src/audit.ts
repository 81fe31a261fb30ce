import { randomUUID } from "node:crypto";
import type { Row, Tx } from "@travelagent/protocol/ports";
import type { DocumentKind } from "./document.ts";

/** Why a document was opened or changed. No value is ever in it. */
export interface AuditEntry {
  id: string;
  /** ISO 8601 UTC. */
  at: string;
  action: "added" | "changed" | "removed" | "released" | "exported" | "erased" | "handed-over" | "file-added" | "file-read" | "file-removed";
  documentId?: string;
  customerId?: string;
  kind?: string;
  /** Who: an operator, `agent`, a supplier call. */
  actor: string;
  why: Readonly<Record<string, string>>;
  /** Names of the fields that were opened or written. */
  fields: string[];
}

export interface AuditNote {
  action: AuditEntry["action"];
  documentId?: string | undefined;
  customerId?: string | undefined;
  kind?: DocumentKind | "file" | undefined;
  actor: string;
  why?: Readonly<Record<string, string>>;
  fields?: readonly string[];
}

export const note = (tx: Tx, now: number, { action, documentId, customerId, kind, actor, why = {}, fields = [] }: AuditNote) =>
  tx.run(
    "insert into vault_audit (id, at, action, document_id, customer_id, kind, actor, why, fields) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    `va_${randomUUID()}`,
    now,
    action,
    documentId ?? null,
    customerId ?? null,
    kind ?? null,
    actor,
    JSON.stringify(why),
    JSON.stringify(fields),
  );

export const readAudit = (row: Row): AuditEntry => ({
  id: String(row.id),
  at: new Date(Number(row.at)).toISOString(),
  action: row.action as AuditEntry["action"],
  ...(row.document_id === null ? {} : { documentId: String(row.document_id) }),
  ...(row.customer_id === null ? {} : { customerId: String(row.customer_id) }),
  ...(row.kind === null ? {} : { kind: String(row.kind) }),
  actor: String(row.actor),
  why: JSON.parse(String(row.why)) as Record<string, string>,
  fields: JSON.parse(String(row.fields)) as string[],
});
