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

/** The vendor's stream as ours. Without `message_stop` it does not end, and whoever reads it knows that it was cut. */
export async function* readAnthropic(events: AsyncIterable<RawMessageStreamEvent>): AsyncGenerator<ModelEvent, void, undefined> {
  const calls = new Map<number, { id: string; name: string; json: string }>();
  const signatures = new Map<number, string>();
  let usage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0 };
  let reason: StopReason | null = null;
  for await (const event of events) {
    switch (event.type) {
      case "message_start":
        usage = counted(usage, event.message.usage);
        break;
      case "content_block_start": {
        const block = event.content_block;
        if (block.type === "tool_use") calls.set(event.index, { id: block.id, name: block.name, json: "" });
        else if (block.type === "text" && block.text) yield { type: "text", delta: block.text };
        else if (block.type === "thinking") signatures.set(event.index, block.signature ?? "");
        else if (block.type === "redacted_thinking") yield { type: "thinking", delta: "", signature: redactedMark + block.data };
        break;
      }
      case "content_block_delta": {
        const { delta } = event;
        if (delta.type === "text_delta") yield { type: "text", delta: delta.text };
        else if (delta.type === "thinking_delta") yield { type: "thinking", delta: delta.thinking };
        else if (delta.type === "signature_delta") signatures.set(event.index, (signatures.get(event.index) ?? "") + delta.signature);
        else if (delta.type === "input_json_delta") {
          const call = calls.get(event.index);
          if (call) call.json += delta.partial_json;
        }
        break;
      }
      case "content_block_stop": {
        const signature = signatures.get(event.index);
        if (signature) yield { type: "thinking", delta: "", signature };
        const call = calls.get(event.index);
        if (call) yield { type: "toolCall", id: call.id, name: call.name, arguments: toolArguments(call.name, call.json) };
        calls.delete(event.index);
        signatures.delete(event.index);
        break;
      }
      case "message_delta":
        reason = event.delta.stop_reason;
        usage = counted(usage, event.usage);
        break;
      case "message_stop":
        if (reason === "refusal") throw new TravelAgentError("MODEL_REJECTED", "the model declined to answer this conversation; a person should take over");
        yield { type: "usage", usage };
        yield { type: "end", reason: endReason(reason) };
        return;
    }
  }
}
