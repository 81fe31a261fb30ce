import type { Address } from "@travelagent/protocol/messages";

/** Which agent answers, most specific match first: peer, then account, then channel. */
export interface Binding {
  agentId: string;
  match: { channel: string; accountId?: string; peer?: { kind: "dm" | "group"; id: string } };
}

export interface Route {
  agentId: string;
  sessionKey: string;
}

/** How a conversation is named; see `sessionKey` of `@travelagent/sessions`. Two conversations never get one key. */
export type SessionKeyOf = (conversation: {
  kind: "direct" | "group";
  agentId: string;
  channel: string;
  accountId?: string;
  peerId: string;
  threadId?: string;
}) => string;

export interface RouteOptions {
  bindings?: readonly Binding[];
  defaultAgentId: string;
  sessionKeyOf: SessionKeyOf;
}

/** A customer's conversation is one session per channel, account and peer: no setting makes two strangers share one. */
export function route(address: Address, { bindings = [], defaultAgentId, sessionKeyOf }: RouteOptions): Route {
  const rank = ({ match }: Binding): number => {
    if (match.channel !== address.channel) return 0;
    if (match.accountId !== undefined && match.accountId !== "*" && match.accountId !== address.accountId) return 0;
    if (match.peer) return match.peer.id === address.peerId && (match.peer.kind === "group") === (address.chatType === "group") ? 4 : 0;
    if (match.accountId !== undefined && match.accountId !== "*") return 3;
    return match.accountId === "*" ? 2 : 1;
  };
  const best = bindings.reduce<{ binding?: Binding; rank: number }>(
    (found, binding) => (rank(binding) > found.rank ? { binding, rank: rank(binding) } : found),
    { rank: 0 },
  );
  const agentId = best.binding?.agentId ?? defaultAgentId;
  const sessionKey = sessionKeyOf({
    kind: address.chatType,
    agentId,
    channel: address.channel,
    // Keys of groups have no place for the account: two accounts in one group are two conversations all the same.
    peerId: address.chatType === "group" && address.accountId !== "default" ? `${address.accountId}/${address.peerId}` : address.peerId,
    ...(address.accountId === "default" ? {} : { accountId: address.accountId }),
    ...(address.threadId ? { threadId: address.threadId } : {}),
  });
  return { agentId, sessionKey };
}
