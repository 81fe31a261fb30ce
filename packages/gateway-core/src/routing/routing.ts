import type { Address } from "@travelagent/protocol/messages";
import type { Logger } from "@travelagent/protocol/ports";
import type { Binding } from "./binding.ts";
import type { IdentityLinks } from "./identity-links.ts";

/** Several agents that answer the same messages, each in a session of its own. */
export interface Broadcast {
  /** `sequential`: one after the other in the order of the list. */
  strategy: "parallel" | "sequential";
  /** By peer id, or by `channel:peer` where ids of several channels are alike. */
  agents: Readonly<Record<string, readonly string[]>>;
}

/** Which agents there are and who gets what. */
export interface Routing {
  bindings: readonly Binding[];
  defaultAgentId: string;
  agentIds: readonly string[];
  /** Goes before bindings. */
  broadcast?: Broadcast;
  /** To whom each agent may hand a conversation. Absent: to nobody. */
  handoff?: Readonly<Record<string, readonly string[]>>;
  identityLinks?: IdentityLinks;
  /** The brand an account belongs to; undefined for the first one. Absent: there is one. */
  agencyOf?: (account: Pick<Address, "channel" | "accountId">) => string | undefined;
}

/** The agents that all answer this address, in their order; those that are not there are left out. Undefined: bindings decide. */
export function broadcastAgents({ broadcast, agentIds }: Pick<Routing, "broadcast" | "agentIds">, address: Address): readonly string[] | undefined {
  if (!broadcast) return undefined;
  const key = [`${address.channel}:${address.peerId}`, address.peerId].find((one) => Object.hasOwn(broadcast.agents, one));
  const agents = [...new Set(key === undefined ? [] : broadcast.agents[key])].filter((id) => agentIds.includes(id));
  return agents.length > 0 ? agents : undefined;
}

/** Says which agents a routing names that are not there. Told once for each routing, not for each message. */
export function warnOfUnknownAgents({ bindings, broadcast, handoff, defaultAgentId, agentIds }: Routing, log: Logger): void {
  const unknown = (ids: readonly string[]): string[] => [...new Set(ids)].filter((id) => !agentIds.includes(id));
  for (const agentId of unknown(bindings.map((binding) => binding.agentId)))
    log.warn("a binding names an agent that is not there; the default agent answers instead", { agentId, defaultAgentId });
  for (const agentId of unknown(Object.values(broadcast?.agents ?? {}).flat()))
    log.warn("a broadcast group names an agent that is not there; the others answer", { agentId });
  for (const agentId of unknown(Object.values(handoff ?? {}).flat())) log.warn("an agent may hand conversations to an agent that is not there", { agentId });
}
