import type { RawMessageStreamEvent, StopReason } from "@anthropic-ai/sdk/resources/messages/messages";
import { TravelAgentError } from "@travelagent/protocol";
import type { Usage } from "@travelagent/protocol/messages";
import type { ModelEvent } from "../../model.ts";
import { toolArguments } from "../tool-arguments.ts";
import { redactedMark } from "./redacted-thinking.ts";

const endReason = (reason: StopReason | null): "stop" | "length" | "toolUse" => {
  if (reason === "tool_use") return "toolUse";
  if (reason === "max_tokens" || reason === "model_context_window_exceeded") return "length";
  return "stop";
};

interface Counts {
  input_tokens?: number | null;
  output_tokens?: number | null;
  cache_read_input_tokens?: number | null;
  cache_creation_input_tokens?: number | null;
}

/** Later events repeat some counts and leave out others. */
function counted(usage: Usage, counts: Counts | undefined): Usage {
  const input = counts?.input_tokens ?? usage.input;
  const output = counts?.output_tokens ?? usage.output;
  const cacheRead = counts?.cache_read_input_tokens ?? usage.cacheRead;
  const cacheWrite = counts?.cache_creation_input_tokens ?? usage.cacheWrite;
  return { input, output, cacheRead, cacheWrite, totalTokens: input + output + cacheRead + cacheWrite };
}

type BlockEvent = Extract<RawMessageStreamEvent, { index: number }>;

/** Content comes in blocks, each under its index: calls and signatures are whole when their block stops. */
function blockReader(): (event: BlockEvent) => ModelEvent | undefined {
  const calls = new Map<number, { id: string; name: string; json: string }>();
  const signatures = new Map<number, string>();

  const start = (index: number, block: Extract<BlockEvent, { type: "content_block_start" }>["content_block"]): ModelEvent | undefined => {
    if (block.type === "tool_use") calls.set(index, { id: block.id, name: block.name, json: "" });
    if (block.type === "thinking") signatures.set(index, block.signature ?? "");
    if (block.type === "redacted_thinking") return { type: "thinking", delta: "", signature: redactedMark + block.data };
    return undefined;
  };

  const add = (index: number, delta: Extract<BlockEvent, { type: "content_block_delta" }>["delta"]): ModelEvent | undefined => {
    if (delta.type === "text_delta") return { type: "text", delta: delta.text };
    if (delta.type === "thinking_delta") return { type: "thinking", delta: delta.thinking };
    if (delta.type === "signature_delta") signatures.set(index, (signatures.get(index) ?? "") + delta.signature);
    const call = calls.get(index);
    if (delta.type === "input_json_delta" && call) call.json += delta.partial_json;
    return undefined;
  };

  const stop = (index: number): ModelEvent | undefined => {
    const signature = signatures.get(index);
    if (signature) return { type: "thinking", delta: "", signature };
    const call = calls.get(index);
    return call && { type: "toolCall", id: call.id, name: call.name, arguments: toolArguments(call.name, call.json) };
  };

  return (event) => {
    if (event.type === "content_block_start") return start(event.index, event.content_block);
    return event.type === "content_block_delta" ? add(event.index, event.delta) : stop(event.index);
  };
}

/** The vendor's stream as ours. Without `message_stop` it does not end, and whoever reads it knows that it was cut. */
export async function* readAnthropic(events: AsyncIterable<RawMessageStreamEvent>): AsyncGenerator<ModelEvent, void, undefined> {
  const readBlock = blockReader();
  let usage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 };
  let reason: StopReason | null = null;
  for await (const event of events) {
    if ("index" in event) {
      const said = readBlock(event);
      if (said) yield said;
    } else if (event.type === "message_start") {
      usage = counted(usage, event.message.usage);
    } else if (event.type === "message_delta") {
      reason = event.delta.stop_reason;
      usage = counted(usage, event.usage);
    } else if (event.type === "message_stop") {
      if (reason === "refusal") throw new TravelAgentError("MODEL_REJECTED", "the model declined to answer this conversation; a person should take over");
      yield { type: "usage", usage };
      yield { type: "end", reason: endReason(reason) };
      return;
    }
  }
}
