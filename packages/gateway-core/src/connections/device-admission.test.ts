import { type OpenDatabase, openDatabase } from "@travelagent/engine";
import { HelloOk } from "@travelagent/protocol";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { createDevices } from "../auth/devices/devices.ts";
import { type ControlPlaneOptions, createControlPlane } from "../control-plane.ts";
import { connectTestClient, openTestClient, type TestClient, type TestClientOptions } from "../testing/socket-pair.ts";
import { type TestDevice, testDevice } from "../testing/test-device.ts";

const token = "a-token-for-tests-0123456789abcdef";
const open: OpenDatabase[] = [];
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
});

async function gateway(options: Partial<ControlPlaneOptions> = {}) {
  const db = openDatabase({ path: ":memory:" });
  open.push(db);
  const clock = fakeClock("2027-01-15T09:00:00Z");
  const devices = createDevices({ db, clock });
  await devices.start();
  const auth = createAuth({ mode: "token", token, clock });
  const control = createControlPlane({
    handlers: { "node.event": () => ({ ok: true }), "node.list": () => ({ ts: 1, nodes: [] }) },
    auth,
    devices,
    version: "1",
    clock,
    validate: true,
    ...options,
  });
  control.setReady();
  return { control, clock, devices, auth };
}
type Bench = Awaited<ReturnType<typeof gateway>>;

interface Wish extends TestClientOptions {
  auth?: { token?: string; password?: string; deviceToken?: string };
  scopes?: readonly string[];
  role?: string;
  protocol?: number;
  version?: 1 | 2 | 3;
}

const elsewhere = { remoteAddress: "192.0.2.7" };

async function connect({ control, clock }: Bench, device: TestDevice | undefined, wish: Wish = {}) {
  const { auth = { token }, scopes = ["operator.read"], role = "operator", protocol = 3, version, ...at } = wish;
  const client = openTestClient(control, at);
  const { nonce } = (client.frames[0] as { payload: { nonce: string } }).payload;
  const params = {
    minProtocol: protocol,
    maxProtocol: protocol,
    client: { id: "test", version: "1", platform: "linux", mode: role === "node" ? "node" : "backend", displayName: "Ana's laptop" },
    role,
    scopes,
    auth,
  };
  const proof = device?.prove(params, { signedAt: clock.now(), ...(version === 1 ? {} : { nonce }), ...(version ? { version } : {}) });
  const answer = await client.call("connect", { ...params, ...(proof ? { device: proof } : {}) });
  const payload = answer.payload as { auth: { deviceToken: string; scopes: string[]; role: string; issuedAtMs: number } } | undefined;
  return Object.assign(client, { answer, code: (answer.error as { code: string } | undefined)?.code ?? "ok", granted: payload?.auth });
}
const details = (client: { answer: Record<string, unknown> }) => (client.answer.error as { details?: Record<string, unknown> }).details ?? {};
const operator = (bench: Bench, scopes = ["operator.admin"]) => connectTestClient(bench.control, { token, scopes });

