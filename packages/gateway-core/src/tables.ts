import type { Migration } from "@travelagent/protocol/ports";

export const gatewayMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table inbox (
        id text primary key, channel text not null, account_id text not null, external_id text not null, session_key text not null, message text not null,
        epoch bigint not null, status text not null, reason text, received_at bigint not null, ended_at bigint,
        unique (channel, account_id, external_id)
      );
      create index inbox_open on inbox (status, received_at) where status = 'accepted';
      create index inbox_session on inbox (session_key, received_at);
      create table outbox (
        id text primary key, run_id text, session_key text not null, channel text not null, account_id text not null, address text not null,
        message text not null, author text not null, epoch bigint not null, status text not null, attempts bigint not null, next_at bigint not null,
        external_id text, reason text, created_at bigint not null, expires_at bigint not null, updated_at bigint not null
      );
      create index outbox_open on outbox (status, created_at) where status in ('pending', 'attempting');
      create index outbox_queue on outbox (session_key, created_at) where status = 'pending';
      create index outbox_session on outbox (session_key, created_at);
      create index outbox_refused on outbox (session_key) where status = 'refused';
      create index outbox_list on outbox (status, created_at, id);
      create table conversation (
        session_key text primary key, channel text not null, account_id text not null, agent_id text not null, address text not null,
        state text not null, assignee text, epoch bigint not null, customer_id text, display_name text not null, time_zone text,
        preview text, unanswered bigint not null, last_at bigint not null
      );
      create index conversation_list on conversation (last_at, session_key);
      create index conversation_state on conversation (state, last_at, session_key);
    `,
  },
];
