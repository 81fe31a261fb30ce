import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { limits, RequestFrame } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { createAuth } from "./auth/auth.ts";
import { type ControlPlane, type ControlPlaneOptions, createControlPlane } from "./control-plane.ts";
import { type RunningServer, type ServeOptions, serve } from "./node.ts";

const token = "a-token-for-tests-0123456789abcdef";
const running: { control: ControlPlane; server: RunningServer }[] = [];
afterEach(async () => {
  for (const { control, server } of running.splice(0)) {
    control.shutdown("the test is over");
    await server.close();
  }
});

async function gateway(options: Partial<ControlPlaneOptions> = {}, serveOptions: Partial<ServeOptions> = {}) {
  const control = createControlPlane({
    handlers: { "chat.send": () => ({ runId: "r", status: "started" }) },
    auth: createAuth({ mode: "token", token }),
    version: "1",
    validate: true,
    ...options,
  });
  control.setReady();
  const server = await serve({ control, port: 0, ...serveOptions });
  running.push({ control, server });
  return { control, server, url: server.url.replace("http", "ws") };
}

type Frame = Record<string, unknown> & { id?: string };

/** A client that keeps what it hears. */
async function open(url: string, headers: Record<string, string> = {}) {
  const ws = new WebSocket(url, { headers, perMessageDeflate: false });
  const frames: Frame[] = [];
  const listeners = new Set<() => void>();
  ws.on("message", (data) => {
    frames.push(JSON.parse(data.toString()) as Frame);
    for (const listener of listeners) listener();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() })));
  await new Promise<void>((resolve, reject) => {
    ws.once("open", resolve);
    ws.once("error", reject);
  });
  ws.on("error", () => {});
  const until = (fits: (frame: Frame) => boolean) =>
    new Promise<Frame>((resolve, reject) => {
      const check = () => {
        const found = frames.find(fits);
        if (found) resolve(found);
      };
      listeners.add(check);
      void closed.then(({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)));
      check();
    });
  let lastId = 0;
  const call = (method: string, params?: unknown) => {
    const id = `n${++lastId}`;
    ws.send(JSON.stringify({ type: "req", id, method, params }));
    return until((frame) => frame.id === id);
  };
  return { ws, frames, closed, until, call };
}

async function connected(url: string) {
  const client = await open(url);
  const hello = await client.call("connect", {
    minProtocol: 3,
    maxProtocol: 3,
    client: { id: "test", version: "1", platform: "test", mode: "cli" },
    auth: { token },
  });
  expect(hello.ok).toBe(true);
  return client;
}

describe("over a real socket", () => {
  it("bad JSON, wrong types and unknown keys are answered, and the connection lives on", async () => {
    const { ws, call, until } = await connected((await gateway()).url);
    const bad: [text: string, id: string][] = [
      ["{nope", "invalid"],
      ['{"type":"req","id":"x1","method":"health","more":1}', "x1"],
      ['{"type":"req","id":"x2","method":5}', "x2"],
      ['{"type":"res","id":"x3","ok":true}', "x3"],
      [`{"type":"req","id":"x4","method":"${"m".repeat(201)}"}`, "x4"],
      ['{"type":"req","id":"x5","method":"health","params":[]}', "x5"],
    ];
    for (const [text, id] of bad) {
      ws.send(text);
      expect(await until((frame) => frame.id === id)).toMatchObject({ type: "res", ok: false, error: { code: "INVALID_REQUEST" } });
    }
    expect(await call("health")).toMatchObject({ ok: true, payload: { ok: true } });
  });

  it("the same id twice is answered twice", async () => {
    const { ws, frames, call } = await connected((await gateway()).url);
    for (let i = 0; i < 2; i += 1) ws.send('{"type":"req","id":"same","method":"health"}');
    await call("health");
    expect(frames.filter(({ id }) => id === "same")).toHaveLength(2);
  });

  it.each([
    ["broken UTF-8", 1007, (ws: WebSocket) => ws.send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), { binary: false })],
    ["a frame of 10 MB", 1009, (ws: WebSocket) => ws.send("x".repeat(10 * 1024 * 1024))],
    ["a frame one byte too long", 1009, (ws: WebSocket) => ws.send("x".repeat(limits.maxPayload + 1))],
    ["a binary frame", 1003, (ws: WebSocket) => ws.send(Buffer.from("{}"), { binary: true })],
  ])("%s closes that client with %i and no other", async (_name, code, send) => {
    const { url, control } = await gateway();
    const [bad, good] = [await connected(url), await connected(url)];
    send(bad.ws);
    // A client that is still writing its frame may see the connection break instead of the close frame.
    expect([code, 1006]).toContain((await bad.closed).code);
    expect(await good.call("health")).toMatchObject({ ok: true });
    await expect.poll(() => control.connections).toBe(1);
  });

  it("a frame of exactly the limit is taken", async () => {
    const { ws, until } = await connected((await gateway()).url);
    const head = '{"type":"req","id":"big","method":"nope","params":"';
    ws.send(`${head}${"x".repeat(limits.maxPayload - head.length - 2)}"}`);
    expect(await until(({ id }) => id === "big")).toMatchObject({ error: { message: "unknown method: nope" } });
  });

  it("a client that stops reading is closed while others go on", async () => {
    const { url, control } = await gateway();
    const [stalled, good] = [await connected(url), await connected(url)];
    stalled.ws.pause();
    const filler = "x".repeat(200_000);
    for (let i = 0; i < 200 && control.connections === 2; i += 1) {
      control.publish("delivery", { id: "d", status: filler });
      await good.call("health");
    }
    await expect.poll(() => control.connections).toBe(1);
    expect(await good.call("health")).toMatchObject({ ok: true });
    stalled.ws.terminate();
  });

  it("many connections come and go without a trace", async () => {
    const { url, control } = await gateway();
    const clients = await Promise.all(Array.from({ length: 50 }, () => connected(url)));
    expect(control.connections).toBe(50);
    for (const { ws } of clients) ws.terminate();
    await expect.poll(() => control.connections).toBe(0);
  });

  it("an upgrade works on any path, and never for a foreign page", async () => {
    const { url } = await gateway();
    expect((await open(`${url}/anything`)).frames.length + 1).toBeGreaterThan(0);
    const headers: Record<string, string>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { host: "evil.example", origin: "http://evil.example" },
      { host: "evil.example" },
    ];
    for (const refused of headers) await expect(open(url, refused)).rejects.toThrow("403");
    await expect(open(url, { origin: url.replace("ws", "http") })).resolves.toBeDefined();
  });

  it("shutdown tells clients, closes them with 1012 and frees the port", async () => {
    const { url, control, server } = await gateway();
    const client = await connected(url);
    control.shutdown("update");
    expect(await client.until(({ event }) => event === "shutdown")).toMatchObject({ payload: { reason: "update" } });
    expect((await client.closed).code).toBe(1012);
    await server.close();
    await expect(open(url)).rejects.toThrow();
  });

  it("no text of any kind brings the gateway down", async () => {
    const { url } = await gateway();
    const client = await connected(url);
    const frame = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            type: fc.constantFrom("req", "res", "event", 1),
            id: fc.oneof(fc.string(), fc.integer()),
            method: fc.oneof(fc.constantFrom("health", "chat.send", "status", "__proto__"), fc.string()),
            params: fc.anything(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value, (_key, part) => (typeof part === "bigint" ? String(part) : part)) ?? ""),
    );
    await fc.assert(
      fc.asyncProperty(frame, async (text) => {
        client.ws.send(text);
        expect(await client.call("health")).toMatchObject({ ok: true });
      }),
      { numRuns: 300 },
    );
    const answers = client.frames.filter(({ ok, id }) => ok === false && id === "invalid");
    expect(answers.length).toBeGreaterThan(0);
    expect(client.frames.every((answer) => JSON.stringify(answer).includes("INTERNAL") === false)).toBe(true);
    expect(RequestFrame.safeParse({ type: "req", id: "1", method: "health" }).success).toBe(true);
  });
});

