import type { GatewayConfig } from "@travelagent/config";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import { normalizeId } from "@travelagent/sessions";
import type { AgencyOf } from "@travelagent/tools-crm";

/** Which brand an account of a channel belongs to, as configured; undefined for the first one. */
export function agenciesOf(config: Pick<GatewayConfig, "agencies">): AgencyOf {
  const owners = new Map(Object.entries(config.agencies).flatMap(([id, { accounts }]) => accounts.map((account) => [account.toLowerCase(), id] as const)));
  return ({ channel, accountId }) => (owners.size === 0 ? undefined : owners.get(`${channel}:${accountId}`.toLowerCase()));
}

/** The same for stores that find people by keys of conversations, too: there an account stands without the signs a key cannot hold. */
export function agenciesOfConversations(config: Pick<GatewayConfig, "agencies">): AgencyOf {
  const agencyOf = agenciesOf(config);
  const inKeys = new Map<string, string>();
  for (const [id, { accounts }] of Object.entries(config.agencies))
    for (const account of accounts) {
      const at = account.indexOf(":");
      inKeys.set(`${account.slice(0, at).toLowerCase()}:${normalizeId(account.slice(at + 1), "default")}`, id);
    }
  return (account) => agencyOf(account) ?? inKeys.get(`${account.channel}:${account.accountId}`.toLowerCase());
}

/** The same handlers, which make nothing for an agency that is not configured. */
export function withinAgencies(handlers: Handlers, config: Pick<GatewayConfig, "agencies">): Handlers {
  const check = ({ agency = "main" }: { agency?: string | undefined }): void => {
    if (agency !== "main" && !Object.hasOwn(config.agencies, agency))
      throw new TravelAgentError(
        "INVALID_REQUEST",
        `there is no agency "${agency}" in the configuration; known: ${["main", ...Object.keys(config.agencies)].join(", ")}`,
      );
  };
  const { "customers.create": create, "customers.companies.create": createCompany } = handlers;
  return {
    ...handlers,
    ...(create
      ? {
          "customers.create": (params, call) => {
            check(params);
            return create(params, call);
          },
        }
      : {}),
    ...(createCompany
      ? {
          "customers.companies.create": (params, call) => {
            check(params);
            return createCompany(params, call);
          },
        }
      : {}),
  };
}
