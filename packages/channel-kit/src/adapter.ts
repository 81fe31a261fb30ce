import type { MediaSource, ReadMedia } from "@travelagent/protocol/media";
import type { Address, Attachment, DeliveryReport, InboundMessage, OutboundMessage, Receipt, RefusedAttachment } from "@travelagent/protocol/messages";
import type { Logger } from "@travelagent/protocol/ports";

/** Limits of a platform, as data. */
export interface ChannelFeatures {
  /** Longest text of one message, UTF-16 units. */
  readonly maxTextLength: number;
  readonly threads: boolean;
  /** Cards reach the customer as cards; otherwise the gateway sends them as text. */
  readonly cards: boolean;
  /** Buttons under a text, at most so many; further ones are lines of the text. Absent or 0: all of them are. */
  readonly buttons?: number;
  /** Largest file the platform takes, in bytes, by kind. A kind that is absent, and a larger file, is named in the text instead. */
  readonly media?: Readonly<Partial<Record<Attachment["kind"], number>>>;
  /** Shows a place on a map; otherwise it is a line of the text. */
  readonly locations?: boolean;
  /** Texts the platform has to know beforehand: `template` of a message counts. */
  readonly templates?: boolean;
  /** Who wrote us may be answered freely for so long after; later only with a template. */
  readonly replyWindowMs?: number;
}

export interface SendContext {
  /** The outbox row: the same whenever this message is tried again, so an adapter can hand it to the platform as client reference. */
  readonly id: string;
  /** The turn it belongs to, for adapters that showed a live preview of it. */
  readonly runId?: string;
  readonly signal: AbortSignal;
  /** Reads an attachment of this message. Absent where the gateway keeps no files; then no message has any. */
  readonly read?: ReadMedia;
  /** When this customer last wrote to us here, in milliseconds since the epoch; absent when never. */
  readonly lastInboundAt?: number;
  /** Who wrote it: a machine's words are marked as such where the platform has a mark for it. Absent: an agent or a program. */
  readonly author?: "agent" | "operator" | "system";
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
  /** Asks the platform whether it answers and knows us; changes nothing. Rejects with why not. */
  probe?(signal: AbortSignal): Promise<void>;
  /** The agent is at work on an answer. Best effort. */
  showTyping?(to: Address): void;
  /** What has been written of an answer so far, whole, for a message of the same `runId` that comes when it is finished. Best effort. */
  preview?(to: Address, text: string, runId: string): void;
  /** A sign under a customer's message, known by its `externalId`; null takes ours away again. Best effort. */
  react?(to: Address, externalId: string, emoji: string | null): void;
  /** The customer's message was taken in. Best effort. */
  markRead?(to: Address, externalId: string): void;
  /** Puts another text in place of a message of ours. Never rejects. */
  edit?(to: Address, externalId: string, message: OutboundMessage, context: SendContext): Promise<Receipt>;
  /** Being connected to somebody's account by scanning or typing a code. Where absent, what the configuration holds is enough. */
  login?: ChannelLogin;
}

export interface ChannelLogin {
  /**
   * Begins anew, or goes on where one is under way. `phone` asks for a code to type instead of a picture to scan. Raises `CONFLICT` when
   * the account is connected already.
   */
  begin(options?: { phone?: string }): Promise<LoginStep>;
  /** The next step, or that it is done, within the time given. */
  wait(timeoutMs: number): Promise<LoginStep>;
  /** Disconnects and forgets what was stored. Safe to call twice. */
  logout(): Promise<void>;
}

export type LoginStep =
  | { state: "scan" /** What the picture says. */; qr: string; expiresAt: number }
  | { state: "type"; code: string; expiresAt: number }
  | { state: "waiting" }
  | { state: "connected"; as: string }
  | { state: "failed"; reason: string };

/** Files of customers. Every one is looked at before it is kept. */
export interface HostMedia {
  /** In the order given. What is too large or of a kind that is not taken is told as refused, and does not reject. */
  save(
    message: Pick<InboundMessage, "address" | "senderId">,
    sources: readonly MediaSource[],
  ): Promise<{ attachments: Attachment[]; refused: RefusedAttachment[] }>;
}

/** What somebody of the agency wrote to a customer without us: on the phone that is connected, or in their mail program. */
export interface PersonsMessage {
  address: InboundMessage["address"];
  /** The platform's id; a repeat does nothing. */
  externalId: string;
  text: string;
  sentAt: number;
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
  /** Absent where the gateway keeps no files: say in the text that something came. */
  readonly media?: HostMedia;
  /** What became of a message later. An id that is not ours is passed over. */
  delivered?(report: DeliveryReport): Promise<void>;
  /** A person of the agency answered on the platform itself: the conversation is theirs from here on. Resolves when that is durable. */
  personWrote?(message: PersonsMessage): Promise<void>;
}

export interface Accepted {
  /** Id of the inbox row, and of the run when there is one. */
  runId: string;
  sessionKey: string;
  duplicate: boolean;
}
