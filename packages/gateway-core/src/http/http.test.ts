import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { TravelAgentError } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { createVisitors } from "../auth/visitors.ts";
import { createControlPlane } from "../control-plane.ts";
import { type RunningServer, serve } from "../node.ts";
import { json } from "./route.ts";

const token = "a-token-for-tests-0123456789abcdef";
const visitors = createVisitors({ secret: "s".repeat(32), sessionKeyOf: (id) => `agent:main:webchat:direct:${id}` });
const log = recordingLogger();
const auth = createAuth({ mode: "token", token });
const script = `console.log(${JSON.stringify("x".repeat(5000))})`;
let directory: string;
let server: RunningServer;
const control = () => current;
let current: ReturnType<typeof createControlPlane>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gateway-http-"));
  await mkdir(join(directory, "web", "assets"), { recursive: true });
  await writeFile(join(directory, "secret.txt"), "outside");
  await writeFile(join(directory, "web", "index.html"), "<!doctype html><title>console</title>");
  await writeFile(join(directory, "web", "chat.html"), "<!doctype html><title>chat</title>");
  await writeFile(join(directory, "web", "widget.js"), "widget()");
  await writeFile(join(directory, "web", "assets", "app-abc.js"), script);
  current = createControlPlane({
    handlers: {},
    auth,
    visitors,
    log,
    version: "1.2.3",
    staticDir: join(directory, "web"),
    health: () => ({ degraded: ["channel:telegram"] }),
    routes: [
      { method: "POST", path: "/webhooks/*", auth: "none", handle: async (request) => json({ bytes: (await request.body(1000)).length }) },
      { method: "POST", path: "/act", auth: "operator", handle: (request) => json({ actor: request.principal?.actor }) },
      { method: "POST", path: "/echo", auth: "none", handle: async (request) => json(await request.json()) },
      {
        method: "GET",
        path: "/stream",
        auth: "none",
        handle: () => ({
          body: (async function* () {
            yield "one ";
            yield "two";
          })(),
        }),
      },
      {
        method: "GET",
        path: "/broken",
        auth: "none",
        handle: () => {
          throw new Error("password=hunter2");
        },
      },
      {
        method: "GET",
        path: "/missing",
        auth: "none",
        handle: () => {
          throw new TravelAgentError("NOT_FOUND", "no such thing");
        },
      },
    ],
  });
  server = await serve({ control: current, port: 0 });
});
afterAll(async () => {
  current.shutdown("the tests are over");
  await server.close();
  await rm(directory, { recursive: true });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  text: string;
  json: { error?: { code: string; message: string; requestId: string } } & Record<string, unknown>;
}

function ask(method: string, path: string, { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port: server.port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const all = Buffer.concat(chunks);
        const isJson = String(response.headers["content-type"]).startsWith("application/json") && all.length > 0;
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: all,
          text: all.toString(),
          json: isJson ? JSON.parse(all.toString()) : {},
        });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

const bearer = { authorization: `Bearer ${token}` };
const page = () => ({
  origin: `http://127.0.0.1:${server.port}`,
  host: `127.0.0.1:${server.port}`,
  "x-travelagent-csrf": "1",
  "content-type": "application/json",
});
const cookieOf = (answer: Answer) => String(answer.headers["set-cookie"]?.[0]).split(";")[0] ?? "";
const logIn = async () => cookieOf(await ask("POST", "/login", { headers: page(), body: JSON.stringify({ token }) }));

describe("watching", () => {
  it("is ready only when told so, and names what is degraded", async () => {
    await ask("GET", "/readyz");
    expect(await ask("GET", "/readyz")).toMatchObject({ status: 503, json: { ready: false } });
    expect((await ask("GET", "/health")).status).toBe(200);
    control().setReady();
    await expect.poll(async () => (await ask("GET", "/readyz")).json).toEqual({ ready: true, degraded: ["channel:telegram"] });
  });

  it("tells strangers nothing but that it lives", async () => {
    expect((await ask("GET", "/health")).text).toBe('{"ok":true}');
    for (const path of ["/status", "/metrics"]) {
      const answer = await ask("GET", path);
      expect(answer).toMatchObject({ status: 401, json: { error: { code: "UNAUTHORIZED" } } });
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
      expect((await ask("GET", path, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
      expect((await ask("GET", path, { headers: { authorization: token } })).status).toBe(401);
    }
  });

  it("tells operators", async () => {
    expect((await ask("GET", "/status", { headers: bearer })).json).toMatchObject({ ok: true, version: "1.2.3", connections: 0 });
    const metrics = await ask("GET", "/metrics", { headers: bearer });
    expect(metrics.headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const name of ["uptime_seconds", "connections", "process_resident_memory_bytes"])
      expect(metrics.text).toMatch(new RegExp(`^travelagent_${name}(?:\\{[^}]*\\})? \\d`, "m"));
  });
});

describe("pages", () => {
  it.each(["/", "/login", "/inbox", "/bookings/ABC123", "/approvals", "/system", "/policy?x=1"])("%s is the console", async (path) => {
    const answer = await ask("GET", path);
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining("console") });
    expect(answer.headers["content-security-policy"]).toBe(
      "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    );
    expect(answer.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "x-frame-options": "DENY",
      "cache-control": "no-cache",
    });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  it("the chat makes a visitor once", async () => {
    const first = await ask("GET", "/chat");
    expect(first.headers["set-cookie"]?.[0]).toMatch(/^ta_visitor=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/);
    const cookie = cookieOf(first);
    expect(visitors.verify(cookie.slice("ta_visitor=".length))).toBeDefined();
    expect((await ask("GET", "/chat", { headers: { cookie } })).headers["set-cookie"]).toBeUndefined();
    const forged = await ask("GET", "/chat", { headers: { cookie: "ta_visitor=forged", "if-none-match": String(first.headers.etag) } });
    expect(forged.status).toBe(304);
    expect(forged.headers["set-cookie"]).toBeDefined();
  });

  it("assets are cached for good, compressed, and found again by tag", async () => {
    const path = "/assets/app-abc.js";
    const plain = await ask("GET", path);
    expect(plain.text).toBe(script);
    expect(plain.headers).toMatchObject({
      "content-type": "text/javascript; charset=utf-8",
      "cache-control": "public, max-age=31536000, immutable",
      vary: "accept-encoding",
    });
    const br = await ask("GET", path, { headers: { "accept-encoding": "gzip, br" } });
    expect(br.headers["content-encoding"]).toBe("br");
    expect(brotliDecompressSync(br.body).toString()).toBe(script);
    const gzip = await ask("GET", path, { headers: { "accept-encoding": "br;q=0, gzip;q=0.5" } });
    expect(gunzipSync(gzip.body).toString()).toBe(script);
    expect(await ask("GET", path, { headers: { "if-none-match": String(plain.headers.etag) } })).toMatchObject({ status: 304, text: "" });
    const head = await ask("HEAD", path);
    expect(head).toMatchObject({ status: 200, text: "" });
    expect(head.headers["content-length"]).toBe(String(script.length));
  });

  it.each(["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/../../secret.txt", "/assets/", "/nothing", "//evil.example/", "/assets%00"])(
    "%s is not found",
    async (path) => {
      const answer = await ask("GET", path);
      expect([400, 404]).toContain(answer.status);
      expect(answer.text).not.toContain("outside");
    },
  );
});

describe("errors", () => {
  it("are JSON with a request id, and reveal nothing", async () => {
    const broken = await ask("GET", "/broken");
    expect(broken).toMatchObject({ status: 500, json: { error: { code: "INTERNAL" } } });
    expect(broken.text).not.toContain("hunter2");
    expect(log.lines.some(({ fields }) => fields.requestId === broken.json.error?.requestId)).toBe(true);
    expect(await ask("GET", "/missing")).toMatchObject({ status: 404, json: { error: { code: "NOT_FOUND", message: "no such thing" } } });
  });

  it("name the methods there are", async () => {
    expect(await ask("POST", "/health")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" }, json: { error: { code: "METHOD_NOT_ALLOWED" } } });
    expect(await ask("GET", "/logout")).toMatchObject({ status: 405, headers: { allow: "POST" } });
    expect((await ask("DELETE", "/inbox")).status).toBe(405);
    expect((await ask("POST", "/nothing")).status).toBe(404);
  });

  it("stop large bodies, declared or not, and compressed ones", async () => {
    const large = Buffer.alloc(2000);
    expect((await ask("POST", "/webhooks/x", { body: large })).status).toBe(413);
    expect((await ask("POST", "/webhooks/x", { headers: { "transfer-encoding": "chunked" }, body: large })).status).toBe(413);
    expect((await ask("POST", "/webhooks/x", { headers: { "content-encoding": "gzip" }, body: "x" })).status).toBe(400);
    expect((await ask("POST", "/webhooks/x", { body: "abc" })).json).toEqual({ bytes: 3 });
  });

  it("refuse what is not JSON where JSON is due", async () => {
    const type = { "content-type": "application/json" };
    expect((await ask("POST", "/echo", { headers: type, body: '{"a":1}' })).json).toEqual({ a: 1 });
    for (const body of ["", "{", "nope"]) expect((await ask("POST", "/echo", { headers: type, body })).status).toBe(400);
    expect((await ask("POST", "/echo", { headers: type, body: Buffer.from([0x22, 0xff, 0x22]) })).status).toBe(400);
    expect((await ask("POST", "/echo", { headers: { "content-type": "text/plain" }, body: "{}" })).status).toBe(400);
  });

  it("keep foreign pages and names out of everything", async () => {
    for (const headers of [{ origin: "https://evil.example" }, { origin: "null" }, { host: "evil.example" }] as Record<string, string>[]) {
      for (const path of ["/", "/health", "/status", "/assets/app-abc.js"])
        expect((await ask("GET", path, { headers: { ...bearer, ...headers } })).status).toBe(403);
    }
  });

  it("leave room for answers that come in parts", async () => {
    expect((await ask("GET", "/stream")).text).toBe("one two");
  });
});

describe("signing in", () => {
  it("gives a cookie that scripts and other sites cannot use, and takes it back", async () => {
    const answer = await ask("POST", "/login", { headers: page(), body: JSON.stringify({ token }) });
    expect(answer).toMatchObject({ status: 200, json: { ok: true, expiresAt: expect.any(String) } });
    expect(answer.headers["set-cookie"]?.[0]).toMatch(/^ta_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=(43200|43199)$/);
    expect(answer.text).not.toContain(cookieOf(answer).slice("ta_session=".length));
    const cookie = cookieOf(answer);
    expect((await ask("GET", "/api/session", { headers: { cookie } })).json).toMatchObject({ authenticated: true, mode: "token", actor: "operator" });
    expect((await ask("GET", "/status", { headers: { cookie } })).status).toBe(200);
    expect((await ask("POST", "/logout", { headers: { ...page(), cookie } })).headers["set-cookie"]?.[0]).toContain("Max-Age=0");
    expect((await ask("GET", "/status", { headers: { cookie } })).status).toBe(401);
    expect((await ask("GET", "/api/session", { headers: { cookie } })).json).toEqual({ authenticated: false, mode: "token" });
  });

  it("works once with a code", async () => {
    const body = JSON.stringify({ code: auth.sessions.issueCode("operator") });
    expect((await ask("POST", "/login", { headers: page(), body })).status).toBe(200);
    expect((await ask("POST", "/login", { headers: page(), body })).status).toBe(401);
  });

  it("refuses wrong and malformed credentials", async () => {
    expect((await ask("POST", "/login", { headers: page(), body: JSON.stringify({ token: "wrong" }) })).status).toBe(401);
    expect((await ask("POST", "/login", { headers: page(), body: "{}" })).status).toBe(401);
    for (const body of ['{"token":5}', '{"user":"x"}', "[]"]) expect((await ask("POST", "/login", { headers: page(), body })).status).toBe(400);
    expect((await ask("POST", "/login", { headers: page(), body: JSON.stringify({ token: "x".repeat(20_000) }) })).status).toBe(413);
  });

  it.each([
    ["with the header and our origin", {}, 200],
    ["without the header", { "x-travelagent-csrf": undefined }, 403],
    ["from a foreign page", { origin: "https://evil.example" }, 403],
    ["from a page without an origin", { origin: "null" }, 403],
  ])("lets the cookie write %s: %i", async (_name, change, status) => {
    const cookie = await logIn();
    const headers = Object.fromEntries(Object.entries({ ...page(), cookie, ...change }).filter(([, value]) => value !== undefined)) as Record<string, string>;
    for (const path of ["/act", "/logout"]) expect((await ask("POST", path, { headers })).status).toBe(status);
  });

  it("lets a token write without the header", async () => {
    expect((await ask("POST", "/act", { headers: bearer })).json).toEqual({ actor: "operator" });
    expect((await ask("POST", "/act")).status).toBe(401);
  });
});
