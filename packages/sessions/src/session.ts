import type { QueueSettings, TurnRequest } from "@travelagent/protocol/turn";

/** A conversation as the index knows it. The key stays, the session id changes with every reset. */
export interface Session {
  key: string;
  sessionId: string;
  agentId: string;
  channel?: string;
  accountId?: string;
  chatType?: "direct" | "group";
  peerId?: string;
  threadId?: string;
  /** Whose conversation it is. Once set it never changes silently. */
  customerId?: string;
  label?: string;
  displayName?: string;
  /** Where the last message went. */
  lastChannel?: string;
  lastTo?: string;
  model?: string;
  /** `deny`: the agent does not speak in this session, a person does. */
  sendPolicy?: "allow" | "deny";
  /** What an operator wants otherwise for this session than its agent's configuration. */
  prefer?: NonNullable<TurnRequest["prefer"]>;
  queue?: Partial<QueueSettings>;
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
  /** Size of the context at the last model call. */
  contextTokens: number;
  /** When it was found that a part of its transcript cannot be read. Absent: all is well. */
  damagedAt?: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
  updatedAt: number;
}

/** What is known when a session is first seen; the agent comes from the key. */
export type SessionMeta = Pick<Session, "channel" | "accountId" | "chatType" | "peerId" | "threadId" | "customerId" | "label" | "displayName">;

export interface SessionPatch {
  label?: string | null;
  displayName?: string | null;
  lastChannel?: string | null;
  lastTo?: string | null;
  model?: string | null;
  sendPolicy?: "allow" | "deny" | null;
  /** Each replaces what was there as a whole. */
  prefer?: Session["prefer"] | null;
  queue?: Session["queue"] | null;
  contextTokens?: number;
  /** Added to the counters. */
  usage?: { input: number; output: number; totalTokens: number };
}

/** What a turn leaves in the index. */
export interface SessionUse {
  /** Where the reply went. */
  lastChannel?: string;
  lastTo?: string;
  /** Provider and name, as `provider/model`. */
  model?: string;
  contextTokens?: number;
  /** Added to the counters. */
  usage?: { input: number; output: number; totalTokens: number };
}

export interface SessionFilter {
  /** Default 50, at most 500. */
  limit?: number;
  /** From the list before. */
  cursor?: string;
  /** Rows to skip. Slow for large numbers; a cursor is not. */
  offset?: number;
  sessionId?: string;
  /** Exactly this label. */
  label?: string;
  agentId?: string;
  customerId?: string;
  /** Start of the key, or any part of label or display name. */
  search?: string;
  /** Only what was active at or after this time, in milliseconds. */
  activeSince?: number;
}

export interface SessionPage {
  sessions: Session[];
  /** Absent on the last page. */
  nextCursor?: string;
}
