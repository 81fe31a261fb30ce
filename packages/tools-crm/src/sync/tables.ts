import type { Migration } from "@travelagent/protocol/ports";

/** On tables of owner `crm`, which come first. */
export const crmSyncMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table crm_sync_link (
        provider text not null, external_id text not null, customer_id text not null, state text not null, revision text, their_at bigint not null, base text not null, pending text,
        seen_version integer not null, updated_at bigint not null, primary key (provider, external_id)
      );
      create unique index crm_sync_link_one on crm_sync_link (provider, customer_id) where state = 'linked';
      create index crm_sync_link_customer on crm_sync_link (customer_id);
      create table crm_sync_outside (
        provider text not null, external_id text not null, state text not null, payload text, at bigint not null, primary key (provider, external_id)
      );
      create table crm_sync_hint (provider text not null, external_id text not null, at bigint not null, primary key (provider, external_id));
      create table crm_sync_outgoing (
        provider text not null, kind text not null, subject_id text not null, version integer not null, state text not null, attempts integer not null,
        next_at bigint not null, sent text, sent_at bigint, reason text, at bigint not null, primary key (provider, kind, subject_id)
      );
      create index crm_sync_outgoing_due on crm_sync_outgoing (provider, state, next_at);
      create table crm_sync_cursor (provider text not null, name text not null, value text not null, primary key (provider, name));
      create table crm_sync_conflict (
        id text primary key, provider text not null, dedupe text not null, kind text not null, customer_id text, external_id text, field text, ours text, theirs text,
        taken text, reason text, state text not null, resolution text, created_at bigint not null, resolved_at bigint
      );
      create unique index crm_sync_conflict_once on crm_sync_conflict (provider, dedupe);
      create index crm_sync_conflict_newest on crm_sync_conflict (provider, state, created_at, id);
      create index crm_sync_conflict_customer on crm_sync_conflict (customer_id);
      create index crm_sync_conflict_external on crm_sync_conflict (provider, external_id);
      create table crm_sync_candidate (conflict_id text not null, customer_id text not null, primary key (conflict_id, customer_id));
      create index crm_sync_candidate_customer on crm_sync_candidate (customer_id);
      create index crm_customer_changed on crm_customer (updated_at, id);
      create index crm_note_made on crm_note (created_at);
      create index crm_lead_changed on crm_lead (updated_at);
    `,
  },
];