describe("a device with the gateway's token", () => {
  it("is paired at once straight from this machine, and connects with its own token from then on, from anywhere", async () => {
    const bench = await gateway();
    const device = testDevice();
    const first = await connect(bench, device);
    expect(HelloOk.safeParse(first.answer.payload).success).toBe(true);
    expect(first.granted).toEqual({
      role: "operator",
      scopes: ["operator.read"],
      deviceToken: expect.stringMatching(/^[\w-]{43}$/),
      issuedAtMs: bench.clock.now(),
    });
    const deviceToken = first.granted?.deviceToken ?? "";
    for (const auth of [{ deviceToken }, { token: deviceToken }, { token: "stale", deviceToken }]) {
      const again = await connect(bench, device, { auth, ...elsewhere });
      expect([again.code, again.granted?.deviceToken]).toEqual(["ok", deviceToken]);
    }
    expect((await connect(bench, testDevice(), { auth: { deviceToken } })).code).toBe("UNAUTHORIZED");
    expect((await connect(bench, undefined, { auth: { deviceToken } })).code).toBe("NOT_PAIRED");
    expect((await connect(bench, undefined, { auth: { token: deviceToken } })).code).toBe("UNAUTHORIZED");
  });

  it.each<[string, TestClientOptions]>([
    ["from another machine", elsewhere],
    ["through a proxy on this machine", { headers: { "x-forwarded-for": "127.0.0.1" } }],
    ["with a forged Forwarded header", { headers: { forwarded: "for=127.0.0.1;host=localhost" } }],
    ["with a forged identity header", { headers: { "tailscale-user-login": "ana@example.com" } }],
    ["by a name of the outside", { headers: { host: "gateway.agency.example" } }],
  ])("waits for an operator %s", async (_, at) => {
    const bench = await gateway({ network: { allowedHosts: ["gateway.agency.example"] } });
    const [pairing, reader] = [await operator(bench, ["operator.pairing", "operator.read"]), await operator(bench, ["operator.read", "operator.write"])];
    const device = testDevice();
    const refused = await connect(bench, device, at);
    expect(refused.answer.error).toMatchObject({ code: "NOT_PAIRED", message: "pairing required", retryAfterMs: 5000 });
    expect(refused.closed).toMatchObject({ code: 1008, reason: "pairing required" });
    const { requestId } = details(refused);
    const event = await pairing.next((frame) => frame.event === "device.pair.requested");
    expect(event.payload).toMatchObject({ requestId, deviceId: device.id, role: "operator", scopes: ["operator.read"], displayName: "Ana's laptop" });
    expect(reader.frames.some((frame) => String(frame.event).startsWith("device."))).toBe(false);

    expect(await pairing.call("device.pair.approve", { requestId })).toMatchObject({
      ok: true,
      payload: { requestId, device: { deviceId: device.id, roles: ["operator"] } },
    });
    expect((await pairing.next((frame) => frame.event === "device.pair.resolved")).payload).toMatchObject({ requestId, decision: "approved" });
    expect(await connect(bench, device, at)).toMatchObject({ code: "ok", granted: { deviceToken: expect.any(String) } });
    expect((await connect(bench, device, { ...at, scopes: ["operator.write"] })).code).toBe("NOT_PAIRED");
    expect(JSON.stringify(await pairing.call("device.pair.list", {}))).not.toMatch(/tokenHash|token_hash/);
  });

  it("is refused before anything is asked of an operator when the token is wrong", async () => {
    const bench = await gateway();
    expect((await connect(bench, testDevice(), { ...elsewhere, auth: { token: "wrong" } })).code).toBe("UNAUTHORIZED");
    expect((await connect(bench, testDevice(), { ...elsewhere, auth: {} })).code).toBe("UNAUTHORIZED");
    expect(bench.devices.pending()).toEqual([]);
  });

  it("gets the rest of its wishes in both protocols", async () => {
    const bench = await gateway();
    const device = testDevice();
    expect((await connect(bench, device, { scopes: [] })).granted?.scopes).toEqual(["operator.admin"]);
    expect((await connect(bench, device, { scopes: [], protocol: 4 })).granted?.scopes).toEqual([]);
    expect((await connect(bench, device, { version: 1 })).code).toBe("ok");
    expect(details(await connect(bench, device, { version: 1, protocol: 4 })).code).toBe("DEVICE_AUTH_NONCE_REQUIRED");
    expect(details(await connect(bench, device, { version: 1, ...elsewhere })).code).toBe("DEVICE_AUTH_NONCE_REQUIRED");
  });
});

