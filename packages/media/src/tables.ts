import type { Migration } from "@travelagent/protocol/ports";

export const mediaMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `create table media_file (
      id text primary key,
      session_key text not null,
      kind text not null,
      mime_type text not null,
      bytes bigint not null,
      file_name text,
      voice integer not null,
      created_at bigint not null
    );
    create index media_file_session on media_file (session_key, created_at)`,
  },
];
