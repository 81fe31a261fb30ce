import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP, isIPv6 } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";

/** What is read of a request before anything else; Node's `IncomingMessage` fits. */
export interface RequestHead {
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined; readonly localAddress?: string | undefined; readonly encrypted?: boolean };
}

/** Who is at the other end. */
export interface Peer {
  /** IP address without the IPv4-in-IPv6 prefix. Behind a trusted proxy the address it names. */
  readonly address: string;
  /** Straight from this machine: a loopback address that is no trusted proxy, asking for a loopback name, and no header that a proxy adds. */
  readonly local: boolean;
  /** The connection ends at a loopback address of ours. */
  readonly toLoopback: boolean;
  /** TLS, to us or to a trusted proxy. */
  readonly secure: boolean;
}

export type ReadPeer = (head: RequestHead) => Peer;

/** `trustedProxies` are addresses or CIDR ranges. The forwarded headers of everybody else mean nothing, except that the request is not local. */
export function createPeerReader(trustedProxies: readonly string[] = []): ReadPeer {
  const trusted = new BlockList();
  for (const entry of trustedProxies) addRange(trusted, entry);
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, isIPv6(address) ? "ipv6" : "ipv4");

  return ({ headers, socket }) => {
    const direct = plainAddress(socket.remoteAddress ?? "");
    const viaProxy = isTrusted(direct);
    const named = viaProxy ? forwardedFor(headers["x-forwarded-for"], isTrusted) : undefined;
    return {
      address: named ?? direct,
      local: isLoopback(direct) && !viaProxy && isLoopbackName(hostName(headers.host)) && !cameThroughProxy(headers),
      toLoopback: isLoopback(plainAddress(socket.localAddress ?? "")),
      secure: socket.encrypted === true || (viaProxy && headers["x-forwarded-proto"] === "https"),
    };
  };
}

export const isLoopback = (address: string): boolean => address === "::1" || (address.startsWith("127.") && isIP(address) === 4);

export const isLoopbackName = (hostname: string): boolean => hostname === "localhost" || isLoopback(hostname.replace(/^\[|\]$/g, ""));

/** The name in a Host header, without the port. What is malformed fits no name. */
const hostName = (host = ""): string => /^(\[[^\]]*\]|[^:]*)(:\d*)?$/.exec(host.toLowerCase())?.[1] ?? "";

const proxyHeaders = new Set(["forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "x-original-host", "x-original-forwarded-for"]);
const proxyPrefixes = ["x-forwarded", "cf-", "tailscale-", "fly-"];

/** Not whom it came from, only that somebody stands in between: a program on this machine has no reason to send these. */
function cameThroughProxy(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (proxyHeaders.has(name) || proxyPrefixes.some((prefix) => name.startsWith(prefix))) return true;
  return false;
}

const plainAddress = (address: string): string => (address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address);

/** The last address that no proxy of ours added: what stands before it, the client may have made up. */
function forwardedFor(header: string | string[] | undefined, isTrusted: (address: string) => boolean): string | undefined {
  const addresses = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").map((part) => plainAddress(part.trim()));
  const last = addresses.findLast((address) => !isTrusted(address));
  return last !== undefined && isIP(last) !== 0 ? last : undefined;
}

function addRange(list: BlockList, entry: string): void {
  const [address = "", bits] = entry.split("/");
  const family = isIP(address);
  const prefix = bits === undefined ? undefined : Number(bits);
  if (family === 0 || (prefix !== undefined && !(Number.isInteger(prefix) && prefix >= 0 && prefix <= (family === 4 ? 32 : 128)))) {
    throw new TravelAgentError("CONFIG_INVALID", `trusted proxies: "${entry}" is neither an IP address nor a range such as 10.0.0.0/8`);
  }
  const type = family === 4 ? "ipv4" : "ipv6";
  if (prefix === undefined) list.addAddress(address, type);
  else list.addSubnet(address, prefix, type);
}
