import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Usage } from "@travelagent/protocol/messages";
import type { ChatCompletionChunk } from "openai/resources/chat/completions";
import type { CompletionUsage } from "openai/resources/completions";
import type { ModelEvent } from "../../model.ts";
import { toolArguments } from "../tool-arguments.ts";

interface PendingCall {
  index: number;
  id: string;
  name: string;
  json: string;
}
type Delta = ChatCompletionChunk.Choice.Delta;
type Fragment = NonNullable<Delta["tool_calls"]>[number];

function usageOf(usage: CompletionUsage): Usage {
  const cacheRead = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const cacheWrite = usage.prompt_tokens_details?.cache_write_tokens ?? 0;
  const input = Math.max(0, usage.prompt_tokens - cacheRead - cacheWrite);
  return { input, output: usage.completion_tokens, cacheRead, cacheWrite, totalTokens: input + usage.completion_tokens + cacheRead + cacheWrite };
}

/** Fragments name their call by index. Some compatible servers send whole calls, all with index 0 or with none: a new id is a new call. */
function collect(calls: PendingCall[], fragment: Fragment): void {
  const index = fragment.index ?? calls.length;
  const open = calls.findLast((call) => call.index === index);
  if (open && (!fragment.id || fragment.id === open.id)) {
    open.name ||= fragment.function?.name ?? "";
    open.json += fragment.function?.arguments ?? "";
  } else {
    calls.push({
      index,
      id: fragment.id || `call_${randomUUID().replaceAll("-", "")}`,
      name: fragment.function?.name ?? "",
      json: fragment.function?.arguments ?? "",
    });
  }
}

/** Compatible servers stream their reasoning under one of two names; it is for show and never sent back. */
const reasoningOf = (delta: Delta): string | undefined => {
  const { reasoning_content, reasoning } = delta as { reasoning_content?: unknown; reasoning?: unknown };
  return [reasoning_content, reasoning].find((value): value is string => typeof value === "string" && value !== "");
};

/** The vendor's stream as ours. Without a `finish_reason` it does not end. */
export async function* readChat(chunks: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<ModelEvent, void, undefined> {
  const calls: PendingCall[] = [];
  let usage: Usage | undefined;
  let finish: ChatCompletionChunk.Choice["finish_reason"] = null;
  for await (const chunk of chunks) {
    if (chunk.usage) usage = usageOf(chunk.usage);
    const choice = chunk.choices?.[0];
    if (!choice) continue;
    const delta = choice.delta ?? {};
    const thinking = reasoningOf(delta);
    if (thinking) yield { type: "thinking", delta: thinking };
    const text = delta.content || delta.refusal;
    if (text) yield { type: "text", delta: text };
    for (const fragment of delta.tool_calls ?? []) collect(calls, fragment);
    finish = choice.finish_reason ?? finish;
  }
  if (finish === null) return;
  if (usage) yield { type: "usage", usage };
  if (finish === "content_filter") throw new TravelAgentError("MODEL_REJECTED", "the provider's content filter stopped the answer; a person should take over");
  for (const call of calls) yield { type: "toolCall", id: call.id, name: call.name, arguments: toolArguments(call.name, call.json) };
  yield { type: "end", reason: calls.length > 0 ? "toolUse" : finish === "length" ? "length" : "stop" };
}
