import type { AssistantMessage, ToolCallBlock, TranscriptMessage } from "@travelagent/protocol/messages";
import { callArguments } from "./ask.ts";
import { invalid } from "./errors.ts";

/** Collects a conversation that the caller keeps, as our transcript holds one. */
export interface Earlier {
  readonly messages: TranscriptMessage[];
  user(text: string): void;
  assistant(text: string, calls: readonly { id: string; name: string; arguments: unknown }[]): void;
  result(toolCallId: string, text: string): void;
}

export function createEarlier(now: number, param: string): Earlier {
  const messages: TranscriptMessage[] = [];
  const names = new Map<string, string>();
  return {
    messages,
    user(text) {
      if (text.trim() !== "") messages.push({ role: "user", content: text, timestamp: now });
    },
    assistant(text, calls) {
      const blocks = calls.map((call): ToolCallBlock => {
        names.set(call.id, call.name);
        return { type: "toolCall", id: call.id, name: call.name, arguments: callArguments(call.arguments) };
      });
      const content: AssistantMessage["content"] = [...(text.trim() === "" ? [] : [{ type: "text" as const, text }]), ...blocks];
      if (content.length === 0) return;
      messages.push({ role: "assistant", content, provider: "caller", model: "history", stopReason: blocks.length > 0 ? "toolUse" : "stop", timestamp: now });
    },
    result(toolCallId, text) {
      const toolName = names.get(toolCallId);
      if (toolName === undefined) throw invalid(param, `there is no call ${toolCallId} before its result`);
      messages.push({ role: "toolResult", toolCallId, toolName, content: [{ type: "text", text }], isError: false, tainted: true, timestamp: now });
    },
  };
}
