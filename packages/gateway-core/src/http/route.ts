import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { TravelAgentError } from "@travelagent/protocol";
import type { Principal } from "../auth/auth.ts";
import type { Peer } from "../auth/peer.ts";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly peer: Peer;
  /** Names this request in the log and in error answers. */
  readonly requestId: string;
  /** Who asks; there on routes with `auth: "operator"`. */
  readonly principal?: Principal;
  /**
   * The raw body. Raises `PAYLOAD_TOO_LARGE` as soon as it has more than `maxBytes`, and `TIMEOUT` when it has not come whole
   * within `timeoutMs`. Read it once.
   */
  body(maxBytes?: number, timeoutMs?: number): Promise<Buffer>;
  /** The body as JSON. Raises `INVALID_REQUEST` when it is none, or is not declared as JSON. */
  json(maxBytes?: number): Promise<unknown>;
}

export interface HttpReply {
  status?: number;
  /** Beside those every answer has, or in their place; undefined leaves one of those out. */
  headers?: OutgoingHttpHeaders;
  body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** One address of the HTTP surface. Errors that `handle` raises become `{error: {code, message, requestId}}`. */
export interface HttpRoute {
  /** `HEAD` is answered wherever `GET` is. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Exact, or everything below it when it ends with `/*`. */
  readonly path: string;
  /** `operator`: a bearer token, or the console's cookie; with the cookie, writing also needs the CSRF header. */
  readonly auth: "none" | "operator";
  /** Requires the CSRF header also where no cookie is shown. For what our own pages alone may call. */
  readonly csrf?: true;
  handle(request: HttpRequest): Promise<HttpReply> | HttpReply;
  /** How errors look here, for clients that expect a form of their own; also those that come before `handle`, such as `UNAUTHORIZED`. */
  renderError?(error: TravelAgentError, requestId: string): HttpReply;
}

export const json = (value: unknown, reply: HttpReply = {}): HttpReply => ({
  ...reply,
  headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store", ...reply.headers },
  body: JSON.stringify(value),
});
