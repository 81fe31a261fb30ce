import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { signStandardWebhook } from "@travelagent/gateway-core/webhook";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { rawHttp, statusOf } from "../testing/raw-http.ts";
import { residentMemory } from "../testing/resident-memory.ts";

const megabyte = 1024 * 1024;
const token = "hook-secret-0123456789abcdef";
const configure = (stateDir: string, hooks: unknown) => writeFileSync(join(stateDir, "travelagent.json"), JSON.stringify({ hooks }), { mode: 0o600 });

describe("abuse of webhooks", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let slowBody: Promise<string>;

  beforeAll(async () => {
    configure(state.path, { enabled: true, token });
    gateway = await startGateway({ stateDir: state.path });
    slowBody = dripping(gateway.port);
    expect(await send("warm", '{"message":"hello"}')).toBe(202);
  }, 30_000);
  afterAll(async () => {
    await gateway?.stop();
    state.remove();
  });

  const nowSeconds = () => Math.floor(Date.now() / 1000);
  const signed = (id: string, body: string | Buffer, at = nowSeconds()) => ({
    "webhook-id": id,
    "webhook-timestamp": String(at),
    "webhook-signature": signStandardWebhook(token, id, at, Buffer.from(body)),
  });
  const post = async (body: string | Buffer, headers: Record<string, string>): Promise<number> =>
    (await fetch(`${gateway.url}/hooks/agent`, { method: "POST", headers, body: Buffer.from(body) })).status;
  const send = (id: string, body: string | Buffer, at?: number) => post(body, signed(id, body, at));

  it.each([
    ["none", undefined],
    ["a blank one", "   "],
    ["an empty one", ""],
  ])("does not start with hooks and %s for a token", async (_, blank) => {
    const other = temporaryState();
    configure(other.path, { enabled: true, ...(blank === undefined ? {} : { token: blank }) });
    const child = spawn(process.execPath, [fileURLToPath(new URL("../../dist/main.js", import.meta.url)), "--port", "0"], {
      env: { PATH: process.env.PATH, HOME: other.path, TRAVELAGENT_STATE_DIR: other.path },
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "close")) as [number];
    other.remove();
    expect([code, said]).toEqual([2, expect.stringMatching(/hooks.?\.?\/?token/)]);
  });

  it("refuses what is not signed, not new, not small or not plain, and memory stays where it was", async () => {
    const good = '{"message":"hello","name":"abuse"}';
    const before = residentMemory(gateway.pid);

    const forged = { ...signed("forged", good), "webhook-signature": `v1,${Buffer.alloc(32).toString("base64")}` };
    expect(await post(good, forged)).toBe(401);
    expect(await post(good.replace("hello", "hallo"), signed("other-body", good))).toBe(401);
    expect(await post(good, {})).toBe(401);
    expect(await send("stale", good, nowSeconds() - 3_600)).toBe(401);
    expect(await send("early", good, nowSeconds() + 3_600)).toBe(401);

    expect(await send("once", good)).toBe(202);
    expect(await Promise.all([1, 2, 3].map(() => send("once", good)))).toEqual([409, 409, 409]);

    expect(statusOf(await flood(gateway.port, 50 * megabyte, true))).toBe(413);
    expect(statusOf(await flood(gateway.port, 50 * megabyte, false))).toBe(413);
    const bomb = gzipSync(Buffer.alloc(100 * megabyte));
    expect(await post(bomb, { ...signed("bomb", bomb), "content-encoding": "gzip" })).toBe(415);
    expect(await send("deep", `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}`)).toBe(400);
    expect(await send("twice", '{"message":"hello","message":"something else"}')).toBe(400);
    expect(await send("cut", '{"message":')).toBe(400);
    expect(statusOf(await rawHttp(gateway.port, `POST /hooks/nobody HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`))).toBe(404);
    expect((await fetch(`${gateway.url}/hooks/agent?token=${token}`, { method: "POST", body: good })).status).toBe(400);
    expect(statusOf(await slowBody)).toBe(408);

    expect(await send("after", good)).toBe(202);
    const after = residentMemory(gateway.pid);
    if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(20 * megabyte);
    expect(gateway.output()).not.toContain(token);
  }, 40_000);

  it("knows after kill -9 what it took", async () => {
    await gateway.kill();
    gateway = await startGateway({ stateDir: state.path });
    expect(await send("once", '{"message":"hello","name":"abuse"}')).toBe(409);
  }, 40_000);
});

/** A body of that many bytes, with its length told or in chunks, sent for as long as anybody takes it. */
function flood(port: number, bytes: number, told: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const piece = Buffer.alloc(64 * 1024, "x");
    const chunk = told ? piece : Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from("\r\n")]);
    let answer = "";
    let sent = 0;
    const pour = () => {
      while (sent < bytes && socket.writable) {
        sent += piece.length;
        if (!socket.write(chunk)) return void socket.once("drain", pour);
      }
    };
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => (answer += part));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answer));
    socket.write(`POST /hooks/agent HTTP/1.1\r\nhost: 127.0.0.1\r\n${told ? `content-length: ${bytes}` : "transfer-encoding: chunked"}\r\n\r\n`, pour);
  });
}

/** A body that comes a byte a second. */
function dripping(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.write("POST /hooks/agent HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 1_000);
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => (answer += part));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(drip);
      resolve(answer);
    });
  });
}
