import { TravelAgentError } from "@travelagent/protocol";
import type { TranscriptEntry } from "@travelagent/protocol/messages";
import { admit, emptyTranscript, type OpenTranscript, type TranscriptRef } from "./transcript.ts";

const VERSION = 3;

export const headerLine = ({ sessionId }: TranscriptRef, now: number): string =>
  `${JSON.stringify({ type: "session", version: VERSION, id: sessionId, timestamp: new Date(now).toISOString() })}\n`;

export const entryLines = (entries: readonly TranscriptEntry[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");

export interface LoadedLines {
  transcript: OpenTranscript;
  hasHeader: boolean;
  /** Lines to keep, in order, without the header. */
  good: string[];
  /** Lines that are no entries; the last one may be the torn end of a write. */
  bad: string[];
  /** The last line lacks its end: another line must not be put behind it. */
  unterminated: boolean;
}

/** Reads a file's text as far as it can be read. Entries of kinds other than `message` are kept in the file and passed over. */
export function parseLines(text: string, path: string): LoadedLines {
  const loaded: LoadedLines = { transcript: emptyTranscript(), hasHeader: false, good: [], bad: [], unterminated: !text.endsWith("\n") };
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const value = parseObject(line);
    if (at === 0 && value?.type === "session") {
      if (typeof value.version === "number" && value.version > VERSION) {
        throw new TravelAgentError("STORAGE_CORRUPT", `the transcript ${path} was written by a newer version; start that version again`, { details: { path } });
      }
      loaded.hasHeader = true;
    } else if (isMessageEntry(value)) {
      loaded.good.push(line);
      if (!loaded.transcript.ids.has(value.id)) admit(loaded.transcript, value);
    } else if (typeof value?.type === "string" && value.type !== "message" && typeof value.id === "string") {
      loaded.good.push(line);
      loaded.transcript.lastId = value.id;
    } else loaded.bad.push(line);
  }
  return loaded;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown) => typeof value === "string";

function isMessageEntry(value: Record<string, unknown> | undefined): value is Record<string, unknown> & TranscriptEntry {
  if (value?.type !== "message" || !text(value.id) || typeof value.message !== "object" || value.message === null) return false;
  const { role, content, toolCallId } = value.message as Record<string, unknown>;
  if (role === "user") return text(content) || Array.isArray(content);
  if (role === "assistant") return Array.isArray(content);
  return role === "toolResult" && text(toolCallId) && Array.isArray(content);
}
