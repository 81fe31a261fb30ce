import type { Migration } from "@travelagent/protocol/ports";

/** Tables of the owner `booking-news`. Times are milliseconds, documents are JSON text. */
export const newsMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create index booking_order_updated on booking_order (updated_at);

create table booking_news_mark (
  name text primary key,
  at bigint not null
);

create table booking_supplied (
  order_id text not null,
  item integer not null,
  supplier text not null,
  vertical text not null,
  reference text not null,
  upcoming integer not null,
  moments text not null,
  next_read bigint,
  primary key (order_id, item)
);
create index booking_supplied_reference on booking_supplied (supplier, reference);
create index booking_supplied_next on booking_supplied (next_read) where next_read is not null;

create table booking_news (
  supplier text not null,
  event_id text not null,
  kind text not null,
  vertical text not null,
  reference text not null,
  heard_at bigint not null,
  tries integer not null default 0,
  next_at bigint,
  order_id text,
  outcome text,
  primary key (supplier, event_id)
);
create index booking_news_next on booking_news (next_at) where next_at is not null;
create index booking_news_reference on booking_news (supplier, reference);

create table booking_news_source (
  supplier text primary key,
  cursor text,
  polled_at bigint not null,
  next_poll bigint not null,
  hour bigint not null,
  reads integer not null
);

create table booking_notice (
  id text primary key,
  order_id text not null,
  item integer not null,
  kind text not null,
  facts text not null,
  state text not null,
  message text,
  approved_by text,
  tries integer not null default 0,
  next_at bigint,
  created_at bigint not null
);
create index booking_notice_next on booking_notice (next_at) where next_at is not null;
create index booking_notice_order on booking_notice (order_id);
`,
  },
];
