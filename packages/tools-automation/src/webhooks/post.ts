import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { createNetworkGuard, type NetworkGuardOptions } from "../web/guard/network-guard.ts";
import { openPinned } from "../web/guard/open-pinned.ts";
import { parseTarget } from "../web/guard/target.ts";

/**
 * Posts to an address that somebody typed. It reaches public machines only, follows no redirect and reads no answer. Raises
 * `INVALID_REQUEST` and `FORBIDDEN` for addresses that are closed, `TIMEOUT`, `UNAVAILABLE`.
 */
export type Post = (url: string, headers: Readonly<Record<string, string>>, body: Uint8Array) => Promise<{ status: number; retryAfter?: string }>;

export interface PostOptions extends NetworkGuardOptions {
  clock?: Clock;
  /** Default 15 s. */
  timeoutMs?: number;
  /** PEM of authorities that are trusted instead of the usual ones. */
  ca?: string;
}

export function createPost({ clock = systemClock, timeoutMs = 15_000, ca, ...network }: PostOptions = {}): Post {
  const guard = createNetworkGuard(network);
  return async (url, headers, body) => {
    const target = parseTarget(url);
    const deadline = new AbortController();
    const disarm = clock.after(timeoutMs, () => deadline.abort());
    try {
      const addresses = await guard.addressesOf(target, deadline.signal);
      const sent = { "content-type": "application/json", "content-length": String(body.byteLength), "user-agent": "TravelAgentOS", ...headers };
      const response = await openPinned(target, { addresses, headers: sent, signal: deadline.signal, body, ...(ca === undefined ? {} : { ca }) });
      const { statusCode: status = 0, headers: received } = response;
      response.destroy();
      const retryAfter = received["retry-after"];
      return { status, ...(retryAfter === undefined ? {} : { retryAfter }) };
    } catch (error) {
      if (deadline.signal.aborted) throw new TravelAgentError("TIMEOUT", `${target.host} did not answer within ${timeoutMs / 1000} s`);
      if (TravelAgentError.is(error)) throw error;
      throw new TravelAgentError("UNAVAILABLE", `${target.host} could not be reached`, { cause: error });
    } finally {
      disarm();
    }
  };
}
