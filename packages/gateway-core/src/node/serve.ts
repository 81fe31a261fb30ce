import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { errorCodes, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import { isLoopback } from "../auth/peer.ts";
import type { ControlPlane } from "../control-plane.ts";
import { wsSocket } from "./ws-socket.ts";

export interface ServeOptions {
  control: ControlPlane;
  /** 0 takes any free port. */
  port: number;
  /** Address to bind. Default 127.0.0.1. */
  host?: string;
  /** PEM. */
  tls?: { cert: string | Buffer; key: string | Buffer };
  log?: Logger;
  clock?: Clock;
  /** How long a client may take to send the head of a request. Default 10 s. */
  headersTimeoutMs?: number;
  /** How long a client may take to send a whole request. Default 30 s. */
  requestTimeoutMs?: number;
}

export interface RunningServer {
  readonly port: number;
  /** `http://127.0.0.1:18789` or `https://…`. */
  readonly url: string;
  /** Ends whatever is still open and frees the port. Call `control.shutdown` first. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * HTTP and WebSocket on one port. Raises `CONFLICT` when the port is taken, `CONFIG_INVALID` when it cannot be bound or a
 * gateway without authentication would be reachable from elsewhere.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const { control, port, host = "127.0.0.1", tls, log = silentLogger, clock = systemClock, headersTimeoutMs = 10_000, requestTimeoutMs = 30_000 } = options;
  const exposed = host !== "localhost" && !isLoopback(host);
  if (exposed && control.auth.mode === "none")
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `without authentication the gateway serves this machine only: bind 127.0.0.1 instead of ${host}, or set a token`,
    );
  if (exposed && !tls) log.warn("the gateway is reachable from other machines without TLS: put a TLS proxy in front of it, or configure gateway.tls", { host });

  const settings = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 5000,
    connectionsCheckingInterval: Math.max(100, Math.min(5000, Math.floor(headersTimeoutMs / 2))),
    maxHeaderSize: 16 * 1024,
  };
  const server = tls ? createHttpsServer({ ...settings, ...tls }) : createHttpServer(settings);
  // The types do not know `closeTimeout` yet: how long the unread bytes of a closed client may stay in memory.
  const socketSettings: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    maxPayload: control.limits.maxPayload,
    perMessageDeflate: false,
    clientTracking: true,
    closeTimeout: 5 * lingerMs,
  };
  const sockets = new WebSocketServer(socketSettings);

  server.on("request", (request, response) => void control.http(request, response));
  server.on("upgrade", (request, stream: Duplex, head) => {
    stream.on("error", () => stream.destroy());
    const refusal = control.refuseUpgrade(request);
    if (refusal) return refuse(stream, refusal);
    sockets.handleUpgrade(request, stream, head, (ws) => control.accept(wsSocket(ws, stream), request));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, stream: Duplex) => {
    const timeout = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    const large = error.code === "HPE_HEADER_OVERFLOW";
    if (stream.writable)
      stream.end(
        `HTTP/1.1 ${timeout ? "408 Request Timeout" : large ? "431 Request Header Fields Too Large" : "400 Bad Request"}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
    else stream.destroy();
  });

  await listen(server, port, host);
  const stopPinging = pingAll(sockets, clock, control.limits.tickIntervalMs);
  const actual = (server.address() as AddressInfo).port;
  let closing: Promise<void> | undefined;
  return {
    port: actual,
    url: `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    close() {
      closing ??= closeAll(server, sockets, stopPinging);
      return closing;
    },
  };
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EADDRINUSE") {
      reject(
        new TravelAgentError(
          "CONFLICT",
          `port ${port} on ${host} is already in use, perhaps by a gateway that is still running: stop it, or choose another port`,
          { details: { port, host }, cause: error },
        ),
      );
    } else {
      reject(
        new TravelAgentError("CONFIG_INVALID", `cannot listen on ${host} port ${port} (${error.code ?? error.message}): choose another address or port`, {
          details: { port, host },
          cause: error,
        }),
      );
    }
  });
  server.listen({ port, host, exclusive: true }, resolve);
  await promise;
  server.removeAllListeners("error");
  server.on("error", () => {});
}

function refuse(stream: Duplex, error: TravelAgentError): void {
  const status = errorCodes[error.code].httpStatus;
  const body = JSON.stringify({ error: { code: error.code, message: error.message } });
  stream.end(
    `HTTP/1.1 ${status} ${error.code}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A machine that vanished closes nothing: whoever does not answer one ping until the next is cut off. */
function pingAll(sockets: WebSocketServer, clock: Clock, intervalMs: number): () => void {
  const waiting = new WeakSet<WebSocket>();
  const round = () => {
    for (const ws of sockets.clients) {
      if (waiting.has(ws)) {
        ws.terminate();
        continue;
      }
      waiting.add(ws);
      ws.once("pong", () => waiting.delete(ws));
      ws.ping();
    }
    cancel = clock.after(intervalMs, round);
  };
  let cancel = clock.after(intervalMs, round);
  return () => cancel();
}

/** Clients get a moment to read why they are closed. */
const lingerMs = 1000;

async function closeAll(server: Server, sockets: WebSocketServer, stopPinging: () => void): Promise<void> {
  stopPinging();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  for (const ws of sockets.clients) ws.close(1012, "service restart");
  const linger = setTimeout(() => {
    for (const ws of sockets.clients) ws.terminate();
    server.closeAllConnections();
  }, lingerMs);
  await closed;
  clearTimeout(linger);
}
