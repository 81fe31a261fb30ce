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
  {
    version: 2,
    sql: `
      alter table inbox add column seq bigint not null default 0;
      alter table inbox add column kind text not null default 'customer';
      alter table inbox add column taken_by text;
      alter table inbox add column dropped text;
      create index inbox_waiting on inbox (session_key, seq) where status = 'accepted';
      create index inbox_taken on inbox (taken_by) where taken_by is not null;
      create index inbox_dropped on inbox (session_key) where dropped = 'summarize' and taken_by is null;
      create table dead_letter (
        id text primary key, kind text not null, state text not null, run_id text not null, session_key text, agent_id text, channel text,
        code text not null, reason text not null, preview text, at bigint not null, retried_as text, resolved_by text, resolved_at bigint, note text
      );
      create index dead_letter_list on dead_letter (at, id);
      create index dead_letter_open on dead_letter (kind) where state = 'open';
      create table agent_pause (agent_id text primary key, reason text not null, paused_by text not null, at bigint not null);
    `,
  },
  { version: 3, sql: "alter table outbox add column purpose text not null default 'service'" },
  {
    version: 4,
    sql: `
      alter table outbox add column code text;
      alter table outbox add column parts_sent bigint not null default 0;
      alter table outbox add column said_before bigint not null default 0;
      alter table outbox add column reported text;
      alter table outbox add column reported_at bigint;
      create index outbox_external on outbox (channel, account_id, external_id) where external_id is not null;
      create table delivery_part (
        delivery_id text not null, part bigint not null, session_key text not null, channel text not null, account_id text not null,
        external_id text not null, reported text, at bigint not null, primary key (delivery_id, part)
      );
      create index delivery_part_external on delivery_part (channel, account_id, external_id);
      create index delivery_part_session on delivery_part (session_key);
      alter table conversation add column delivery text;
      alter table conversation add column attention text;
      alter table conversation add column waiting_since bigint;
    `,
  },
  {
    version: 5,
    sql: "create index inbox_overheard on inbox (session_key, received_at, seq) where reason = 'not-mentioned' and taken_by is null",
  },
];
