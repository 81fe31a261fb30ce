import type { Migration } from "@travelagent/protocol/ports";

export const crmMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table crm_customer (
        id text primary key, name text not null, name_key text not null, email text, email_key text, phone text, language text, notes text, tags text not null,
        created_at bigint not null, updated_at bigint not null, version integer not null
      );
      create index crm_customer_newest on crm_customer (created_at, id);
      create index crm_customer_name on crm_customer (name_key);
      create index crm_customer_email on crm_customer (email_key);
      create index crm_customer_phone on crm_customer (phone);
      create table crm_term (term text not null, customer_id text not null, primary key (term, customer_id));
      create index crm_term_customer on crm_term (customer_id, term);
      create table crm_identity (
        customer_id text not null, channel text not null, peer_id text not null, verified integer not null, created_at bigint not null,
        primary key (customer_id, channel, peer_id)
      );
      create unique index crm_identity_verified on crm_identity (channel, peer_id) where verified = 1;
      create table crm_note (
        id text primary key, customer_id text, session_key text not null, text text not null, author text not null, created_at bigint not null
      );
      create index crm_note_customer on crm_note (customer_id, created_at, id);
      create index crm_note_session on crm_note (session_key, created_at, id);
      create table crm_lead (
        id text primary key, customer_id text, session_key text not null, source text not null, summary text not null, destination text, dates text, budget text,
        stage text not null, owner text, created_at bigint not null, updated_at bigint not null, version integer not null
      );
      create index crm_lead_newest on crm_lead (created_at, id);
      create index crm_lead_stage on crm_lead (stage, created_at, id);
      create index crm_lead_customer on crm_lead (customer_id, created_at, id);
      create index crm_lead_session on crm_lead (session_key);
      create table crm_done (key text primary key, hash text not null, result text not null, at bigint not null);
    `,
  },
];
