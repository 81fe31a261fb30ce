import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TravelAgentError } from "@travelagent/protocol";
import type { NetworkGuard } from "../guard/network-guard.ts";
import { pinnedLookup } from "../guard/pinned-lookup.ts";
import { endpointOf, parseTarget, requestPath } from "../guard/target.ts";

/** A connection that a page wanted and did not get. */
export interface Refusal {
  host: string;
  port: number;
  reason: string;
}

export interface GuardingProxy {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

const connectMs = 15_000;
const idleMs = 120_000;
const mostSockets = 256;

/**
 * An HTTP proxy on loopback through which a browser reaches public machines and no others. It resolves names itself and connects to
 * the addresses it checked, so the browser needs no resolver and a name cannot lead elsewhere in between. TLS passes through
 * unopened.
 */
export async function startGuardingProxy({ guard, onRefused }: { guard: NetworkGuard; onRefused(refusal: Refusal): void }): Promise<GuardingProxy> {
  const refuse = (host: string, port: number, error: unknown): string => {
    const reason = TravelAgentError.is(error) ? error.message : `${host} could not be reached`;
    if (TravelAgentError.is(error, "FORBIDDEN") || TravelAgentError.is(error, "INVALID_REQUEST")) onRefused({ host, port, reason });
    return reason;
  };

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let host = "";
    let port = 0;
    try {
      const target = parseTarget(request.url ?? "");
      ({ host, port } = target);
      if (target.url.protocol !== "http:") throw new TravelAgentError("INVALID_REQUEST", "only http is forwarded openly");
      const addresses = await guard.addressesOf(target);
      const { "proxy-connection": _connection, "proxy-authorization": _authorization, ...headers } = request.headers;
      const upstream = httpRequest({
        host,
        port,
        method: request.method,
        path: requestPath(target),
        headers: { ...headers, host: target.url.host },
        lookup: pinnedLookup(addresses),
        agent: false,
        timeout: idleMs,
      });
      upstream.once("timeout", () => upstream.destroy());
      upstream.once("response", (answer) => {
        answer.on("error", () => response.destroy());
        try {
          // What a server says may be no status or header at all.
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        } catch {
          answer.destroy();
          answerRefused(response, `${host} did not answer as a web server does`, 502);
        }
      });
      upstream.on("error", () => answerRefused(response, `${host} could not be reached`, 502));
      response.once("close", () => upstream.destroy());
      request.pipe(upstream);
    } catch (error) {
      answerRefused(response, refuse(host, port, error), 403);
    }
  }

  async function tunnel(request: IncomingMessage, client: Duplex, head: Buffer): Promise<void> {
    client.on("error", () => client.destroy());
    const [, name = "", digits] = /^(\[[^\]]+\]|[^:]+):(\d{1,5})$/.exec(request.url ?? "") ?? [];
    const { host, port } = endpointOf(name, Number(digits));
    try {
      if (host === "") throw new TravelAgentError("INVALID_REQUEST", "this is no machine to connect to");
      const addresses = await guard.addressesOf({ host, port });
      const upstream = connect({ host, port, lookup: pinnedLookup(addresses), timeout: connectMs });
      const end = (): void => {
        upstream.destroy();
        client.destroy();
      };
      upstream.once("connect", () => {
        upstream.setTimeout(idleMs);
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        if (head.length > 0) upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      for (const event of ["timeout", "error", "close"] as const) upstream.on(event, end);
      client.once("close", end);
    } catch (error) {
      refuse(host, port, error);
      client.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    }
  }

  const server = createServer((request, response) => void forward(request, response));
  const sockets = new Set<Socket>();
  server.maxConnections = mostSockets;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.on("connect", (request, socket, head) => void tunnel(request, socket, head));
  // A web socket without TLS may come as an upgrade; browsers ask for a tunnel then, so nobody needs this way.
  server.on("upgrade", (_request, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answerRefused(response: ServerResponse, reason: string, status: number): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" }).end(`${reason}\n`);
}
