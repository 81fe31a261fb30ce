import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, SqlValue } from "@travelagent/protocol/ports";
import type { Crm, Lead, LeadStage } from "./crm.ts";
import { behind, paged, pageSize } from "./newest-first.ts";
import { once } from "./once.ts";

const readLead = (row: Row): Lead => ({
  id: row.id as string,
  ...(row.customer_id ? { customerId: row.customer_id as string } : {}),
  sessionKey: row.session_key as string,
  source: row.source as string,
  summary: row.summary as string,
  ...(row.destination ? { destination: row.destination as string } : {}),
  ...(row.dates ? { dates: row.dates as string } : {}),
  ...(row.budget ? { budget: row.budget as string } : {}),
  stage: row.stage as LeadStage,
  ...(row.owner ? { owner: row.owner as string } : {}),
  createdAt: new Date(Number(row.created_at)).toISOString(),
  updatedAt: new Date(Number(row.updated_at)).toISOString(),
  version: Number(row.version),
});

export const leadsIn = ({
  db,
  clock,
  newId,
}: {
  db: Database;
  clock: Clock;
  newId: (prefix: string, now: number) => string;
}): Pick<Crm, "createLead" | "updateLead" | "leads"> => ({
  async createLead(about, lead, { idempotencyKey }) {
    const now = clock.now();
    return db.transaction(async (tx) => {
      const { id } = await once(tx, { operation: "lead", key: idempotencyKey, args: { sessionKey: about.sessionKey, ...lead }, now }, async () => {
        const added = newId("lead", now);
        await tx.run(
          `insert into crm_lead (id, customer_id, session_key, source, summary, destination, dates, budget, stage, created_at, updated_at, version)
           values (?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?, 1)`,
          added,
          about.customerId ?? null,
          about.sessionKey,
          lead.source,
          lead.summary,
          lead.destination ?? null,
          lead.dates ?? null,
          lead.budget ?? null,
          now,
          now,
        );
        return added;
      });
      return readLead((await tx.get("select * from crm_lead where id = ?", id))!);
    });
  },

  updateLead: (id, { stage, owner }, { expectedVersion } = {}) =>
    db.transaction(async (tx) => {
      const row = await tx.get("select * from crm_lead where id = ?", id);
      if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such lead");
      const before = readLead(row);
      if (expectedVersion !== undefined && expectedVersion !== before.version)
        throw new TravelAgentError("CONFLICT", "somebody changed this lead meanwhile; read it again", { details: { version: before.version } });
      await tx.run(
        "update crm_lead set stage = ?, owner = ?, updated_at = ?, version = version + 1 where id = ?",
        stage ?? before.stage,
        owner ?? before.owner ?? null,
        clock.now(),
        id,
      );
      return readLead((await tx.get("select * from crm_lead where id = ?", id))!);
    }),

  async leads(filter) {
    const { sql, params } = behind(filter);
    const conditions = [sql];
    const values: SqlValue[] = [...params];
    for (const [column, value] of [
      ["stage", filter.stage],
      ["customer_id", filter.customerId],
    ] as const) {
      if (value === undefined) continue;
      conditions.push(`${column} = ?`);
      values.push(value);
    }
    const size = pageSize(filter);
    const rows = await db.all(`select * from crm_lead where ${conditions.join(" and ")} order by created_at desc, id desc limit ?`, ...values, size + 1);
    const { items, next } = paged(rows, size, readLead);
    return { leads: items, ...next };
  },
});
