import type { MessageCreateParamsStreaming } from "@anthropic-ai/sdk/resources/messages/messages";
import type { ThinkingLevel } from "../../model.ts";
import { nearestLevel } from "../nearest-level.ts";

/** What a level means for one request: parameters of the vendor, and the tokens that come on top of the answer's own. */
export interface AnthropicThinking {
  parameters: Pick<MessageCreateParamsStreaming, "thinking" | "output_config">;
  tokens: number;
  /** Thinking has a budget, and a running tool loop must begin with it. */
  budgeted: boolean;
}

/** Tokens for each level. The largest leaves room for an answer below the 32 000 that the smallest of these models may write. */
const budgets: Readonly<Record<Exclude<ThinkingLevel, "off">, number>> = { minimal: 1024, low: 2048, medium: 8192, high: 16_384, xhigh: 24_576 };
const none: AnthropicThinking = { parameters: {}, tokens: 0, budgeted: false };

interface Kind {
  family: string;
  /** 4.6 as 406. */
  version: number;
}

/** Family and version of an id such as `claude-opus-4-8`, `claude-3-7-sonnet-latest` or `claude-sonnet-4-20250514`; undefined for one of another form. */
function kindOf(model: string): Kind | undefined {
  const newer = /claude-([a-z]+)-(\d{1,2})(?:-(\d{1,2}))?(?!\d)/.exec(model);
  if (newer) return { family: newer[1]!, version: Number(newer[2]) * 100 + Number(newer[3] ?? 0) };
  const older = /claude-(\d)(?:[-.](\d))?-([a-z]+)/.exec(model);
  return older ? { family: older[3]!, version: Number(older[1]) * 100 + Number(older[2] ?? 0) } : undefined;
}

/** Whether a model is known to think; one that nobody knows does only when the configuration says so. */
export const anthropicThinks = (model: string): boolean => (kindOf(model)?.version ?? 0) >= 307;

/** From 4.7 on the vendor refuses a temperature. */
export const takesTemperature = (model: string): boolean => (kindOf(model)?.version ?? 0) < 407;

/**
 * A level as the model takes it. Since 4.6 the vendor's models decide themselves how long they think and are told an effort;
 * before, and on servers that speak the same format, thinking has a budget.
 */
export function anthropicThinking(model: string, level: ThinkingLevel): AnthropicThinking {
  const kind = kindOf(model);
  if (kind === undefined || kind.version < 406)
    return level === "off" ? none : { parameters: { thinking: { type: "enabled", budget_tokens: budgets[level] } }, tokens: budgets[level], budgeted: true };
  const always = kind.family === "mythos" || kind.family === "fable";
  if (level === "off" && !always) return kind.version >= 500 ? { ...none, parameters: { thinking: { type: "disabled" } } } : none;
  const effort = kind.version >= 407 ? nearestLevel(level, ["low", "medium", "high", "xhigh"]) : nearestLevel(level, ["low", "medium", "high"]);
  return { parameters: { thinking: { type: "adaptive" }, output_config: { effort } }, tokens: budgets[effort], budgeted: false };
}
