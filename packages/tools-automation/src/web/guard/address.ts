import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Where an address leads. `private` are networks of a machine or a house, which a configuration may open by name; `never` is
 * what no web page is behind: link-local, metadata services of clouds, multicast, ranges that carry an IPv4 address inside an
 * IPv6 one, whatever is reserved, and everything that is no address.
 */
export type AddressKind = "public" | "private" | "never";

/** The only part of IPv6 that is given out to the public; compatible and site-local addresses lie outside of it. */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");
/** Azure answers machines here with their secrets; the address is a public one. */
const metadata: ReadonlySet<string> = new Set(["168.63.129.16"]);
const privateRanges: ReadonlySet<string> = new Set(["loopback", "private", "carrierGradeNat", "uniqueLocal"]);
/** Both lie within ranges that are private otherwise. */
const privateMetadata: ReadonlySet<string> = new Set(["100.100.100.200", "fd00:ec2::254"]);

/** Of an address in its usual spelling, such as a resolver gives it. */
export function addressKind(address: string): AddressKind {
  if (isIP(address) === 0) return "never";
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  const plain = parsed.toString();
  if (metadata.has(plain) || privateMetadata.has(plain)) return "never";
  if (privateRanges.has(range)) return "private";
  if (range !== "unicast") return "never";
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast) ? "public" : "never";
}
