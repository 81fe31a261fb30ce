export const emailChannel = "email";

/**
 * Who a conversation is with. An address that was proven is the peer itself, and the same person in every thread. What merely claims to
 * come from an address is a peer of its own in each thread: no record of a customer is known by it, and no other thread either.
 */
export const peerOf = (address: string, proven: boolean, threadId: string): string => (proven ? address : `unverified:${threadId}:${address}`);

/** Where mail for a peer goes. */
export const mailAddressOf = (peerId: string): string => /^unverified:[^:]*:(.*)$/s.exec(peerId)?.[1] ?? peerId;

export const isProven = (peerId: string): boolean => !peerId.startsWith("unverified:");

/** An address as one word, in small letters; null for what is none. */
export function plainAddress(given: string): string | null {
  const line = given.trim();
  if (line.length > 1000) return null;
  const plain = (/<([^<>]*)>$/.exec(line)?.[1] ?? line).trim().toLowerCase();
  if (plain.length > 254) return null;
  return /^[^\s@<>"(),:;\\[\]\p{Cc}]+@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u.test(plain) &&
    plain.length <= 254
    ? plain
    : null;
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);
