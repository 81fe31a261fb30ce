import type { Row, Tx } from "@travelagent/protocol/ports";
import type { ContactFields } from "../providers/provider.ts";

/** `remove`: its subject is the id of their record, or of the customer for whom one may have been made; all others are about ours. */
export type OutgoingKind = "customer" | "note" | "lead" | "remove";

/** `held`: until a person decided something. `aside`: it will not be taken as it is. `done` stays for what is sent once. */
export type OutgoingState = "waiting" | "held" | "aside" | "done";

export interface Outgoing {
  kind: OutgoingKind;
  subjectId: string;
  /** Of the record when it was put here. */
  version: number;
  state: OutgoingState;
  attempts: number;
  /** What an attempt whose outcome was not seen sent. */
  sent?: ContactFields;
  sentAt: number;
}

const byCustomer = "customer:";

/** Subject of the removal of a record that was asked for and never heard of. */
export const removalOf = (customerId: string): string => `${byCustomer}${customerId}`;

export const customerOf = (subjectId: string): string | undefined => (subjectId.startsWith(byCustomer) ? subjectId.slice(byCustomer.length) : undefined);

const readOutgoing = (row: Row): Outgoing => ({
  kind: row.kind as OutgoingKind,
  subjectId: row.subject_id as string,
  version: Number(row.version),
  state: row.state as OutgoingState,
  attempts: Number(row.attempts),
  ...(row.sent ? { sent: JSON.parse(row.sent as string) as ContactFields } : {}),
  sentAt: Number(row.sent_at ?? 0),
});

type Reader = Pick<Tx, "get" | "all">;

/** What still has to reach one provider. One row for each subject: what is sent is what it is when its turn comes. */
export const outgoingTable = (provider: string) => ({
  /** Another version of what was put aside, held or done deserves another try. */
  async add(tx: Tx, kind: OutgoingKind, subjectId: string, version: number, now: number): Promise<void> {
    await tx.run(
      `insert into crm_sync_outgoing (provider, kind, subject_id, version, state, attempts, next_at, at) values (?, ?, ?, ?, 'waiting', 0, ?, ?)
       on conflict (provider, kind, subject_id) do update set version = excluded.version, state = 'waiting', attempts = 0, next_at = excluded.next_at, reason = null
         where crm_sync_outgoing.version <> excluded.version`,
      provider,
      kind,
      subjectId,
      version,
      now,
      now,
    );
  },

  /** Whatever state it is in, it gets its turn now. */
  async wake(tx: Tx, kind: OutgoingKind, subjectId: string, now: number): Promise<void> {
    await tx.run(
      `insert into crm_sync_outgoing (provider, kind, subject_id, version, state, attempts, next_at, at) values (?, ?, ?, 0, 'waiting', 0, ?, ?)
       on conflict (provider, kind, subject_id) do update set state = 'waiting', attempts = 0, next_at = excluded.next_at, reason = null`,
      provider,
      kind,
      subjectId,
      now,
      now,
    );
  },

  /** Customers before their notes and leads, oldest first. */
  async due(db: Reader, now: number, limit: number): Promise<Outgoing[]> {
    const rows = await db.all(
      `select * from crm_sync_outgoing where provider = ? and state = 'waiting' and next_at <= ?
       order by case kind when 'remove' then 0 when 'customer' then 1 else 2 end, at, subject_id limit ?`,
      provider,
      now,
      limit,
    );
    return rows.map(readOutgoing);
  },

  async get(db: Reader, kind: OutgoingKind, subjectId: string): Promise<Outgoing | undefined> {
    const row = await db.get("select * from crm_sync_outgoing where provider = ? and kind = ? and subject_id = ?", provider, kind, subjectId);
    return row && readOutgoing(row);
  },

  /** Before it is sent: what is sent, for the case that nobody hears what became of it. */
  async sending(tx: Tx, { kind, subjectId }: Pick<Outgoing, "kind" | "subjectId">, sent: ContactFields, now: number): Promise<void> {
    await tx.run(
      "update crm_sync_outgoing set sent = ?, sent_at = ? where provider = ? and kind = ? and subject_id = ?",
      JSON.stringify(sent),
      now,
      provider,
      kind,
      subjectId,
    );
  },

  async later(tx: Tx, { kind, subjectId, attempts }: Outgoing, nextAt: number, reason: string): Promise<void> {
    await tx.run(
      "update crm_sync_outgoing set attempts = ?, next_at = ?, reason = ? where provider = ? and kind = ? and subject_id = ?",
      attempts + 1,
      nextAt,
      reason,
      provider,
      kind,
      subjectId,
    );
  },

  async move(tx: Tx, { kind, subjectId }: Pick<Outgoing, "kind" | "subjectId">, state: OutgoingState, reason?: string): Promise<void> {
    await tx.run(
      "update crm_sync_outgoing set state = ?, reason = ? where provider = ? and kind = ? and subject_id = ?",
      state,
      reason ?? null,
      provider,
      kind,
      subjectId,
    );
  },

  /** Only this version: what changed meanwhile is not dropped. */
  async drop(tx: Tx, { kind, subjectId, version }: Pick<Outgoing, "kind" | "subjectId" | "version">): Promise<void> {
    await tx.run("delete from crm_sync_outgoing where provider = ? and kind = ? and subject_id = ? and version = ?", provider, kind, subjectId, version);
  },

  async counts(db: Reader): Promise<{ waiting: number; held: number; aside: number }> {
    const rows = await db.all<{ state: string; count: number }>(
      "select state, count(*) as count from crm_sync_outgoing where provider = ? and state <> 'done' group by state",
      provider,
    );
    const of = (state: OutgoingState) => Number(rows.find((row) => row.state === state)?.count ?? 0);
    return { waiting: of("waiting"), held: of("held"), aside: of("aside") };
  },
});

export type OutgoingTable = ReturnType<typeof outgoingTable>;
