import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { pinnedLookup } from "./pinned-lookup.ts";
import { requestPath, type Target } from "./target.ts";

export interface PinnedRequest {
  /** Checked addresses of the target's host. */
  addresses: readonly string[];
  headers: Readonly<Record<string, string>>;
  signal: AbortSignal;
  /** With one it is a POST. */
  body?: Uint8Array;
  ca?: string;
}

/** Sends a GET, or a POST where there is a body, over a connection of its own to one of the addresses. Resolves with the head of the answer; its body is the caller's to read or destroy. */
export function openPinned(target: Target, { addresses, headers, signal, body, ca }: PinnedRequest): Promise<IncomingMessage> {
  const { url, host, port } = target;
  return new Promise((resolve, reject) => {
    const options = {
      host,
      port,
      path: requestPath(target),
      method: body === undefined ? "GET" : "POST",
      headers: { host: url.host, ...headers },
      lookup: pinnedLookup(addresses),
      // A connection that is kept could be used again for a name that leads elsewhere by then.
      agent: false,
      signal,
      ...(ca === undefined ? {} : { ca }),
    } as const;
    const request = url.protocol === "https:" ? httpsRequest(options) : httpRequest(options);
    request.once("response", resolve);
    // Stays: a connection may fail once more after its answer began.
    request.on("error", reject);
    request.end(body);
  });
}