describe("a device with its own token", () => {
  it("gets what the token stands for, and waits for an operator for more, also on this machine", async () => {
    const bench = await gateway();
    const device = testDevice();
    const { granted } = await connect(bench, device, { scopes: ["operator.read"] });
    const auth = { deviceToken: granted?.deviceToken ?? "" };
    expect((await connect(bench, device, { auth, scopes: [] })).granted?.scopes).toEqual(["operator.read"]);
    expect((await connect(bench, device, { auth, scopes: ["operator.admin"] })).code).toBe("NOT_PAIRED");
    expect((await connect(bench, device, { auth, role: "node", scopes: [] })).code).toBe("UNAUTHORIZED");
    expect((await connect(bench, device, { auth: { ...auth, token }, scopes: ["operator.admin"] })).granted).toMatchObject({
      scopes: ["operator.admin"],
      deviceToken: auth.deviceToken,
    });
  });

  it("cannot guess the gateway's secret behind it, nor anybody a device token", async () => {
    const bench = await gateway();
    const device = testDevice();
    const { granted } = await connect(bench, device, elsewhere);
    expect(granted).toBeUndefined();
    const paired = await connect(bench, device);
    const auth = { deviceToken: paired.granted?.deviceToken ?? "", token: "guess" };
    const codes: string[] = [];
    for (let i = 0; i < 20; i += 1) codes.push((await connect(bench, device, { ...elsewhere, auth, scopes: ["operator.admin"] })).code);
    expect(codes.filter((code) => code === "UNAUTHORIZED")).toHaveLength(10);
    expect(codes.at(-1)).toBe("RATE_LIMITED");
    const other: string[] = [];
    for (let i = 0; i < 20; i += 1) other.push((await connect(bench, device, { remoteAddress: "192.0.2.8", auth: { deviceToken: `guess-${i}` } })).code);
    expect(other.filter((code) => code === "UNAUTHORIZED")).toHaveLength(10);
  });

  it("hears that it is the device's token that is wrong, also when it stands in both fields", async () => {
    const bench = await gateway();
    const device = testDevice();
    for (const auth of [{ deviceToken: "stale" }, { token: "stale", deviceToken: "stale" }])
      expect(details(await connect(bench, device, { auth })).code).toBe("AUTH_DEVICE_TOKEN_MISMATCH");
    expect(details(await connect(bench, device, { auth: { token: "wrong", deviceToken: "stale" } })).code).toBe("AUTH_TOKEN_MISMATCH");
    expect((await connect(bench, device, { auth: { token, deviceToken: token } })).code).toBe("ok");
  });

  it("stays when the gateway's token is rotated", async () => {
    const bench = await gateway();
    const device = testDevice();
    const shared = await connect(bench, device);
    const own = await connect(bench, device, { auth: { deviceToken: shared.granted?.deviceToken ?? "" } });
    bench.auth.rotate("another-token-0123456789abcdef-xyz");
    expect([shared.closed?.code, own.closed]).toEqual([1008, undefined]);
  });
});

describe("a node", () => {
  it("needs a device", async () => {
    const bench = await gateway();
    const refused = await connect(bench, undefined, { role: "node", scopes: [] });
    expect(refused.answer.error).toMatchObject({ code: "NOT_PAIRED", message: "device identity required", details: { code: "DEVICE_IDENTITY_REQUIRED" } });
    expect(refused.closed?.code).toBe(1008);
    expect((await connect(bench, testDevice(), { role: "root" })).answer.error).toMatchObject({ code: "INVALID_REQUEST", message: "invalid role" });
  });

  it("is known by its device, has no scopes whatever it asks for, and calls what nodes call", async () => {
    const bench = await gateway();
    const seen: unknown[] = [];
    const own = await gateway({ observe: { connected: ({ role, nodeId, scopes }) => void seen.push({ role, nodeId, scopes }), gone: () => {} } });
    const device = testDevice();
    await connect(own, device, { role: "node", scopes: ["operator.admin"] });
    expect(seen).toEqual([{ role: "node", nodeId: device.id, scopes: [] }]);
    const node = await connect(bench, device, { role: "node", scopes: ["operator.admin"] });
    expect(node.granted).toMatchObject({ role: "node", scopes: [] });
    expect(await node.call("node.event", { event: "x" })).toMatchObject({ ok: true });
    for (const method of ["health", "node.list", "device.pair.list"]) expect(await node.call(method, {})).toMatchObject({ error: { code: "FORBIDDEN" } });
  });
});

