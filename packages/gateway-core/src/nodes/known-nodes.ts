import type { Clock, Database } from "@travelagent/protocol/ports";
import type { NodeInfo } from "./registry.ts";

export interface KnownNode {
  readonly info: NodeInfo;
  /** The name that an operator gave it. */
  readonly displayName?: string;
  readonly lastSeenAtMs: number;
}

/** Nodes that were connected at some time, with the names operators gave them. */
export interface KnownNodes {
  seen(info: NodeInfo): Promise<void>;
  /** False when no such node was ever connected. */
  rename(nodeId: string, displayName: string): Promise<boolean>;
  get(nodeId: string): Promise<KnownNode | undefined>;
  list(): Promise<readonly KnownNode[]>;
}

export function createKnownNodes({ db, clock }: { db: Database; clock: Clock }): KnownNodes {
  return {
    async seen(info) {
      const now = clock.now();
      await db.transaction((tx) =>
        tx.run(
          `insert into node_known (node_id, info, first_seen_at, last_seen_at) values (?, ?, ?, ?)
           on conflict (node_id) do update set info = excluded.info, last_seen_at = excluded.last_seen_at`,
          info.nodeId,
          JSON.stringify(info),
          now,
          now,
        ),
      );
    },
    async rename(nodeId, displayName) {
      const { changes } = await db.transaction((tx) => tx.run("update node_known set display_name = ? where node_id = ?", displayName, nodeId));
      return changes > 0;
    },
    async get(nodeId) {
      const row = await db.get<KnownRow>("select info, display_name, last_seen_at from node_known where node_id = ?", nodeId);
      return row && known(row);
    },
    list: async () =>
      (await db.all<KnownRow>("select info, display_name, last_seen_at from node_known order by last_seen_at desc, node_id limit 1000")).map(known),
  };
}

type KnownRow = { info: string; display_name: string | null; last_seen_at: number | bigint };

const known = ({ info, display_name, last_seen_at }: KnownRow): KnownNode => ({
  info: JSON.parse(info) as NodeInfo,
  lastSeenAtMs: Number(last_seen_at),
  ...(display_name === null ? {} : { displayName: display_name }),
});
