import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Usage } from "@travelagent/protocol/messages";
import type { ModelEvent } from "../../model.ts";
import { type FailureContext, failureFromBody } from "../failures.ts";
import { callMark, textMark } from "./signatures.ts";
import type { GenerateContentChunk, Part, UsageMetadata } from "./wire.ts";

/** The vendor counts cached tokens among the prompt, and thoughts beside the answer. What it puts into its cache it does not count. */
function usageOf(counts: UsageMetadata): Usage {
  const cacheRead = counts.cachedContentTokenCount ?? 0;
  const input = Math.max(0, (counts.promptTokenCount ?? 0) + (counts.toolUsePromptTokenCount ?? 0) - cacheRead);
  const output = (counts.candidatesTokenCount ?? 0) + (counts.thoughtsTokenCount ?? 0);
  return { input, output, cacheRead, cacheWrite: 0, totalTokens: input + output + cacheRead };
}

const unreadable: ReadonlySet<string> = new Set(["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE"]);
const filtered: ReadonlySet<string> = new Set(["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "JAILBREAK"]);

function stopped(reason: string): TravelAgentError {
  const what = unreadable.has(reason)
    ? "the model called a tool in a way that cannot be read; ask again or use another model"
    : filtered.has(reason)
      ? "the provider's content filter stopped the answer; a person should take over"
      : `the provider stopped the answer (${reason.slice(0, 60)}); ask again or use another model`;
  return new TravelAgentError("MODEL_REJECTED", what, { details: { type: reason } });
}

function callOf({ id, name, args }: NonNullable<Part["functionCall"]>): ModelEvent {
  if (typeof name !== "string" || (args !== undefined && args !== null && (typeof args !== "object" || Array.isArray(args))))
    throw stopped("MALFORMED_FUNCTION_CALL");
  return { type: "toolCall", id: id || `call_${randomUUID().replaceAll("-", "")}`, name, arguments: (args ?? {}) as Record<string, unknown> };
}

/** The vendor's stream as ours. Without a `finishReason` it does not end, and whoever reads it knows that it was cut. */
export async function* readGemini(
  chunks: AsyncIterable<GenerateContentChunk>,
  context: Omit<FailureContext, "begun">,
): AsyncGenerator<ModelEvent, void, undefined> {
  let called = false;
  let counts: UsageMetadata | undefined;
  let finish: string | undefined;
  // Kept back until the text is over, so that the words stay in one piece.
  let signed: string | undefined;
  const flush = function* (): Generator<ModelEvent> {
    if (signed !== undefined) yield { type: "thinking", delta: "", signature: signed };
    signed = undefined;
  };
  for await (const chunk of chunks) {
    if (chunk.error) throw failureFromBody(chunk.error, context);
    counts = chunk.usageMetadata ?? counts;
    if (chunk.promptFeedback?.blockReason) throw stopped(chunk.promptFeedback.blockReason);
    const candidate = chunk.candidates?.[0];
    for (const part of candidate?.content?.parts ?? []) {
      if (part.functionCall) {
        yield* flush();
        called = true;
        if (part.thoughtSignature) yield { type: "thinking", delta: "", signature: callMark + part.thoughtSignature };
        yield callOf(part.functionCall);
        continue;
      }
      if (part.text) yield { type: part.thought ? "thinking" : "text", delta: part.text };
      if (part.thoughtSignature) signed = textMark + part.thoughtSignature;
    }
    finish = candidate?.finishReason ?? finish;
  }
  if (finish === undefined) return;
  yield* flush();
  if (counts) yield { type: "usage", usage: usageOf(counts) };
  if (finish !== "STOP" && finish !== "MAX_TOKENS") throw stopped(finish);
  yield { type: "end", reason: called ? "toolUse" : finish === "MAX_TOKENS" ? "length" : "stop" };
}
