import { createHash } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Row, Tx } from "@travelagent/protocol/ports";
import type { Page } from "../crm.ts";
import { behind, paged, pageSize } from "../newest-first.ts";

/**
 * `fields`: both sides changed a field. `unreadable`: their value does not fit our records. `possible-duplicate`: their record looks like a
 * customer of ours, or refuses one of ours for looking like it. `unknown-customer`: their record carries an id of ours that nobody here has.
 * `gone`: their record is not there any more. `merged`: two records of theirs are one customer here. `rejected`: something of ours is never
 * going to be taken as it is.
 */
export type ConflictKind = "fields" | "unreadable" | "possible-duplicate" | "unknown-customer" | "gone" | "merged" | "rejected";

/** `settled`: a rule decided; it is told so that a person can turn it round. */
export type ConflictState = "open" | "settled" | "resolved";

export interface SyncConflict {
  id: string;
  kind: ConflictKind;
  state: ConflictState;
  customerId?: string;
  externalId?: string;
  field?: string;
  /** Of something rejected on its way out: `customer:<id>`, `note:<id>`, `lead:<id>` or `remove:<id of the record>`. */
  subject?: string;
  ours?: string;
  theirs?: string;
  /** Whose value counts. */
  taken?: "ours" | "theirs";
  reason?: string;
  /** Of a possible duplicate: customers it may be. */
  candidates?: string[];
  resolution?: string;
  createdAt: string;
  resolvedAt?: string;
}

export interface NewConflict {
  kind: ConflictKind;
  state: "open" | "settled";
  /** What makes it the same conflict when it is met again. */
  dedupe: readonly (string | number)[];
  customerId?: string;
  externalId?: string;
  /** Of something rejected: its subject. */
  field?: string;
  ours?: string;
  theirs?: string;
  taken?: "ours" | "theirs";
  reason?: string;
  candidates?: readonly string[];
}

type Reader = Pick<Tx, "get" | "all">;

const readConflict = (row: Row): SyncConflict => {
  const optional = (key: string, column: string) => (row[column] === null || row[column] === undefined ? {} : { [key]: row[column] as string });
  return {
    id: row.id as string,
    kind: row.kind as ConflictKind,
    state: row.state as ConflictState,
    ...optional("customerId", "customer_id"),
    ...optional("externalId", "external_id"),
    ...optional(row.kind === "rejected" ? "subject" : "field", "field"),
    ...optional("ours", "ours"),
    ...optional("theirs", "theirs"),
    ...optional("taken", "taken"),
    ...optional("reason", "reason"),
    ...optional("resolution", "resolution"),
    createdAt: new Date(Number(row.created_at)).toISOString(),
    ...(row.resolved_at ? { resolvedAt: new Date(Number(row.resolved_at)).toISOString() } : {}),
  };
};

