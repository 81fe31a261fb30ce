import type { Database, Migration } from "@travelagent/protocol/ports";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { createSandbox, type Sandbox } from "../../suppliers/sandbox/index.ts";

/** Documents of one kind that a dialect keeps, by id: searches it handed out, orders in its own words. Durable. */
export interface Shelf<T> {
  get(id: string): Promise<T | undefined>;
  put(id: string, document: T): Promise<void>;
  remove(id: string): Promise<void>;
  /** In the order in which they were first put. */
  all(): Promise<T[]>;
}

/** The one world that all dialects sell: a seat sold in one is gone in the others. */
export interface World {
  readonly clock: Clock;
  /** What `vendor` sells, at its own markup, with its own ledger. The same vendor gets the same prices each time. */
  counter(vendor: string): Sandbox;
  shelf<T>(vendor: string, name: string): Shelf<T>;
  /** An id that was not given before in this world: `prefix` and as many signs of `alphabet`. */
  newId(prefix: string, length: number, alphabet?: string): string;
}

export interface WorldOptions {
  /** The world's own books. The same database is the same world after a restart. */
  db: Database;
  seed?: string;
  clock?: Clock;
}

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
create table simulator_document (
  shelf text not null,
  id text not null,
  seq integer not null,
  document text not null,
  primary key (shelf, id)
);
`,
  },
];

/** Per cent, so that each vendor is the cheapest somewhere in the eyes of a test and none is everywhere by much. */
const markupOf = (vendor: string): number => [...vendor].reduce((sum, sign) => sum + sign.charCodeAt(0), 0) % 6;

export async function openWorld({ db, seed = "travel-agent", clock = systemClock }: WorldOptions): Promise<World> {
  await db.migrate("simulators", migrations);
  const counters = new Map<string, Sandbox>();
  let seq = Number((await db.get("select max(seq) as last from simulator_document"))?.last ?? 0);
  return {
    clock,
    counter(vendor) {
      const known = counters.get(vendor) ?? createSandbox({ db, seed, clock, seller: vendor, markup: markupOf(vendor) });
      counters.set(vendor, known);
      return known;
    },
    shelf<T>(vendor: string, name: string): Shelf<T> {
      const shelf = `${vendor}/${name}`;
      return {
        async get(id) {
          const row = await db.get<{ document: string }>("select document from simulator_document where shelf = ? and id = ?", shelf, id);
          return row && (JSON.parse(row.document) as T);
        },
        async put(id, document) {
          seq += 1;
          await db.transaction((tx) =>
            tx.run(
              "insert into simulator_document (shelf, id, seq, document) values (?, ?, ?, ?) on conflict (shelf, id) do update set document = excluded.document",
              shelf,
              id,
              seq,
              JSON.stringify(document),
            ),
          );
        },
        async remove(id) {
          await db.transaction((tx) => tx.run("delete from simulator_document where shelf = ? and id = ?", shelf, id));
        },
        async all() {
          const rows = await db.all<{ document: string }>("select document from simulator_document where shelf = ? order by seq", shelf);
          return rows.map(({ document }) => JSON.parse(document) as T);
        },
      };
    },
    newId(prefix, length, alphabet = "0123456789abcdefghijklmnopqrstuvwxyz") {
      const bytes = crypto.getRandomValues(new Uint8Array(length));
      return prefix + Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
    },
  };
}
