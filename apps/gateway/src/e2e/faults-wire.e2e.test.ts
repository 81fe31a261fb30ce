import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { rawHttp, statusOf } from "../testing/raw-http.ts";
import { residentMemory } from "../testing/resident-memory.ts";
import { connectWire, openWire, operator, type WireClient } from "../testing/wire-client.ts";

const megabyte = 1024 * 1024;

describe("bad input at the gateway's port", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let customer: Talk;
  const clients: WireClient[] = [];
  const wire = async (): Promise<WireClient> => {
    const client = await connectWire(gateway);
    clients.push(client);
    return client;
  };
  const stranger = async (): Promise<WireClient> => {
    const client = await openWire(gateway.url);
    clients.push(client);
    return client;
  };
  /** Somebody else's conversation, in milliseconds. */
  const chat = async (): Promise<number> => {
    const started = performance.now();
    expect((await customer.say("hello")).text).not.toBe("");
    return performance.now() - started;
  };
  // What takes its time to be cut off starts with the suite and is looked at in its end.
  let silent: WireClient;
  let slowHead: Promise<string>;

  beforeAll(async () => {
    gateway = await startGateway({ stateDir: state.path });
    customer = await talk({ url: gateway.url, token: gateway.token, sessionKey: "agent:main:somebody" });
    silent = await stranger();
    slowHead = rawHttp(gateway.port, "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
    await chat();
  }, 30_000);
  afterAll(async () => {
    for (const client of clients) client.end();
    await customer?.close();
    await gateway?.stop();
    state.remove();
  });

  it("answers each bad request with its code, and the connection goes on", async () => {
    const client = await wire();
    const refusals: [sent: string, id: string, code: string, says: RegExp][] = [
      ["{", "invalid", "INVALID_REQUEST", /not JSON/],
      ["", "invalid", "INVALID_REQUEST", /not JSON/],
      ["[]", "invalid", "INVALID_REQUEST", /invalid request frame/],
      ["null", "invalid", "INVALID_REQUEST", /invalid request frame/],
      ['{"type":"req","id":7,"method":"health"}', "invalid", "INVALID_REQUEST", /id/],
      ['{"type":"req","id":"a1","method":""}', "a1", "INVALID_REQUEST", /method/],
      ['{"type":"event","id":"a2","method":"health"}', "a2", "INVALID_REQUEST", /type/],
      ['{"type":"req","id":"a3","method":"health","more":1}', "a3", "INVALID_REQUEST", /more/],
      ['{"type":"req","id":"a4","method":"no.such.method"}', "a4", "INVALID_REQUEST", /unknown method: no\.such\.method/],
      ['{"type":"req","id":"a5","method":"__proto__"}', "a5", "INVALID_REQUEST", /unknown method/],
      [
        '{"type":"req","id":"a6","method":"chat.send","params":{"sessionKey":7,"message":true,"idempotencyKey":"k-000001"}}',
        "a6",
        "INVALID_REQUEST",
        /sessionKey/,
      ],
      [
        '{"type":"req","id":"a7","method":"chat.send","params":{"sessionKey":"main","message":"hi","idempotencyKey":"k-000002","evil":1}}',
        "a7",
        "INVALID_REQUEST",
        /evil/,
      ],
      ['{"type":"req","id":"a8","method":"chat.history","params":{"sessionKey":"main","limit":-1}}', "a8", "INVALID_REQUEST", /limit/],
      ['{"type":"req","id":"a9","method":"chat.send","params":"text"}', "a9", "INVALID_REQUEST", /chat\.send/],
      [`{"type":"req","id":"b1","method":"health","params":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`, "b1", "INVALID_REQUEST", /./],
      [`{"type":"req","id":"${"x".repeat(300)}","method":"health"}`, "invalid", "INVALID_REQUEST", /id/],
    ];
    for (const [sent, id, code, says] of refusals) {
      const before = client.frames.length;
      client.send(sent);
      const answer = await client.heard((frame) => frame.type === "res" && frame.id === id && client.frames.indexOf(frame) >= before);
      expect(answer, sent.slice(0, 100)).toMatchObject({ ok: false, error: { code } });
      expect(answer.error!.message, sent.slice(0, 100)).toMatch(says);
      expect(answer.error!.message.length).toBeLessThan(2000);
    }
    expect(await client.ask("health")).toMatchObject({ ok: true });
  });

  it.each<[string, number, (client: WireClient) => void]>([
    ["a frame of 10 MB", 1009, (client) => client.send("x".repeat(10 * megabyte))],
    ["broken UTF-8", 1007, (client) => client.send(Buffer.from([0x22, 0xc3, 0x28, 0xff, 0x22]))],
    ["a binary frame", 1003, (client) => client.socket.send(Buffer.from([1, 2, 3]))],
  ])("closes the connection that sends %s with %i, and no other", async (_, code, send) => {
    const [client, other] = await Promise.all([wire(), wire()]);
    send(client);
    expect((await client.closed).code).toBe(code);
    expect(await other.ask("health")).toMatchObject({ ok: true });
    await chat();
  });

  it.each<[string, number, string]>([
    ["a request before connect", 1008, '{"type":"req","id":"1","method":"health"}'],
    ["no JSON before connect", 1008, "hello?"],
    ["a connect without parameters", 1008, '{"type":"req","id":"1","method":"connect"}'],
    ["a wrong token", 1008, JSON.stringify({ type: "req", id: "1", method: "connect", params: operator("not-the-token-of-this-gateway") })],
    ["another protocol", 1002, JSON.stringify({ type: "req", id: "1", method: "connect", params: { ...operator("x"), minProtocol: 99, maxProtocol: 99 } })],
    ["100 kB before connect", 1009, JSON.stringify({ type: "req", id: "1", method: "connect", params: { padding: "x".repeat(100_000) } })],
  ])("closes a stranger with %s with %i", async (_, code, sent) => {
    const client = await stranger();
    client.send(sent);
    expect((await client.closed).code).toBe(code);
    expect(JSON.stringify(client.frames)).not.toContain("hello-ok");
  });

  it("serves everybody else while one client sends thousands of bad frames", async () => {
    const before = residentMemory(gateway.pid);
    const attacker = await wire();
    const bad = ["{", '{"type":"req","id":"x","method":"nothing"}', '{"type":"req","id":"x","method":"chat.send","params":{"a":1}}', "[1,2]", "null"];
    const refused = () => attacker.frames.filter((frame) => frame.type === "res" && frame.error?.code === "INVALID_REQUEST").length;
    // A thousand at a time: who sends faster than it reads is cut off as a slow reader, which is another test.
    const flood = async () => {
      for (let sent = 0; sent < 10_000; sent += 1_000) {
        for (let count = 0; count < 1_000; count++) attacker.send(bad[count % bad.length]!);
        await expect.poll(refused, { timeout: 15_000, interval: 10 }).toBe(sent + 1_000);
      }
    };
    const flooded = flood();
    const times = [await chat(), await chat(), await chat()];
    expect(Math.max(...times)).toBeLessThan(5_000);
    await flooded;
    expect(await attacker.ask("health")).toMatchObject({ ok: true });
    if (before !== undefined) expect(residentMemory(gateway.pid)! - before).toBeLessThan(150 * megabyte);
  });

  it("cuts off a client that asks and never reads, before its answers fill the memory", async () => {
    const before = residentMemory(gateway.pid);
    const deaf = await wire();
    deaf.socket.pause();
    const request = JSON.stringify({ type: "req", id: "x", method: "config.schema" });
    for (let count = 0; count < 900; count++) deaf.send(request);
    expect(await chat()).toBeLessThan(5_000);
    if (before !== undefined) expect(residentMemory(gateway.pid)! - before).toBeLessThan(150 * megabyte);
    deaf.socket.resume();
    expect((await deaf.closed).code).toSatisfy((code: number) => code === 1008 || code === 1006);
  });

  it("holds hundreds of sockets that say nothing, and answers beside them", async () => {
    const sockets = Array.from({ length: 300 }, (_, at) => {
      const socket = connect(gateway.port, "127.0.0.1");
      socket.on("error", () => {});
      // A third says nothing at all, a third half a head, a third opens a WebSocket and then nothing.
      if (at % 3 === 1) socket.write("GET / HTTP/1.1\r\nHo");
      if (at % 3 === 2)
        socket.write(
          "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
      return socket;
    });
    expect(await chat()).toBeLessThan(5_000);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
    for (const socket of sockets) socket.destroy();
    await chat();
  });

  it("refuses bad addresses, methods, bodies and heads over HTTP with their status", async () => {
    const request = (head: string) => rawHttp(gateway.port, `${head.replace("\n", "\r\nHost: 127.0.0.1\r\n")}Connection: close\r\n\r\n`);
    const get = async (target: string) => statusOf(await request(`GET ${target} HTTP/1.1\n`));
    const secret = readFileSync(join(state.path, "gateway.token"), "utf8").trim();
    for (const target of [
      "/../../gateway.token",
      "/assets/../../../../../../etc/passwd",
      "/%2e%2e/%2e%2e/gateway.token",
      "/assets/..%2f..%2f..%2fpackage.json",
      "/assets/..\\..\\package.json",
      "//etc/passwd",
      "/assets/%00",
      "/no-such-page",
      "/chat/../../../etc/passwd",
    ]) {
      const answer = await request(`GET ${target} HTTP/1.1\n`);
      expect(statusOf(answer), target).toBeGreaterThanOrEqual(400);
      expect(statusOf(answer), target).toBeLessThan(500);
      expect(answer).not.toMatch(/root:|"dependencies"/);
      expect(answer).not.toContain(secret);
    }
    expect(await get("http://evil.example/")).toBe(400);
    for (const [method, path] of [
      ["POST", "/health"],
      ["DELETE", "/chat"],
      ["PUT", "/status"],
      ["PATCH", "/login"],
      ["GET", "/logout"],
    ]) {
      const answer = await fetch(`${gateway.url}${path}`, { method: method! });
      expect([method, path, answer.status]).toEqual([method, path, 405]);
      expect(answer.headers.get("allow")).toBeTruthy();
      expect(await answer.json()).toMatchObject({ error: { code: "METHOD_NOT_ALLOWED", requestId: expect.any(String) } });
    }
    const post = (body: string, headers: Record<string, string>) =>
      fetch(`${gateway.url}/login`, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });
    const login = (body: string, headers: Record<string, string> = {}) => post(body, { "x-travelagent-csrf": "1", ...headers });
    expect((await login("x".repeat(megabyte))).status).toBe(413);
    expect((await login("{")).status).toBe(400);
    expect((await login('{"token":7}')).status).toBe(400);
    expect((await login('{"token":"a","evil":1}')).status).toBe(400);
    expect((await login("{}", { "content-encoding": "gzip" })).status).toBe(400);
    expect((await post("{}", {})).status).toBe(403);
    expect((await login("{}", { origin: "https://evil.example" })).status).toBe(403);
    expect((await login('{"token":"not-the-token-of-this-gateway"}')).status).toBe(401);
    expect(statusOf(await rawHttp(gateway.port, "GET /health HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))).toBe(403);
    expect(statusOf(await rawHttp(gateway.port, "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n"))).toBe(400);
    expect(statusOf(await rawHttp(gateway.port, "nonsense\r\n\r\n"))).toBe(400);
    expect(statusOf(await request(`GET / HTTP/1.1\nX-Long: ${"x".repeat(40_000)}\r\n`))).toBe(431);
    await expect(openWire(gateway.url, { origin: "https://evil.example" })).rejects.toThrow("403");
    await expect(openWire(gateway.url, { origin: "null" })).rejects.toThrow("403");
    await expect(openWire(gateway.url, { host: "evil.example" })).rejects.toThrow("403");
    await chat();
  });

  it("cuts off who never connects and who never ends the head of a request", async () => {
    expect(await silent.closed).toMatchObject({ code: 1008, reason: "handshake timeout" });
    expect(statusOf(await slowHead)).toBe(408);
  }, 30_000);

  it("is the same process at the end, and stops as ever", async () => {
    process.kill(gateway.pid, 0);
    await chat();
    expect(gateway.output()).not.toMatch(/unhandled|INTERNAL/i);
    expect(await gateway.stop()).toBe(0);
  });
});
