import type { Database, Migration } from "@travelagent/protocol/ports";

/** The outside world's own books, apart from those of the agency. */
const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table sandbox_orders (
  reference text primary key,
  kind text not null,
  key text not null,
  status text not null,
  payment_time_limit bigint,
  version integer not null,
  created_at bigint not null,
  content text not null,
  unique (kind, key)
);
create index sandbox_orders_held on sandbox_orders (status, payment_time_limit);
create table sandbox_stock (
  kind text not null,
  day text not null,
  resource text not null,
  units integer not null,
  primary key (kind, day, resource)
);
create table sandbox_operations (
  operation text not null,
  key text not null,
  reference text not null,
  outcome text not null,
  primary key (operation, key)
);
create table sandbox_payments (
  reference text primary key,
  key text not null unique,
  created_at bigint not null,
  content text not null
);
`,
  },
];

/** Creates the tables on the first call; a failure is not remembered, so that the next call tries again. */
export function prepareTables(db: Database): () => Promise<void> {
  let ready: Promise<void> | undefined;
  return () => {
    ready ??= db.migrate("sandbox", migrations).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };
}
