import type { Migration } from "@travelagent/protocol/ports";

/** Nothing in it can be read as a person's: ids of customers are hashes, what is still to be removed is sealed and goes at the end. */
export const erasureMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table erasure (
        id text primary key, subject_hash text not null unique, state text not null, round integer not null, reason text not null, by_whom text not null,
        forced integer not null, accept integer not null, sealed text, certificate text, requested_at bigint not null, ended_at bigint
      );
      create index erasure_newest on erasure (requested_at, id);
      create table erasure_key (key_hash text primary key, erasure_id text not null, args_hash text not null, round integer not null);
    `,
  },
];
