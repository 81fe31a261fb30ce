import { type EventPayload, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { createTokenBuckets } from "../auth/token-bucket.ts";

export interface NodeEvents {
  /** Passes on what a node told. Raises `RATE_LIMITED` when it tells too much. */
  tell(nodeId: string, event: string, payload: { payload?: unknown; payloadJSON?: string | null | undefined }): void;
  /** Passes on what happened to a node. */
  about(nodeId: string, event: "connected" | "disconnected"): void;
}

export interface NodeEventsOptions {
  clock: Clock;
  log: Logger;
  publish(event: EventPayload<"node.event">): void;
  /** Characters of a payload that is passed on; a longer one is left out. Default 64 000. */
  maxPayload?: number;
}

/** Events of nodes are news for operators. None of them starts a turn: a node is no customer. */
export function createNodeEvents({ clock, log, publish, maxPayload = 64_000 }: NodeEventsOptions): NodeEvents {
  const buckets = createTokenBuckets({ burst: 60, perMinute: 600, clock, maxKeys: 1000 });
  return {
    tell(nodeId, event, { payload, payloadJSON }) {
      const retryAfterMs = buckets.take(nodeId);
      if (retryAfterMs > 0) throw new TravelAgentError("RATE_LIMITED", "too many events from this node: send fewer", { retryAfterMs });
      const text = payloadJSON ?? (payload === undefined ? "" : JSON.stringify(payload));
      log.info("a node told an event", { nodeId, event });
      publish({ nodeId, event, ts: clock.now(), ...(text.length > maxPayload ? { truncated: true } : text === "" ? {} : { payload: parsed(text) }) });
    },
    about(nodeId, event) {
      log.info(event === "connected" ? "a node connected" : "a node disconnected", { nodeId });
      publish({ nodeId, event, ts: clock.now() });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
