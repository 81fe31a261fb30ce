import type { Clock, Database, Migration } from "@travelagent/protocol/ports";

/** Ids of deliveries that were taken, so that none is taken twice, also not after a restart. */
export interface SeenStore {
  has(endpoint: string, id: string): Promise<boolean>;
  /** False when it was there already. */
  add(endpoint: string, id: string): Promise<boolean>;
}

export interface SeenStoreOptions {
  db: Database;
  clock: Clock;
  /** Ids older than this are forgotten: their time stamp alone refuses them then. */
  keepMs: number;
  /** Ids kept for one endpoint, the newest. */
  maxPerEndpoint: number;
}

export const webhookMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table webhook_seen (endpoint text not null, id text not null, seen_at bigint not null, primary key (endpoint, id));
      create index webhook_seen_age on webhook_seen (endpoint, seen_at);
    `,
  },
];

/** After so many new ids the old ones are looked for. */
const sweepEvery = 64;

export function createSeenStore({ db, clock, keepMs, maxPerEndpoint }: SeenStoreOptions): SeenStore {
  const added = new Map<string, number>();
  return {
    has: async (endpoint, id) => (await db.get("select 1 as found from webhook_seen where endpoint = ? and id = ?", endpoint, id)) !== undefined,
    add(endpoint, id) {
      const count = added.get(endpoint) ?? 0;
      added.set(endpoint, count + 1);
      return db.transaction(async (tx) => {
        if (count % sweepEvery === 0) {
          await tx.run("delete from webhook_seen where endpoint = ? and seen_at < ?", endpoint, clock.now() - keepMs);
          await tx.run(
            "delete from webhook_seen where endpoint = ? and id in (select id from webhook_seen where endpoint = ? order by seen_at desc, id limit 1000 offset ?)",
            endpoint,
            endpoint,
            maxPerEndpoint,
          );
        }
        const { changes } = await tx.run(
          "insert into webhook_seen (endpoint, id, seen_at) values (?, ?, ?) on conflict (endpoint, id) do nothing",
          endpoint,
          id,
          clock.now(),
        );
        return changes === 1;
      });
    },
  };
}
