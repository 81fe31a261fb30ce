import type { Migration } from "@travelagent/protocol/ports";

export const gateMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table decision (
        id text primary key, kind text not null, tool text not null, args text not null, action_hash text not null, title text not null, lines text not null,
        total text, penalty text, session_key text not null, turn text not null, rule_id text not null, reason text not null, role text not null,
        status text not null, requested_at bigint not null, expires_at bigint not null, shown_at bigint, decided_by text, decided_at bigint,
        decided_reason text, decided_message_id text, used_by text
      );
      create index decision_session on decision (session_key, status);
      create index decision_list on decision (kind, requested_at, id);
      create unique index decision_message on decision (decided_message_id);
      create table intent (
        key text primary key, tool text not null, args text not null, action text, action_hash text not null, run_id text not null,
        tool_call_id text not null, session_key text not null, decisions text not null, state text not null, output text, error text, started_at bigint not null, ended_at bigint
      );
      create unique index intent_call on intent (run_id, tool_call_id);
      create index intent_session on intent (session_key, started_at);
      create table audit (
        id text primary key, at bigint not null, run_id text not null, session_key text not null, customer_id text, actor text not null,
        tool text not null, decision text not null, code text, rule_id text not null, reason text not null, action_hash text not null, evidence text
      );
      create index audit_session on audit (session_key, id);
    `,
  },
  {
    version: 2,
    sql: `
      alter table decision add column policy text;
      alter table decision add column decided_key text;
      alter table decision add column decided_as text;
      alter table audit add column policy text;
    `,
  },
];
