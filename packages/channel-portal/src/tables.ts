import type { Migration } from "@travelagent/protocol/ports";

export const portalMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table portal_account (id text primary key, customer_id text not null, created_at bigint not null);
create index portal_account_customer on portal_account (customer_id, created_at);
create table portal_link (
  id text primary key, account_id text not null, session_key text, made_by text not null, created_at bigint not null, expires_at bigint not null,
  opened_at bigint, revoked_at bigint
);
create index portal_link_account on portal_link (account_id, created_at);
create index portal_link_expires on portal_link (expires_at);
create table portal_visit (
  id_hash text primary key, account_id text not null, created_at bigint not null, seen_at bigint not null, expires_at bigint not null
);
create index portal_visit_account on portal_visit (account_id);
create index portal_visit_expires on portal_visit (expires_at);
`,
  },
];
