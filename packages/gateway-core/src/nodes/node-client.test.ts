import { type Client, createClient, createDeviceKeys, createNode, deviceIdentity, type NodeHost, type NodeOptions } from "@travelagent/client";
import { openDatabase } from "@travelagent/engine";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { createAuth } from "../auth/auth.ts";
import { createDevices } from "../auth/devices/devices.ts";
import { type ControlPlane, createControlPlane } from "../control-plane.ts";
import { serve } from "../node/serve.ts";
import { createNodes } from "./nodes.ts";

const info = { id: "node-host", version: "1", platform: "linux", mode: "node", displayName: "Reception" } as const;
const token = "a-token-for-tests-0123456789abcdef";
const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

async function gateway(port = 0, open: { db?: ReturnType<typeof openDatabase>; trustedProxies?: string[] } = {}) {
  const db = open.db ?? openDatabase({ path: ":memory:" });
  const devices = createDevices({ db });
  await devices.start();
  const nodes = createNodes({ db, control: () => control, rules: { allow: ["test.*"] } });
  await nodes.migrate();
  const control: ControlPlane = createControlPlane({
    auth: createAuth({ mode: "token", token }),
    devices,
    network: { trustedProxies: open.trustedProxies ?? [] },
    version: "1",
    validate: true,
    observe: nodes.observer,
    handlers: nodes.handlers,
  });
  control.setReady();
  const server = await serve({ control, port });
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    control.shutdown("the test is over");
    await server.close();
  };
  cleanUp.push(async () => {
    await stop();
    if (!open.db) await db.close();
  });
  return { url: server.url.replace("http", "ws"), port: server.port, devices, db, stop };
}

const operator = async (url: string): Promise<Client> => {
  const client = createClient({ url, auth: { token }, reconnect: { baseMs: 20, maxMs: 50 } });
  cleanUp.push(() => client.stop());
  await client.start();
  return client;
};

async function machine(url: string, options: Partial<NodeOptions> = {}): Promise<NodeHost & { nodeId: string }> {
  const identity = await deviceIdentity(await createDeviceKeys());
  const node = createNode({
    url,
    commands: {},
    auth: { token },
    client: info,
    reconnect: { baseMs: 20, maxMs: 50 },
    device: { identity },
    ...options,
  });
  cleanUp.push(() => node.stop());
  return Object.assign(Object.create(node) as NodeHost, { nodeId: identity.id });
}

let serial = 0;
const key = () => `key-${++serial}`;
const until = async (holds: () => Promise<boolean> | boolean) => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("it did not happen");
};

describe("a node over a real socket", () => {
  it("carries out commands, and says why when it cannot", async () => {
    const { url } = await gateway();
    const client = await operator(url);
    const node = await machine(url, {
      commands: {
        "test.echo": (params) => params,
        "test.fail": () => {
          throw Object.assign(new Error("enable the camera"), { code: "CAMERA_DISABLED" });
        },
      },
    });
    await node.start();
    expect(await client.call("node.invoke", { nodeId: node.nodeId, command: "test.echo", params: { a: [1, "ü"] }, idempotencyKey: key() })).toMatchObject({
      payload: { a: [1, "ü"] },
      payloadJSON: '{"a":[1,"ü"]}',
    });
    await expect(client.call("node.invoke", { nodeId: node.nodeId, command: "test.fail", idempotencyKey: key() })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: "enable the camera",
      details: { nodeError: { code: "CAMERA_DISABLED" } },
    });
    const heard = new Promise((resolve) => client.on("node.event", (event) => event.event === "test.happened" && resolve(event)));
    await node.tell("test.happened", { at: 1 });
    expect(await heard).toMatchObject({ nodeId: node.nodeId, payload: { at: 1 } });
  });

  it("hears that its caller gave up", async () => {
    const { url } = await gateway();
    const client = await operator(url);
    let reason: unknown;
    const node = await machine(url, {
      commands: {
        "test.slow": (_, { signal }) =>
          new Promise(() =>
            signal.addEventListener("abort", () => {
              reason = signal.reason;
            }),
          ),
      },
    });
    await node.start();
    await expect(client.call("node.invoke", { nodeId: node.nodeId, command: "test.slow", timeoutMs: 50, idempotencyKey: key() })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    await until(() => reason !== undefined);
    expect(reason).toMatchObject({ code: expect.stringMatching(/TIMEOUT|CANCELLED/) });
  });

  it("comes back after the gateway restarted, and what was under way has ended", async () => {
    const db = openDatabase({ path: ":memory:" });
    cleanUp.push(() => db.close());
    const first = await gateway(0, { db });
    let aborted = false;
    const node = await machine(first.url, {
      commands: {
        "test.slow": (_, { signal }) => new Promise(() => signal.addEventListener("abort", () => (aborted = true))),
        "test.echo": (params) => params,
      },
    });
    await node.start();
    const before = createClient({ url: first.url, auth: { token }, reconnect: false });
    await before.start();
    const invoked = before.call("node.invoke", { nodeId: node.nodeId, command: "test.slow", idempotencyKey: key() });
    invoked.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 30));
    await first.stop();
    await expect(invoked).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await until(() => aborted);
    await gateway(first.port, { db });
    const client = await operator(first.url);
    await until(async () => (await client.call("node.list", {})).nodes.some(({ connected }) => connected));
    expect(await client.call("node.invoke", { nodeId: node.nodeId, command: "test.echo", params: 1, idempotencyKey: key() })).toMatchObject({ payload: 1 });
  });

  it("keeps a token of its own, and is refused for good once its device is removed", async () => {
    const { url, devices } = await gateway();
    let saved: string | undefined;
    const identity = await deviceIdentity(await createDeviceKeys());
    const device = {
      identity,
      readToken: () => saved,
      saveToken(given: { token: string }) {
        saved = given.token;
      },
    };
    const first = await machine(url, { device });
    await first.start();
    await until(() => saved !== undefined);
    first.stop();
    const second = createNode({ url, commands: {}, client: info, device, reconnect: { baseMs: 20, maxMs: 50 } });
    cleanUp.push(() => second.stop());
    expect((await second.start()).auth).toMatchObject({ role: "node" });
    await devices.remove(identity.id, undefined, { grants: new Set(["operator.admin"]) });
    await until(() => second.state.status === "stopped");
    expect(second.state).toMatchObject({ error: { code: "UNAUTHORIZED" } });
  });

  it("from another machine waits until an operator lets it in", async () => {
    const { url } = await gateway(0, { trustedProxies: ["127.0.0.1"] });
    const client = await operator(url);
    const asked = new Promise<{ requestId: string }>((resolve) => client.on("device.pair.requested", resolve));
    const node = await machine(url, { webSocket: (address) => new WebSocket(address, { headers: { "x-forwarded-for": "203.0.113.9" } }) as never });
    const started = node.start();
    const { requestId } = await asked;
    await client.call("device.pair.approve", { requestId });
    expect((await started).auth).toMatchObject({ role: "node" });
    expect((await client.call("node.list", {})).nodes).toMatchObject([{ nodeId: node.nodeId, connected: true, remoteIp: "203.0.113.9" }]);
  }, 15_000);
});
