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
  /** PEM. At least TLS 1.2 is spoken. */
  tls?: { cert: string | Buffer; key: string | Buffer };
  /** Serve other machines without TLS, such as behind a proxy that speaks it. Otherwise that is refused. */
  allowPlaintext?: boolean;
  log?: Logger;
  clock?: Clock;
  /** How long a client may take to send the head of a request. Default 10 s. */
  headersTimeoutMs?: number;
  /** How long a client may take to send a whole request. Default 30 s. */
  requestTimeoutMs?: number;
  /** How long requests under way may take to end once the server closes. Default 3 s. */
  drainMs?: number;
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
 * gateway without authentication, or without TLS and leave to be so, would be reachable from elsewhere.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  const {
    control,
    port,
    host = "127.0.0.1",
    tls,
    allowPlaintext = false,
    log = silentLogger,
    clock = systemClock,
    headersTimeoutMs = 10_000,
    requestTimeoutMs = 30_000,
    drainMs = 3_000,
  } = options;
  const exposed = host !== "localhost" && !isLoopback(host);
  if (exposed && control.auth.mode === "none")
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `without authentication the gateway serves this machine only: bind 127.0.0.1 instead of ${host}, or set a token`,
    );
  if (exposed && !tls && !allowPlaintext)
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `on ${host} other machines would connect without TLS: turn on gateway.tls.enabled, name the proxy that speaks TLS in gateway.trustedProxies, or accept it with gateway.allowInsecureRemote`,
    );
  if (exposed && !tls) log.warn("the gateway is reachable from other machines without TLS", { host });

  const settings = {
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 5000,
    connectionsCheckingInterval: Math.max(100, Math.min(5000, Math.floor(headersTimeoutMs / 2))),
    maxHeaderSize: 16 * 1024,
  };
  const server = tls ? createHttpsServer({ ...settings, handshakeTimeout: headersTimeoutMs, minVersion: "TLSv1.2", ...tls }) : createHttpServer(settings);
  // The types do not know `closeTimeout` yet: how long the unread bytes of a closed client may stay in memory.
  const socketSettings: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    maxPayload: control.limits.maxPayload,
    perMessageDeflate: false,
    clientTracking: true,
    closeTimeout: 5 * lingerMs,
  };
  const sockets = new WebSocketServer(socketSettings);

  let closing: Promise<void> | undefined;
  server.on("request", (request, response) => {
    // A client that keeps its connection is told to find another one.
    if (closing) response.setHeader("connection", "close");
    void control.http(request, response);
  });
  server.on("upgrade", (request, stream: Duplex, head) => {
    stream.on("error", destroy);
    const refusal = control.refuseUpgrade(request);
    if (refusal) return refuse(stream, refusal);
    sockets.handleUpgrade(request, stream, head, (ws) => control.accept(wsSocket(ws, stream), request));
  });
  server.on("clientError", (error: NodeJS.ErrnoException, stream: Duplex) => {
    const timeout = error.code === "ERR_HTTP_REQUEST_TIMEOUT";
    const large = error.code === "HPE_HEADER_OVERFLOW";
    // Who did not get through the TLS handshake cannot read an answer.
    if (stream.writable && (timeout || error.code?.startsWith("HPE_")))
      stream.end(
        `HTTP/1.1 ${timeout ? "408 Request Timeout" : large ? "431 Request Header Fields Too Large" : "400 Bad Request"}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`,
      );
    else stream.destroy();
  });

  // The server itself does not close who has said nothing of TLS yet.
  const streams = new Set<Duplex>();
  function forget(this: Duplex): void {
    streams.delete(this);
  }
  if (tls) server.on("connection", (stream: Duplex) => void streams.add(stream.once("close", forget)));

  await listen(server, port, host);
  const stopPinging = pingAll(sockets, clock, control.limits.tickIntervalMs);
  const actual = (server.address() as AddressInfo).port;
  return {
    port: actual,
    url: `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    close() {
      closing ??= closeAll(server, sockets, streams, stopPinging, drainMs);
      return closing;
    },
  };
}

/** A listener for life, so it is one for all streams: one of their own would keep the request that opened each. */
function destroy(this: Duplex): void {
  this.destroy();
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

async function closeAll(server: Server, sockets: WebSocketServer, streams: ReadonlySet<Duplex>, stopPinging: () => void, drainMs: number): Promise<void> {
  stopPinging();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  for (const ws of sockets.clients) ws.close(1012, "service restart");
  const linger = setTimeout(() => {
    for (const ws of sockets.clients) ws.terminate();
  }, lingerMs);
  // Connections whose request ended meanwhile.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const drain = setTimeout(() => {
    server.closeAllConnections();
    for (const stream of streams) stream.destroy();
  }, drainMs);
  await closed;
  clearTimeout(linger);
  clearTimeout(drain);
  clearInterval(sweep);
}
