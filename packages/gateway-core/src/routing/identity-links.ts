import type { Address } from "@travelagent/protocol/messages";

/** Addresses of one person, as `channel:peer`, by a name of the agency's choice. */
export type IdentityLinks = Readonly<Record<string, readonly string[]>>;

const read = new WeakMap<IdentityLinks, ReadonlyMap<string, string>>();

function byAddress(links: IdentityLinks): ReadonlyMap<string, string> {
  const known = read.get(links);
  if (known) return known;
  const names = new Map(Object.entries(links).flatMap(([name, addresses]) => addresses.map((one): [string, string] => [one.trim().toLowerCase(), name])));
  read.set(links, names);
  return names;
}

/** The person a direct chat is with, when the agency said so. An id alone says nothing: two people may have the same on two channels. */
export const linkedAs = (links: IdentityLinks | undefined, { chatType, channel, peerId }: Address): string | undefined =>
  links && chatType === "direct" ? byAddress(links).get(`${channel}:${peerId}`.trim().toLowerCase()) : undefined;
