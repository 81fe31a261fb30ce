import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** What this package needs of the gateway's HTTP surface; its own routes fit. */
export interface McpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Who asks; `credential` names what was shown without giving it away. */
  readonly principal?: { readonly actor: string; readonly credential: string };
  json(maxBytes?: number): Promise<unknown>;
}

export interface McpReply {
  status?: number;
  headers?: OutgoingHttpHeaders;
  body?: string | AsyncIterable<Uint8Array>;
}

export interface McpRoute {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly auth: "operator";
  handle(request: McpRequest): Promise<McpReply>;
}
