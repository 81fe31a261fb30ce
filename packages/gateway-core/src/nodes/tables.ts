import type { Migration } from "@travelagent/protocol/ports";

export const nodeMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table node_known (
        node_id text primary key, info text not null, display_name text, first_seen_at bigint not null, last_seen_at bigint not null
      );
      create table node_pair_pending (request_id text primary key, node_id text not null unique, info text not null, created_at bigint not null);
      create table node_pair (node_id text primary key, info text not null, token_hash text not null, created_at bigint not null, approved_at bigint not null);
      create table exec_policy (id text primary key, file text not null, updated_at bigint not null);
    `,
  },
];
