import type { Migration } from "@travelagent/protocol/ports";

export const deviceMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table device (
        id text primary key, public_key text not null, label text not null, created_at bigint not null, approved_at bigint not null
      );
      create table device_role (
        device_id text not null, role text not null, scopes text not null, token_hash text, issued_at bigint, rotated_at bigint, revoked_at bigint,
        last_used_at bigint,
        primary key (device_id, role)
      );
      create table device_request (
        id text primary key, device_id text not null unique, public_key text not null, label text not null, role text not null, scopes text not null,
        is_repair bigint not null, ts bigint not null
      );
    `,
  },
];
