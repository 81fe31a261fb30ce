import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { createAuth } from "../auth/auth.ts";
import { createControlPlane } from "../control-plane.ts";
import { connectTestClient } from "../testing/socket-pair.ts";
import { startGoListener } from "./go.ts";

const token = "a-token-for-tests-0123456789abcdef";
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

async function bench() {
  const sent: Record<string, unknown>[] = [];
  const control = createControlPlane({
    auth: createAuth({ mode: "token", token }),
    version: "1",
    validate: true,
    sessionDefaults: { defaultAgentId: "main", mainKey: "main", mainSessionKey: "agent:main:main" },
    handlers: {
      "chat.history": ({ sessionKey: wanted }, call) => {
        const sessionKey = wanted.includes(":") ? wanted : `agent:main:${wanted}`;
        call.follow(sessionKey);
        return { sessionKey, messages: [] };
      },
      "chat.send": (params) => {
        sent.push(params);
        return { runId: params.idempotencyKey, status: "started" };
      },
    },
  });
  control.setReady();
  const listener = await startGoListener({ control, port: 0 });
  cleanUp.push(async () => {
    control.shutdown("the test is over");
    await listener.close();
  });
  const chat = (sessionKey: string, state: "user" | "final" | "delta" | "error", content = "") =>
    control.publish("chat", {
      runId: "run-1",
      sessionKey,
      seq: 1,
      state,
      ...(state === "delta" ? { deltaText: content } : {}),
      ...(state === "error" ? { errorMessage: content } : {}),
      ...(state === "user" || state === "final"
        ? { message: { role: state === "user" ? "user" : "assistant", content: [{ type: "text", text: content }], timestamp: 1 } }
        : {}),
    });
  return { control, sent, chat, port: listener.port };
}

type Received = Record<string, unknown>;

