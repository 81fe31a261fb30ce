import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { ExecAction } from "@travelagent/protocol/exec";
import type { ExecGate } from "../exec/exec-gate.ts";
import { readSystemRun } from "../exec/system-run.ts";
import { type NodeCommandRules, refusalOf } from "./allowed-commands.ts";
import { type Invocations, type Invoked, notConnected } from "./invocations.ts";
import { type AskNode, type PreparedRun, prepareRun } from "./prepared-run.ts";
import type { ConnectedNode, NodeRegistry } from "./registry.ts";

export interface NodeCommand {
  readonly nodeId: string;
  readonly command: string;
  readonly params?: unknown;
  readonly timeoutMs: number;
  readonly idempotencyKey: string;
}

/** What may go to nodes, and under which conditions. */
export interface NodeCommands {
  /** For callers of the gateway. The rules of a node are changed by methods of their own, never by this. Raises as `Invocations.invoke`, `INVALID_REQUEST` for a command that is not allowed. */
  invoke(command: NodeCommand, who: { actor: string; nodeName?: string | undefined; sessionKey?: string | undefined }): Promise<Invoked>;
  /** For the gateway's own use of a node; allowlists count, approvals do not. */
  use(nodeId: string, command: string, params: unknown, timeoutMs?: number): Promise<Invoked>;
  /** What exactly would run; the command as it is when its node is not connected. Raises as `prepareRun`. */
  prepare(action: ExecAction, sessionKey?: unknown): Promise<PreparedRun>;
}

export interface NodeCommandsOptions {
  registry: NodeRegistry;
  invocations: Invocations;
  rules: NodeCommandRules;
  gate: ExecGate;
}

const defaultTimeoutMs = 30_000;
const lookUpMs = 10_000;

export function createNodeCommands({ registry, invocations, rules, gate }: NodeCommandsOptions): NodeCommands {
  const allowed = (nodeId: string, command: string): ConnectedNode => {
    const node = registry.find(nodeId);
    if (!node) throw notConnected();
    const reason = refusalOf(command, node, rules);
    if (reason !== undefined)
      throw new TravelAgentError("INVALID_REQUEST", `node command not allowed: ${command}: ${reason}`, {
        details: { code: "COMMAND_NOT_ALLOWED", command, reason },
      });
    return node;
  };

  const use: NodeCommands["use"] = async (nodeId, command, params, timeoutMs = lookUpMs) =>
    invocations.invoke({ node: allowed(nodeId, command), command, params, timeoutMs, idempotencyKey: randomUUID() });

  const prepare: NodeCommands["prepare"] = async (action, sessionKey) => {
    const node = action.nodeId === undefined ? undefined : registry.find(action.nodeId);
    if (!node) return { action };
    const ask: AskNode = (command, params) =>
      refusalOf(command, node, rules) === undefined ? use(node.nodeId, command, params).then(({ payload }) => payload) : undefined;
    return prepareRun(action, ask, sessionKey);
  };

  return {
    use,
    prepare,
    async invoke({ nodeId, command, params, timeoutMs, idempotencyKey }, { actor, nodeName, sessionKey }) {
      if (command.startsWith("system.execApprovals."))
        throw new TravelAgentError("INVALID_REQUEST", "the rules of a node are read and set with exec.approvals.node.get and exec.approvals.node.set", {
          details: { code: "COMMAND_NOT_ALLOWED", command },
        });
      const node = allowed(nodeId, command);
      const patience = timeoutMs === 0 ? defaultTimeoutMs : timeoutMs;
      if (command !== "system.run") return invocations.invoke({ node, command, params, timeoutMs: patience, idempotencyKey });

      const { action: asked, extras } = readSystemRun(params, node);
      const { action, plan } = await prepare(asked, extras.sessionKey);
      const permit = await gate.permit(action, { actor, nodeName, ...(sessionKey === undefined ? {} : { sessionKey }) });
      const { argv, cwd, env, agentId } = action;
      return invocations.invoke({
        // Deciding takes time: it may be another connection by now, or none.
        node: allowed(nodeId, command),
        command,
        timeoutMs: patience,
        idempotencyKey,
        params: {
          command: argv,
          ...(cwd === undefined ? {} : { cwd }),
          ...(env === undefined ? {} : { env }),
          ...(agentId === undefined ? {} : { agentId }),
          ...extras,
          approved: permit.decision !== null,
          ...(permit.decision === null ? {} : { approvalDecision: permit.decision }),
          ...(plan === undefined ? {} : { rawCommand: plan.commandText, systemRunPlan: plan }),
          actionHash: permit.actionHash,
        },
      });
    },
  };
}
