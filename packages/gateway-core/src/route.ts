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

const part = (text: string): string => text.toLowerCase().replaceAll(":", "_");

/**
 * A customer's conversation is one session per channel, account and peer: no setting makes two strangers share one.
 * Key forms: `agent:<agent>:<channel>:<account>:dm:<peer>` (the default account is left out), `agent:<agent>:<channel>:group:<id>`, `…:thread:<id>`.
 */
export function route(address: Address, { bindings = [], defaultAgentId }: { bindings?: readonly Binding[]; defaultAgentId: string }): Route {
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
  const account = address.accountId === "default" ? "" : `${part(address.accountId)}:`;
  const base = `agent:${part(agentId)}:${part(address.channel)}:${account}${address.chatType === "group" ? "group" : "dm"}:${part(address.peerId)}`;
  return { agentId, sessionKey: address.threadId ? `${base}:thread:${part(address.threadId)}` : base };
}
