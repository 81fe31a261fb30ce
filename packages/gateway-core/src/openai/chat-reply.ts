import type { ToolCallBlock, Usage } from "@travelagent/protocol/messages";
import type { RunResult } from "../runs.ts";
import { errorObject } from "./errors.ts";
import { type Followed, replyText } from "./follow.ts";

export interface ChatReplyFacts {
  runId: string;
  model: string;
  /** Milliseconds. */
  at: number;
}

const usageOf = (usage: Usage) => ({
  prompt_tokens: usage.input + usage.cacheRead + usage.cacheWrite,
  completion_tokens: usage.output,
  total_tokens: usage.input + usage.cacheRead + usage.cacheWrite + usage.output,
  prompt_tokens_details: { cached_tokens: usage.cacheRead },
});

const callOf = ({ id, name, arguments: args }: ToolCallBlock) => ({ id, type: "function", function: { name, arguments: JSON.stringify(args) } });

const finishReason = ({ clientCalls, stopReason }: RunResult): string => (clientCalls.length > 0 ? "tool_calls" : stopReason === "length" ? "length" : "stop");

const head = (object: string, { runId, model, at }: ChatReplyFacts) => ({ id: `chatcmpl-${runId}`, object, created: Math.floor(at / 1000), model });

export function chatCompletion(facts: ChatReplyFacts, result: RunResult): Record<string, unknown> {
  const text = replyText(result);
  const calls = result.clientCalls.map(callOf);
  return {
    ...head("chat.completion", facts),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: text === "" && calls.length > 0 ? null : text,
          refusal: null,
          ...(calls.length > 0 ? { tool_calls: calls } : {}),
        },
        logprobs: null,
        finish_reason: finishReason(result),
      },
    ],
    usage: usageOf(result.usage),
  };
}

/** The same as server-sent events. */
export async function* chatChunks(facts: ChatReplyFacts, events: AsyncIterable<Followed>, includeUsage: boolean): AsyncGenerator<string, void, undefined> {
  const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
  const chunk = (delta: Record<string, unknown>, finish: string | null = null) =>
    data({
      ...head("chat.completion.chunk", facts),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(includeUsage ? { usage: null } : {}),
    });
  yield chunk({ role: "assistant", content: "" });
  for await (const event of events) {
    if (event.type === "waiting") yield ": waiting\n\n";
    else if (event.type === "text") yield chunk({ content: event.delta });
    else if (event.type === "error") yield data(errorObject(event.error));
    else {
      const { result } = event;
      if (result.clientCalls.length > 0) yield chunk({ tool_calls: result.clientCalls.map((call, index) => ({ index, ...callOf(call) })) });
      yield chunk({}, finishReason(result));
      if (includeUsage) yield data({ ...head("chat.completion.chunk", facts), choices: [], usage: usageOf(result.usage) });
    }
  }
  yield "data: [DONE]\n\n";
}
