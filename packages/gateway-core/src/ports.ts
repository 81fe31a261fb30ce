import type { TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import type { TurnRequest } from "@travelagent/protocol/turn";

/** What becomes of messages that come while a session is being answered. */
export interface QueueSettings {
  /**
   * `followup`: each its own turn. `collect`: one turn for all that waited. `steer`: heard in the running turn, else a turn of
   * their own. `steer-backlog`: heard in the running turn and answered once more after it. `interrupt`: the running turn ends
   * and the newest message is answered.
   */
  mode: "followup" | "collect" | "steer" | "steer-backlog" | "interrupt";
  /** Quiet time after the last message before those that waited are answered together. */
  debounceMs: number;
  /** Messages that may wait in one session. */
  cap: number;
  /** What gives way when more come: the oldest, the new one, or the oldest with a line about each in the next prompt. */
  drop: "old" | "new" | "summarize";
}

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
  touch(key: string, used?: SessionUse): Promise<unknown>;
}
