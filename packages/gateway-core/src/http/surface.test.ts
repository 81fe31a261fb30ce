import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { createVisitors } from "../auth/visitors.ts";
import { type ControlPlaneOptions, createControlPlane } from "../control-plane.ts";
import { type RunningServer, serve } from "../node/serve.ts";
import { agentCardRoutes } from "./agent-card-routes.ts";
import { json } from "./route.ts";

const token = "a-token-for-tests-0123456789abcdef";
const operator = { authorization: `Bearer ${token}` };
const close: (() => unknown)[] = [];

async function open(over: Partial<ControlPlaneOptions> = {}): Promise<RunningServer> {
  const directory = await mkdtemp(join(tmpdir(), "surface-"));
  close.push(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "index.html"), "<!doctype html><title>console</title>");
  await writeFile(join(directory, "chat.html"), "<!doctype html><title>chat</title>");
  const control = createControlPlane({
    handlers: {},
    auth: createAuth({ mode: "token", token }),
    visitors: createVisitors({ secret: "s".repeat(32), sessionKeyOf: (id) => `agent:main:webchat:dm:${id}` }),
    version: "1.2.3",
    staticDir: directory,
    // So that a test can come from a browser behind TLS.
    network: { trustedProxies: ["127.0.0.1"] },
    ...over,
  });
  control.setReady();
  const server = await serve({ control, port: 0 });
  close.unshift(() => server.close());
  return server;
}
afterEach(async () => {
  for (const each of close.splice(0)) await each();
});

describe("every answer", () => {
  it("carries the headers that keep browsers from harm, and names itself", async () => {
    const { url } = await open();
    for (const [path, headers] of [
      ["/"],
      ["/chat"],
      ["/health"],
      ["/readyz"],
      ["/status"],
      ["/status", operator],
      ["/metrics", operator],
      ["/nothing"],
    ] as const) {
      const answer = await fetch(url + path, { headers: headers ?? {} });
      expect(Object.fromEntries(answer.headers), path).toMatchObject({
        "content-security-policy": expect.stringMatching(/default-src 'self'.*frame-ancestors 'none'.*base-uri 'none'/),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "x-request-id": expect.stringMatching(/^[\w-]{16}$/),
      });
    }
  });

  it("is JSON with code, message and request id when it is an error", async () => {
    const { url } = await open();
    const cases: [method: string, path: string, headers: Record<string, string>, status: number, code: string][] = [
      ["GET", "/nothing", {}, 404, "NOT_FOUND"],
      ["POST", "/health", {}, 405, "METHOD_NOT_ALLOWED"],
      ["DELETE", "/readyz", {}, 405, "METHOD_NOT_ALLOWED"],
      ["PUT", "/metrics", {}, 405, "METHOD_NOT_ALLOWED"],
      ["POST", "/status", operator, 405, "METHOD_NOT_ALLOWED"],
      ["GET", "/status", {}, 401, "UNAUTHORIZED"],
      ["GET", "/metrics", { authorization: "Bearer wrong" }, 401, "UNAUTHORIZED"],
    ];
    for (const [method, path, headers, status, code] of cases) {
      const answer = await fetch(url + path, { method, headers });
      const body = (await answer.json()) as { error: { requestId: string } };
      expect([answer.status, body], `${method} ${path}`).toEqual([
        status,
        { error: { code, message: expect.stringMatching(/./), requestId: answer.headers.get("x-request-id") } },
      ]);
      if (status === 405) expect(answer.headers.get("allow")).toBe("GET, HEAD");
      if (status === 401) expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    }
  });
});

