import type { CompactionEntry, TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";

/** What the runtime needs of the session store. */
export interface Transcript {
  /** The context of the next model call, oldest first, valid for every provider. */
  messages(sessionKey: string): Promise<TranscriptMessage[]>;
  /** Adds messages at the end; an id that is there already is skipped, so that a turn may run again. */
  append(sessionKey: string, messages: { id: string; message: TranscriptMessage }[], options?: { durable?: boolean }): Promise<unknown>;
}

/** What is needed besides to keep a conversation within a model's window. */
export interface KeptTranscript extends Transcript {
  /** The last summary and the entries it left, oldest first. `whole` is false when there are more than `maxBytes`. */
  context(sessionKey: string, options?: { maxBytes?: number }): Promise<{ compaction?: CompactionEntry; entries: readonly TranscriptEntry[]; whole: boolean }>;
  /** From now on a model gets the summary instead of what it covers. Durable; an id that is there already changes nothing. */
  compact(sessionKey: string, compaction: Omit<CompactionEntry, "type" | "parentId" | "timestamp">): Promise<void>;
  /** Keeps a long text beside the transcript. False where that is not possible. */
  spill(sessionKey: string, id: string, text: string): Promise<boolean>;
  /** A part of a text that this very session keeps. Raises `NOT_FOUND` for another. */
  readSpilled(sessionKey: string, id: string, options: { offset: number; limit: number }): Promise<{ text: string; total: number }>;
}
