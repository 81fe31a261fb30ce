import type { GatewayConfig } from "@travelagent/config";
import type { Binding } from "@travelagent/gateway-core";

interface WithGroups {
  groups?: string[] | Record<string, { agentId?: string | undefined }> | undefined;
}

/** Groups that have an agent of their own, as bindings: those that are written out as such go before them. */
export function groupAgents({ channels }: Pick<GatewayConfig, "channels">): Binding[] {
  const found: Binding[] = [];
  for (const [channel, section] of Object.entries(channels) as [string, (WithGroups & { accounts?: Record<string, WithGroups> | undefined }) | undefined][]) {
    if (!section) continue;
    const { accounts = {}, groups: shared } = section;
    for (const [accountId, { groups = shared }] of [["default", {}], ...Object.entries(accounts)] as [string, WithGroups][])
      for (const [id, { agentId }] of Object.entries(Array.isArray(groups) ? {} : (groups ?? {})))
        if (agentId !== undefined) found.push({ agentId, match: { channel, accountId, peer: { kind: "group", id } } });
  }
  return found;
}
