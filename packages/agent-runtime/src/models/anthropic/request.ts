import type { MessageCreateParamsStreaming, Tool } from "@anthropic-ai/sdk/resources/messages/messages";
import type { ModelRequest, ThinkingLevel } from "../../model.ts";
import { modelTurns } from "../turns.ts";
import { anthropicMessages } from "./messages.ts";
import { anthropicThinking, takesTemperature } from "./thinking.ts";

export interface AnthropicDefaults {
  provider: string;
  model: string;
  maxTokens: number;
  temperature: number | undefined;
  /** False: no request says anything about thinking. */
  reasoning: boolean;
  thinking: ThinkingLevel | undefined;
}

/** The body of one call. System prompt, tools and the conversation so far each end with a cache mark. */
export function anthropicRequest(request: ModelRequest, defaults: AnthropicDefaults): MessageCreateParamsStreaming {
  const { provider, model, maxTokens, temperature, reasoning } = defaults;
  const level = request.thinking ?? defaults.thinking;
  const wanted = reasoning && level !== undefined ? anthropicThinking(model, level) : undefined;
  const thinking = wanted?.budgeted && !mayThink(request, provider) ? undefined : wanted;
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
    max_tokens: (request.maxTokens ?? maxTokens) + (thinking?.tokens ?? 0),
    ...(request.system === "" ? {} : { system: [{ type: "text", text: request.system, cache_control: { type: "ephemeral" } }] }),
    ...(tools.length === 0 ? {} : { tools }),
    messages: anthropicMessages(request, provider),
    // A model that thinks takes none but its own temperature.
    ...(temperature === undefined || thinking?.tokens || !takesTemperature(model) ? {} : { temperature }),
    ...thinking?.parameters,
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
