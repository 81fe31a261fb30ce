import type { Address, InboundMessage, OutboundMessage, Receipt } from "@travelagent/protocol/messages";
import type { Logger } from "@travelagent/protocol/ports";

/** Limits of a platform, as data. */
export interface ChannelFeatures {
  /** Longest text of one message, UTF-16 units. */
  readonly maxTextLength: number;
  readonly threads: boolean;
  /** Cards reach the customer as cards; otherwise the gateway sends them as text. */
  readonly cards: boolean;
}

export interface SendContext {
  /** The outbox row: the same whenever this message is tried again, so an adapter can hand it to the platform as client reference. */
  readonly id: string;
  /** The turn it belongs to, for adapters that showed a live preview of it. */
  readonly runId?: string;
  readonly signal: AbortSignal;
}

/**
 * One messaging platform, as the gateway sees it. What is optional is an ability: have the method, and the gateway uses it.
 */
export interface ChannelAdapter {
  readonly contract: 1;
  /** `telegram`, `webchat` … and the account on it. */
  readonly id: string;
  readonly accountId: string;
  readonly features: ChannelFeatures;
  /** Resolves once messages can flow. Rejects only for faults that a restart cannot cure, such as a revoked token. */
  start(host: ChannelHost): Promise<void>;
  /** Safe to call twice, and before `start`. No message is handed over afterwards. */
  stop(): Promise<void>;
  /** Never rejects: what cannot be told apart is `unknown`. */
  send(to: Address, message: OutboundMessage, context: SendContext): Promise<Receipt>;
  /** After a crash in the middle of `send`: did the platform get it? Null when the platform does not know the id, so it may be sent again. */
  reconcile?(to: Address, id: string, signal: AbortSignal): Promise<Receipt | null>;
  /**
   * The peer an operator means who writes to somebody first, such as `+34 600 111 222`; null for what is no recipient here.
   * Absent: what is given is the peer. Not asked for people who have written before.
   */
  recipient?(to: string, chatType: Address["chatType"]): string | null;
  /** The agent is at work on an answer. Best effort. */
  showTyping?(to: Address): void;
}

export interface ChannelHost {
  readonly log: Logger;
  /**
   * Resolves when the message is durable: acknowledge the platform only then. A repeat of the same `externalId` resolves
   * too and starts nothing. Rejects with `UNAVAILABLE` while the gateway cannot store: let the platform deliver again.
   */
  receive(message: InboundMessage): Promise<Accepted>;
  /**
   * How the connection to the platform is, whenever that changes after `start` resolved: people see it, and no reason is needed for
   * being well. An adapter mends what it can by itself and says `degraded` meanwhile.
   */
  report?(state: "running" | "degraded" | "logged-out" | "needs-pairing", reason?: string): void;
}

export interface Accepted {
  /** Id of the inbox row, and of the run when there is one. */
  runId: string;
  sessionKey: string;
  duplicate: boolean;
}
