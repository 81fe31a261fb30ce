import { TravelAgentError } from "@travelagent/protocol";
import { isLoopbackName, type Peer, type RequestHead } from "./peer.ts";

export interface OriginOptions {
  /** Further origins whose pages may talk to this gateway, such as `https://www.example.com`. */
  allowedOrigins?: readonly string[];
  /** Further names this gateway is reached by, such as `gateway.example.com`, with or without port. */
  allowedHosts?: readonly string[];
}

/** The refusal, or undefined. For every request, and before an upgrade. */
export type CheckOrigin = (head: RequestHead, peer: Peer) => TravelAgentError | undefined;

/**
 * Keeps foreign web pages out. A request from a page (it has an `Origin`) must come from our own page or an allowed one.
 * What arrives on a loopback address must be addressed to a loopback name, or a page whose name was rebound to 127.0.0.1
 * would count as ours.
 */
export function createOriginCheck({ allowedOrigins = [], allowedHosts = [] }: OriginOptions = {}): CheckOrigin {
  const origins = new Set(allowedOrigins.map((origin) => parse(origin)?.origin ?? origin));
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));

  return ({ headers }, peer) => {
    const host = headers.host === undefined ? undefined : parse(`http://${headers.host}`);
    if (host?.pathname !== "/" || host.username !== "" || host.password !== "")
      return new TravelAgentError("INVALID_REQUEST", "the Host header is missing or malformed");
    if (peer.toLoopback && !isLoopbackName(host.hostname) && !hosts.has(host.hostname) && !hosts.has(host.host)) {
      return new TravelAgentError("FORBIDDEN", "this name does not belong to the gateway: use localhost, or add the name to the allowed hosts", {
        details: { code: "HOST_NOT_ALLOWED" },
      });
    }
    if (headers.origin === undefined) return undefined;
    const origin = parse(headers.origin);
    if (origin && origins.has(origin.origin)) return undefined;
    const same =
      origin && isWeb(origin) && (!peer.secure || origin.protocol === "https:") && parse(`${origin.protocol}//${headers.host}`)?.host === origin.host;
    return same
      ? undefined
      : new TravelAgentError("FORBIDDEN", "origin not allowed: open the page from the gateway itself, or add the origin to the allowed origins", {
          details: { code: "ORIGIN_NOT_ALLOWED" },
        });
  };
}

const isWeb = (url: URL): boolean => url.protocol === "http:" || url.protocol === "https:";

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
