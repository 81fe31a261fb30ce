import { handOffToolName } from "@travelagent/agent-runtime";
import type { ExposureRules } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import type { Binding, Routing } from "@travelagent/gateway-core";
import { agenciesOf } from "../customers/agencies.ts";
import { groupAgents } from "./group-agents.ts";

export interface ConfiguredRouting extends Routing {
  agents: { id: string; name?: string }[];
}

/** The agents that a configuration names and who gets what; without any there is `main`. */
export function routingOf(config: GatewayConfig): ConfiguredRouting {
  const { list } = config.agents;
  const agents = list.length > 0 ? list.map(({ id, name }) => ({ id, ...(name ? { name } : {}) })) : [{ id: "main" }];
  const { strategy = "parallel", ...groups } = config.broadcast ?? {};
  return {
    agents,
    agentIds: agents.map(({ id }) => id),
    defaultAgentId: list.find((agent) => agent.default)?.id ?? agents[0]!.id,
    bindings: [...config.bindings.map(bindingOf), ...groupAgents(config)],
    handoff: Object.fromEntries(list.map(({ id, handoff }) => [id, handoff?.to ?? []])),
    ...(config.session.identityLinks ? { identityLinks: config.session.identityLinks } : {}),
    ...(Object.keys(config.agencies).length > 0 ? { agencyOf: agenciesOf(config) } : {}),
    ...(Object.keys(groups).length > 0 ? { broadcast: { strategy, agents: groups as Record<string, string[]> } } : {}),
  };
}

const bindingOf = ({ agentId, match: { peer, ...match } }: GatewayConfig["bindings"][number]): Binding => ({
  agentId,
  match: {
    ...(Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined)) as Binding["match"]),
    ...(peer ? { peer: { kind: peer.kind === "dm" ? "dm" : "group", id: peer.id } } : {}),
  },
});

/** Rules that hide the tool for handing over from agents that may hand to nobody. */
export function withoutIdleHandoff(rules: ExposureRules, config: GatewayConfig): ExposureRules {
  const { agentIds, handoff = {} } = routingOf(config);
  const idle = agentIds.filter((id) => (handoff[id] ?? []).length === 0);
  const denied = idle.map((id) => [id, { ...rules.byAgent?.[id], deny: [...(rules.byAgent?.[id]?.deny ?? []), handOffToolName] }]);
  return { ...rules, byAgent: { ...rules.byAgent, ...Object.fromEntries(denied) } };
}
