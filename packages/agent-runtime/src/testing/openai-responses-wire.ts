import { sseEvent } from "./model-server.ts";
import { argumentsText, deltasOf, fragments, type ScriptedAnswer, type ScriptedCall } from "./scripted-answer.ts";

type Emit = (type: string, fields: Record<string, unknown>) => void;

function reasoning(answer: ScriptedAnswer, id: string, output_index: number, emit: Emit): void {
  const text = answer.thinking ?? "";
  const place = { item_id: id, output_index, summary_index: 0 };
  emit("response.output_item.added", { output_index, item: { id, type: "reasoning", summary: [], encrypted_content: "" } });
  if (text !== "") {
    emit("response.reasoning_summary_part.added", { ...place, part: { type: "summary_text", text: "" } });
    for (const delta of fragments(text)) emit("response.reasoning_summary_text.delta", { ...place, delta });
    emit("response.reasoning_summary_text.done", { ...place, text });
    emit("response.reasoning_summary_part.done", { ...place, part: { type: "summary_text", text } });
  }
  const summary = text === "" ? [] : [{ type: "summary_text", text }];
  emit("response.output_item.done", { output_index, item: { id, type: "reasoning", summary, encrypted_content: answer.signature ?? `encrypted-${id}` } });
}

function message(deltas: readonly string[], id: string, output_index: number, emit: Emit): void {
  const place = { item_id: id, output_index, content_index: 0 };
  const part = { type: "output_text", text: deltas.join(""), annotations: [], logprobs: [] };
  emit("response.output_item.added", { output_index, item: { id, type: "message", status: "in_progress", role: "assistant", content: [] } });
  emit("response.content_part.added", { ...place, part: { ...part, text: "" } });
  for (const delta of deltas) emit("response.output_text.delta", { ...place, delta, logprobs: [] });
  emit("response.output_text.done", { ...place, text: part.text, logprobs: [] });
  emit("response.content_part.done", { ...place, part });
  emit("response.output_item.done", { output_index, item: { id, type: "message", status: "completed", role: "assistant", content: [part] } });
}

function functionCall(call: ScriptedCall, id: string, output_index: number, emit: Emit): void {
  const text = argumentsText(call);
  const item = { id: `fc_${id}`, type: "function_call", call_id: call.id ?? `call_${id}`, name: call.name };
  emit("response.output_item.added", { output_index, item: { ...item, status: "in_progress", arguments: "" } });
  for (const delta of fragments(text)) emit("response.function_call_arguments.delta", { item_id: item.id, output_index, delta });
  emit("response.function_call_arguments.done", { item_id: item.id, output_index, arguments: text });
  emit("response.output_item.done", { output_index, item: { ...item, status: "completed", arguments: text } });
}

/** One answer in the stream format of the Responses API. */
export function responseEvents(answer: ScriptedAnswer, model: unknown, serial: number): string[] {
  const events: string[] = [];
  const emit: Emit = (type, fields) => void events.push(sseEvent({ type, sequence_number: events.length, ...fields }, type));
  const response = (status: string, fields: Record<string, unknown> = {}) => ({
    id: `resp_${serial}`,
    object: "response",
    created_at: 1_800_000_000,
    model,
    status,
    error: null,
    incomplete_details: null,
    output: [],
    usage: null,
    ...fields,
  });
  emit("response.created", { response: response("in_progress") });
  emit("response.in_progress", { response: response("in_progress") });
  let index = 0;
  if (answer.thinking !== undefined || answer.signature !== undefined) reasoning(answer, `rs_${serial}`, index++, emit);
  const texts = deltasOf(answer.text);
  if (texts.length > 0) message(texts, `msg_${serial}`, index++, emit);
  for (const call of answer.toolCalls ?? []) functionCall(call, `${serial}_${index}`, index++, emit);

  const { input = 10, output = 5, cacheRead = 0, cacheWrite = 0 } = answer.usage ?? {};
  const all = input + cacheRead + cacheWrite;
  const usage = {
    input_tokens: all,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: all + output,
  };
  if (answer.reason === "length")
    emit("response.incomplete", { response: response("incomplete", { usage, incomplete_details: { reason: "max_output_tokens" } }) });
  else emit("response.completed", { response: response("completed", { usage }) });
  return events;
}
