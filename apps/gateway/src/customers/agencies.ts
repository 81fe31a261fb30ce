import type { GatewayConfig } from "@travelagent/config";
import type { AgencyOf } from "@travelagent/tools-crm";

/** Which brand an account of a channel belongs to, as configured; undefined for the first one. */
export function agenciesOf(config: Pick<GatewayConfig, "agencies">): AgencyOf {
  const owners = new Map(Object.entries(config.agencies).flatMap(([id, { accounts }]) => accounts.map((account) => [account.toLowerCase(), id] as const)));
  return ({ channel, accountId }) => (owners.size === 0 ? undefined : owners.get(`${channel}:${accountId}`.toLowerCase()));
}
