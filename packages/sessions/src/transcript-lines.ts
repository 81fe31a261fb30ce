import { TravelAgentError } from "@travelagent/protocol";
import type { StoredEntry } from "./open-transcript.ts";
import type { TranscriptRef } from "./transcript.ts";

const VERSION = 3;

/** Longer lines are no messages of anybody: they are not even read into memory. */
export const longestLine = 8 * 1024 * 1024;

export const headerLine = ({ sessionId }: TranscriptRef, now: number): string =>
  `${JSON.stringify({ type: "session", version: VERSION, id: sessionId, timestamp: new Date(now).toISOString() })}\n`;

export const entryLine = (entry: StoredEntry): string => `${JSON.stringify(entry)}\n`;

/** What a line is. Lines of kinds that are others' are kept and passed over. */
export type ReadLine =
  | { kind: "empty" | "header" | "bad" }
  | { kind: "entry"; entry: StoredEntry }
  | { kind: "other"; value: Record<string, unknown> & { id: string } };

const simple = { empty: { kind: "empty" }, header: { kind: "header" }, bad: { kind: "bad" } } as const;

/** Raises `STORAGE_CORRUPT` for the header of a newer version. */
export function readLine(text: string, path: string): ReadLine {
  if (text.trim() === "") return simple.empty;
  const value = parseObject(text);
  if (value?.type === "session") {
    if (typeof value.version === "number" && value.version > VERSION) {
      throw new TravelAgentError("STORAGE_CORRUPT", `the transcript ${path} was written by a newer version; start that version again`, { details: { path } });
    }
    return simple.header;
  }
  if (isMessageEntry(value) || isCompaction(value)) return { kind: "entry", entry: value };
  if (typeof value?.type === "string" && value.type !== "message" && isText(value.id)) return { kind: "other", value: { ...value, id: value.id } };
  return simple.bad;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): value is string => typeof value === "string";

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

const areBlocks = (content: unknown): boolean =>
  Array.isArray(content) &&
  content.every(
    (block) =>
      isRecord(block) &&
      isText(block.type) &&
      (block.type !== "text" || isText(block.text)) &&
      (block.type !== "toolCall" || (isText(block.id) && isText(block.name) && isRecord(block.arguments))),
  );

type Loose<T> = Record<string, unknown> & T;

function isMessageEntry(value: Record<string, unknown> | undefined): value is Loose<Extract<StoredEntry, { type: "message" }>> {
  if (value?.type !== "message" || !isText(value.id) || !isRecord(value.message)) return false;
  const { role, content, toolCallId } = value.message;
  if (role === "user") return isText(content) || areBlocks(content);
  if (role === "assistant") return areBlocks(content);
  return role === "toolResult" && isText(toolCallId) && areBlocks(content);
}

const isCompaction = (value: Record<string, unknown> | undefined): value is Loose<Extract<StoredEntry, { type: "compaction" }>> =>
  value?.type === "compaction" && isText(value.id) && isText(value.summary) && isText(value.firstKeptEntryId);
