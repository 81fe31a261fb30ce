import { writeFileSync } from "node:fs";
import { Agent, request as httpRequest } from "node:http";
import { join } from "node:path";
import { createClient, createDeviceKeys, type DeviceToken, deviceIdentity } from "@travelagent/client";
import { type TestDevice, testDevice } from "@travelagent/gateway-core/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { rawHttp, statusOf } from "../testing/raw-http.ts";
import { connectWire, openWire, operator, type WireClient, type WireOptions } from "../testing/wire-client.ts";

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** A request with exactly these headers; `fetch` would not let a test name its own Host or Origin. */
function ask(port: number, method: string, path: string, headers: Record<string, string> = {}, body = "", agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path, headers: { "content-length": Buffer.byteLength(body), ...headers }, agent: agent ?? false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const json = { "content-type": "application/json", "x-travelagent-csrf": "1" };
const states: ReturnType<typeof temporaryState>[] = [];
const newState = () => {
  const state = temporaryState();
  states.push(state);
  return state.path;
};
afterAll(() => {
  for (const state of states) state.remove();
});

/** Connects as this device with what is signed and sent as given. */
async function connectDevice(
  gateway: { url: string },
  device: TestDevice,
  { auth, scopes = ["operator.read"], role = "operator" }: { auth: { token?: string; deviceToken?: string }; scopes?: string[]; role?: string },
  at: WireOptions = {},
) {
  const client = await openWire(gateway.url, at);
  const { nonce, ts } = (await client.heard((frame) => frame.event === "connect.challenge")).payload as { nonce: string; ts: number };
  const params = { ...operator(""), auth, scopes, role };
  const answer = await client.ask("connect", { ...params, device: device.prove(params, { nonce, signedAt: ts }) });
  return { client, answer, deviceToken: (answer.payload?.auth as { deviceToken?: string } | undefined)?.deviceToken ?? "" };
}
const within = <T>(ms: number, what: Promise<T>): Promise<T> =>
  Promise.race([what, new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms))]);

