import type { TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";

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
