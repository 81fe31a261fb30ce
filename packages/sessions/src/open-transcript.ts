import type { CompactionEntry, TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import type { TranscriptContext } from "./transcript.ts";

export type StoredEntry = TranscriptEntry | CompactionEntry;

export interface StoredLine {
  readonly id: string;
  /** Absent for kinds of lines that are others'. */
  readonly entry?: StoredEntry;
  /** In the file, with its end. */
  readonly bytes: number;
}

/** The end of a transcript in memory, with what is needed to append to it without looking at the rest. */
export interface OpenTranscript {
  readonly lines: StoredLine[];
  /** Of these lines. */
  readonly ids: Set<string>;
  lastId: string | null;
  /** Tool calls that wait for their result: id to name of the tool. */
  readonly openCalls: Map<string, string>;
}

export const emptyTranscript = (): OpenTranscript => ({ lines: [], ids: new Set(), lastId: null, openCalls: new Map() });

/** Adds a line that is stored. */
export function admit(transcript: OpenTranscript, line: StoredLine): void {
  transcript.lines.push(line);
  transcript.ids.add(line.id);
  transcript.lastId = line.id;
  if (line.entry?.type === "message") followCalls(transcript.openCalls, line.entry.message);
}

export function followCalls(openCalls: Map<string, string>, message: TranscriptMessage): void {
  if (message.role === "toolResult") openCalls.delete(message.toolCallId);
  else if (message.role === "assistant") {
    for (const block of message.content) if (block.type === "toolCall") openCalls.set(block.id, block.name);
  }
}

export const messagesOf = (lines: readonly StoredLine[]): TranscriptEntry[] => lines.flatMap(({ entry }) => (entry?.type === "message" ? [entry] : []));

/**
 * What a model is to be told, as far as these lines go. `reached` is false while an older line is needed that is not among them.
 */
export function contextOf(lines: readonly StoredLine[]): { context: Omit<TranscriptContext, "whole">; reached: boolean } {
  const last = lines.findLastIndex(({ entry }) => entry?.type === "compaction");
  if (last < 0) return { context: { entries: messagesOf(lines) }, reached: false };
  const compaction = lines[last]!.entry as CompactionEntry;
  const first = lines.findLastIndex(({ id }, at) => at < last && id === compaction.firstKeptEntryId);
  return {
    // The entry it names may be lost: then more is told than needed, and nothing is left out.
    context: { compaction, entries: messagesOf(lines.slice(Math.max(0, first))) },
    reached: first >= 0,
  };
}
