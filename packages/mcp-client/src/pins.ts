import { createHash } from "node:crypto";
import { canonicalJson } from "@travelagent/protocol";
import type { Database, Migration } from "@travelagent/protocol/ports";

/** What a server says about a tool. All of it is read by a model, so all of it is pinned. */
export interface ToolDescription {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
}

/** What an operator has approved, by server and tool. */
export interface Pins {
  /** Tool name → hash of the approved description. */
  of(serverId: string): Promise<ReadonlyMap<string, string>>;
  /** From now on this description of the tool is the approved one. */
  approve(serverId: string, tool: string, hash: string, by: string): Promise<void>;
}

export const hashOf = ({ name, description, inputSchema }: ToolDescription): string =>
  createHash("sha256").update(canonicalJson({ name, description, inputSchema })).digest("hex");

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `create table mcp_pin (
      server text not null, tool text not null, hash text not null, approved_by text not null, approved_at bigint not null, primary key (server, tool)
    );`,
  },
];

export async function databasePins({ db, now }: { db: Database; now: () => number }): Promise<Pins> {
  await db.migrate("mcp", migrations);
  return {
    async of(serverId) {
      const rows = await db.all<{ tool: string; hash: string }>("select tool, hash from mcp_pin where server = ?", serverId);
      return new Map(rows.map(({ tool, hash }) => [tool, hash]));
    },
    async approve(serverId, tool, hash, by) {
      await db.transaction(async (tx) => {
        await tx.run(
          `insert into mcp_pin (server, tool, hash, approved_by, approved_at) values (?, ?, ?, ?, ?)
           on conflict (server, tool) do update set hash = excluded.hash, approved_by = excluded.approved_by, approved_at = excluded.approved_at`,
          serverId,
          tool,
          hash,
          by,
          now(),
        );
      });
    },
  };
}
