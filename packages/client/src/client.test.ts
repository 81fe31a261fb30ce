import type { AddressInfo } from "node:net";
import type { RequestFrame } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type Client, type ClientOptions, type ClientState, createClient } from "./index.ts";

const hello = {
  type: "hello-ok",
  protocol: 4,
  server: { version: "1", connId: "c1" },
  features: { methods: [], events: [] },
  snapshot: { presence: [], health: {}, stateVersion: { presence: 0, health: 0 }, uptimeMs: 1 },
  policy: { maxPayload: 1000, maxBufferedBytes: 1000, tickIntervalMs: 30_000 },
};

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

interface Gateway {
  url: string;
  /** All requests after connect, over all connections. */
  requests: RequestFrame[];
  connects: RequestFrame[];
  sockets: WebSocket[];
  closes: number[];
}

type Answer = (socket: WebSocket, request: RequestFrame) => void;

/** A gateway on a real socket; `answer` gets every request. */
async function gateway(answer: Answer, options: { challenge?: boolean; tickIntervalMs?: number; refuse?: object } = {}): Promise<Gateway> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const self: Gateway = { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: [], connects: [], sockets: [], closes: [] };
  server.on("connection", (socket) => {
    self.sockets.push(socket);
    socket.on("close", (code) => self.closes.push(code));
    if (options.challenge !== false) socket.send(JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: "n", ts: 1 } }));
    socket.on("message", (data) => {
      const request = JSON.parse(String(data)) as RequestFrame;
      if (request.method !== "connect") {
        self.requests.push(request);
        answer(socket, request);
        return;
      }
      self.connects.push(request);
      const payload = { ...hello, policy: { ...hello.policy, ...(options.tickIntervalMs ? { tickIntervalMs: options.tickIntervalMs } : {}) } };
      socket.send(
        JSON.stringify(options.refuse ? { type: "res", id: request.id, ok: false, error: options.refuse } : { type: "res", id: request.id, ok: true, payload }),
      );
    });
  });
  open.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return self;
}

const reply = (socket: WebSocket, request: RequestFrame, payload: unknown) => socket.send(JSON.stringify({ type: "res", id: request.id, ok: true, payload }));
const event = (socket: WebSocket | undefined, name: string, payload: unknown, seq?: number) =>
  socket?.send(JSON.stringify({ type: "event", event: name, payload, ...(seq === undefined ? {} : { seq }) }));
const silent: Answer = () => {};

function connect(url: string, options: Partial<ClientOptions> = {}): Client {
  const client = createClient({ url, reconnect: { baseMs: 20, maxMs: 50 }, ...options });
  open.push(() => client.stop());
  return client;
}

const until = (client: Client, status: ClientState["status"]) =>
  new Promise<void>((resolve) => {
    if (client.state.status === status) resolve();
    const off = client.onState((state) => {
      if (state.status !== status) return;
      off();
      resolve();
    });
  });

