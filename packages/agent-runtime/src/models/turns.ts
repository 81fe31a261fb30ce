import type { AssistantMessage, ToolCallBlock, ToolResultMessage, TranscriptMessage, UserMessage } from "@travelagent/protocol/messages";

/** What every provider is sent: what somebody said, or what came back from the tools of the assistant message right before. */
export type ModelTurn =
  | { kind: "user"; message: UserMessage }
  | { kind: "assistant"; message: AssistantMessage; calls: ToolCallBlock[] }
  | { kind: "results"; results: ToolResultMessage[] };

const missing = (call: ToolCallBlock, timestamp: number): ToolResultMessage => ({
  role: "toolResult",
  toolCallId: call.id,
  toolName: call.name,
  content: [{ type: "text", text: "No result was recorded for this call, so its outcome is not known. Check before doing it again." }],
  isError: true,
  timestamp,
});

/**
 * The transcript as turns in which each call is followed at once by exactly one result, whatever stood between them.
 * A call without a result gets one that says so; a result without its call is left out: providers refuse both.
 */
export function modelTurns(messages: readonly TranscriptMessage[]): ModelTurn[] {
  const turns: ModelTurn[] = [];
  for (const [index, message] of messages.entries()) {
    if (message.role === "user") turns.push({ kind: "user", message });
    if (message.role !== "assistant") continue;
    const calls = message.content.filter((block): block is ToolCallBlock => block.type === "toolCall");
    turns.push({ kind: "assistant", message, calls });
    if (calls.length === 0) continue;
    const found = resultsAfter(messages, index);
    turns.push({ kind: "results", results: calls.map((call) => found.get(call.id) ?? missing(call, message.timestamp)) });
  }
  return turns;
}

function resultsAfter(messages: readonly TranscriptMessage[], index: number): Map<string, ToolResultMessage> {
  const found = new Map<string, ToolResultMessage>();
  for (const message of messages.slice(index + 1)) {
    if (message.role === "assistant") break;
    if (message.role === "toolResult" && !found.has(message.toolCallId)) found.set(message.toolCallId, message);
  }
  return found;
}

/** The text parts that say something; providers refuse empty ones. */
export const textsOf = (content: UserMessage["content"] | AssistantMessage["content"]): string[] =>
  (typeof content === "string" ? [content] : content.flatMap((block) => (block.type === "text" ? [block.text] : []))).filter((text) => text.trim() !== "");

export const resultText = (result: ToolResultMessage): string => textsOf(result.content).join("\n") || "(nothing)";
