import type { TurnScope } from "@travelagent/protocol/turn";
import type { Tool } from "../tool.ts";
import { refusal } from "./refusal.ts";

/** Names, `group:<group>` or `*`. Deny wins; a non-empty allow list lets through only what it names. */
export interface ToolRules {
  allow?: readonly string[];
  deny?: readonly string[];
}

export interface ExposureRules extends ToolRules {
  byAgent?: Readonly<Record<string, ToolRules>>;
  byChannel?: Readonly<Record<string, ToolRules>>;
}

/** Names from other servers have capital letters, and a deny list that misses one for its case would be none. */
const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

const names = (list: readonly string[] | undefined, tool: Tool): boolean =>
  list?.some((entry) => entry === "*" || sameName(entry, tool.name) || sameName(entry, `group:${tool.group}`)) ?? false;

const passes = (rules: ToolRules | undefined, tool: Tool): boolean => {
  if (!rules) return true;
  if (names(rules.deny, tool)) return false;
  return rules.allow === undefined || rules.allow.length === 0 || names(rules.allow, tool);
};

/** Step 2: each list only narrows. */
export const isExposed = (tool: Tool, turn: Pick<TurnScope, "agentId" | "channel">, rules: ExposureRules): boolean =>
  passes(rules, tool) && passes(rules.byAgent?.[turn.agentId], tool) && passes(rules.byChannel?.[turn.channel], tool);

export function checkExposure(tool: Tool, turn: TurnScope, rules: ExposureRules): void {
  if (!isExposed(tool, turn, rules)) throw refusal("TOOL_NOT_ALLOWED", "gate.exposure", `${tool.name} is not available in this conversation`);
}
