import { randomUUID } from "node:crypto";
import type { EventPayload } from "@travelagent/protocol";
import type { Invocations, NodeAnswer } from "./invocations.ts";
import type { NodeEvents } from "./node-events.ts";
import type { NodeInfo, NodeRegistry } from "./registry.ts";

/** Carries commands to a node that is not on the gateway's own socket. */
export interface NodeCarrier {
  /** False when it cannot be sent. */
  request(request: EventPayload<"node.invoke.request">): boolean;
  end(reason: string): void;
}

/** What that node has to say. */
export interface AttachedNode {
  /** False for an answer nobody waits for. */
  answer(answer: NodeAnswer): boolean;
  /** Raises `RATE_LIMITED`. */
  tell(event: string, payload: { payload?: unknown; payloadJSON?: string | undefined }): void;
  /** It is gone; what it owes ends. Safe to call twice. */
  detach(): void;
}

export interface AttachedNodes {
  /** From now on it is a node like any other. Whoever calls this has checked who it is. */
  attach(info: NodeInfo, carrier: NodeCarrier): AttachedNode;
  find(connectionId: string): NodeCarrier | undefined;
}

export function createAttachedNodes(parts: () => { registry: NodeRegistry; invocations: Invocations; events: NodeEvents }): AttachedNodes {
  const carriers = new Map<string, NodeCarrier>();
  return {
    find: (connectionId) => carriers.get(connectionId),
    attach(info, carrier) {
      const { registry, invocations, events } = parts();
      const connectionId = `attached:${randomUUID()}`;
      carriers.set(connectionId, carrier);
      const gone = registry.attach(info, connectionId, (reason) => carrier.end(reason));
      return {
        answer: (answer) => invocations.answer(connectionId, answer),
        tell: (event, payload) => events.tell(info.nodeId, event, payload),
        detach() {
          carriers.delete(connectionId);
          gone();
        },
      };
    },
  };
}
