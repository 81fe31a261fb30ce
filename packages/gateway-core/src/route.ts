import { TravelAgentError } from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import { type Binding, bindingFor, type MatchedBy, type Place } from "./routing/binding.ts";
import { type IdentityLinks, linkedAs } from "./routing/identity-links.ts";

/** Where a message goes: who answers it, and the session it belongs to. */
export interface Route {
  agentId: string;
  sessionKey: string;
}

/** How a conversation is named; see `sessionKey` of `@travelagent/sessions`. Two conversations never get one key. */
export type SessionKeyOf = (
  conversation: { agentId: string; accountId?: string; peerId: string; threadId?: string } & (
    | { kind: "group"; channel: string }
    /** Without a channel: a person with several addresses. */
    | { kind: "direct"; channel?: string }
  ),
) => string;

/** Everything a route is made from. */
export interface RouteOptions {
  bindings?: readonly Binding[];
  defaultAgentId: string;
  /** Every agent there is: a binding to another one counts as none. Absent: all that bindings name. */
  agentIds?: readonly string[];
  /** Direct chats that are one person's share a session, within one agency. */
  identityLinks?: IdentityLinks;
  /** The brand an account belongs to; undefined for the first one. Absent: there is one. */
  agencyOf?: (account: Pick<Address, "channel" | "accountId">) => string | undefined;
  sessionKeyOf: SessionKeyOf;
}

/**
 * The session of an address and the agent it begins with, by its address alone. A customer's conversation is one session per
 * channel, account and peer, or per person where the agency linked their addresses: nothing else makes two peers share one,
 * and nothing a message says moves it to another.
 */
export function route(address: Address, options: RouteOptions, place: Omit<Place, "address"> = {}): Route & { matchedBy: MatchedBy } {
  const { bindings = [], defaultAgentId } = options;
  const found = bindingFor(bindings, { address, ...place });
  const there = found && isThere(found.agentId, options) ? found : { agentId: defaultAgentId, matchedBy: "default" as const };
  return { ...there, sessionKey: sessionKeyFor(there.agentId, address, options) };
}

export const isThere = (agentId: string, { agentIds }: Pick<RouteOptions, "agentIds">): boolean => agentIds === undefined || agentIds.includes(agentId);

/** The session in which this agent answers that address. */
export function sessionKeyFor(
  agentId: string,
  address: Address,
  { sessionKeyOf, identityLinks, agencyOf }: Pick<RouteOptions, "sessionKeyOf" | "identityLinks" | "agencyOf">,
): string {
  if (address.peerId.trim() === "") throw new TravelAgentError("INVALID_REQUEST", "an address without a peer has no session");
  const person = linkedAs(identityLinks, address);
  // The same person at two agencies is two, also where their addresses are linked.
  const agency = person === undefined ? undefined : agencyOf?.(address);
  const peerId = agency === undefined ? person : `${agency}/${person}`;
  if (peerId !== undefined) return sessionKeyOf({ kind: "direct", agentId, peerId, ...(address.threadId ? { threadId: address.threadId } : {}) });
  return sessionKeyOf({
    kind: address.chatType,
    agentId,
    channel: address.channel,
    // Keys of groups have no place for the account: two accounts in one group are two conversations all the same.
    peerId: address.chatType === "group" && address.accountId !== "default" ? `${address.accountId}/${address.peerId}` : address.peerId,
    ...(address.accountId === "default" ? {} : { accountId: address.accountId }),
    ...(address.threadId ? { threadId: address.threadId } : {}),
  });
}
