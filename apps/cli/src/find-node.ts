import type { Client } from "@travelagent/client";
import type { Node } from "@travelagent/protocol";
import { failure } from "./failure.ts";

/** The node that a person means: by id, the beginning of it, or name; without any, the only one that is connected. Raises `NOT_FOUND`, `UNAVAILABLE` when none is connected, and `INVALID_REQUEST` when it could be several. */
export async function findNode(client: Client, wanted: string | undefined, timeoutMs: number): Promise<Node> {
  const { nodes } = await client.call("node.list", {}, { timeoutMs });
  if (wanted === undefined) {
    const live = nodes.filter(({ connected }) => connected);
    if (live.length === 1 && live[0]) return live[0];
    if (live.length === 0) throw await failure("UNAVAILABLE", "no node is connected; see travelagent nodes list");
    throw await failure("INVALID_REQUEST", "several nodes are connected: name one with --node");
  }
  const exact = nodes.find(({ nodeId }) => nodeId === wanted);
  const found = exact ? [exact] : nodes.filter(({ nodeId, displayName }) => displayName === wanted || (wanted.length >= 4 && nodeId.startsWith(wanted)));
  if (found.length === 1 && found[0]) return found[0];
  if (found.length === 0) throw await failure("NOT_FOUND", `there is no node ${wanted}; see travelagent nodes list`);
  throw await failure("INVALID_REQUEST", `several nodes are called ${wanted}: give the id`);
}