describe("the chat in pages of other sites", () => {
  const widget = { allowedOrigins: ["https://www.example.com"] };

  it("is not there until it is turned on", async () => {
    const { url } = await open();
    expect((await fetch(`${url}/widget.js`)).status).toBe(404);
    expect((await fetch(`${url}/chat`)).headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });

  it("can be framed by the named sites, and nothing else can", async () => {
    const { url } = await open({ widget: { allowedOrigins: ["https://www.example.com:443/"] } });
    const script = await fetch(`${url}/widget.js`);
    expect([script.status, script.headers.get("content-type")]).toEqual([200, "text/javascript; charset=utf-8"]);
    expect(script.headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    const chat = await fetch(`${url}/chat`);
    expect(chat.headers.get("content-security-policy")).toContain("frame-ancestors 'self' https://www.example.com;");
    expect(chat.headers.get("x-frame-options")).toBe(null);
    for (const path of ["/", "/health", "/login"]) {
      const answer = await fetch(url + path);
      expect(answer.headers.get("content-security-policy"), path).toContain("frame-ancestors 'none'");
      expect(answer.headers.get("x-frame-options"), path).toBe("DENY");
    }
  });

  it("gives a cookie for frames in frames of other sites over TLS alone", async () => {
    const { url } = await open({ widget });
    const frame = { "sec-fetch-dest": "iframe", "sec-fetch-site": "cross-site" };
    const tls = { "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" };
    const cookie = async (headers: Record<string, string>) => (await fetch(`${url}/chat`, { headers })).headers.get("set-cookie");
    expect(await cookie({ ...frame, ...tls })).toMatch(/^ta_visitor=.*; HttpOnly; SameSite=None; .*Secure; Partitioned$/);
    expect(await cookie(tls)).toMatch(/; HttpOnly; SameSite=Lax; .*Secure$/);
    expect(await cookie(frame)).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    const { url: off } = await open();
    expect((await fetch(`${off}/chat`, { headers: { ...frame, ...tls } })).headers.get("set-cookie")).toMatch(/SameSite=Lax/);
  });

  it("takes nothing for a site that could widen the policy", async () => {
    for (const origin of ["*", "https://*", "https://a.example/path", "https://a.example; script-src *", "'unsafe-inline'", "javascript:alert(1)"])
      await expect(open({ widget: { allowedOrigins: [origin] } }), origin).rejects.toThrow(/is no origin/);
  });
});

it("tells anybody what the agents do, and how to reach them", async () => {
  const { url } = await open({
    routes: agentCardRoutes({
      name: "Silva Travel",
      description: "Books travel.",
      version: "1.2.3",
      skills: () => [{ name: "group-travel", description: "For ten and more." }],
      interfaces: [
        { path: "/", transport: "TRAVELAGENT-WS" },
        { path: "/v1/responses", transport: "OPENAI-RESPONSES" },
      ],
    }),
  });
  const answer = await fetch(`${url}/.well-known/agent-card.json`);
  expect(await answer.json()).toMatchObject({
    protocolVersion: "0.3.0",
    name: "Silva Travel",
    description: "Books travel.",
    version: "1.2.3",
    url: `${url}/`,
    additionalInterfaces: [{ url: `${url}/` }, { url: `${url}/v1/responses`, transport: "OPENAI-RESPONSES" }],
    skills: [{ id: "group-travel", name: "group travel", description: "For ten and more." }],
    securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    security: [{ bearer: [] }],
  });
});

describe("closing", () => {
  const slow = (ms: number): Partial<ControlPlaneOptions> => ({
    routes: [
      {
        method: "GET",
        path: "/slow",
        auth: "none",
        handle: () => ({
          body: (async function* () {
            yield "begun ";
            await new Promise((resolve) => setTimeout(resolve, ms));
            yield "done";
          })(),
        }),
      },
      { method: "GET", path: "/fast", auth: "none", handle: () => json({ ok: true }) },
    ],
  });

  it("lets requests under way end, and takes no new ones", async () => {
    const server = await open(slow(300));
    // Two connections that stay open, one of them idle.
    await (await fetch(`${server.url}/fast`)).json();
    const answer = await fetch(`${server.url}/slow`);
    const text = answer.text();
    const closed = server.close();
    await expect(fetch(`${server.url}/fast`)).rejects.toThrow();
    expect(await text).toBe("begun done");
    await closed;
  });

  it("does not wait for one that never ends", async () => {
    const control = createControlPlane({ handlers: {}, auth: createAuth({ mode: "token", token }), version: "1", ...slow(60_000) });
    const server = await serve({ control, port: 0, drainMs: 200 });
    const answer = await fetch(`${server.url}/slow`);
    const text = answer.text().catch(() => "cut off");
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await text).toBe("cut off");
  });
});
