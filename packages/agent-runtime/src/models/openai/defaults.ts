import type { ReasoningEffort } from "openai/resources/shared";
import type { ModelRequest, ThinkingLevel } from "../../model.ts";
import { reasoningEffort, takesTemperature } from "./effort.ts";

/** What one model is always asked with. */
export interface OpenAiDefaults {
  provider: string;
  model: string;
  maxTokens: number | undefined;
  temperature: number | undefined;
  /** False: no request says anything about thinking. */
  reasoning: boolean;
  thinking: ThinkingLevel | undefined;
  /** Not a compatible server, which may not know the newer parameters. */
  ownVendor: boolean;
}

/** How much the model is to reason for this request; undefined when nothing is said about it. */
export function effortOf(request: ModelRequest, { model, reasoning, thinking, ownVendor }: OpenAiDefaults): NonNullable<ReasoningEffort> | undefined {
  const level = request.thinking ?? thinking;
  if (!reasoning || level === undefined) return undefined;
  // A compatible server need not know a word for no thinking at all: it is asked for nothing.
  return level === "off" && !ownVendor ? undefined : reasoningEffort(model, level);
}

export const temperatureOf = ({ model, temperature }: OpenAiDefaults): { temperature?: number } =>
  temperature === undefined || !takesTemperature(model) ? {} : { temperature };
