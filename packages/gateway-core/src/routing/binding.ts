import type { InboundMessage } from "@travelagent/protocol/messages";

/**
 * What a conversation must be for a binding to hold; every key that is given counts. Without any of the travel keys
 * (`customerId`, `tag`, `booking`) a binding names its channel.
 */
export interface BindingMatch {
  channel?: string;
  /** An account of the channel; `*` is any, absent is the account `default`. Counts with `channel` only. */
  accountId?: string;
  peer?: { kind: "dm" | "group"; id: string };
  /** Server or workspace of a group chat, where the platform has such a thing. */
  guildId?: string;
  teamId?: string;
  /** The customer of the conversation. */
  customerId?: string;
  /** A tag on that customer's record. */
  tag?: string;
  /** A booking of that customer which the message quotes, by its reference or a supplier's; `*` is any of theirs. */
  booking?: string;
}

/** Which agent answers. */
export interface Binding {
  agentId: string;
  match: BindingMatch;
}

/** Most specific first. */
const tiers = ["booking", "any-booking", "customer", "tag", "peer", "guild", "team", "account", "channel"] as const;
type Tier = (typeof tiers)[number];

/** Why an agent answers: the kind of binding, or what goes before bindings. */
export type MatchedBy = `binding.${Exclude<Tier, "any-booking">}` | "handoff" | "operator" | "broadcast" | "default";

/** What is known of the place a message comes from. */
export type Place = Pick<InboundMessage, "address" | "guildId" | "teamId">;

/** What is known of whom it comes from. Looked up; never what a message claims. */
export interface Who {
  customerId: string;
  tags: readonly string[];
  /** References of the customer's own bookings that the message quotes. */
  quoted: readonly string[];
}

const folded = (text: string | undefined): string | undefined => text?.trim().toLowerCase();

function tierOf({ booking, customerId, tag, peer, guildId, teamId, accountId }: BindingMatch): Tier {
  if (booking !== undefined) return booking === "*" ? "any-booking" : "booking";
  if (customerId !== undefined) return "customer";
  if (tag !== undefined) return "tag";
  if (peer) return "peer";
  if (guildId !== undefined) return "guild";
  if (teamId !== undefined) return "team";
  return accountId === "*" ? "channel" : "account";
}

function fitsPlace({ channel, accountId = "default", peer, guildId, teamId }: BindingMatch, { address, ...place }: Place): boolean {
  if (channel !== undefined && (folded(channel) !== folded(address.channel) || (accountId !== "*" && folded(accountId) !== folded(address.accountId))))
    return false;
  if (peer && (peer.id !== address.peerId || (peer.kind === "group") !== (address.chatType === "group"))) return false;
  if (guildId !== undefined && guildId !== place.guildId) return false;
  return teamId === undefined || teamId === place.teamId;
}

function fitsWho({ customerId, tag, booking }: BindingMatch, who: Who | undefined): boolean {
  if (customerId === undefined && tag === undefined && booking === undefined) return true;
  // In a group and for strangers nobody is known.
  if (!who) return false;
  if (customerId !== undefined && customerId !== who.customerId) return false;
  if (tag !== undefined && !who.tags.some((one) => folded(one) === folded(tag))) return false;
  return booking === undefined || (booking === "*" ? who.quoted.length > 0 : who.quoted.some((one) => folded(one) === folded(booking)));
}

/** True when a binding looks at who somebody is, so that somebody has to look that up. */
export const looksAtCustomer = ({ match: { customerId, tag, booking } }: Binding): boolean =>
  customerId !== undefined || tag !== undefined || booking !== undefined;

/** The most specific binding that holds, and of several of one kind the first. */
export function bindingFor(bindings: readonly Binding[], place: Place, who?: Who): { agentId: string; matchedBy: MatchedBy } | undefined {
  for (const tier of tiers) {
    const found = bindings.find(({ match }) => tierOf(match) === tier && fitsPlace(match, place) && fitsWho(match, who));
    if (found) return { agentId: found.agentId, matchedBy: `binding.${tier === "any-booking" ? "booking" : tier}` };
  }
  return undefined;
}
