import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, TextBlock, ThinkingBlock, ToolCallBlock, TranscriptMessage, Usage } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import type { Model, ModelRequest } from "../model.ts";
import { tagFilter } from "./reply-tags.ts";
import { isSilent, silenceFilter } from "./silence.ts";
import { writtenThoughtFilter } from "./written-thought.ts";

/** What one model call came to. */
export interface ModelAnswer {
  message: AssistantMessage;
  /** It said the token of silence and nothing else, which is taken out of the message. */
  silent?: true;
  replyTo?: NonNullable<TurnOutcome["replyTo"]>;
}

/**
 * One model call as one message, without what the model wrote to us in its text: reply tags, the token of silence, thoughts
 * it wrote down as text. `onText` hears what a customer may see, as it comes.
 */
export async function callModel(model: Model, request: ModelRequest, signal: AbortSignal, clock: Clock, onText: (delta: string) => void): Promise<ModelAnswer> {
  const content: (TextBlock | ThinkingBlock | ToolCallBlock)[] = [];
  let usage: Usage | undefined;
  let stopReason: AssistantMessage["stopReason"] | undefined;
  let replyTo: ModelAnswer["replyTo"];
  const thoughts = writtenThoughtFilter();
  const tags = tagFilter((name, value) => {
    if (name === "reply_to_current") replyTo = "current";
    else if (name === "reply_to" && value !== "") replyTo = { externalId: value };
  });
  const silence = silenceFilter();
  const show = (text: string) => {
    if (text !== "") onText(text);
  };
  const write = (text: string) => {
    if (text === "") return;
    const last = content.at(-1);
    if (last?.type === "text") last.text += text;
    else content.push({ type: "text", text });
    show(silence.push(text));
  };
  for await (const event of model.stream(request, signal)) {
    switch (event.type) {
      case "text":
        write(tags.push(thoughts.push(event.delta)));
        break;
      case "thinking": {
        const last = content.at(-1);
        if (last?.type === "thinking" && last.signature === undefined) {
          last.thinking += event.delta;
          if (event.signature !== undefined) last.signature = event.signature;
        } else content.push({ type: "thinking", thinking: event.delta, ...(event.signature === undefined ? {} : { signature: event.signature }) });
        break;
      }
      case "toolCall":
        write(tags.push(thoughts.end()));
        write(tags.end());
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
  write(tags.push(thoughts.end()));
  write(tags.end());
  show(silence.end());
  // A provider may say "toolUse" without a call, or "stop" beside one: what counts is whether there is something to do.
  const toolUse = content.some((block) => block.type === "toolCall");
  const message: AssistantMessage = {
    role: "assistant",
    content,
    provider: model.provider,
    model: model.id,
    ...(usage ? { usage } : {}),
    stopReason: toolUse ? "toolUse" : stopReason === "toolUse" ? "stop" : stopReason,
    timestamp: clock.now(),
  };
  const told = replyTo === undefined ? {} : { replyTo };
  if (!isSilent(textOf(message))) return { message, ...told };
  return { message: { ...message, content: content.filter((block) => block.type !== "text") }, ...(toolUse ? {} : { silent: true as const }), ...told };
}

export const textOf = (message: AssistantMessage): string =>
  message.content
    .filter((block): block is TextBlock => block.type === "text")
    .map((block) => block.text)
    .join("\n")
    .trim();

export const toolCallsOf = (message: AssistantMessage): ToolCallBlock[] => message.content.filter((block): block is ToolCallBlock => block.type === "toolCall");

/** What every provider takes as the name of a function. */
const namePattern = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * The message as every provider takes it back in the next request: each tool call with an id that no other call of the
 * conversation has (some models number theirs anew in every answer, and a result would then be taken for that of another
 * call), and with a name that may be one. A name that cannot be one becomes one that no tool has.
 */
export function wellFormedCalls(message: AssistantMessage, context: readonly TranscriptMessage[], prefix: string): AssistantMessage {
  if (toolCallsOf(message).length === 0) return message;
  const taken = new Set(context.flatMap((earlier) => (earlier.role === "assistant" ? toolCallsOf(earlier).map((call) => call.id) : [])));
  const content = message.content.map((block, index) => {
    if (block.type !== "toolCall") return block;
    const id = block.id === "" || taken.has(block.id) ? `${prefix}_${index}` : block.id;
    taken.add(id);
    return { ...block, id, name: namePattern.test(block.name) ? block.name : "not_a_tool_name" };
  });
  return { ...message, content };
}
