import type { GatewayConfig } from "@travelagent/config";
import type { Binding, Routing } from "@travelagent/gateway-core";

/** The agents that a configuration names and who gets what; without any there is `main`. */
export function routingOf(config: GatewayConfig): Routing & { agents: { id: string; name?: string }[] } {
  const { list } = config.agents;
  const agents = list.length > 0 ? list.map(({ id, name }) => ({ id, ...(name ? { name } : {}) })) : [{ id: "main" }];
  return {
    agents,
    agentIds: agents.map(({ id }) => id),
    defaultAgentId: list.find((agent) => agent.default)?.id ?? agents[0]!.id,
    bindings: config.bindings.map(
      ({ agentId, match }): Binding => ({
        agentId,
        match: {
          channel: match.channel,
          ...(match.accountId ? { accountId: match.accountId } : {}),
          ...(match.peer ? { peer: { kind: match.peer.kind === "dm" ? "dm" : "group", id: match.peer.id } } : {}),
        },
      }),
    ),
  };
}
