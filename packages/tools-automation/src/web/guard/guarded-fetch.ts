import type { IncomingHttpHeaders } from "node:http";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { createNetworkGuard, type NetworkGuardOptions } from "./network-guard.ts";
import { openPinned } from "./open-pinned.ts";
import { acceptedEncodings, readBounded } from "./read-bounded.ts";
import { parseTarget, type Target } from "./target.ts";
import { reasonOf } from "./until-aborted.ts";

export interface GuardedFetchOptions extends NetworkGuardOptions {
  /** Of the whole request with its redirects. Default 30 s. */
  timeoutMs?: number;
  /** Of the unpacked body. Default 5 MiB. */
  maxBytes?: number;
  /** Default 3. */
  maxRedirects?: number;
  userAgent?: string;
  /** PEM of authorities that are trusted instead of the usual ones. */
  ca?: string;
  clock?: Clock;
}

export interface GuardedRequest {
  /** Sent to the first host only: a redirect to another origin goes without them. */
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

export interface GuardedResponse {
  /** The address that answered, after redirects. */
  url: string;
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * A GET of an address that a stranger or a model chose. It reaches public machines only: each host is resolved once, all its
 * addresses are checked, and the connection is made to these; every redirect is checked in the same way and never leads from
 * https to http. Answers of any status are returned.
 *
 * Raises `INVALID_REQUEST` (no such kind of address), `FORBIDDEN` (a private network, too many redirects), `PAYLOAD_TOO_LARGE`,
 * `TIMEOUT`, `UNAVAILABLE`, `CANCELLED`.
 */
export type GuardedFetch = (url: string, request?: GuardedRequest) => Promise<GuardedResponse>;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function createGuardedFetch({
  timeoutMs = 30_000,
  maxBytes = 5 * 1024 * 1024,
  maxRedirects = 3,
  userAgent = "TravelAgentOS",
  ca,
  clock = systemClock,
  ...network
}: GuardedFetchOptions = {}): GuardedFetch {
  const guard = createNetworkGuard(network);

  async function follow(first: Target, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<GuardedResponse> {
    const plain = { "user-agent": userAgent, "accept-encoding": acceptedEncodings };
    let target = first;
    for (let hop = 0; ; hop += 1) {
      const addresses = await guard.addressesOf(target, signal);
      const sent = { ...(target.url.origin === first.url.origin ? headers : {}), ...plain };
      const response = await openPinned(target, { addresses, headers: sent, signal, ...(ca === undefined ? {} : { ca }) });
      const { statusCode: status = 0, headers: received } = response;
      if (!redirects.has(status) || received.location === undefined)
        return { url: target.url.href, status, headers: received, body: await readBounded(response, maxBytes) };
      response.destroy();
      if (hop === maxRedirects) throw new TravelAgentError("FORBIDDEN", `${first.host} redirects more than ${maxRedirects} times; it was not followed further`);
      const next = parseTarget(received.location, target.url);
      if (target.url.protocol === "https:" && next.url.protocol === "http:")
        throw new TravelAgentError("FORBIDDEN", `${target.host} redirects from https to http, which is not followed`);
      target = next;
    }
  }

  return async (url, { headers = {}, signal } = {}) => {
    const target = parseTarget(url);
    const deadline = new AbortController();
    const disarm = clock.after(timeoutMs, () => deadline.abort(new TravelAgentError("TIMEOUT", `${target.host} took longer than ${timeoutMs / 1000} s`)));
    const either = signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal;
    try {
      return await follow(target, headers, either);
    } catch (error) {
      if (either.aborted) throw reasonOf(either);
      if (TravelAgentError.is(error)) throw error;
      throw new TravelAgentError("UNAVAILABLE", `${target.host} could not be read`, { cause: error });
    } finally {
      disarm();
    }
  };
}
