import type { Migration } from "@travelagent/protocol/ports";

export const routingMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table routing_assignment (
        session_key text primary key, agent_id text not null, cause text not null, from_agent text not null, reason text, at bigint not null, until_at bigint
      );
      create table routing_handoff (
        id text primary key, session_key text not null, from_agent text not null, to_agent text not null, reason text not null, summary text not null,
        tainted bigint not null, status text not null, requested_at bigint not null, active_at bigint, noted_at bigint
      );
      create index routing_handoff_session on routing_handoff (session_key, active_at);
    `,
  },
];
