import type { TranscriptMessage } from "@travelagent/protocol/messages";

/** What the runtime needs of the session store. */
export interface Transcript {
  /** The context of the next model call, oldest first, valid for every provider. */
  messages(sessionKey: string): Promise<TranscriptMessage[]>;
  /** Adds messages at the end; an id that is there already is skipped, so that a turn may run again. */
  append(sessionKey: string, messages: { id: string; message: TranscriptMessage }[], options?: { durable?: boolean }): Promise<unknown>;
}
