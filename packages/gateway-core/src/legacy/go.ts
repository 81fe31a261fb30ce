import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { errorCodes, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { type WebSocket, WebSocketServer } from "ws";
import type { ControlPlane } from "../control-plane.ts";
import { readEnvelope, writeEnvelope } from "./envelope.ts";
import { createGoSession, type GoSession } from "./go-session.ts";
import { type InnerClient, openInnerClient } from "./inner-client.ts";
import { type LegacyListener, listenOn } from "./listener.ts";

export interface GoListenerOptions {
  control: Pick<ControlPlane, "accept" | "refuseUpgrade" | "limits">;
  /** 0 takes any free one. */
  port: number;
  /** Default 127.0.0.1. There is no TLS here: put a proxy before it. */
  host?: string;
  clock?: Clock;
  log?: Logger;
}

const scopes = ["operator.read", "operator.write"];

/**
 * The older gateway's WebSocket: envelopes of types ping, subscribe, message.send and session.create. A client shows the gateway's token
 * as `Authorization: Bearer`, and is then an operator who may read and write, with every limit of the gateway's own socket.
 */
export async function startGoListener({
  control,
  port,
  host = "127.0.0.1",
  clock = systemClock,
  log = silentLogger,
}: GoListenerOptions): Promise<LegacyListener> {
  const server = createServer((_, response) => {
    response.writeHead(426, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { code: "INVALID_REQUEST", message: "this port speaks WebSocket" } }));
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: control.limits.maxPayload, perMessageDeflate: false });
  server.on("upgrade", (request, stream: Duplex, head) => {
    stream.on("error", () => stream.destroy());
    const refusal = control.refuseUpgrade(request);
    if (refusal) return refuse(stream, refusal);
    let ws: WebSocket | undefined;
    let session: GoSession | undefined;
    let small = false;
    const send = (reply: Parameters<typeof writeEnvelope>[0]) => {
      if (ws?.readyState === ws?.OPEN) ws?.send(writeEnvelope(reply, clock.now(), small));
    };
    const client: InnerClient = openInnerClient(control, request, {
      event(name, payload) {
        const reply = session?.translate(name, payload);
        if (reply) send(reply);
      },
      closed: (code, reason) => ws?.close(code === 1006 ? 1011 : code, reason),
      unread: () => ws?.bufferedAmount ?? 0,
    });
    stream.once("close", () => client.close());
    client.connect(connectParams(request)).then(
      (hello) =>
        sockets.handleUpgrade(request, stream, head, (opened) => {
          ws = opened;
          session = createGoSession(client, hello);
          const mine = session;
          opened.on("error", () => {});
          opened.on("close", () => client.close());
          opened.on("message", (data, binary) => {
            const envelope = binary ? null : readEnvelope(data.toString());
            if (!envelope) return opened.close(1003, "not an envelope");
            small = envelope.small;
            void mine.take(envelope).then((replies) => replies.forEach(send));
          });
        }),
      (error: unknown) => refuse(stream, TravelAgentError.from(error)),
    );
  });
  const actual = await listenOn(server, port, host);
  log.info("the older gateway's WebSocket is open", { host, port: actual });
  return {
    port: actual,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const ws of sockets.clients) ws.terminate();
      server.closeAllConnections();
      await closed;
    },
  };
}

function connectParams({ headers }: IncomingMessage): Record<string, unknown> {
  const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
  return {
    minProtocol: 4,
    maxProtocol: 4,
    client: { id: "gateway-client", version: "legacy", platform: "go", mode: "backend" },
    role: "operator",
    scopes,
    ...(token === undefined ? {} : { auth: { token } }),
  };
}

function refuse(stream: Duplex, { code, message }: TravelAgentError): void {
  const body = JSON.stringify({ error: { code, message } });
  stream.end(
    `HTTP/1.1 ${errorCodes[code].httpStatus} ${code}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