describe("F33: a browser on this machine shows a foreign page", () => {
  let gateway: GatewayProcess;
  let cookie: string;
  const clients: WireClient[] = [];
  const own = () => `http://127.0.0.1:${gateway.port}`;
  beforeAll(async () => {
    gateway = await startGateway({ stateDir: newState() });
    const login = await ask(gateway.port, "POST", "/login", { ...json, origin: own() }, JSON.stringify({ token: gateway.token }));
    cookie = String(login.headers["set-cookie"]?.[0]).split(";")[0] ?? "";
    expect(cookie).toMatch(/^ta_session=.{40}/);
  }, 30_000);
  afterAll(async () => {
    for (const client of clients) client.end();
    await gateway?.stop();
  });

  it.each(["https://evil.example", "null", "file://", "http://localhost", "http://127.0.0.1:1", "chrome-extension://abcdef", "http://127.0.0.1.evil.example"])(
    "a WebSocket from %s is refused before the upgrade, with the cookie too",
    async (origin) => {
      await expect(openWire(gateway.url, { origin, headers: { cookie } })).rejects.toThrow("403");
      expect((await ask(gateway.port, "POST", "/login", { ...json, origin }, JSON.stringify({ token: gateway.token }))).status).toBe(403);
    },
  );

  it("the cookie counts with our own origin, and not without one", async () => {
    const params = { ...operator(""), auth: {} };
    const page = await openWire(gateway.url, { origin: own(), headers: { cookie } });
    clients.push(page);
    expect((await page.ask("connect", params)).ok).toBe(true);
    const program = await openWire(gateway.url, { headers: { cookie } });
    clients.push(program);
    expect(await program.ask("connect", params)).toMatchObject({ ok: false, error: { code: "UNAUTHORIZED" } });
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "0.0.0.0", "169.254.169.254", "user@127.0.0.1"])(
    "a name that was rebound to this machine gets nothing: %s",
    async (host) => {
      await expect(openWire(gateway.url, { host, headers: { cookie } })).rejects.toThrow(/40[03]/);
      for (const path of ["/", "/health", "/status"]) {
        const answer = await ask(gateway.port, "GET", path, { host, cookie, origin: `http://${host}` });
        expect([400, 403]).toContain(answer.status);
        expect(answer.body).not.toContain("<html");
      }
    },
  );

  it("no endpoint and no secret is taken from an address", async () => {
    for (const name of ["token", "auth", "access_token", "password"]) {
      expect((await ask(gateway.port, "GET", `/status?${name}=${gateway.token}`)).status).toBe(401);
      const client = await openWire(`${gateway.url}/?${name}=${gateway.token}`);
      clients.push(client);
      expect(await client.ask("connect", { ...operator(""), auth: {} })).toMatchObject({ ok: false, error: { code: "UNAUTHORIZED" } });
    }
    const page = await ask(gateway.port, "GET", `/?gatewayUrl=wss://evil.example&token=${gateway.token}`);
    expect(page.status).toBe(200);
    expect(page.body).not.toMatch(/evil\.example/);
    expect(page.body).not.toContain(gateway.token);
    expect(page.headers["set-cookie"]).toBeUndefined();
    expect(gateway.output()).not.toContain(gateway.token);
  });

  it("the cookie alone changes nothing: every address that writes wants the header, and our origin", async () => {
    const paths = [
      "/login",
      "/logout",
      "/tools/invoke",
      "/v1/chat/completions",
      "/v1/responses",
      "/mcp",
      "/hooks/wake",
      "/hooks/agent",
      "/api/session",
      "/status",
      "/no-such",
    ];
    for (const path of paths)
      for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
        const plain = { cookie, "content-type": "text/plain" };
        for (const headers of [plain, { ...plain, origin: own() }, { ...plain, ...json, origin: "https://evil.example" }]) {
          const { status } = await ask(gateway.port, method, path, headers, JSON.stringify({ token: gateway.token, tool: "x", message: "hi", text: "hi" }));
          expect([400, 401, 403, 404, 405], `${method} ${path}`).toContain(status);
        }
      }
    // It is still good: nothing above signed it out.
    expect((await ask(gateway.port, "GET", "/status", { cookie })).status).toBe(200);
  });

  it("no other site frames the console, and no address leaks to one", async () => {
    for (const path of ["/", "/login", "/inbox", "/approvals", "/health", "/no-such-page"]) {
      const { headers } = await ask(gateway.port, "GET", path);
      expect(headers, path).toMatchObject({ "x-frame-options": "DENY", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff" });
      expect(headers["content-security-policy"]).toMatch(/frame-ancestors 'none'/);
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
    expect((await ask(gateway.port, "OPTIONS", "/status", { origin: "https://evil.example", "access-control-request-method": "GET" })).status).toBe(403);
  });

  it("a thousand guesses in a row meet the lockout, on this machine too, while everybody else goes on", async () => {
    const client = await connectWire(gateway);
    clients.push(client);
    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const outcomes: number[] = [];
    const began = performance.now();
    // From page and program, through every door there is.
    const guess = (at: number) =>
      at % 2 === 0
        ? ask(gateway.port, "GET", "/status", bearer(`guess-${at}`), "", agent)
        : ask(gateway.port, "POST", "/login", { ...json, origin: own() }, JSON.stringify({ token: `guess-${at}` }), agent);
    for (let at = 0; at < 900; at += 50)
      outcomes.push(...(await Promise.all(Array.from({ length: 50 }, (_, one) => guess(at + one)))).map(({ status }) => status));
    for (let at = 0; at < 100; at += 1) {
      const socket = await openWire(gateway.url, { headers: { "x-forwarded-for": `198.51.100.${at}` } });
      const { error } = await socket.ask("connect", operator(`guess-${at}`));
      outcomes.push(error?.code === "RATE_LIMITED" ? 429 : 401);
      socket.end();
    }
    agent.destroy();
    const allowed = 10 + Math.ceil((performance.now() - began) / 6000);
    expect(outcomes).toHaveLength(1000);
    expect(outcomes.filter((status) => status === 401).length).toBeLessThanOrEqual(allowed);
    expect(outcomes.filter((status) => status !== 401 && status !== 429)).toEqual([]);
    const right = await ask(gateway.port, "GET", "/status", bearer(gateway.token));
    expect([right.status, Number(right.headers["retry-after"])]).toEqual([429, expect.toSatisfy((seconds: number) => seconds >= 1 && seconds <= 6)]);
    expect(await client.ask("health")).toMatchObject({ ok: true });
    expect((await ask(gateway.port, "GET", "/status", { cookie })).status).toBe(200);
    expect((await ask(gateway.port, "GET", "/health")).status).toBe(200);
  });
});

describe("F34: who is trusted on the network", () => {
  let gateway: GatewayProcess;
  const stateDir = newState();
  const clients: WireClient[] = [];
  beforeAll(async () => {
    gateway = await startGateway({ stateDir });
  }, 30_000);
  afterEach(() => {
    for (const client of clients.splice(0)) client.end();
  });
  afterAll(() => gateway?.stop());
  const forged: [name: string, headers: Record<string, string>][] = [
    ["X-Forwarded-For", { "x-forwarded-for": "127.0.0.1" }],
    ["X-Forwarded-Host", { "x-forwarded-host": "localhost" }],
    ["X-Real-IP", { "x-real-ip": "::1" }],
    ["Forwarded", { forwarded: 'for="[::1]";host=localhost;proto=https' }],
    ["Via", { via: "1.1 proxy" }],
    [
      "identity headers",
      { "tailscale-user-login": "ana@example.com", "x-forwarded-user": "operator", "cf-access-authenticated-user-email": "ana@example.com" },
    ],
  ];

  it.each(forged)("forged %s gets nobody in, and nobody paired", async (_, headers) => {
    const names = { ...headers, "x-remote-user": "operator", "x-auth-request-user": "operator", "remote-user": "operator" };
    expect((await ask(gateway.port, "GET", "/status", names)).status).toBe(401);
    const stranger = await openWire(gateway.url, { headers: names });
    clients.push(stranger);
    expect(await stranger.ask("connect", { ...operator(""), auth: {} })).toMatchObject({ error: { code: "UNAUTHORIZED" } });
    const { answer, client } = await connectDevice(gateway, testDevice(), { auth: { token: gateway.token } }, { headers });
    expect(answer).toMatchObject({ ok: false, error: { code: "NOT_PAIRED", message: "pairing required", details: { requestId: expect.any(String) } } });
    expect(await client.closed).toMatchObject({ code: 1008, reason: "pairing required" });
  });

  it("a device behind a proxy is let in by an operator, and by its own token from then on", async () => {
    const headers = { "x-forwarded-for": "203.0.113.9" };
    const boss = await connectWire(gateway);
    clients.push(boss);
    const device = testDevice();
    const first = await connectDevice(gateway, device, { auth: { token: gateway.token } }, { headers });
    const { requestId } = (first.answer.error?.details ?? {}) as { requestId: string };
    expect((await boss.heard((frame) => frame.event === "device.pair.requested" && frame.payload?.requestId === requestId)).payload).toMatchObject({
      deviceId: device.id,
    });
    expect(await boss.ask("device.pair.approve", { requestId })).toMatchObject({ ok: true });
    const second = await connectDevice(gateway, device, { auth: { token: gateway.token } }, { headers });
    const third = await connectDevice(gateway, device, { auth: { deviceToken: second.deviceToken } }, { headers });
    clients.push(second.client, third.client);
    expect(third.deviceToken).toBe(second.deviceToken);
    expect(await third.client.ask("health")).toMatchObject({ ok: true });
  });

  it.each<[string, string, (deviceId: string) => Record<string, unknown>]>([
    ["a token that is revoked", "device.token.revoke", (deviceId) => ({ deviceId, role: "operator" })],
    ["a token that is rotated", "device.token.rotate", (deviceId) => ({ deviceId, role: "operator" })],
    ["a role that is narrowed", "device.token.rotate", (deviceId) => ({ deviceId, role: "operator", scopes: [] })],
    ["a role that is removed", "device.pair.remove", (deviceId) => ({ deviceId, role: "operator" })],
    ["a device that is removed", "device.pair.remove", (deviceId) => ({ deviceId })],
  ])("%s ends its sockets at once and is dead at the next request", async (_, method, params) => {
    const [boss, device] = [await connectWire(gateway), testDevice()];
    clients.push(boss);
    const shared = await connectDevice(gateway, device, { auth: { token: gateway.token } });
    const auth = { deviceToken: shared.deviceToken };
    const own = await connectDevice(gateway, device, { auth });
    const node = await connectDevice(gateway, device, { auth: { token: gateway.token }, role: "node", scopes: [] });
    clients.push(shared.client, own.client, node.client);
    expect([shared.answer.ok, own.answer.ok, node.answer.ok]).toEqual([true, true, true]);
    expect(await boss.ask(method, params(device.id))).toMatchObject({ ok: true });
    const ends = await within(5000, Promise.all([shared.client.closed, own.client.closed]));
    expect(ends.map(({ code }) => code)).toEqual([1008, 1008]);
    expect((await connectDevice(gateway, device, { auth })).answer).toMatchObject({ error: { code: "UNAUTHORIZED" } });
    if ("role" in params(device.id))
      expect((await connectDevice(gateway, device, { auth: { deviceToken: node.deviceToken }, role: "node", scopes: [] })).answer.ok).toBe(true);
    else expect(await within(5000, node.client.closed)).toMatchObject({ code: 1008 });
    expect(await boss.ask("health")).toMatchObject({ ok: true });
  });

  it("our own client pairs, comes back with its token alone, and stops once that is revoked; a crash forgets nothing", async () => {
    const identity = await deviceIdentity(await createDeviceKeys());
    let saved: DeviceToken | undefined;
    const device = {
      identity,
      readToken: () => saved?.token,
      saveToken: (token: DeviceToken) => {
        saved = token;
      },
    };
    const url = gateway.url.replace("http", "ws");
    const info = { id: "gateway-client", version: "1", platform: "test", mode: "backend" } as const;
    const first = createClient({ url, auth: { token: gateway.token }, scopes: ["operator.read"], device, client: info });
    await first.start();
    await expect.poll(() => saved).toMatchObject({ role: "operator", scopes: ["operator.read"] });
    first.stop();
    const second = createClient({ url, scopes: ["operator.read"], device, client: info, reconnect: { baseMs: 10, maxMs: 50 } });
    expect((await second.start()).auth).toMatchObject({ deviceToken: saved?.token });

    const boss = await connectWire(gateway);
    expect(await boss.ask("device.token.revoke", { deviceId: identity.id, role: "operator" })).toMatchObject({ ok: true });
    await gateway.kill();
    await expect.poll(() => second.state.status, { timeout: 5000 }).not.toBe("ready");
    gateway = await startGateway({ stateDir, port: gateway.port });
    await expect.poll(() => second.state, { timeout: 10_000 }).toMatchObject({ status: "stopped", error: { code: "UNAUTHORIZED" } });
    second.stop();
    expect(
      statusOf(await rawHttp(gateway.port, `GET /status HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${saved?.token}\r\nConnection: close\r\n\r\n`)),
    ).toBe(401);
  });

  it("behind a proxy on this machine nobody is local, and each client is counted by itself", async () => {
    const state = newState();
    writeFileSync(join(state, "travelagent.json"), JSON.stringify({ gateway: { trustedProxies: ["127.0.0.1"] } }));
    const proxied = await startGateway({ stateDir: state });
    try {
      for (const headers of [{}, { "x-forwarded-for": "127.0.0.1" }, { "x-forwarded-for": "127.0.0.1, 203.0.113.9" }])
        expect((await connectDevice(proxied, testDevice(), { auth: { token: proxied.token } }, { headers })).answer).toMatchObject({
          error: { code: "NOT_PAIRED" },
        });
      const from = (address: string, token: string) => ask(proxied.port, "GET", "/status", { "x-forwarded-for": address, ...bearer(token) });
      for (let at = 0; at < 12; at += 1) await from(`203.0.113.${at}, 198.51.100.7`, "guess");
      expect((await from("198.51.100.7", proxied.token)).status).toBe(429);
      expect((await from("198.51.100.8", proxied.token)).status).toBe(200);
    } finally {
      await proxied.stop();
    }
  }, 30_000);

  it("without authentication it says so, and serves programs of this machine alone", async () => {
    const state = newState();
    writeFileSync(join(state, "travelagent.json"), JSON.stringify({ gateway: { auth: { mode: "none" } } }));
    const open = await startGateway({ stateDir: state, env: { TRAVELAGENT_GATEWAY_TOKEN: "not-asked-for" } });
    try {
      expect(open.output()).toMatch(/asks nobody for a secret/);
      expect((await ask(open.port, "GET", "/status")).status).toBe(200);
      for (const [, headers] of forged) expect((await ask(open.port, "GET", "/status", headers)).status).toBe(401);
      const wrong = [{ origin: "https://evil.example" }, { host: "evil.example" }];
      for (const headers of wrong) expect((await ask(open.port, "GET", "/status", headers)).status).toBe(403);
      expect((await ask(open.port, "POST", "/tools/invoke", { "content-type": "application/json" }, "{}")).status).toBe(403);
    } finally {
      await open.stop();
    }
  });

  it.each([
    ["without authentication", { auth: { mode: "none" } }, /ended with 2[\s\S]*without authentication/],
    ["with a token that nobody chose", {}, /ended with 2[\s\S]*no token yet/],
  ])("does not open itself to other machines %s", async (_, settings, says) => {
    const state = newState();
    writeFileSync(join(state, "travelagent.json"), JSON.stringify({ gateway: { bind: "0.0.0.0", allowInsecureRemote: true, ...settings } }));
    await expect(startGateway({ stateDir: state })).rejects.toThrow(says);
  });
});
