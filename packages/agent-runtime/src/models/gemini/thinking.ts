import type { ThinkingLevel } from "../../model.ts";
import { nearestLevel } from "../nearest-level.ts";
import type { ThinkingConfig } from "./wire.ts";

/** `gemini-2.5-pro` as 205; `gemini-pro-latest` as one after 3; undefined for an id that says nothing of the kind. */
export function geminiVersion(model: string): number | undefined {
  if (/gemini-[a-z-]+-latest$/.test(model)) return 399;
  const found = /gemini-(\d+)(?:\.(\d+))?/.exec(model);
  return found ? Number(found[1]) * 100 + Number(found[2] ?? 0) : undefined;
}

/** Whether a model is known to think; one that nobody knows does only when the configuration says so. */
export const geminiThinks = (model: string): boolean => (geminiVersion(model) ?? 0) >= 205;

/** Tokens for each level, within what every model of 2.5 takes. */
const budgets: Readonly<Record<ThinkingLevel, number>> = { off: 0, minimal: 512, low: 2048, medium: 8192, high: 16_384, xhigh: 24_576 };
/** Since 3: what the models take, and what the vendor calls it. */
const levels = { flash: ["minimal", "low", "medium", "high"], firstPro: ["low", "high"], pro: ["low", "medium", "high"] } as const;
const words = { minimal: "MINIMAL", low: "LOW", medium: "MEDIUM", high: "HIGH" } as const;
/** The large model of 2.5 cannot be kept from thinking. */
const leastOfPro = 128;

/** A level as the model takes it: a budget up to 2.5, one of the vendor's own levels since 3. */
export function thinkingConfig(model: string, level: ThinkingLevel): ThinkingConfig {
  const version = geminiVersion(model) ?? 205;
  const pro = /-pro(-|$)/.test(model);
  if (version < 300) {
    const budget = pro ? Math.max(leastOfPro, budgets[level]) : budgets[level];
    return { includeThoughts: budget > leastOfPro, thinkingBudget: budget };
  }
  const known = !pro ? levels.flash : version === 300 ? levels.firstPro : levels.pro;
  return { includeThoughts: level !== "off", thinkingLevel: words[nearestLevel(level, known)] };
}
