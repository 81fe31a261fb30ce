import type { Node } from "@travelagent/protocol";
import type { KnownNode, KnownNodes } from "./known-nodes.ts";
import type { NodePairing } from "./pairing.ts";
import type { ConnectedNode, NodeInfo, NodeRegistry } from "./registry.ts";

export interface NodeList {
  /** Connected ones first, then by name. */
  list(): Promise<Node[]>;
  get(nodeId: string): Promise<Node | undefined>;
}

export interface NodeListOptions {
  registry: NodeRegistry;
  known: KnownNodes;
  pairing: Pick<NodePairing, "list">;
  /** Ids of the devices that may connect as nodes. Default: every node that ever could. */
  pairedDevices?: (() => Promise<ReadonlySet<string>>) | undefined;
}

/** One view of the nodes that are connected, were connected, or were paired by token. */
export function createNodeList({ registry, known, pairing, pairedDevices }: NodeListOptions): NodeList {
  const all = async (): Promise<Map<string, Node>> => {
    const [before, { paired }, devices] = await Promise.all([known.list(), pairing.list(), pairedDevices?.()]);
    const nodes = new Map<string, Node>();
    for (const { nodeId, createdAtMs: _, approvedAtMs: __, ...info } of paired)
      nodes.set(nodeId, { nodeId, caps: [], commands: [], paired: true, connected: false, ...info } as Node);
    for (const node of before) {
      const { nodeId } = node.info;
      const paired = nodes.has(nodeId) || devices === undefined || devices.has(nodeId);
      if (paired) nodes.set(nodeId, view(node.info, node));
    }
    const names = new Map(before.map((node) => [node.info.nodeId, node]));
    for (const node of registry.list()) nodes.set(node.nodeId, view(node, names.get(node.nodeId), node));
    return nodes;
  };
  return {
    async list() {
      const nodes = [...(await all()).values()];
      return nodes.sort((a, b) => Number(b.connected) - Number(a.connected) || (a.displayName ?? a.nodeId).localeCompare(b.displayName ?? b.nodeId));
    },
    get: async (nodeId) => (await all()).get(nodeId),
  };
}

function view(info: NodeInfo, known: KnownNode | undefined, live?: ConnectedNode): Node {
  const displayName = known?.displayName ?? info.displayName;
  const { nodeId, platform, version, deviceFamily, modelIdentifier, remoteIp, caps, commands, permissions } = info;
  const facts = { platform, version, deviceFamily, modelIdentifier, remoteIp, displayName };
  return {
    nodeId,
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    caps: [...caps].sort(),
    commands: [...commands].sort(),
    ...(permissions === undefined ? {} : { permissions: { ...permissions } }),
    ...(live ? { connectedAtMs: live.connectedAtMs } : {}),
    ...(known ? { lastSeenAtMs: known.lastSeenAtMs } : {}),
    paired: true,
    connected: live !== undefined,
  };
}
