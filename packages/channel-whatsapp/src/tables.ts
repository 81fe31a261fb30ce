import type { Migration } from "@travelagent/protocol/ports";

/**
 * One row for each message that was given to WhatsApp, before it is given: what a crash or a lost answer leaves open is settled by what
 * WhatsApp says later under the same reference.
 */
export const whatsappMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table whatsapp_send (
        account_id text not null,
        -- of the delivery in the outbox
        send_id text not null,
        -- a long message is several of WhatsApp's, counted from 0
        part integer not null,
        parts integer not null,
        peer_id text not null,
        -- attempting | accepted | refused | failed
        state text not null,
        -- as WhatsApp calls it
        message_id text,
        reason text,
        code text,
        updated_at integer not null,
        primary key (account_id, send_id, part)
      );
      create index whatsapp_send_message on whatsapp_send (account_id, message_id);
      create index whatsapp_send_age on whatsapp_send (updated_at);
    `,
  },
];
