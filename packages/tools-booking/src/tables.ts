import type { Migration } from "@travelagent/protocol/ports";

/** Tables of the owner `booking`. Times are milliseconds, money is whole minor units, documents are JSON text. */
export const bookingMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table booking_offer (
  id text primary key,
  session_key text not null,
  customer_id text,
  vertical text not null,
  offer text not null,
  found_at bigint not null,
  expires_at bigint not null
);
create index booking_offer_expires on booking_offer (expires_at);

create table booking_order (
  id text primary key,
  reference text not null unique,
  customer_id text not null,
  session_key text not null,
  status text not null,
  attempt_key text unique,
  request_key text unique,
  work text,
  document text not null,
  round integer not null,
  version integer not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index booking_order_created on booking_order (created_at, id);
create index booking_order_customer on booking_order (customer_id, created_at, id);
create index booking_order_status on booking_order (status, created_at, id);
create index booking_order_work on booking_order (work) where work is not null;

create table booking_word (
  word text not null,
  order_id text not null,
  primary key (word, order_id)
);

create table booking_history (
  order_id text not null,
  seq integer not null,
  at bigint not null,
  type text not null,
  entry text not null,
  primary key (order_id, seq)
);

create table booking_step (
  work_id text not null,
  name text not null,
  primary key (work_id, name)
);

create table booking_payment (
  key text primary key,
  order_id text not null,
  purpose text not null,
  provider text not null,
  reference text,
  status text not null,
  currency text not null,
  amount bigint not null,
  captured bigint not null,
  refunded bigint not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index booking_payment_order on booking_payment (order_id, created_at);

create table booking_ledger (
  id text not null,
  account text not null,
  order_id text not null,
  minor bigint not null,
  currency text not null,
  memo text not null,
  at bigint not null,
  primary key (id, account)
);
create index booking_ledger_order on booking_ledger (order_id, at);
`,
  },
  {
    version: 2,
    // Sales, what they cost and what is owed to suppliers stood on two accounts; now each has its own.
    sql: `
alter table booking_order add column wake_at bigint;
alter table booking_order add column wake_since bigint;
alter table booking_order add column wake_count integer not null default 0;
create index booking_order_wake on booking_order (wake_at) where wake_at is not null;

alter table booking_payment add column fee bigint;
alter table booking_payment add column fee_currency text;
alter table booking_payment add column pay_url text;
alter table booking_payment add column pay_until text;
alter table booking_payment add column heard integer not null default 0;
alter table booking_payment add column seen integer not null default 0;
alter table booking_payment add column asked_at bigint not null default 0;

create table booking_payment_event (
  provider text not null,
  event_id text not null,
  at bigint not null,
  primary key (provider, event_id)
);
create index booking_payment_event_at on booking_payment_event (at);

insert into booking_ledger (id, account, order_id, minor, currency, memo, at)
  select id, 'sales', order_id, minor, currency, memo, at from booking_ledger where account like 'supplier:%';
insert into booking_ledger (id, account, order_id, minor, currency, memo, at)
  select id, 'cost', order_id, -minor, currency, memo, at from booking_ledger where account like 'supplier:%';
`,
  },
  {
    version: 3,
    sql: "alter table booking_offer add column budget text",
  },
];
