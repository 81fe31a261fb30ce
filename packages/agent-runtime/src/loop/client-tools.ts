import type { AssistantMessage, ClientTool, ProgramExtras, ToolResultMessage } from "@travelagent/protocol/messages";
import type { TurnRequest } from "@travelagent/protocol/turn";
import { toolCallsOf } from "./model-call.ts";

/** The program's functions a model is offered beside the gate's. A name that is the gate's stays the gate's. */
export function clientTools(program: ProgramExtras | undefined, gated: readonly { name: string }[]): ClientTool[] {
  const taken = new Set(gated.map(({ name }) => name));
  return (program?.tools ?? []).filter(({ name }) => !taken.has(name));
}

/**
 * The calls of a message that go through the gate, and those that are left to the program, each as a message of its own.
 * `own` is absent when every call is the program's, `client` when none is.
 */
export function splitCalls(assistant: AssistantMessage, theirs: readonly ClientTool[]): { own?: AssistantMessage; client?: AssistantMessage } {
  const names = new Set(theirs.map(({ name }) => name));
  const calls = toolCallsOf(assistant);
  const asked = new Set(calls.filter((call) => names.has(call.name)));
  if (asked.size === 0) return { own: assistant };
  if (asked.size === calls.length) return { client: assistant };
  const { usage, ...rest } = assistant;
  return {
    own: { ...rest, content: assistant.content.filter((block) => block.type === "thinking" || (block.type === "toolCall" && !asked.has(block))) },
    client: {
      ...rest,
      ...(usage ? { usage } : {}),
      content: assistant.content.filter((block) => block.type === "text" || (block.type === "toolCall" && asked.has(block))),
    },
  };
}

/** What the program's functions gave back. Nobody knows where they have it from, so it counts as the words of a third party. */
export const clientResults = ({ program }: TurnRequest, now: number): ToolResultMessage[] =>
  (program?.toolResults ?? []).map(({ toolCallId, toolName, text }) => ({
    role: "toolResult",
    toolCallId,
    toolName,
    content: [{ type: "text", text }],
    isError: false,
    tainted: true,
    timestamp: now,
  }));
