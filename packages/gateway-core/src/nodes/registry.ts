import type { ConnectParams } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { ClientObserver } from "../control-plane.ts";

/** What a node said about itself when it connected. Claims, not facts. */
export interface NodeInfo {
  readonly nodeId: string;
  readonly displayName?: string;
  readonly platform?: string;
  readonly version?: string;
  readonly deviceFamily?: string;
  readonly modelIdentifier?: string;
  readonly remoteIp?: string;
  readonly caps: readonly string[];
  readonly commands: readonly string[];
  readonly permissions?: Readonly<Record<string, boolean>>;
}

export interface ConnectedNode extends NodeInfo {
  readonly connectionId: string;
  readonly connectedAtMs: number;
}

export interface NodeListener {
  connected?(node: ConnectedNode): void;
  /** Once for each connection, also for one that a newer connection of the same node replaced. */
  gone?(node: ConnectedNode): void;
}

/** The nodes that are connected now. A node that connects again replaces its older connection. */
export interface NodeRegistry {
  /** To be given to the control plane. */
  readonly observer: ClientObserver;
  find(nodeId: string): ConnectedNode | undefined;
  list(): readonly ConnectedNode[];
  listen(listener: NodeListener): void;
  /** A node over another carrier than the gateway's socket. `end` closes it; the returned function says that it is gone. Nothing is proven here: whoever attaches a node has checked who it is. */
  attach(info: NodeInfo, connectionId: string, end: (reason: string) => void): () => void;
}

export function createNodeRegistry({ clock }: { clock: Clock }): NodeRegistry {
  const byConnection = new Map<string, ConnectedNode>();
  const byNode = new Map<string, { node: ConnectedNode; end(reason: string): void }>();
  const listeners = new Set<NodeListener>();

  const add = (info: NodeInfo, connectionId: string, end: (reason: string) => void) => {
    const node = { ...info, connectionId, connectedAtMs: clock.now() };
    const older = byNode.get(info.nodeId);
    byConnection.set(connectionId, node);
    byNode.set(info.nodeId, { node, end });
    older?.end("this node connected again");
    for (const listener of listeners) listener.connected?.(node);
  };
  const remove = (connectionId: string) => {
    const node = byConnection.get(connectionId);
    if (!node) return;
    byConnection.delete(connectionId);
    if (byNode.get(node.nodeId)?.node === node) byNode.delete(node.nodeId);
    for (const listener of listeners) listener.gone?.(node);
  };

  return {
    observer: {
      connected(client, params) {
        if (client.role !== "node" || client.nodeId === undefined) return;
        add(infoOf(client.nodeId, params, client.address), client.id, (reason) => client.end(1008, reason));
      },
      gone: (client) => remove(client.id),
    },
    attach(info, connectionId, end) {
      add(info, connectionId, end);
      return () => remove(connectionId);
    },
    find: (nodeId) => byNode.get(nodeId)?.node,
    list: () => [...byNode.values()].map(({ node }) => node),
    listen: (listener) => void listeners.add(listener),
  };
}

function infoOf(nodeId: string, { client, caps = [], commands = [], permissions }: ConnectParams, remoteIp: string): NodeInfo {
  const { displayName, platform, version, deviceFamily, modelIdentifier } = client;
  return {
    nodeId,
    platform,
    version,
    caps,
    commands,
    ...(displayName === undefined ? {} : { displayName }),
    ...(deviceFamily === undefined ? {} : { deviceFamily }),
    ...(modelIdentifier === undefined ? {} : { modelIdentifier }),
    ...(permissions === undefined ? {} : { permissions }),
    ...(remoteIp === "" ? {} : { remoteIp }),
  };
}
