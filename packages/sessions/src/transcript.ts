import type { TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";

/** Which transcript: one per session id, so a reset begins a new one. */
export interface TranscriptRef {
  agentId: string;
  sessionId: string;
}

export interface NewEntry {
  /** Made by the caller; the same id again is the same entry. */
  id: string;
  message: TranscriptMessage;
}

/**
 * Where transcripts are kept. Append-only; the appends to one transcript take effect one after the other.
 *
 * `append` skips entries whose id is there already, so a turn that is replayed after a crash changes nothing. A user message
 * that follows a tool call without a result puts an error result before itself, and a result for a call that is not open
 * is left out: what is stored is acceptable to every model provider. `durable` survives the loss of power.
 * Raises `STORAGE_FULL` when there is no space; nothing of the append is seen then.
 */
export interface TranscriptStore {
  /** Oldest first; empty for a transcript that does not exist. The array must not be changed. */
  read(ref: TranscriptRef): Promise<readonly TranscriptEntry[]>;
  /** Returns what was added. */
  append(ref: TranscriptRef, entries: readonly NewEntry[], options?: { durable?: boolean }): Promise<TranscriptEntry[]>;
  /** Sets the transcript aside under another name, which is returned; undefined when there is none. Absent: it stays where it is. */
  archive?(ref: TranscriptRef): Promise<string | undefined>;
  /** Forgets the transcript and everything kept beside it, also what was set aside. */
  remove(ref: TranscriptRef): Promise<void>;
}

/** A transcript in memory, with what is needed to append to it without looking at all of it. */
export interface OpenTranscript {
  readonly entries: TranscriptEntry[];
  readonly ids: Set<string>;
  lastId: string | null;
  /** Tool calls that wait for their result: id to name of the tool. */
  readonly openCalls: Map<string, string>;
}

export const emptyTranscript = (): OpenTranscript => ({ entries: [], ids: new Set(), lastId: null, openCalls: new Map() });

/** Adds an entry that is stored. */
export function admit(transcript: OpenTranscript, entry: TranscriptEntry): void {
  transcript.entries.push(entry);
  transcript.ids.add(entry.id);
  transcript.lastId = entry.id;
  followCalls(transcript.openCalls, entry.message);
}

export function followCalls(openCalls: Map<string, string>, message: TranscriptMessage): void {
  if (message.role === "toolResult") openCalls.delete(message.toolCallId);
  else if (message.role === "assistant") {
    for (const block of message.content) if (block.type === "toolCall") openCalls.set(block.id, block.name);
  }
}
