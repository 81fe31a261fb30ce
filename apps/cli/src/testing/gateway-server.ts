import type { AddressInfo } from "node:net";
import { methods, type RequestFrame } from "@travelagent/protocol";
import { type WebSocket, WebSocketServer } from "ws";

export interface Conn {
  event(name: string, payload: unknown): void;
  /** The second answer of a two-stage method. */
  later(payload: unknown): void;
}

export type Answers = Record<string, (params: Record<string, unknown>, conn: Conn) => unknown>;

export interface GatewayServer {
  port: number;
  url: string;
  /** Every call after connect, its params checked against the protocol. */
  calls: { method: string; params: Record<string, unknown> }[];
  /** Params of every connect. */
  connects: Record<string, unknown>[];
  /** Sends an event to everybody. */
  event(name: string, payload: unknown): void;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** A gateway on a real socket that answers as it is told. Throw an object with `code` and `message` to refuse. */
export async function gatewayServer(answers: Answers, { token = "right-token" } = {}): Promise<GatewayServer> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const calls: GatewayServer["calls"] = [];
  const connects: GatewayServer["connects"] = [];
  const send = (socket: WebSocket, frame: unknown) => socket.send(JSON.stringify(frame));

  server.on("connection", (socket) => {
    send(socket, { type: "event", event: "connect.challenge", payload: { nonce: "n", ts: 1 } });
    socket.on("message", async (data) => {
      const { id, method, params = {} } = JSON.parse(String(data)) as RequestFrame & { params?: Record<string, unknown> };
      const refuse = (error: object) => send(socket, { type: "res", id, ok: false, error });
      if (method === "connect") {
        connects.push(params);
        if ((params as { auth?: { token?: string } }).auth?.token !== token)
          return refuse({ code: "UNAUTHORIZED", message: "unauthorized: gateway token mismatch" });
        return send(socket, {
          type: "res",
          id,
          ok: true,
          payload: {
            type: "hello-ok",
            protocol: 4,
            server: { version: "9.9.9", connId: "c" },
            features: { methods: Object.keys(answers), events: ["chat"] },
            snapshot: { presence: [], health: {}, stateVersion: { presence: 0, health: 0 }, uptimeMs: 61_000 },
            policy: { maxPayload: 1, maxBufferedBytes: 1, tickIntervalMs: 30_000 },
          },
        });
      }
      calls.push({ method, params });
      const checked = methods[method as keyof typeof methods]?.params.safeParse(params);
      if (!checked?.success) return refuse({ code: "INVALID_REQUEST", message: `bad params for ${method}: ${checked?.error.message}` });
      const answer = answers[method];
      if (!answer) return refuse({ code: "NOT_FOUND", message: `no method ${method}` });
      const conn: Conn = {
        event: (event, payload) => send(socket, { type: "event", event, payload }),
        later: (payload) => send(socket, { type: "res", id, ok: true, payload }),
      };
      try {
        send(socket, { type: "res", id, ok: true, payload: await answer(params, conn) });
      } catch (error) {
        refuse(error as object);
      }
    });
  });
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    calls,
    connects,
    event: (name, payload) => {
      for (const socket of server.clients) send(socket, { type: "event", event: name, payload });
    },
    cut: () => {
      for (const socket of server.clients) socket.terminate();
    },
    async close() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
