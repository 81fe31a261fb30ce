import type { Migration } from "@travelagent/protocol/ports";

export const tablesOwner = "channel-email";

/** Times in milliseconds. */
export const tables: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table email_cursor (
        account_id text not null, folder text not null, uid_validity text not null, last_uid bigint not null,
        started_at bigint not null, seen_at bigint not null, primary key (account_id, folder)
      );
      create table email_message (
        account_id text not null, message_id text not null, peer_id text not null, thread_id text not null, direction text not null,
        state text not null, subject text not null, parents text not null, at bigint not null, primary key (account_id, message_id)
      );
      create index email_message_thread on email_message (account_id, peer_id, thread_id, at);
      create index email_message_age on email_message (at);
    `,
  },
];
