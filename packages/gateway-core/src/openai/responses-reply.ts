import type { Usage } from "@travelagent/protocol/messages";
import type { RunResult } from "../runs.ts";
import { errorObject } from "./errors.ts";
import { type Followed, replyText } from "./follow.ts";

export interface ResponseFacts {
  runId: string;
  model: string;
  /** Milliseconds. */
  at: number;
  previousResponseId?: string;
  instructions: string;
  tools: readonly { name: string; description: string; parameters: Record<string, unknown> }[];
}

const usageOf = (usage: Usage) => ({
  input_tokens: usage.input + usage.cacheRead + usage.cacheWrite,
  input_tokens_details: { cached_tokens: usage.cacheRead },
  output_tokens: usage.output,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: usage.input + usage.cacheRead + usage.cacheWrite + usage.output,
});

const textPart = (text: string) => ({ type: "output_text", text, annotations: [], logprobs: [] });

const messageItem = (runId: string, text: string, status: "completed" | "in_progress") => ({
  id: `msg_${runId}`,
  type: "message",
  status,
  role: "assistant",
  content: status === "completed" ? [textPart(text)] : [],
});

const callItems = ({ clientCalls }: RunResult, runId: string) =>
  clientCalls.map(({ id, name, arguments: args }, index) => ({
    id: `fc_${runId}_${index}`,
    type: "function_call",
    status: "completed",
    call_id: id,
    name,
    arguments: JSON.stringify(args),
  }));

function frame({ runId, model, at, previousResponseId, instructions, tools }: ResponseFacts, rest: Record<string, unknown>): Record<string, unknown> {
  return {
    id: `resp_${runId}`,
    object: "response",
    created_at: Math.floor(at / 1000),
    status: "in_progress",
    error: null,
    incomplete_details: null,
    instructions: instructions === "" ? null : instructions,
    metadata: {},
    model,
    output: [],
    parallel_tool_calls: true,
    previous_response_id: previousResponseId ?? null,
    temperature: null,
    tool_choice: "auto",
    tools: tools.map((tool) => ({ type: "function", ...tool, strict: false })),
    top_p: null,
    ...rest,
  };
}

/** `text` is what the reader has been given; a stream may hold more words than the reply alone. */
function completed(facts: ResponseFacts, result: RunResult, text: string): Record<string, unknown> {
  const cut = result.stopReason === "length" && result.clientCalls.length === 0;
  return frame(facts, {
    status: cut ? "incomplete" : "completed",
    ...(cut ? { incomplete_details: { reason: "max_output_tokens" } } : {}),
    output: [...(text === "" ? [] : [messageItem(facts.runId, text, "completed")]), ...callItems(result, facts.runId)],
    usage: usageOf(result.usage),
  });
}

export const response = (facts: ResponseFacts, result: RunResult): Record<string, unknown> => completed(facts, result, replyText(result));

/** The same as server-sent events. */
export async function* responseEvents(facts: ResponseFacts, events: AsyncIterable<Followed>): AsyncGenerator<string, void, undefined> {
  let sequence = 0;
  let text = "";
  let begun = false;
  const send = (type: string, fields: Record<string, unknown>) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...fields })}\n\n`;
  const item_id = `msg_${facts.runId}`;
  const part = { item_id, output_index: 0, content_index: 0 };

  yield send("response.created", { response: frame(facts, {}) });
  yield send("response.in_progress", { response: frame(facts, {}) });
  for await (const event of events) {
    if (event.type === "waiting") yield ": waiting\n\n";
    else if (event.type === "error") {
      const { message, code } = errorObject(event.error).error;
      yield send("response.failed", { response: frame(facts, { status: "failed", error: { code: "server_error", message: `${code}: ${message}` } }) });
    } else if (event.type === "text") {
      if (!begun) {
        begun = true;
        yield send("response.output_item.added", { output_index: 0, item: messageItem(facts.runId, "", "in_progress") });
        yield send("response.content_part.added", { ...part, part: textPart("") });
      }
      text += event.delta;
      yield send("response.output_text.delta", { ...part, delta: event.delta, logprobs: [] });
    } else {
      if (begun) {
        yield send("response.output_text.done", { ...part, text, logprobs: [] });
        yield send("response.content_part.done", { ...part, part: textPart(text) });
        yield send("response.output_item.done", { output_index: 0, item: messageItem(facts.runId, text, "completed") });
      }
      for (const [index, item] of callItems(event.result, facts.runId).entries()) {
        const at = { item_id: item.id, output_index: index + (begun ? 1 : 0) };
        yield send("response.output_item.added", { output_index: at.output_index, item: { ...item, status: "in_progress", arguments: "" } });
        yield send("response.function_call_arguments.delta", { ...at, delta: item.arguments });
        yield send("response.function_call_arguments.done", { ...at, name: item.name, arguments: item.arguments });
        yield send("response.output_item.done", { output_index: at.output_index, item });
      }
      const whole = completed(facts, event.result, text);
      yield send(whole.status === "incomplete" ? "response.incomplete" : "response.completed", { response: whole });
    }
  }
}
