import type { Migration } from "@travelagent/protocol/ports";

/** Tables of the owner `travel-jobs`. Times are milliseconds, money is whole smallest units with its number of decimals beside it. */
export const travelJobMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table travel_effect (
  key text primary key,
  job text not null,
  kind text not null,
  booking_id text,
  customer_id text,
  session_key text not null,
  content text,
  state text not null,
  reason text,
  until bigint,
  begun_at bigint not null,
  ended_at bigint
);
create index travel_effect_begun on travel_effect (job, begun_at) where state = 'begun';
create index travel_effect_booking on travel_effect (booking_id);
create index travel_effect_customer on travel_effect (customer_id);
create index travel_effect_session on travel_effect (session_key);
create index travel_effect_at on travel_effect (begun_at);

create table travel_priced (
  subject text primary key,
  booking_id text,
  customer_id text,
  session_key text not null,
  last_slot bigint,
  checked_at bigint,
  price text,
  alerts integer not null default 0,
  armed integer not null default 1,
  alerted text
);
create index travel_priced_booking on travel_priced (booking_id);
create index travel_priced_customer on travel_priced (customer_id);
create index travel_priced_session on travel_priced (session_key);

create table travel_price (
  subject text not null,
  at bigint not null,
  amount text,
  currency text,
  primary key (subject, at)
);
create index travel_price_at on travel_price (at);

create table travel_watch (
  id text primary key,
  customer_id text,
  session_key text not null,
  flight text not null,
  below text not null,
  state text not null,
  source text not null unique,
  created_at bigint not null,
  ended_at bigint
);
create index travel_watch_session on travel_watch (session_key, state);
create index travel_watch_customer on travel_watch (customer_id);
create index travel_watch_open on travel_watch (state, created_at);

create table travel_supplier_call (
  supplier text not null,
  day text not null,
  calls integer not null,
  primary key (supplier, day)
);

create table travel_cursor (
  name text primary key,
  position text not null,
  at bigint not null
);
`,
  },
];
