import type { Migration } from "@travelagent/protocol/ports";

/** `moved_at`: when a merge handed the line over; `origin`: whose it was when it was written. */
export const consentMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table consent (
        id text primary key, seq bigint not null, kind text not null, agency text not null, customer_id text, channel text not null, peer_id text, peer_hash text,
        purpose text not null, how text not null, text_hash text, message_id text, operator text, locale text, at bigint not null, recorded_at bigint not null,
        origin text, moved_at bigint
      );
      create index consent_customer on consent (customer_id) where customer_id is not null;
      create index consent_peer on consent (peer_hash) where peer_hash is not null;
      create unique index consent_seq on consent (seq);
      create table consent_text (hash text primary key, text text not null);
      create table disclosure (
        session_key text not null, message_id text not null, epoch bigint not null, text_hash text not null, locale text not null, at bigint not null,
        primary key (session_key, message_id)
      );
      create index disclosure_newest on disclosure (session_key, at);
      create table retention_run (id text primary key, started_at bigint not null, ended_at bigint, lines text);
      create index retention_run_newest on retention_run (started_at);
    `,
  },
];
