export type { ExecApprovals, ExecDecision } from "../exec/exec-approvals.ts";
export type { NodeCommandRules } from "./allowed-commands.ts";
export type { AttachedNode, NodeCarrier } from "./attached.ts";
export type { Invoked } from "./invocations.ts";
export type { NodeCommand } from "./node-commands.ts";
export { createNodes, type Nodes, type NodesOptions } from "./nodes.ts";
export type { NodePairing, PairedNode, PendingPair } from "./pairing.ts";
