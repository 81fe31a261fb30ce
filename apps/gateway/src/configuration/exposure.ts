import { type AgentToolRules, type ExposureRules, isSandboxed, type ToolRules } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import { sandboxSettings } from "./sandbox-settings.ts";

/** In a sandbox there is no way around its walls: no network by another tool, and nothing that runs elsewhere. */
const sandboxDeny = ["group:ui", "group:web", "group:nodes", "cron", "gateway"];

/** Leaves out what is undefined. */
const given = <T extends object>(rules: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(rules).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

/** Which tools a configuration lets agents use. Agents are for work with customers unless it says otherwise. */
export function exposureOf(config: GatewayConfig): ExposureRules {
  const { profile, allow, alsoAllow, deny, byChannel, operators, sandbox } = config.tools;
  const byAgent = config.agents.list.flatMap(({ id, tools }): [string, AgentToolRules][] => {
    if (!tools) return [];
    const { elevated: _, ...rules } = tools;
    return [[id, given(rules) as AgentToolRules]];
  });
  const inSandbox: ToolRules = { deny: sandbox.tools?.deny ?? sandboxDeny, allow: sandbox.tools?.allow ?? [] };
  return {
    ...(given({ profile, allow, alsoAllow, deny }) as ExposureRules),
    defaultProfile: "booking",
    byAgent: Object.fromEntries(byAgent),
    byChannel: Object.fromEntries(Object.entries(byChannel).map(([channel, rules]) => [channel, given(rules) as ToolRules])),
    operators,
    sandbox: (turn) => (isSandboxed(sandboxSettings(config, turn.agentId).mode, turn) ? inSandbox : undefined),
  };
}