async function dial(port: number, headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/ws`, { headers });
  const received: Received[] = [];
  const listeners = new Set<() => void>();
  ws.on("message", (data) => {
    received.push(JSON.parse(String(data)) as Received);
    for (const listener of [...listeners]) listener();
  });
  const closed = new Promise<number>((resolve) => ws.once("close", (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    ws.once("open", () => resolve());
    ws.once("unexpected-response", (_, response) => reject(new Error(`HTTP ${response.statusCode}`)));
    ws.once("error", reject);
  });
  ws.on("error", () => {});
  cleanUp.push(() => ws.terminate());
  const next = (fits: (message: Received) => boolean) =>
    new Promise<Received>((resolve, reject) => {
      const check = () => {
        const found = received.find(fits);
        if (found) resolve(found);
      };
      listeners.add(check);
      void closed.then((code) => reject(new Error(`closed with ${code}`)));
      check();
    });
  const ask = (ID: string, Type: string, Data?: unknown) => {
    ws.send(JSON.stringify({ ID, Type, Timestamp: "2027-01-15T09:00:00Z", Data }));
    return next((message) => message.ID === ID);
  };
  return { ws, received, closed, next, ask };
}

describe("the older gateway's WebSocket", () => {
  it("answers ping with pong, with the keys written as the client writes them", async () => {
    const { port } = await bench();
    const client = await dial(port);
    expect(await client.ask("1", "ping")).toEqual({ ID: "1", Type: "pong", Timestamp: expect.stringMatching(/^\d{4}-.*Z$/), Data: {}, Error: "" });
    client.ws.send('{"type":"ping"}');
    expect(await client.next((message) => message.type === "pong")).toEqual({ id: "", type: "pong", timestamp: expect.any(String), data: {} });
  });

  it("delivers messages of sessions it subscribed to, and of no other", async () => {
    const { port, chat } = await bench();
    const client = await dial(port);
    expect(await client.ask("1", "subscribe", { sessions: ["trip"] })).toMatchObject({
      Type: "session.update",
      Data: { sessionKey: "agent:main:trip", status: "subscribed" },
      Error: "",
    });
    chat("agent:main:other", "final", "secret");
    chat("agent:main:trip", "user", "two seats");
    chat("agent:main:trip", "delta", "Fo");
    chat("agent:main:trip", "final", "Found three");
    chat("agent:main:trip", "error", "the model is away");
    await client.next((message) => (message.Data as { status?: string }).status === "error");
    expect(client.received.slice(1)).toMatchObject([
      { Type: "message.inbound", Data: { sessionKey: "agent:main:trip", role: "user", text: "two seats" } },
      { Type: "message.inbound", Data: { role: "assistant", text: "Found three", runId: "run-1" } },
      { Type: "session.update", Data: { status: "error", error: "the model is away" } },
    ]);
  });

  it("sends a message once for one ID, and hears what comes back", async () => {
    const { port, sent, chat } = await bench();
    const client = await dial(port);
    const data = { sessionKey: "main", text: "two seats to Lisbon" };
    expect(await client.ask("1", "message.send", data)).toMatchObject({ Type: "session.update", Data: { sessionKey: "agent:main:main", status: "started" } });
    client.ws.send(JSON.stringify({ ID: "1", Type: "message.send", Data: data }));
    await client.ask("p", "ping");
    expect(sent).toMatchObject([{ sessionKey: "agent:main:main", message: "two seats to Lisbon" }]);
    chat("agent:main:main", "final", "Found three");
    await client.next((message) => message.Type === "message.inbound");
  });

  it("takes the short ID of another connection for another message, and a long one for the same", async () => {
    const { port, sent } = await bench();
    const [first, second] = [await dial(port), await dial(port)];
    await first.ask("1", "message.send", { text: "two seats" });
    await second.ask("1", "message.send", { text: "two seats" });
    expect(sent).toHaveLength(2);
    const long = "0193b1f0-6a4e-7c1e-8d7b-2f1f6a0f8a11";
    await first.ask(long, "message.send", { text: "three seats" });
    await second.ask(long, "message.send", { text: "three seats" });
    expect(sent).toHaveLength(3);
  });

  it("makes sessions", async () => {
    const { port, chat } = await bench();
    const client = await dial(port);
    const made = (await client.ask("1", "session.create")) as { Type: string; Data: { sessionKey: string; status: string } };
    expect(made).toMatchObject({ Type: "session.update", Data: { status: "created", sessionKey: expect.stringMatching(/^agent:main:[0-9a-f-]{36}$/) } });
    chat(made.Data.sessionKey, "final", "hello");
    expect(await client.next((message) => message.Type === "message.inbound")).toMatchObject({ Data: { text: "hello" } });
  });

  it("tells presence to who asked for it", async () => {
    const { control, port } = await bench();
    const [client, other] = [await dial(port), await dial(port)];
    expect(await client.ask("1", "subscribe", { topics: ["presence"] })).toMatchObject({ Type: "presence", Data: { presence: expect.any(Array) } });
    await connectTestClient(control, { token, mode: "ui" });
    await client.next((message) => message.Type === "presence" && message.ID !== "1");
    await other.ask("1", "ping");
    expect(other.received).toHaveLength(1);
  });

  it("says what was wrong in Error", async () => {
    const { port } = await bench();
    const client = await dial(port);
    expect(await client.ask("1", "config.get")).toMatchObject({ Type: "config.get", Error: expect.stringContaining("INVALID_REQUEST: unknown type") });
    expect(await client.ask("2", "message.send", {})).toMatchObject({ Error: "INVALID_REQUEST: message.send needs a text" });
    expect(await client.ask("3", "subscribe", {})).toMatchObject({ Error: expect.stringContaining("INVALID_REQUEST") });
    expect(await client.ask("4", "constructor")).toMatchObject({ Error: expect.stringContaining("unknown type") });
    client.ws.send("[]");
    expect(await client.closed).toBe(1003);
  });

  it("opens to nobody without the token, and to no page of another site", async () => {
    const { port } = await bench();
    await expect(dial(port, {})).rejects.toThrow("HTTP 401");
    await expect(dial(port, { authorization: "Bearer wrong" })).rejects.toThrow("HTTP 401");
    await expect(dial(port, { authorization: `Bearer ${token}`, origin: "https://evil.example" })).rejects.toThrow("HTTP 403");
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(426);
  });

  it("ends with the gateway", async () => {
    const { control, port } = await bench();
    const client = await dial(port);
    expect(control.connections).toBe(1);
    control.shutdown("over");
    expect(await client.closed).toBe(1012);
    expect(control.connections).toBe(0);
  });

  it("leaves nothing behind when a client goes", async () => {
    const { control, port } = await bench();
    const client = await dial(port);
    client.ws.terminate();
    for (let tries = 0; tries < 100 && control.connections > 0; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(control.connections).toBe(0);
  });
});
