import type { Database, Row, Tx } from "@travelagent/protocol/ports";

/** Something that happened to a record: who may act as this customer, what they are to the agency, what it was merged with. */
export interface RecordEvent {
  id: string;
  customerId: string;
  kind: "identity" | "lifecycle" | "merge" | "link";
  data: Readonly<Record<string, string>>;
  /** Who did it: an operator, `agent:<id>`, or `system`. */
  actor: string;
  at: number;
}

/** What happened to records, kept for as long as they are. */
export interface RecordEvents {
  add(tx: Tx, event: Omit<RecordEvent, "id">): Promise<void>;
  /** Newest first, at or before `until`. */
  of(customerId: string, page: { until: number; limit: number }): Promise<RecordEvent[]>;
}

const read = (row: Row): RecordEvent => ({
  id: row.id as string,
  customerId: row.customer_id as string,
  kind: row.kind as RecordEvent["kind"],
  data: JSON.parse(row.data as string) as RecordEvent["data"],
  actor: row.actor as string,
  at: Number(row.created_at),
});

export const recordEvents = (db: Database, newId: (prefix: string, now: number) => string): RecordEvents => ({
  async add(tx, { customerId, kind, data, actor, at }) {
    await tx.run(
      "insert into crm_event (id, customer_id, kind, data, actor, created_at) values (?, ?, ?, ?, ?, ?)",
      newId("evt", at),
      customerId,
      kind,
      JSON.stringify(data),
      actor,
      at,
    );
  },
  async of(customerId, { until, limit }) {
    const rows = await db.all(
      "select * from crm_event where customer_id = ? and created_at <= ? order by created_at desc, id desc limit ?",
      customerId,
      until,
      limit,
    );
    return rows.map(read);
  },
});
