import type { TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import type { Tx } from "@travelagent/protocol/ports";
import type { QueueSettings, TurnRequest } from "@travelagent/protocol/turn";

export type { QueueSettings } from "@travelagent/protocol/turn";

export interface SessionFacts {
  sessionId: string;
  customerId?: string;
  /** `deny`: the agent does not speak in it. */
  sendPolicy?: "allow" | "deny";
  /** What an operator wants otherwise for this session. */
  prefer?: NonNullable<TurnRequest["prefer"]>;
  queue?: Partial<QueueSettings>;
}

/** What a turn leaves in the index of sessions. */
export interface SessionUse {
  /** Where the reply went. */
  lastChannel?: string;
  lastTo?: string;
  /** Provider and name, as `provider/model`. */
  model?: string;
  /** Size of the context at the last model call. */
  contextTokens?: number;
  /** Added to the counters. */
  usage?: { input: number; output: number; totalTokens: number };
}

/** What the gateway needs of the session store. */
export interface SessionPort {
  /** One row per key; a repeat changes nothing. */
  ensure(
    key: string,
    meta: { agentId: string; channel: string; accountId: string; chatType: "direct" | "group"; peerId: string; threadId?: string },
  ): Promise<SessionFacts>;
  get(key: string): Promise<SessionFacts | undefined>;
  history(key: string, options: { limit: number }): Promise<TranscriptEntry[]>;
  append(key: string, messages: { id: string; message: TranscriptMessage }[], options?: { durable?: boolean }): Promise<unknown>;
  /** The session was used: newest first in lists. */
  touch(key: string): Promise<unknown>;
  /** The same for a turn, in the commit of its reply. Does nothing for a session that is gone. */
  noteUse(tx: Tx, key: string, used: SessionUse): Promise<unknown>;
}
