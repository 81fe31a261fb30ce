import { HelloOk, limits } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { createVisitors } from "../auth/visitors.ts";
import { type ControlPlaneOptions, createControlPlane } from "../control-plane.ts";
import { connectTestClient, openTestClient } from "../testing/socket-pair.ts";

const token = "a-token-for-tests-0123456789abcdef";
const visitors = createVisitors({ secret: "s".repeat(32), sessionKeyOf: (id) => `agent:main:webchat:direct:${id}` });
const sessionDefaults = { defaultAgentId: "main", mainKey: "main", mainSessionKey: "agent:main:main" };

function gateway(options: Partial<ControlPlaneOptions> = {}) {
  const clock = fakeClock();
  const control = createControlPlane({
    handlers: {},
    auth: createAuth({ mode: "token", token, clock }),
    version: "1.2.3",
    clock,
    visitors,
    sessionDefaults,
    validate: true,
    ...options,
  });
  control.setReady();
  return { control, clock };
}

const good = { minProtocol: 3, maxProtocol: 4, client: { id: "cli", version: "1", platform: "linux", mode: "cli" }, role: "operator", auth: { token } };
const device = { id: "d", publicKey: "p", signature: "s", signedAt: 1, nonce: "n" };

describe("connect is refused", () => {
  const refusals: [name: string, params: unknown, code: string, closeCode: number, says: RegExp][] = [
    ["without params", undefined, "INVALID_REQUEST", 1008, /^invalid connect params/],
    ["for protocol 2", { ...good, minProtocol: 1, maxProtocol: 2 }, "INVALID_REQUEST", 1002, /^protocol mismatch$/],
    ["for protocol 99, also with unknown keys", { minProtocol: 99, maxProtocol: 99, future: true }, "INVALID_REQUEST", 1002, /^protocol mismatch$/],
    ["for an upside-down range", { ...good, minProtocol: 4, maxProtocol: 3 }, "INVALID_REQUEST", 1002, /^protocol mismatch$/],
    ["for an unknown key", { ...good, extra: 1 }, "INVALID_REQUEST", 1008, /extra/],
    ["for an unknown client id", { ...good, client: { ...good.client, id: "mine" } }, "INVALID_REQUEST", 1008, /at \/client\/id/],
    ["for an unknown client mode", { ...good, client: { ...good.client, mode: "operator" } }, "INVALID_REQUEST", 1008, /at \/client\/mode/],
    ["for role node without devices", { ...good, role: "node" }, "INVALID_REQUEST", 1008, /^invalid role$/],
    ["for an unknown role", { ...good, role: "root" }, "INVALID_REQUEST", 1008, /^invalid role$/],
    ["without credentials", { ...good, auth: undefined }, "UNAUTHORIZED", 1008, /token missing/],
    ["with an empty token", { ...good, auth: { token: "" } }, "UNAUTHORIZED", 1008, /token missing/],
    ["with a wrong token", { ...good, auth: { token: "nope" } }, "UNAUTHORIZED", 1008, /token mismatch/],
    ["with the token as password", { ...good, auth: { password: token } }, "UNAUTHORIZED", 1008, /token missing/],
    ["with a device alone", { ...good, auth: undefined, device }, "UNAUTHORIZED", 1008, /does not pair devices/],
    ["for a visitor without a cookie", { ...good, role: "visitor", auth: undefined }, "UNAUTHORIZED", 1008, /open the chat page/],
  ];
  it.each(refusals)("%s", async (_name, params, code, closeCode, says) => {
    const client = openTestClient(gateway().control);
    const answer = await client.call("connect", params);
    expect(answer).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(says) } });
    expect(client.closed?.code).toBe(closeCode);
  });

  it("names the versions that would do", async () => {
    const answer = await openTestClient(gateway().control).call("connect", { ...good, minProtocol: 99, maxProtocol: 99 });
    expect(answer).toMatchObject({
      error: { code: "INVALID_REQUEST", details: { code: "PROTOCOL_MISMATCH", expectedProtocol: 3, maximumProtocol: 4, clientMinProtocol: 99 } },
    });
  });

  it("when the web chat is off, for a visitor", async () => {
    const { control } = gateway({ handlers: {} });
    const off = createControlPlane({ handlers: {}, auth: control.auth, version: "1" });
    off.setReady();
    expect(await openTestClient(off).call("connect", { ...good, role: "visitor" })).toMatchObject({ ok: false, error: { code: "FORBIDDEN" } });
  });

  it("while the gateway starts, with a hint to come back", async () => {
    const control = createControlPlane({ handlers: {}, auth: createAuth({ mode: "token", token }), version: "1", clock: fakeClock() });
    const client = openTestClient(control);
    expect(await client.call("connect", good)).toMatchObject({ ok: false, error: { code: "UNAVAILABLE", retryable: true, retryAfterMs: 500 } });
    expect(client.closed?.code).toBe(1013);
  });

  it.each([
    ["text that is not JSON", "hello"],
    ["an empty object", "{}"],
    ["an array", "[]"],
    ["another request first", JSON.stringify({ type: "req", id: "1", method: "health" })],
    ["a frame with unknown keys", JSON.stringify({ type: "req", id: "1", method: "connect", params: good, more: 1 })],
    ["an event", JSON.stringify({ type: "event", event: "connect" })],
    ["a first frame of more than 64 KiB", JSON.stringify({ type: "req", id: "1", method: "connect", params: { ...good, userAgent: "x".repeat(70_000) } })],
  ])("and the socket closed for %s", (_name, text) => {
    const client = openTestClient(gateway().control);
    client.sendText(text);
    expect([1008, 1009]).toContain(client.closed?.code);
  });

  it("when it takes too long", async () => {
    const { control, clock } = gateway();
    const client = openTestClient(control);
    await clock.advance(limits.handshakeTimeoutMs);
    expect(client.closed).toEqual({ code: 1008, reason: "handshake timeout" });
  });
});

