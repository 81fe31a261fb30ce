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
  {
    version: 2,
    sql: `
      alter table crm_customer add column agency text not null default 'main';
      alter table crm_customer add column owner text;
      alter table crm_customer add column lifecycle text not null default 'lead';
      alter table crm_customer add column lifecycle_due bigint;
      alter table crm_customer add column country text;
      alter table crm_customer add column time_zone text;
      alter table crm_customer add column company_id text;
      alter table crm_customer add column cost_centre text;
      alter table crm_customer add column preferences text;
      alter table crm_customer add column merged_into text;
      alter table crm_customer add column seq bigint;
      alter table crm_customer add column indexed integer not null default 0;
      update crm_customer set seq = numbered.place
        from (select id, row_number() over (order by created_at, id) as place from crm_customer) as numbered where numbered.id = crm_customer.id;
      create unique index crm_customer_seq on crm_customer (seq);
      create index crm_customer_unindexed on crm_customer (seq) where indexed = 0;
      create index crm_customer_due on crm_customer (lifecycle_due) where lifecycle_due is not null;
      create index crm_customer_merged on crm_customer (merged_into) where merged_into is not null;
      create index crm_customer_company on crm_customer (company_id) where company_id is not null;
      drop table crm_term;
      alter table crm_identity add column agency text not null default 'main';
      alter table crm_identity add column how text;
      alter table crm_identity add column verified_at bigint;
      alter table crm_identity add column verified_by text;
      alter table crm_identity add column removed_at bigint;
      update crm_identity set how = 'platform', verified_at = created_at where verified = 1;
      drop index crm_identity_verified;
      create unique index crm_identity_one on crm_identity (agency, channel, peer_id) where verified = 1;
      create table crm_company (
        id text primary key, agency text not null, name text not null, name_key text not null, vat_id text, policy text not null, cost_centres text not null,
        created_at bigint not null, updated_at bigint not null, version integer not null
      );
      create index crm_company_newest on crm_company (created_at, id);
      create table crm_party (
        id text primary key, customer_id text not null, name text not null, members text not null,
        created_at bigint not null, updated_at bigint not null, version integer not null
      );
      create index crm_party_customer on crm_party (customer_id, created_at, id);
      create table crm_party_member (party_id text not null, customer_id text not null, primary key (party_id, customer_id));
      create index crm_party_member_customer on crm_party_member (customer_id);
      create table crm_event (
        id text primary key, customer_id text not null, kind text not null, data text not null, actor text not null, created_at bigint not null
      );
      create index crm_event_customer on crm_event (customer_id, created_at, id);
      create table crm_merge (
        id text primary key, from_id text not null, into_id text not null, actor text not null, journal text not null, created_at bigint not null, undone_at bigint
      );
      create unique index crm_merge_open on crm_merge (from_id) where undone_at is null;
      create index crm_merge_into on crm_merge (into_id);
      create table crm_link (
        id text primary key, session_key text not null, agency text not null, channel text not null, account_id text not null, peer_id text not null, kind text not null,
        target text not null, customer_id text, status text not null, code text, tries integer not null, expires_at bigint not null,
        decided_by text, created_at bigint not null, updated_at bigint not null
      );
      create index crm_link_session on crm_link (session_key, created_at);
      create index crm_link_target on crm_link (target, created_at);
      create index crm_link_status on crm_link (status, created_at, id);
      create index crm_link_customer on crm_link (customer_id);
    `,
  },
];
