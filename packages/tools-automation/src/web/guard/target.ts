import { isIP } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";

/** Where a connection goes. */
export interface Endpoint {
  /** Lower case, without brackets and without a dot at the end. */
  host: string;
  port: number;
}

export interface Target extends Endpoint {
  url: URL;
}

const refused = (message: string): TravelAgentError => new TravelAgentError("INVALID_REQUEST", message);

/** What stands between the slashes, as it was written: a parser turns `0x7f.1` into an address, and nobody means that. */
const authority = /^\s*(?:[a-z][a-z0-9+.-]*:[/\\]*|[/\\]{2,})([^/\\?#]*)/i;

/**
 * A web address that may be asked, as far as its spelling tells: http or https, no name or password in it, and numeric addresses
 * written in their plain form only. Raises `INVALID_REQUEST`. Which network it leads to is for `createNetworkGuard` to say.
 */
export function parseTarget(address: string, base?: URL): Target {
  let url: URL;
  try {
    url = new URL(address, base);
  } catch {
    throw refused("this is no web address; give one that begins with https:// or http://");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refused(`only http and https addresses can be opened, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw refused("an address with a name or password in it is not opened; leave them out");
  const endpoint = endpointOf(url.hostname, Number(url.port || (url.protocol === "https:" ? 443 : 80)));
  const written = authority.exec(address)?.[1]?.replace(/:\d*$/, "");
  if (written !== undefined && isIP(endpoint.host) === 4 && written !== endpoint.host)
    throw refused("a numeric address is written as four plain decimal numbers, such as 192.0.2.10");
  url.hash = "";
  return { url, ...endpoint };
}

/** What is asked for at the machine: path and query, as they are in the address. */
export const requestPath = ({ url }: Target): string => url.href.slice(url.origin.length);

/** Host and port in the one form that is compared. */
export const endpointOf = (host: string, port: number): Endpoint => ({
  host: host
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, ""),
  port,
});
