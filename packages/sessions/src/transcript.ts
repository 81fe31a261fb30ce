import type { CompactionEntry, TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import type { ChangeEntry } from "./rewrite-lines.ts";

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

export type NewCompaction = Omit<CompactionEntry, "type" | "parentId" | "timestamp">;

/** What a model is to be told of a transcript. */
export interface TranscriptContext {
  /** The last one; absent when nothing was summarised. */
  compaction?: CompactionEntry;
  /** What it left, or everything; oldest first. The array must not be changed. */
  entries: readonly TranscriptEntry[];
  /** False: older ones were left out, since there are more than `maxBytes`. */
  whole: boolean;
}

/** Lines of a transcript that could not be read. The file is set aside as it was, what can be read goes on in a new one. */
export interface TranscriptDamage {
  ref: TranscriptRef;
  /** Where the damaged file is now. */
  path: string;
  lostLines: number;
}

/** A long text kept beside a transcript. */
export interface SpilledText {
  text: string;
  /** Characters of all of it. */
  total: number;
}

/**
 * Where transcripts are kept. Append-only; the appends to one transcript take effect one after the other.
 *
 * `append` skips entries whose id is there already, so a turn that is replayed after a crash changes nothing; a store may
 * remember only the ids of the last few hundred entries. A user message that follows a tool call without a result puts an error
 * result before itself, and a result for a call that is not open is left out, unless the call was closed only because it was
 * interrupted: what is stored is acceptable to every model provider. `durable` survives the loss of power.
 * Raises `STORAGE_FULL` when there is no space; nothing of the append is seen then.
 */
export interface TranscriptStore {
  /** Every message, oldest first; empty for a transcript that does not exist. The array must not be changed. */
  read(ref: TranscriptRef): Promise<readonly TranscriptEntry[]>;
  /** Returns what was added. */
  append(ref: TranscriptRef, entries: readonly NewEntry[], options?: { durable?: boolean }): Promise<TranscriptEntry[]>;
  /** The last `limit` messages, oldest first. Absent: `read` and cut. */
  last?(ref: TranscriptRef, limit: number): Promise<readonly TranscriptEntry[]>;
  /** Absent: everything `read` gives, and `compact` is absent too. */
  context?(ref: TranscriptRef, options?: { maxBytes?: number }): Promise<TranscriptContext>;
  /** Puts a summary at the end; durable. An id that is there already changes nothing. */
  compact?(ref: TranscriptRef, compaction: NewCompaction): Promise<void>;
  /** Keeps a long text beside the transcript, and forgets it with it. False when there is no room for it. */
  spill?(ref: TranscriptRef, id: string, text: string): Promise<boolean>;
  /** A part of one. Undefined for one that is not there. */
  readSpilled?(ref: TranscriptRef, id: string, options: { offset: number; limit: number }): Promise<SpilledText | undefined>;
  /**
   * Changes the words of entries that are there already, also of parts that were set aside before, and leaves nothing of the old ones on
   * disk. For what must not be kept; resolves with how many entries are other than before. Absent: it cannot.
   */
  redact?(ref: TranscriptRef, change: (text: string) => string): Promise<number>;
  /** Sets the transcript aside under another name, which is returned; undefined when there is none. Absent: it stays where it is. */
  archive?(ref: TranscriptRef): Promise<string | undefined>;
  /** Changes messages where they stand, also in what was set aside; durable. For what a person has a right to have removed. Resolves with how many changed. */
  rewrite?(ref: TranscriptRef, change: ChangeEntry): Promise<number>;
  /** Forgets the transcript and everything kept beside it, also what was set aside. */
  remove(ref: TranscriptRef): Promise<void>;
  /** Asks to be told of every transcript with lines that cannot be read. */
  onDamage?(listener: (damage: TranscriptDamage) => void): void;
}
