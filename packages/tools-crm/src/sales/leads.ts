import { removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import { behind, paged, pageSize } from "../newest-first.ts";
import { once } from "../once.ts";
import { type Lead, type LeadChanges, type LeadStage, type LeadStep, type Leads, leadStages } from "./lead.ts";

const iso = (ms: unknown): string => new Date(Number(ms)).toISOString();

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
  ...(row.lost_reason ? { lostReason: row.lost_reason as string } : {}),
  ...(row.owner ? { owner: row.owner as string } : {}),
  ...(row.next_step ? { nextStep: { what: row.next_step as string, ...(row.next_due === null ? {} : { dueAt: iso(row.next_due) }) } } : {}),
  ...(row.value_amount ? { expectedValue: { amount: row.value_amount as string, currency: row.value_currency as string } } : {}),
  createdAt: iso(row.created_at),
  updatedAt: iso(row.updated_at),
  version: Number(row.version),
});

const readStep = (row: Row): LeadStep => ({
  stage: row.stage as LeadStage,
  ...(row.reason ? { reason: row.reason as string } : {}),
  by: row.by_whom as string,
  at: iso(row.at),
});

/** Whoever wrote it: a card number is kept nowhere. */
const cardFree = (text: string | null | undefined): string | null => (text === null || text === undefined ? null : removeCardNumbers(text).text);

const dueOf = (dueAt: string | undefined): number | null => {
  if (dueAt === undefined) return null;
  const at = Date.parse(dueAt);
  if (Number.isNaN(at)) throw new TravelAgentError("INVALID_REQUEST", `${dueAt} is no time; write it in ISO 8601, such as 2027-01-20T15:00:00Z`);
  return at;
};

/** `undefined` leaves a value as it is. */
const kept = <T>(given: T | null | undefined, before: T | undefined): T | null => (given === undefined ? (before ?? null) : given);

export interface LeadParts {
  db: Database;
  clock: Clock;
  newId: (prefix: string, now: number) => string;
}

export function leadsIn({ db, clock, newId }: LeadParts): Leads {
  const need = async (tx: Pick<Tx, "get">, id: string): Promise<Lead> => {
    const row = await tx.get("select * from crm_lead where id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such lead");
    return readLead(row);
  };

  const step = (tx: Tx, leadId: string, { stage, reason, by, cause }: { stage: LeadStage; reason?: string | undefined; by: string; cause?: string }) =>
    tx.run(
      "insert into crm_lead_step (id, lead_id, stage, reason, by_whom, cause, at) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
      newId("step", clock.now()),
      leadId,
      stage,
      cardFree(reason),
      by,
      cause ?? null,
      clock.now(),
    );

  const write = async (tx: Tx, before: Lead, changes: LeadChanges): Promise<void> => {
    const nextStep = kept(changes.nextStep, before.nextStep);
    const value = kept(changes.expectedValue, before.expectedValue);
    const stage = changes.stage ?? before.stage;
    const lostReason = stage === "lost" ? (changes.lostReason ?? before.lostReason) : undefined;
    if (stage === "lost" && !lostReason?.trim()) throw new TravelAgentError("INVALID_REQUEST", "say why the lead was lost: give lostReason");
    await tx.run(
      `update crm_lead set stage = ?, lost_reason = ?, owner = ?, next_step = ?, next_due = ?, value_amount = ?, value_currency = ?, summary = ?, updated_at = ?,
         version = version + 1 where id = ?`,
      stage,
      cardFree(lostReason),
      cardFree(kept(changes.owner, before.owner)),
      cardFree(nextStep?.what),
      dueOf(nextStep?.dueAt),
      value?.amount ?? null,
      value?.currency ?? null,
      cardFree(changes.summary) ?? before.summary,
      clock.now(),
      before.id,
    );
  };

  const open = "session_key = ? and stage not in ('won', 'lost')";

  return {
    async createLead(about, { owner, nextStep, expectedValue, ...lead }, { idempotencyKey, by = "agent" }) {
      const now = clock.now();
      return db.transaction(async (tx) => {
        const extras = { ...(owner ? { owner } : {}), ...(nextStep ? { nextStep } : {}), ...(expectedValue ? { expectedValue } : {}) };
        const args = { sessionKey: about.sessionKey, ...lead, ...extras };
        const { id } = await once(tx, { operation: "lead", key: idempotencyKey, args, now }, async () => {
          const added = newId("lead", now);
          await tx.run(
            `insert into crm_lead (id, customer_id, session_key, source, summary, destination, dates, budget, stage, owner, next_step, next_due, value_amount,
               value_currency, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?, ?, ?, ?, ?, ?, 1)`,
            added,
            about.customerId ?? null,
            about.sessionKey,
            cardFree(lead.source),
            cardFree(lead.summary),
            cardFree(lead.destination),
            cardFree(lead.dates),
            cardFree(lead.budget),
            cardFree(owner),
            cardFree(nextStep?.what),
            dueOf(nextStep?.dueAt),
            expectedValue?.amount ?? null,
            expectedValue?.currency ?? null,
            now,
            now,
          );
          await step(tx, added, { stage: "new", by });
          return added;
        });
        return need(tx, id);
      });
    },

    updateLead: (id, changes, { expectedVersion, by = "operator" } = {}) =>
      db.transaction(async (tx) => {
        const before = await need(tx, id);
        if (expectedVersion !== undefined && expectedVersion !== before.version)
          throw new TravelAgentError("CONFLICT", "somebody changed this lead meanwhile; read it again", { details: { version: before.version } });
        await write(tx, before, changes);
        if (changes.stage !== undefined && changes.stage !== before.stage)
          await step(tx, id, { stage: changes.stage, by, ...(changes.stage === "lost" ? { reason: changes.lostReason } : {}) });
        return need(tx, id);
      }),

    async leads(filter) {
      const { sql, params } = behind(filter);
      const conditions = [sql];
      const values: SqlValue[] = [...params];
      for (const [column, value] of [
        ["stage", filter.stage],
        ["owner", filter.owner],
        ["customer_id", filter.customerId],
        ["session_key", filter.sessionKey],
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

    async lead(id) {
      const row = await db.get("select * from crm_lead where id = ?", id);
      if (!row) return null;
      const steps = await db.all("select * from crm_lead_step where lead_id = ? order by at, id", id);
      return { lead: readLead(row), history: steps.map(readStep) };
    },

    async openLead(sessionKey) {
      const row = await db.get(`select * from crm_lead where ${open} order by created_at desc, id desc limit 1`, sessionKey);
      return row ? readLead(row) : null;
    },

    async advanceLead({ sessionKey, to, cause, at }) {
      // Most bookings change often and have no lead: that is seen without a commit.
      if (!(await db.get(`select 1 as found from crm_lead where ${open} and created_at <= ? limit 1`, sessionKey, at))) return null;
      return db.transaction(async (tx) => {
        const row = await tx.get(`select * from crm_lead where ${open} and created_at <= ? order by created_at desc, id desc limit 1`, sessionKey, at);
        if (!row) return null;
        const before = readLead(row);
        if (leadStages.indexOf(before.stage) >= leadStages.indexOf(to)) return null;
        const counted = await tx.get(
          "select 1 as found from crm_lead_step join crm_lead on crm_lead.id = crm_lead_step.lead_id where crm_lead.session_key = ? and cause = ?",
          sessionKey,
          cause,
        );
        if (counted) return null;
        await write(tx, before, { stage: to });
        await step(tx, before.id, { stage: to, by: "system", cause });
        return need(tx, before.id);
      });
    },
  };
}
