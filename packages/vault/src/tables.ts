import type { Migration } from "@travelagent/protocol/ports";

export const vaultMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table vault_key (
        id text primary key, owner text not null, root_id text not null, nonce blob not null, tag blob not null, data blob not null, created_at bigint not null
      );
      create unique index vault_key_owner on vault_key (owner);
      create index vault_key_root on vault_key (root_id);
      create table vault_document (
        id text primary key, agency text not null, customer_id text not null, kind text not null, given_name text not null, family_name text not null,
        country text, expires_on text, issuer text, created_at bigint not null, updated_at bigint not null, version bigint not null
      );
      create index vault_document_customer on vault_document (customer_id, created_at, id);
      create index vault_document_expiry on vault_document (expires_on);
      create table vault_field (
        document_id text not null, field text not null, key_id text not null, nonce blob not null, tag blob not null, data blob not null,
        primary key (document_id, field)
      );
      create table vault_index (
        document_id text primary key, agency text not null, digest text not null
      );
      create index vault_index_digest on vault_index (agency, digest);
      create table vault_held (
        id text not null, session_key text not null, agency text not null, kind text not null, key_id text not null, nonce blob not null, tag blob not null,
        data blob not null, created_at bigint not null, expires_at bigint not null, primary key (session_key, id)
      );
      create index vault_held_expiry on vault_held (expires_at);
      create table vault_file (
        id text primary key, agency text not null, customer_id text not null, type text not null, size bigint not null, digest text not null,
        state text not null, reason text, key_id text not null, nonce blob not null, tag blob not null, data blob not null, added_by text not null,
        created_at bigint not null
      );
      create index vault_file_customer on vault_file (customer_id, created_at, id);
      create table vault_audit (
        id text primary key, at bigint not null, action text not null, document_id text, customer_id text, kind text, actor text not null, why text not null,
        fields text not null
      );
      create index vault_audit_document on vault_audit (document_id, at);
      create index vault_audit_customer on vault_audit (customer_id, at);
      create table vault_done (key text primary key, hash text not null, document_id text not null, at bigint not null);
    `,
  },
];
