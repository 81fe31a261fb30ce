import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { ExecApprovalsFile } from "@travelagent/protocol/exec";
import type { Clock } from "@travelagent/protocol/ports";
import { type NodeCommandRules, refusalOf } from "./allowed-commands.ts";
import { createInvocationMemory } from "./invocation-memory.ts";
import type { Invocations } from "./invocations.ts";
import type { KnownNodes } from "./known-nodes.ts";
import type { NodeCommands } from "./node-commands.ts";
import type { NodeEvents } from "./node-events.ts";
import type { NodeList } from "./node-list.ts";
import type { NodePairing } from "./pairing.ts";

export interface NodeHandlersOptions {
  clock: Clock;
  nodes: NodeList;
  known: KnownNodes;
  commands: NodeCommands;
  invocations: Invocations;
  events: NodeEvents;
  pairing: NodePairing;
  rules: NodeCommandRules;
}

export function nodeHandlers({ clock, nodes, known, commands, invocations, events, pairing, rules }: NodeHandlersOptions): Handlers {
  const memory = createInvocationMemory({ clock });
  const unknownNode = (nodeId: string) => new TravelAgentError("NOT_FOUND", `unknown nodeId: there is no node ${nodeId.slice(0, 80)}; see node.list`);
  const nodeRules = async (nodeId: string, command: "system.execApprovals.get" | "system.execApprovals.set", params: object) => {
    const { payload } = await commands.use(nodeId, command, params);
    const { path, exists, hash, file } = (payload ?? {}) as Record<string, unknown>;
    const read = ExecApprovalsFile.safeParse(file);
    if (!read.success || typeof hash !== "string")
      throw new TravelAgentError("UNAVAILABLE", "the node's answer holds no rules this gateway can read", { details: { code: "INVALID_ANSWER" } });
    const { socket: _, ...rules } = read.data;
    return { path: typeof path === "string" ? path : "", exists: exists !== false, hash, file: rules };
  };

  return {
    "node.list": async () => ({ ts: clock.now(), nodes: await nodes.list() }),
    async "node.describe"({ nodeId }) {
      const node = await nodes.get(nodeId);
      if (!node) throw unknownNode(nodeId);
      return { ...node, ts: clock.now(), allowed: node.commands.filter((command) => refusalOf(command, node, rules) === undefined) };
    },
    async "node.rename"({ nodeId, displayName }) {
      if (!(await known.rename(nodeId, displayName))) throw unknownNode(nodeId);
      return { nodeId, displayName };
    },
    async "node.invoke"({ nodeId, command, params, timeoutMs, idempotencyKey, sessionKey }, { actor }) {
      const answer = await memory.once(`${actor}\n${nodeId}\n${idempotencyKey}`, { command, params: params ?? null, timeoutMs }, async () => {
        const nodeName = (await known.get(nodeId))?.displayName;
        return commands.invoke(
          { nodeId, command, params, timeoutMs, idempotencyKey },
          { actor, nodeName, ...(sessionKey === undefined ? {} : { sessionKey }) },
        );
      });
      return { ok: true, nodeId, command, ...answer };
    },
    "node.invoke.result"(answer, { connectionId, nodeId }) {
      if (answer.nodeId !== nodeId) throw new TravelAgentError("FORBIDDEN", "nodeId mismatch: a node answers for itself alone");
      return invocations.answer(connectionId, answer) ? { ok: true } : { ok: true, ignored: true };
    },
    "node.event"({ event, ...payload }, { nodeId = "" }) {
      events.tell(nodeId, event, payload);
      return { ok: true };
    },
    "node.pair.request": async (info) => ({ status: "pending", ...(await pairing.request(info)) }),
    "node.pair.list": () => pairing.list(),
    "node.pair.approve": ({ requestId }) => pairing.approve(requestId),
    "node.pair.reject": ({ requestId }) => pairing.reject(requestId),
    async "node.pair.verify"({ nodeId, token }) {
      const node = await pairing.verify(nodeId, token);
      return node ? { ok: true, node } : { ok: false };
    },
    "exec.approvals.node.get": ({ nodeId }) => nodeRules(nodeId, "system.execApprovals.get", {}),
    "exec.approvals.node.set": ({ nodeId, file, baseHash }) =>
      nodeRules(nodeId, "system.execApprovals.set", { file, ...(baseHash === undefined ? {} : { baseHash }) }),
  };
}
