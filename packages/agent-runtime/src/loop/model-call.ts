import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, TextBlock, ThinkingBlock, ToolCallBlock, TranscriptMessage, Usage } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import type { Model, ModelRequest } from "../model.ts";

/** One model call as one message. `onText` hears the text as it comes. */
export async function callModel(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal,
  clock: Clock,
  onText: (delta: string) => void,
): Promise<AssistantMessage> {
  const content: (TextBlock | ThinkingBlock | ToolCallBlock)[] = [];
  let usage: Usage | undefined;
  let stopReason: AssistantMessage["stopReason"] | undefined;
  for await (const event of model.stream(request, signal)) {
    const last = content.at(-1);
    switch (event.type) {
      case "text":
        if (last?.type === "text") last.text += event.delta;
        else content.push({ type: "text", text: event.delta });
        onText(event.delta);
        break;
      case "thinking":
        if (last?.type === "thinking" && last.signature === undefined) {
          last.thinking += event.delta;
          if (event.signature !== undefined) last.signature = event.signature;
        } else content.push({ type: "thinking", thinking: event.delta, ...(event.signature === undefined ? {} : { signature: event.signature }) });
        break;
      case "toolCall":
        content.push({ type: "toolCall", id: event.id, name: event.name, arguments: event.arguments });
        break;
      case "usage":
        usage = event.usage;
        break;
      case "end":
        stopReason = event.reason;
        break;
    }
  }
  if (stopReason === undefined) throw new TravelAgentError("MODEL_INTERRUPTED", `${model.provider}/${model.id} ended its answer without saying so`);
  // A provider may say "toolUse" without a call, or "stop" beside one: what counts is whether there is something to do.
  const toolUse = content.some((block) => block.type === "toolCall");
  return {
    role: "assistant",
    content,
    provider: model.provider,
    model: model.id,
    ...(usage ? { usage } : {}),
    stopReason: toolUse ? "toolUse" : stopReason === "toolUse" ? "stop" : stopReason,
    timestamp: clock.now(),
  };
}

export const textOf = (message: AssistantMessage): string =>
  message.content
    .filter((block): block is TextBlock => block.type === "text")
    .map((block) => block.text)
    .join("\n")
    .trim();

export const toolCallsOf = (message: AssistantMessage): ToolCallBlock[] => message.content.filter((block): block is ToolCallBlock => block.type === "toolCall");

/**
 * The message with ids of tool calls that no other call of the conversation has. Some models number theirs anew in every
 * answer, and a result would then be taken for that of another call.
 */
export function distinctCalls(message: AssistantMessage, context: readonly TranscriptMessage[], prefix: string): AssistantMessage {
  const taken = new Set(context.flatMap((earlier) => (earlier.role === "assistant" ? toolCallsOf(earlier).map((call) => call.id) : [])));
  const content = message.content.map((block, index) => {
    if (block.type !== "toolCall") return block;
    const id = block.id === "" || taken.has(block.id) ? `${prefix}_${index}` : block.id;
    taken.add(id);
    return { ...block, id };
  });
  return { ...message, content };
}