describe("the gateway client", () => {
  it("connects after the challenge with what it was given", async () => {
    const server = await gateway(silent);
    const client = connect(server.url, { auth: { token: "secret" }, scopes: ["operator.read"], timeZone: "Europe/Madrid" });
    await expect(client.start()).resolves.toMatchObject({ type: "hello-ok" });
    expect(server.connects[0]?.params).toMatchObject({
      role: "operator",
      auth: { token: "secret" },
      scopes: ["operator.read"],
      timeZone: "Europe/Madrid",
      minProtocol: 3,
      maxProtocol: 4,
    });
  });

  it("connects without a challenge too, after a short wait", async () => {
    const server = await gateway(silent, { challenge: false });
    const client = connect(server.url);
    const before = performance.now();
    await client.start();
    expect(performance.now() - before).toBeGreaterThan(700);
  });

  it("keeps calls made before the connection and answers each with its own result", async () => {
    const server = await gateway((socket, request) => reply(socket, request, { echo: request.params }));
    const client = connect(server.url);
    const calls = Promise.all([client.call("customers.list", { query: "a" }), client.call("customers.list", { query: "b" })]);
    void client.start();
    await expect(calls).resolves.toEqual([{ echo: { query: "a" } }, { echo: { query: "b" } }]);
  });

  it("raises the gateway's errors with code, details and retry hint", async () => {
    const server = await gateway((socket, request) =>
      socket.send(
        JSON.stringify({ type: "res", id: request.id, ok: false, error: { code: "PRICE_CHANGED", message: "now 210.00 EUR", details: { amount: "210.00" } } }),
      ),
    );
    const client = connect(server.url);
    void client.start();
    await expect(client.call("status", {})).rejects.toMatchObject({
      name: "TravelAgentError",
      code: "PRICE_CHANGED",
      details: { amount: "210.00" },
      retryable: false,
    });
  });

  it("gives up on a refusal: start, calls and later calls all say why", async () => {
    const server = await gateway(silent, { refuse: { code: "UNAUTHORIZED", message: "wrong token" } });
    const client = connect(server.url);
    const call = client.call("status", {});
    call.catch(() => {});
    await expect(client.start()).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(call).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(client.call("status", {})).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(server.connects).toHaveLength(1);
  });

  it("sends a call with a key again after a break; one without rejects", async () => {
    const server = await gateway((socket, request) => {
      if (server.sockets.length > 1) reply(socket, request, { runId: "r", status: "started" });
      else if (request.method === "chat.send") socket.terminate();
    });
    const client = connect(server.url);
    await client.start();
    const lost = client.call("status", {});
    lost.catch(() => {});
    const kept = client.call("chat.send", { sessionKey: "main", message: "two seats to Lisbon", idempotencyKey: "k1" });
    await expect(lost).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(kept).resolves.toMatchObject({ runId: "r" });
    const sends = server.requests.filter((request) => request.method === "chat.send");
    expect(sends).toHaveLength(2);
    expect(sends[1]).toEqual(sends[0]);
  });

  it("resolves a two-stage call with the outcome", async () => {
    const server = await gateway((socket, request) => {
      reply(socket, request, { runId: "r", status: "accepted" });
      setTimeout(() => reply(socket, request, { runId: "r", status: "ok" }), 20);
    });
    const client = connect(server.url);
    void client.start();
    const accepted: unknown[] = [];
    await expect(client.call("agent", { message: "hello", idempotencyKey: "r" }, { onAccepted: (payload) => accepted.push(payload) })).resolves.toMatchObject({
      status: "ok",
    });
    expect(accepted).toEqual([{ runId: "r", status: "accepted" }]);
  });

  it("times a call out", async () => {
    const server = await gateway(silent);
    const client = connect(server.url);
    await client.start();
    await expect(client.call("status", {}, { timeoutMs: 30 })).rejects.toMatchObject({ code: "TIMEOUT" });
  });

  it("hands events to their listeners, also when another listener throws, and reports gaps", async () => {
    const server = await gateway(silent);
    const gaps: unknown[] = [];
    const client = connect(server.url, { onGap: (gap) => gaps.push(gap) });
    await client.start();
    const heard: number[] = [];
    client.on("tick", () => {
      throw new Error("a broken listener");
    });
    const off = client.on("tick", ({ ts }) => heard.push(ts));
    const third = new Promise<void>((resolve) => client.on("shutdown", () => resolve()));
    event(server.sockets[0], "tick", { ts: 1 }, 1);
    event(server.sockets[0], "tick", { ts: 2 }, 2);
    server.sockets[0]?.send("no json");
    event(server.sockets[0], "shutdown", { reason: "test" }, 5);
    await third;
    expect(heard).toEqual([1, 2]);
    expect(gaps).toEqual([{ expected: 3, received: 5 }]);
    off();
  });

  it("leaves a silent gateway with code 4000 and comes back", async () => {
    const server = await gateway(silent, { tickIntervalMs: 60 });
    const client = connect(server.url);
    await client.start();
    await until(client, "waiting");
    await until(client, "ready");
    expect(server.closes[0]).toBe(4000);
    expect(server.connects.length).toBeGreaterThan(1);
  });

  it("stays with a gateway that ticks", async () => {
    const server = await gateway(silent, { tickIntervalMs: 60 });
    const client = connect(server.url);
    await client.start();
    for (let i = 0; i < 8; i++) {
      event(server.sockets[0], "tick", { ts: i });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(client.state.status).toBe("ready");
    expect(server.connects).toHaveLength(1);
  });

  it("stops: calls reject, no connection comes back, and it can start again", async () => {
    const server = await gateway(silent);
    const client = connect(server.url);
    await client.start();
    const call = client.call("status", {});
    call.catch(() => {});
    client.stop();
    client.stop();
    await expect(call).rejects.toMatchObject({ code: "CANCELLED" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(server.connects).toHaveLength(1);
    await client.start();
    expect(client.state.status).toBe("ready");
  });

  it("fails at once without reconnect when nobody answers", async () => {
    const client = connect("ws://127.0.0.1:9", { reconnect: false });
    await expect(client.start()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(client.state.status).toBe("stopped");
  });
});