describe("serving", () => {
  it("says what to do when the port is taken", async () => {
    const { server, control } = await gateway();
    await expect(serve({ control, port: server.port })).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining(`port ${server.port}`) });
  });

  it("says so when the address cannot be bound", async () => {
    const { control } = await gateway();
    await expect(serve({ control, port: 0, host: "192.0.2.1", allowPlaintext: true })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("cannot listen"),
    });
  });

  it("without authentication stays on this machine", async () => {
    const control = createControlPlane({ handlers: {}, auth: createAuth({ mode: "none" }), version: "1" });
    await expect(serve({ control, port: 0, host: "0.0.0.0", allowPlaintext: true })).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("without authentication"),
    });
  });

  it("to others without TLS needs leave, and warns", async () => {
    const log = recordingLogger();
    await expect(gateway({}, { host: "0.0.0.0", log })).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining("without TLS") });
    await gateway({}, { host: "0.0.0.0", log, allowPlaintext: true });
    expect(log.lines).toMatchObject([{ level: "warn", fields: { host: "0.0.0.0" } }]);
  });

  it("cuts off who sends a request drop by drop, and what is no HTTP", async () => {
    const { server } = await gateway({}, { headersTimeoutMs: 300, requestTimeoutMs: 600 });
    const talk = (text: string) =>
      new Promise<string>((resolve) => {
        let heard = "";
        const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
        socket.on("data", (data) => (heard += data.toString()));
        socket.on("error", () => {});
        socket.on("close", () => resolve(heard));
      });
    expect(await talk("GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")).toContain("408");
    expect(
      await talk("POST /login HTTP/1.1\r\nHost: localhost\r\nx-travelagent-csrf: 1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"),
    ).toContain("408");
    expect(await talk("nonsense\r\n\r\n")).toContain("400");
  });

  it("answers health while a thousand wrong guesses run into the lockout", async () => {
    const { server } = await gateway();
    const status = (path: string, authorization?: string) =>
      new Promise<number>((resolve, reject) => {
        const request = httpRequest(`${server.url}${path}`, { headers: authorization ? { authorization } : {} }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        request.on("error", reject);
        request.end();
      });
    const outcomes: number[] = [];
    for (let i = 0; i < 1000; i += 50) outcomes.push(...(await Promise.all(Array.from({ length: 50 }, (_, j) => status("/status", `Bearer guess-${i + j}`)))));
    expect(outcomes.filter((code) => code === 401)).toHaveLength(10);
    expect(outcomes.filter((code) => code === 429)).toHaveLength(990);
    expect(await status("/health")).toBe(200);
  });
});
