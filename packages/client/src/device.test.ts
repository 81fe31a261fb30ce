import { createPublicKey, hash, verify } from "node:crypto";
import type { AddressInfo } from "node:net";
import { ConnectParams, devicePayload } from "@travelagent/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { createClient, createDeviceKeys, type DeviceToken, deviceIdentity } from "./index.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

const hello = {
  type: "hello-ok",
  protocol: 4,
  server: { version: "1", connId: "c1" },
  features: { methods: [], events: [] },
  snapshot: { presence: [], health: {}, stateVersion: { presence: 0, health: 0 }, uptimeMs: 1 },
  auth: { role: "operator", scopes: ["operator.read"], deviceToken: "issued", issuedAtMs: 7 },
  policy: { maxPayload: 1000, maxBufferedBytes: 1000, tickIntervalMs: 30_000 },
};

/** A gateway that keeps what clients connect with. */
async function gateway(answer: object = { ok: true, payload: hello }, challenge: object | undefined = { nonce: "n1", ts: 1234 }) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const connects: ConnectParams[] = [];
  server.on("connection", (socket) => {
    if (challenge) socket.send(JSON.stringify({ type: "event", event: "connect.challenge", payload: challenge }));
    socket.on("message", (data) => {
      const { id, params } = JSON.parse(String(data)) as { id: string; params: unknown };
      connects.push(ConnectParams.parse(params));
      socket.send(JSON.stringify({ type: "res", id, ...answer }));
    });
  });
  open.push(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, connects };
}

function isSigned({ device, client, role, scopes, auth }: ConnectParams, form: Parameters<typeof devicePayload>[1]): boolean {
  if (!device) return false;
  const fields = { clientId: client.id, clientMode: client.mode, role: role ?? "", scopes: scopes ?? [], token: auth?.token ?? auth?.deviceToken ?? "" };
  const text = devicePayload({ deviceId: device.id, signedAtMs: device.signedAt, ...fields }, form);
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: device.publicKey }, format: "jwk" });
  return verify(null, Buffer.from(text), key, Buffer.from(device.signature, "base64url"));
}

describe("a device identity", () => {
  it("is the same for the same keys, and its id is the hash of its public key", async () => {
    const keys = await createDeviceKeys();
    const [a, b] = [await deviceIdentity(keys), await deviceIdentity(JSON.parse(JSON.stringify(keys)))];
    expect([b.id, b.publicKey, await b.sign("x")]).toEqual([a.id, a.publicKey, await a.sign("x")]);
    expect(a.id).toBe(hash("sha256", Buffer.from(keys.publicKey, "base64url"), "hex"));
    await expect(deviceIdentity({ ...keys, privateKey: "AAAA" })).rejects.toThrow();
  });
});

describe("a client with a device", () => {
  it("signs the challenge by the gateway's clock, shows the token it saved, and saves a new one", async () => {
    const { url, connects } = await gateway();
    const identity = await deviceIdentity(await createDeviceKeys());
    const saved: DeviceToken[] = [];
    const client = createClient({
      url,
      auth: { token: "shared" },
      scopes: ["operator.read"],
      device: { identity, readToken: () => saved[0]?.token, saveToken: async (token) => void saved.push(token) },
    });
    open.push(() => client.stop());
    await client.start();
    await expect.poll(() => saved).toEqual([{ token: "issued", role: "operator", scopes: ["operator.read"], issuedAtMs: 7 }]);
    expect(connects[0]).toMatchObject({ auth: { token: "shared" }, device: { id: identity.id, nonce: "n1", signedAt: 1234 } });
    expect(isSigned(connects[0] as ConnectParams, { version: 2, nonce: "n1" })).toBe(true);
    client.stop();
    await client.start();
    expect(connects[1]?.auth).toEqual({ token: "shared", deviceToken: "issued" });
    expect(isSigned(connects[1] as ConnectParams, { version: 2, nonce: "n1" })).toBe(true);
    expect(saved).toHaveLength(1);
  });

  it("signs without a nonce where the gateway sends no challenge", async () => {
    const { url, connects } = await gateway({ ok: true, payload: hello }, null as never);
    const client = createClient({ url, device: { identity: await deviceIdentity(await createDeviceKeys()), readToken: () => "own" } });
    open.push(() => client.stop());
    await client.start();
    expect(connects[0]?.device).not.toHaveProperty("nonce");
    expect(isSigned(connects[0] as ConnectParams, { version: 1 })).toBe(true);
  });

  it.each([
    ["it has to be paired first", { code: "NOT_PAIRED", message: "pairing required", details: { requestId: "r1" } }, "NOT_PAIRED"],
    ["the protocol does not match", { code: "INVALID_REQUEST", message: "protocol mismatch", details: { code: "PROTOCOL_MISMATCH" } }, "INVALID_REQUEST"],
  ])("stops when %s", async (_, error, code) => {
    const { url, connects } = await gateway({ ok: false, error });
    const client = createClient({ url, reconnect: { baseMs: 1, maxMs: 1 }, device: { identity: await deviceIdentity(await createDeviceKeys()) } });
    await expect(client.start()).rejects.toMatchObject({ code, message: error.message, details: error.details });
    expect(client.state.status).toBe("stopped");
    expect(connects).toHaveLength(1);
  });

  it("stops when its key cannot sign", async () => {
    const { url, connects } = await gateway();
    const identity = { id: "x", publicKey: "y", sign: () => Promise.reject(new Error("the key is locked")) };
    await expect(createClient({ url, device: { identity } }).start()).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      message: expect.stringContaining("the key is locked"),
    });
    expect(connects).toEqual([]);
  });
});