/** What people have to know or decide about the exchange with one provider. */
export function conflictTable(provider: string, newId: (prefix: string, now: number) => string) {
  async function withCandidates(db: Reader, conflict: SyncConflict): Promise<SyncConflict> {
    if (conflict.kind !== "possible-duplicate") return conflict;
    const rows = await db.all<{ customer_id: string }>("select customer_id from crm_sync_candidate where conflict_id = ? order by customer_id", conflict.id);
    return { ...conflict, candidates: rows.map((row) => row.customer_id) };
  }

  return {
    /** The same one again is opened again when it was resolved, and stays what it is otherwise. */
    async add(tx: Tx, conflict: NewConflict, now: number): Promise<void> {
      const dedupe = createHash("sha256")
        .update(JSON.stringify([conflict.kind, ...conflict.dedupe]))
        .digest("base64url");
      const known = await tx.get<{ id: string }>("select id from crm_sync_conflict where provider = ? and dedupe = ?", provider, dedupe);
      const id = known?.id ?? newId("crmc", now);
      if (known && conflict.state === "open")
        await tx.run("update crm_sync_conflict set state = 'open', resolution = null, resolved_at = null where id = ? and state = 'resolved'", id);
      if (!known)
        await tx.run(
          `insert into crm_sync_conflict (id, provider, dedupe, kind, customer_id, external_id, field, ours, theirs, taken, reason, state, created_at)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          id,
          provider,
          dedupe,
          conflict.kind,
          conflict.customerId ?? null,
          conflict.externalId ?? null,
          conflict.field ?? null,
          conflict.ours ?? null,
          conflict.theirs ?? null,
          conflict.taken ?? null,
          conflict.reason ?? null,
          conflict.state,
          now,
        );
      for (const candidate of conflict.candidates ?? [])
        await tx.run("insert into crm_sync_candidate (conflict_id, customer_id) values (?, ?) on conflict do nothing", id, candidate);
    },

    async get(db: Reader, id: string): Promise<SyncConflict> {
      const row = await db.get("select * from crm_sync_conflict where provider = ? and id = ?", provider, id);
      if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such conflict; list them with crm.conflicts");
      return withCandidates(db, readConflict(row));
    },

    async resolve(tx: Tx, id: string, resolution: string, now: number): Promise<void> {
      await tx.run("update crm_sync_conflict set state = 'resolved', resolution = ?, resolved_at = ? where id = ?", resolution, now, id);
    },

    /** Those of a kind that have come to an end by themselves. */
    async settle(tx: Tx, kind: ConflictKind, about: { customerId: string } | { field: string } | { externalId: string }, now: number): Promise<void> {
      const [column, value] =
        "customerId" in about ? ["customer_id", about.customerId] : "field" in about ? ["field", about.field] : ["external_id", about.externalId];
      await tx.run(
        `update crm_sync_conflict set state = 'resolved', resolution = 'over', resolved_at = ? where provider = ? and kind = ? and ${column} = ? and state = 'open'`,
        now,
        provider,
        kind,
        value,
      );
    },

    /** Open questions about fields that both sides agree on by now. */
    async settleFields(tx: Tx, externalId: string, fields: readonly string[], now: number): Promise<void> {
      if (fields.length === 0) return;
      await tx.run(
        `update crm_sync_conflict set state = 'resolved', resolution = 'over', resolved_at = ? where provider = ? and external_id = ? and state = 'open'
           and field in (${fields.map(() => "?").join(", ")})`,
        now,
        provider,
        externalId,
        ...fields,
      );
    },

    /** Whether an open question names this customer: until it is answered, no second record of theirs is made for it. */
    async isCandidate(db: Reader, customerId: string): Promise<boolean> {
      const row = await db.get(
        `select 1 as found from crm_sync_candidate d join crm_sync_conflict c on c.id = d.conflict_id where d.customer_id = ? and c.provider = ? and c.state = 'open'`,
        customerId,
        provider,
      );
      return row !== undefined;
    },

    /** Newest first; those that wait for a person when no state is given. */
    async list(db: Reader, filter: Page & { state?: ConflictState }): Promise<{ conflicts: SyncConflict[]; nextCursor?: string }> {
      const { sql, params } = behind(filter);
      const size = pageSize(filter);
      const rows = await db.all(
        `select * from crm_sync_conflict where provider = ? and state = ? and ${sql} order by created_at desc, id desc limit ?`,
        provider,
        filter.state ?? "open",
        ...params,
        size + 1,
      );
      const { items, next } = paged(rows, size, readConflict);
      return { conflicts: await Promise.all(items.map((conflict) => withCandidates(db, conflict))), ...next };
    },

    async open(db: Reader): Promise<number> {
      const row = await db.get<{ count: number }>("select count(*) as count from crm_sync_conflict where provider = ? and state = 'open'", provider);
      return Number(row?.count ?? 0);
    },
  };
}

export type ConflictTable = ReturnType<typeof conflictTable>;
