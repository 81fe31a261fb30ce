import type { Handlers } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { ClientObserver, ControlPlane } from "../control-plane.ts";
import { createExecApprovals, type ExecApprovals } from "../exec/exec-approvals.ts";
import { createExecGate, type ExecGate } from "../exec/exec-gate.ts";
import { execHandlers } from "../exec/exec-handlers.ts";
import { createExecPolicy } from "../exec/policy.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import type { NodeCommandRules } from "./allowed-commands.ts";
import { type AttachedNodes, createAttachedNodes } from "./attached.ts";
import { createInvocations } from "./invocations.ts";
import { createKnownNodes } from "./known-nodes.ts";
import { createNodeCommands, type NodeCommands } from "./node-commands.ts";
import { createNodeEvents } from "./node-events.ts";
import { nodeHandlers } from "./node-handlers.ts";
import { createNodeList, type NodeList } from "./node-list.ts";
import { createNodePairing, type NodePairing } from "./pairing.ts";
import { createNodeRegistry } from "./registry.ts";
import { nodeMigrations } from "./tables.ts";

export interface NodesOptions {
  db: Database;
  /** The control plane, which is made later with `observer` and `handlers` of this: used only once clients are connected. */
  control: () => Pick<ControlPlane, "publish" | "sendTo">;
  clock?: Clock;
  log?: Logger;
  metrics?: Metrics;
  rules?: NodeCommandRules;
  /** Ids of the devices that may connect as nodes; see `NodeListOptions`. */
  pairedDevices?: () => Promise<ReadonlySet<string>>;
  /** The place that `exec.approvals.get` names as its path. */
  policyPath?: string;
  /** How long a person has to decide on a command. Default 120 s. */
  approvalMs?: number;
}

/** Machines that carry out commands, and the people who decide which. */
export interface Nodes {
  /** Before anything else. */
  migrate(): Promise<void>;
  /** For `ControlPlaneOptions.observe`. */
  readonly observer: ClientObserver;
  /** `node.*`, `exec.approval.*` and `exec.approvals.*`. */
  readonly handlers: Handlers;
  readonly list: NodeList["list"];
  readonly invoke: NodeCommands["invoke"];
  readonly pairing: NodePairing;
  readonly attach: AttachedNodes["attach"];
  readonly approvals: Pick<ExecApprovals, "list" | "get" | "resolve">;
  /** For commands on the gateway's own machine, with `gatewayHost` as their node: the same rules and the same people. */
  readonly permit: ExecGate["permit"];
}

export function createNodes(options: NodesOptions): Nodes {
  const { db, control, clock = systemClock, log = silentLogger, metrics = createMetrics(), rules = {}, pairedDevices, policyPath, approvalMs } = options;
  const registry = createNodeRegistry({ clock });
  const known = createKnownNodes({ db, clock });
  const pairing = createNodePairing({
    db,
    clock,
    onRequested: (request) => control().publish("node.pair.requested", request),
    onResolved: (resolved) => control().publish("node.pair.resolved", resolved),
  });
  const nodes = createNodeList({ registry, known, pairing, pairedDevices });
  const attached = createAttachedNodes(() => ({ registry, invocations, events }));
  const invocations = createInvocations({
    clock,
    metrics,
    sendRequest: (connectionId, request) => attached.find(connectionId)?.request(request) ?? control().sendTo(connectionId, "node.invoke.request", request),
    sendCancel: (connectionId, cancel) => void control().sendTo(connectionId, "node.invoke.cancel", cancel),
  });
  const events = createNodeEvents({ clock, log, publish: (event) => control().publish("node.event", event) });
  const approvals = createExecApprovals({
    clock,
    log,
    onRequested: (event) => control().publish("exec.approval.requested", event),
    onResolved: (event) => control().publish("exec.approval.resolved", event),
  });
  const policy = createExecPolicy({ db, ...(policyPath === undefined ? {} : { path: policyPath }) });
  const gate = createExecGate({ clock, log, policy, approvals, ...(approvalMs === undefined ? {} : { approvalMs }) });
  const commands = createNodeCommands({ registry, invocations, rules, gate });

  registry.listen({
    connected(node) {
      const { connectionId: _, connectedAtMs: __, ...info } = node;
      known.seen(info).catch((error: unknown) => log.error("a node could not be recorded", { nodeId: node.nodeId, error: String(error) }));
      events.about(node.nodeId, "connected");
    },
    gone(node) {
      invocations.gone(node.connectionId);
      if (!registry.find(node.nodeId)) events.about(node.nodeId, "disconnected");
    },
  });
  metrics.gauge("nodes_connected", "Nodes that are connected.", () => registry.list().length);

  return {
    migrate: () => db.migrate("nodes", nodeMigrations),
    observer: registry.observer,
    handlers: {
      ...nodeHandlers({ clock, nodes, known, commands, invocations, events, pairing, rules }),
      ...execHandlers({ clock, policy, approvals, gate, prepare: commands.prepare }),
    },
    list: nodes.list,
    invoke: commands.invoke,
    pairing,
    attach: attached.attach,
    approvals,
    permit: gate.permit,
  };
}
