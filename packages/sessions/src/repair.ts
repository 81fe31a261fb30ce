import type { ToolResultMessage, TranscriptEntry, TranscriptMessage } from "@travelagent/protocol/messages";
import { followCalls, type OpenTranscript, type StoredLine } from "./open-transcript.ts";
import type { NewEntry } from "./transcript.ts";

const NO_RESULT = "No result: the call was interrupted. Whether it took effect is unknown; look it up before doing it again.";

export function interruptedResult(toolCallId: string, toolName: string, timestamp: number): ToolResultMessage {
  return { role: "toolResult", toolCallId, toolName, content: [{ type: "text", text: NO_RESULT }], details: { interrupted: true }, isError: true, timestamp };
}

const interruptedCall = ({ entry }: StoredLine): string | undefined => {
  if (entry?.type !== "message" || entry.message.role !== "toolResult") return undefined;
  const { details, toolCallId } = entry.message;
  return (details as { interrupted?: unknown } | undefined)?.interrupted === true ? toolCallId : undefined;
};

/**
 * How many lines at the end only say that a call was interrupted, when one of `wanted` is the result of such a call after all: a
 * turn goes on after a restart. They have to go before the append.
 */
export function supersededLines({ lines, openCalls }: OpenTranscript, wanted: readonly NewEntry[]): number {
  let count = 0;
  const calls = new Set<string>();
  for (let at = lines.length - 1; at >= 0; at--) {
    const call = interruptedCall(lines[at]!);
    if (call === undefined) break;
    calls.add(call);
    count += 1;
  }
  const first = wanted.find(({ message }) => message.role === "user" || (message.role === "toolResult" && calls.has(message.toolCallId)));
  return first?.message.role === "toolResult" && !openCalls.has(first.message.toolCallId) ? count : 0;
}

/** What an append really adds: known ids left out, open tool calls answered before a user message, results nobody waits for left out. */
export function planAppend(
  transcript: OpenTranscript,
  wanted: readonly NewEntry[],
  now: number,
): { entries: TranscriptEntry[]; late: { entryId: string; toolCallId: string }[] } {
  const openCalls = new Map(transcript.openCalls);
  const planned = new Set<string>();
  const entries: TranscriptEntry[] = [];
  const late: { entryId: string; toolCallId: string }[] = [];
  let parentId = transcript.lastId;
  const add = (id: string, message: TranscriptMessage) => {
    entries.push({ type: "message", id, parentId, timestamp: new Date(now).toISOString(), message });
    planned.add(id);
    parentId = id;
    followCalls(openCalls, message);
  };
  for (const { id, message } of wanted) {
    if (transcript.ids.has(id) || planned.has(id)) continue;
    if (message.role === "toolResult" && !openCalls.has(message.toolCallId)) {
      late.push({ entryId: id, toolCallId: message.toolCallId });
      continue;
    }
    if (message.role === "user") {
      for (const [callId, name] of [...openCalls]) add(`${id}:interrupted:${callId}`, interruptedResult(callId, name, now));
    }
    add(id, message);
  }
  return { entries, late };
}

const hasToPair = ({ role, content }: TranscriptMessage): boolean =>
  role === "toolResult" || (role === "assistant" && content.some((block) => typeof block !== "string" && block.type === "toolCall"));

/**
 * Messages as every provider accepts them: each assistant message with tool calls is followed by one result per call;
 * results without a call are left out. A call whose result is missing gets an error result.
 */
export function pairToolCalls(messages: readonly TranscriptMessage[]): TranscriptMessage[] {
  if (!messages.some(hasToPair)) return [...messages];
  const results = new Map<TranscriptMessage, Map<string, ToolResultMessage>>();
  const askedBy = new Map<string, TranscriptMessage>();
  for (const message of messages) {
    if (message.role === "assistant") {
      for (const block of message.content) if (block.type === "toolCall") askedBy.set(block.id, message);
    } else if (message.role === "toolResult") {
      const asking = askedBy.get(message.toolCallId);
      if (!asking) continue;
      const own = results.get(asking) ?? new Map<string, ToolResultMessage>();
      results.set(asking, own.set(message.toolCallId, own.get(message.toolCallId) ?? message));
    }
  }
  return messages.flatMap((message): TranscriptMessage[] => {
    if (message.role === "toolResult") return [];
    if (message.role === "user") return [message];
    const calls = message.content.filter((block) => block.type === "toolCall");
    return [message, ...calls.map((call) => results.get(message)?.get(call.id) ?? interruptedResult(call.id, call.name, message.timestamp))];
  });
}