describe("connect is accepted", () => {
  it.each([
    [3, 3, 3],
    [3, 4, 4],
    [4, 4, 4],
    [1, 3, 3],
    [3, 99, 4],
  ])("for versions %i to %i, as %i", async (minProtocol, maxProtocol, protocol) => {
    const client = openTestClient(gateway().control);
    const answer = await client.call("connect", { ...good, minProtocol, maxProtocol });
    expect(answer).toMatchObject({ ok: true, payload: { type: "hello-ok", protocol } });
    expect(HelloOk.safeParse(answer.payload).success).toBe(true);
  });

  it.each([
    ["all for no scopes in protocol 3", 3, [], ["operator.admin"]],
    ["none for no scopes in protocol 4", 4, [], []],
    ["those asked for", 3, ["operator.read"], ["operator.read"]],
    ["none for unknown ones alone, also in protocol 3", 3, ["operator.talk"], []],
    ["the known ones of many", 4, ["operator.talk", "operator.read", "root"], ["operator.read"]],
  ])("with scopes: %s", async (_name, version, scopes, granted) => {
    const answer = await openTestClient(gateway().control).call("connect", { ...good, minProtocol: version, maxProtocol: version, scopes });
    expect(answer).toMatchObject({ ok: true, payload: { auth: { role: "operator", scopes: granted } } });
  });

  it("after a challenge, and with what newer clients add", async () => {
    const client = openTestClient(gateway().control);
    expect(client.frames[0]).toMatchObject({ type: "event", event: "connect.challenge", payload: { nonce: expect.any(String), ts: expect.any(Number) } });
    expect(client.frames[0]).not.toHaveProperty("seq");
    const answer = await client.call("connect", {
      ...good,
      device,
      client: { ...good.client, buildId: "b", timeZone: "Europe/Madrid" },
      auth: { token, deviceToken: "old" },
    });
    expect(answer.ok).toBe(true);
  });

  it("and tells an operator what there is", async () => {
    const client = await connectTestClient(gateway().control, { token });
    expect(client.hello).toMatchObject({
      server: { version: "1.2.3" },
      features: { methods: ["health", "status", "system-event", "system-presence"], events: expect.arrayContaining(["chat", "approval"]) },
      snapshot: { presence: [{ mode: "gateway", reason: "self" }], health: { ok: true }, sessionDefaults },
      policy: { maxPayload: 524_288, maxBufferedBytes: 1_572_864, tickIntervalMs: 30_000 },
    });
  });

  it("and tells a visitor only about their own conversation", async () => {
    const { control } = gateway({ health: () => ({ secret: "plans" }) });
    const cookie = visitors.issue();
    const client = await connectTestClient(control, { role: "visitor", headers: { cookie: `ta_visitor=${cookie}` } });
    const own = visitors.sessionKeyOf(visitors.verify(cookie) ?? "");
    expect(client.hello).toMatchObject({ snapshot: { presence: [], sessionDefaults: { mainSessionKey: own } }, auth: { role: "visitor", scopes: [] } });
    expect((client.hello.snapshot as { health: unknown }).health).toEqual({ ok: true });
    expect(client.hello.features).toEqual({ methods: [], events: ["connect.challenge", "tick", "shutdown", "agent", "chat"] });
  });

  it("with a console session, when the page's origin came along", async () => {
    const { control } = gateway();
    const session = control.auth.sessions.issue("operator");
    const headers = { cookie: `ta_session=${session.value}`, origin: "http://127.0.0.1:18789" };
    expect((await connectTestClient(control, { headers })).hello.auth).toMatchObject({ role: "operator" });
    await expect(connectTestClient(control, { headers: { cookie: headers.cookie } })).rejects.toThrow("UNAUTHORIZED");
  });
});

describe("credentials that end", () => {
  it("close the connections that used them, and no others", async () => {
    const clock = fakeClock();
    const auth = createAuth({ mode: "token", token, clock });
    const { control } = gateway({ auth, clock });
    const byToken = await connectTestClient(control, { token });
    const session = auth.sessions.issue("operator");
    const bySession = await connectTestClient(control, { headers: { cookie: `ta_session=${session.value}`, origin: "http://127.0.0.1:18789" } });
    const visitor = await connectTestClient(control, { role: "visitor", headers: { cookie: `ta_visitor=${visitors.issue()}` } });
    auth.rotate("another-token-0123456789abcdef-xyz");
    expect(byToken.closed?.code).toBe(1008);
    expect(bySession.closed?.code).toBe(1008);
    expect(visitor.closed).toBeUndefined();
    await expect(connectTestClient(control, { token })).rejects.toThrow("UNAUTHORIZED");
    expect(control.connections).toBe(1);
  });

  it("by time end with the next tick", async () => {
    const { control, clock } = gateway();
    const session = control.auth.sessions.issue("operator");
    const client = await connectTestClient(control, { headers: { cookie: `ta_session=${session.value}`, origin: "http://127.0.0.1:18789" } });
    await clock.advance(12 * 3_600_000 + limits.tickIntervalMs);
    expect(client.closed?.code).toBe(1008);
  });
});
