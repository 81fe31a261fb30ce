import { type ChatMessage, memoizeJson } from "@travelagent/protocol";
import type { TranscriptEntry } from "@travelagent/protocol/messages";
import { asChatMessage } from "../live.ts";

export interface MessageShape {
  /** A customer sees what was said, not how it was found out. */
  visitor: boolean;
  /** Of the connection. Version 3 knows a person's words as blocks only. */
  protocol: number | undefined;
  /** Longest text of one message. */
  maxChars?: number | undefined;
}

/** An entry in the form a connection knows; null for what it is not shown. It must not be changed. */
export type ShowMessage = (entry: TranscriptEntry) => ChatMessage | null;

/** Id of the delivery that a transcript's entry became. */
export const deliveryOf = ({ id }: TranscriptEntry): string => (id.endsWith(":final") ? id.slice(0, -":final".length) : id);

/** By shape, beside the entries: those never change, and the store of transcripts keeps them for as long as it sees fit. */
const kept = new Map<string, WeakMap<TranscriptEntry, { message: ChatMessage | null }>>();

export function messageShape({ visitor, protocol = 3, maxChars }: MessageShape): ShowMessage {
  if (maxChars !== undefined) return (entry) => shaped(entry, visitor, protocol, maxChars);
  const name = `${visitor ? "visitor" : "operator"} ${protocol === 3 ? 3 : "later"}`;
  const known = kept.get(name) ?? new WeakMap<TranscriptEntry, { message: ChatMessage | null }>();
  kept.set(name, known);
  return (entry) => {
    const before = known.get(entry);
    if (before) return before.message;
    const message = shaped(entry, visitor, protocol);
    known.set(entry, { message: message && memoizeJson(message) });
    return message;
  };
}

function shaped(entry: TranscriptEntry, visitor: boolean, protocol: number, maxChars?: number): ChatMessage | null {
  const { message: stored } = entry;
  if (visitor && (stored.role === "toolResult" || (stored.role === "assistant" && stored.stopReason === "toolUse"))) return null;
  const message = asChatMessage(stored, deliveryOf(entry));
  if (!message) return null;
  if (visitor) for (const ours of ["provider", "model", "usage"]) delete message[ours];
  const short = (text: string): string => (maxChars !== undefined && text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text);
  const { content } = message;
  if (typeof content === "string") return { ...message, content: protocol === 3 ? [{ type: "text", text: short(content) }] : short(content) };
  if (maxChars === undefined) return message;
  return { ...message, content: content.map((block) => (typeof block.text === "string" ? { ...block, text: short(block.text) } : block)) };
}
