import type { ReasoningEffort } from "openai/resources/shared";
import type { ThinkingLevel } from "../../model.ts";
import { nearestLevel } from "../nearest-level.ts";

type Known = readonly [ThinkingLevel, ...ThinkingLevel[]];

const usual: Known = ["low", "medium", "high"];

/** `gpt-5.2` as 502; undefined for a model that is none of these. */
function gptVersion(model: string): number | undefined {
  const found = /(?:^|\/)gpt-(\d+)(?:\.(\d+))?(?![\d.]|o)/.exec(model);
  return found ? Number(found[1]) * 100 + Number(found[2] ?? 0) : undefined;
}

/** Whether a model is known to reason; one that nobody knows does only when the configuration says so. */
export const openAiReasons = (model: string): boolean =>
  (/(?:^|\/)(o[1-9]\d*|gpt-oss)(?![a-z\d])/.test(model) || (gptVersion(model) ?? 0) >= 500) && !/-chat(-|$)/.test(model);

/** The vendor's own models that reason refuse a temperature. */
export const takesTemperature = (model: string): boolean => !openAiReasons(model) || model.includes("gpt-oss");

/** The efforts a model takes. `off` is `none` on the wire. */
function effortsOf(model: string): Known {
  const version = gptVersion(model);
  if (version === undefined || version < 500) return usual;
  if (/-pro(-|$)/.test(model)) return version === 500 ? ["high"] : ["medium", "high", "xhigh"];
  if (version === 500) return ["minimal", "low", "medium", "high"];
  return version === 501 ? ["off", "low", "medium", "high"] : ["off", "low", "medium", "high", "xhigh"];
}

/** A level as the model takes it: the nearest it knows. */
export function reasoningEffort(model: string, level: ThinkingLevel): NonNullable<ReasoningEffort> {
  const nearest = nearestLevel(level, effortsOf(model));
  return nearest === "off" ? "none" : nearest;
}
