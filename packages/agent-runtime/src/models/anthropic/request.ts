import type { MessageCreateParamsStreaming, Tool } from "@anthropic-ai/sdk/resources/messages/messages";
import type { ModelRequest } from "../../model.ts";
import { modelTurns } from "../turns.ts";
import { anthropicMessages } from "./messages.ts";

/** `adaptive` leaves the amount to the model; a budget is in tokens and comes on top of the answer's own. */
export type AnthropicThinking = "adaptive" | { budgetTokens: number };

export interface AnthropicDefaults {
  provider: string;
  model: string;
  maxTokens: number;
  thinking?: AnthropicThinking;
}

/** The body of one call. System prompt, tools and the conversation so far each end with a cache mark. */
export function anthropicRequest(request: ModelRequest, { provider, model, maxTokens, thinking }: AnthropicDefaults): MessageCreateParamsStreaming {
  const answer = request.maxTokens ?? maxTokens;
  const budget = typeof thinking === "object" && mayThink(request, provider) ? thinking.budgetTokens : undefined;
  const tools = request.tools.map(
    ({ name, description, parameters }, index): Tool => ({
      name,
      description,
      input_schema: { type: "object", ...parameters },
      ...(index === request.tools.length - 1 ? { cache_control: { type: "ephemeral" } } : {}),
    }),
  );
  return {
    model,
    stream: true,
    max_tokens: answer + (budget ?? 0),
    ...(request.system === "" ? {} : { system: [{ type: "text", text: request.system, cache_control: { type: "ephemeral" } }] }),
    ...(tools.length === 0 ? {} : { tools }),
    messages: anthropicMessages(request, provider),
    ...(budget === undefined ? {} : { thinking: { type: "enabled", budget_tokens: budget } }),
    ...(thinking === "adaptive" ? { thinking: { type: "adaptive" } } : {}),
  };
}

/**
 * With a budget the vendor wants every assistant message of a running tool loop to begin with its own thinking. A loop that
 * another model began has none, so this answer is given without.
 */
function mayThink(request: ModelRequest, provider: string): boolean {
  const turns = modelTurns(request.messages);
  const since = turns.findLastIndex((turn) => turn.kind === "user");
  return turns.slice(since + 1).every((turn) => {
    if (turn.kind !== "assistant" || turn.calls.length === 0) return true;
    const first = turn.message.content[0];
    return turn.message.provider === provider && first?.type === "thinking" && first.signature !== undefined;
  });
}