describe("a credential that ends", () => {
  const ways: [name: string, method: string, params: (deviceId: string) => Record<string, unknown>, closes: ("operator" | "node")[]][] = [
    ["a token that is revoked", "device.token.revoke", (deviceId) => ({ deviceId, role: "operator" }), ["operator"]],
    ["a token that is rotated", "device.token.rotate", (deviceId) => ({ deviceId, role: "operator", scopes: ["operator.read"] }), ["operator"]],
    ["a role that is removed", "device.pair.remove", (deviceId) => ({ deviceId, role: "operator" }), ["operator"]],
    ["a device that is removed", "device.pair.remove", (deviceId) => ({ deviceId }), ["operator", "node"]],
  ];
  it.each(ways)("closes its connections at once and no others: %s", async (_, method, params, closes) => {
    const bench = await gateway();
    const [device, other, boss] = [testDevice(), testDevice(), await operator(bench)];
    const shared = await connect(bench, device, { scopes: ["operator.write"] });
    const auth = { deviceToken: shared.granted?.deviceToken ?? "" };
    const own = await connect(bench, device, { auth, scopes: ["operator.read"] });
    const node = await connect(bench, device, { role: "node", scopes: [] });
    const stranger = await connect(bench, other);
    expect(await boss.call(method, params(device.id))).toMatchObject({ ok: true });
    for (const client of [shared, own]) expect(client.closed).toMatchObject({ code: 1008 });
    expect(node.closed?.code).toBe(closes.includes("node") ? 1008 : undefined);
    expect([stranger.closed, boss.closed]).toEqual([undefined, undefined]);
    const before = own.frames.length;
    own.send({ type: "req", id: "late", method: "health" });
    expect(own.frames).toHaveLength(before);
    expect((await connect(bench, device, { auth, ...elsewhere })).code).toBe("UNAUTHORIZED");
  });

  it("of the very connection that ended it is answered first", async () => {
    const bench = await gateway();
    const device = testDevice();
    const self: TestClient = await connect(bench, device, { scopes: ["operator.admin"] });
    const rotated = await self.call("device.token.rotate", { deviceId: device.id, role: "operator" });
    expect(rotated).toMatchObject({ ok: true, payload: { token: expect.any(String) } });
    await bench.clock.advance(1);
    expect(self.closed?.code).toBe(1008);
    const next = (rotated.payload as { token: string }).token;
    expect((await connect(bench, device, { auth: { deviceToken: next }, scopes: ["operator.admin"] })).code).toBe("ok");
  });

  it("while a connect is being checked refuses that connect", async () => {
    const bench = await gateway();
    const connecting = connect(bench, testDevice());
    bench.auth.rotate("another-token-0123456789abcdef-xyz");
    expect((await connecting).answer.error).toMatchObject({ code: "UNAVAILABLE", retryable: true });
    expect(bench.control.connections).toBe(0);
  });

  it("does not bring a client back that left while it was being checked", async () => {
    const bench = await gateway();
    const connecting = connect(bench, testDevice()).catch(() => undefined);
    bench.control.shutdown("over");
    await connecting;
    await expect.poll(() => bench.devices.paired().length).toBe(1);
    await new Promise(setImmediate);
    expect(bench.control.connections).toBe(0);
  });

  it("who sends more before the answer to connect is cut off", async () => {
    const bench = await gateway();
    const client = openTestClient(bench.control);
    const { nonce } = (client.frames[0] as { payload: { nonce: string } }).payload;
    const params = { minProtocol: 3, maxProtocol: 3, client: { id: "test", version: "1", platform: "x", mode: "test" }, auth: { token } };
    client.send({
      type: "req",
      id: "1",
      method: "connect",
      params: { ...params, device: testDevice().prove({ ...params, scopes: ["operator.admin"] }, { nonce, signedAt: bench.clock.now() }) },
    });
    client.send({ type: "req", id: "2", method: "health" });
    expect(client.closed?.code).toBe(1008);
  });
});

it("a device shows in presence under its id, once", async () => {
  const bench = await gateway();
  const device = testDevice();
  const boss = await operator(bench);
  await connect(bench, device);
  await connect(bench, device);
  const presence = (await boss.call("system-presence", {})).payload as { deviceId?: string }[];
  expect(presence.filter(({ deviceId }) => deviceId === device.id)).toHaveLength(1);
});
