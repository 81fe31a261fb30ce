import { TravelAgentError } from "@travelagent/protocol";
import type { Usage } from "@travelagent/protocol/messages";
import type { Response, ResponseStreamEvent } from "openai/resources/responses/responses";
import type { ModelEvent } from "../../model.ts";
import { type FailureContext, failureFromBody } from "../failures.ts";
import { toolArguments } from "../tool-arguments.ts";
import { reasoningSignature } from "./reasoning.ts";

/** The vendor counts cached tokens among the input; ours are apart. */
function usageOf({ usage }: Response): Usage | undefined {
  if (!usage) return undefined;
  const cacheRead = usage.input_tokens_details?.cached_tokens ?? 0;
  const cacheWrite = usage.input_tokens_details?.cache_write_tokens ?? 0;
  return {
    input: Math.max(0, usage.input_tokens - cacheRead - cacheWrite),
    output: usage.output_tokens,
    cacheRead,
    cacheWrite,
    totalTokens: usage.total_tokens,
  };
}

/** The vendor's stream as ours. Without `response.completed` or `response.incomplete` it does not end. */
export async function* readResponses(
  events: AsyncIterable<ResponseStreamEvent>,
  context: Omit<FailureContext, "begun">,
): AsyncGenerator<ModelEvent, void, undefined> {
  let called = false;
  let summaries = 0;
  for await (const event of events) {
    switch (event.type) {
      case "response.output_text.delta":
      case "response.refusal.delta":
        yield { type: "text", delta: event.delta };
        break;
      case "response.reasoning_summary_part.added":
        if (summaries++ > 0) yield { type: "thinking", delta: "\n\n" };
        break;
      case "response.reasoning_summary_text.delta":
        yield { type: "thinking", delta: event.delta };
        break;
      case "response.output_item.done":
        if (event.item.type === "function_call") {
          called = true;
          yield { type: "toolCall", id: event.item.call_id, name: event.item.name, arguments: toolArguments(event.item.name, event.item.arguments) };
        } else if (event.item.type === "reasoning") {
          summaries = 0;
          const signature = reasoningSignature(event.item);
          if (signature) yield { type: "thinking", delta: "", signature };
        }
        break;
      case "response.failed":
        throw failureFromBody(event.response.error, context);
      case "error":
        throw failureFromBody(event, context);
      case "response.completed":
      case "response.incomplete": {
        const usage = usageOf(event.response);
        if (usage) yield { type: "usage", usage };
        const cut = event.response.incomplete_details?.reason;
        if (cut === "content_filter")
          throw new TravelAgentError("MODEL_REJECTED", "the provider's content filter stopped the answer; a person should take over");
        yield { type: "end", reason: called ? "toolUse" : cut ? "length" : "stop" };
        return;
      }
    }
  }
}
