import type { AssistantMessage, Card, MessageAction, TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import type { Tx, WorkContext } from "@travelagent/protocol/ports";

/** A turn as the gateway fixes it at intake. */
export interface TurnScope {
  readonly runId: string;
  readonly agentId: string;
  readonly sessionKey: string;
  readonly channel: string;
  readonly accountId: string;
  readonly chatType: "direct" | "group";
  readonly peerId: string;
  readonly customerId?: string;
  readonly timeZone: string;
}

export interface TurnRequest {
  turn: TurnScope;
  message?: {
    text: string;
    action?: MessageAction;
    tainted?: boolean;
    sentAt: number;
    receivedAt: number;
    /** Ids of the confirmations in the last message of this conversation, when that one reached the customer: a plain yes answers no other. */
    lastShown?: readonly string[];
  };
  decisionId?: string;
}

export interface TurnOutcome {
  kind: "replied" | "handed-over" | "failed";
  message: AssistantMessage;
  text: string;
  cards: Card[];
  reason?: string;
  commit(tx: Tx): Promise<void>;
}

/** What a run tells while it works; see `AgentEvent` of `@travelagent/agent-runtime`. */
export type TurnEvent =
  | { type: "run-start"; runId: string; model: string }
  | { type: "text-delta"; runId: string; delta: string }
  | { type: "text-reset"; runId: string }
  | { type: "tool-start"; runId: string; toolCallId: string; name: string; args: Record<string, unknown> }
  | { type: "tool-end"; runId: string; toolCallId: string; name: string; isError: boolean }
  | { type: "run-end"; runId: string; outcome: TurnOutcome["kind"] };

/**
 * Whoever answers. Every side effect is a step of `work`, so that a turn that runs again after a crash repeats nothing.
 * Rejects only when `work.signal` aborts or a store fails.
 */
export interface AgentPort {
  run(request: TurnRequest, work: WorkContext, emit: (event: TurnEvent) => void): Promise<TurnOutcome>;
}

/** What the gateway needs of the session store. */
export interface SessionPort {
  /** One row per key; a repeat changes nothing. */
  ensure(
    key: string,
    meta: { agentId: string; channel: string; accountId: string; chatType: "direct" | "group"; peerId: string; threadId?: string },
  ): Promise<{ sessionId: string; customerId?: string }>;
  get(key: string): Promise<{ sessionId: string; customerId?: string } | undefined>;
  history(key: string, options: { limit: number }): Promise<TranscriptEntry[]>;
  append(key: string, messages: { id: string; message: TranscriptMessage }[], options?: { durable?: boolean }): Promise<unknown>;
  /** The session was used: newest first in lists. */
  touch(key: string): Promise<unknown>;
}
