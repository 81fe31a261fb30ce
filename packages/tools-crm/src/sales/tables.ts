import type { Migration } from "@travelagent/protocol/ports";

/** Leads began in the tables of owner `crm`, which come first. */
export const salesMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      alter table crm_lead add column lost_reason text;
      alter table crm_lead add column next_step text;
      alter table crm_lead add column next_due bigint;
      alter table crm_lead add column value_amount text;
      alter table crm_lead add column value_currency text;
      create index crm_lead_next on crm_lead (next_due) where next_due is not null;
      create table crm_lead_step (
        id text primary key, lead_id text not null, stage text not null, reason text, by_whom text not null, cause text, at bigint not null
      );
      create index crm_lead_step_lead on crm_lead_step (lead_id, at, id);
      create unique index crm_lead_step_cause on crm_lead_step (lead_id, cause) where cause is not null;
      create table crm_promise (
        id text primary key, customer_id text, session_key text not null, text text not null, quote text, promised_by text not null, actor text,
        due_at bigint not null, assumed integer not null, status text not null, source text not null, source_message text, source_run text,
        note text, settled_by text, settled_at bigint, next_reminder bigint, created_at bigint not null, updated_at bigint not null, version integer not null
      );
      create unique index crm_promise_source on crm_promise (source);
      create index crm_promise_newest on crm_promise (created_at, id);
      create index crm_promise_due on crm_promise (due_at, id) where status = 'open';
      create index crm_promise_reminder on crm_promise (next_reminder) where next_reminder is not null;
      create index crm_promise_customer on crm_promise (customer_id, due_at);
      create index crm_promise_session on crm_promise (session_key, due_at);
      create table crm_promise_seen (message_id text primary key, session_key text not null, at bigint not null);
      create index crm_promise_seen_at on crm_promise_seen (at);
    `,
  },
];
