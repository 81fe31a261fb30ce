import { connect, type Socket } from "node:net";
import { openDatabase } from "@travelagent/engine";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import { type ControlPlane, createControlPlane } from "../control-plane.ts";
import { createNodes } from "../nodes/nodes.ts";
import { connectTestClient } from "../testing/socket-pair.ts";
import { type BridgeOptions, startBridge } from "./bridge.ts";

const token = "a-token-for-tests-0123456789abcdef";
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

async function bench(options: Partial<BridgeOptions> = {}) {
  const db = openDatabase({ path: ":memory:" });
  cleanUp.push(() => db.close());
  const nodes = createNodes({ db, control: () => control });
  await nodes.migrate();
  const control: ControlPlane = createControlPlane({
    auth: createAuth({ mode: "token", token }),
    version: "1",
    validate: true,
    observe: nodes.observer,
    handlers: nodes.handlers,
  });
  control.setReady();
  const bridge = await startBridge({ nodes, port: 0, serverName: "Agency", ...options });
  cleanUp.push(() => bridge.close());
  const admin = await connectTestClient(control, { token });
  const call = async (method: string, params: unknown) => {
    const { ok, payload, error } = await admin.call(method, params);
    if (!ok) throw Object.assign(new Error("refused"), error);
    return payload as Record<string, never>;
  };
  /** Asks for a token as an operator's tool would. */
  const paired = async (nodeId: string) => {
    const { request } = await nodes.pairing.request({ nodeId });
    return (await nodes.pairing.approve(request.requestId)).node.token;
  };
  return { nodes, bridge, admin, call, paired };
}

type Line = Record<string, unknown> & { type: string };

async function dial(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  const lines: Line[] = [];
  const listeners = new Set<() => void>();
  let rest = "";
  socket.on("data", (chunk) => {
    rest += chunk.toString();
    const parts = rest.split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) lines.push(JSON.parse(part) as Line);
    for (const listener of [...listeners]) listener();
  });
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  cleanUp.push(() => socket.destroy());
  return {
    socket,
    lines,
    closed,
    send: (line: unknown) => socket.write(`${typeof line === "string" ? line : JSON.stringify(line)}\n`),
    next: (type: string) =>
      new Promise<Line>((resolve, reject) => {
        const check = () => {
          const found = lines.find((line) => line.type === type);
          if (found) resolve(found);
        };
        listeners.add(check);
        void closed.then(() => reject(new Error(`closed; had ${JSON.stringify(lines)}`)));
        check();
      }),
  };
}

const phone = { nodeId: "phone-1", displayName: "Counter phone", platform: "ios", version: "1.0", caps: ["camera"], commands: ["camera.snap"] };

describe("the bridge for older nodes", () => {
  it("pairs a node, tells it its token once, and passes commands on", async () => {
    const { bridge, admin, call } = await bench();
    const first = await dial(bridge.port);
    first.send({ type: "pair-request", ...phone });
    const { payload } = (await admin.next((frame) => frame.event === "node.pair.requested")) as { payload: { requestId: string } };
    await call("node.pair.approve", { requestId: payload.requestId });
    const { token: own } = await first.next("pair-ok");
    expect(await first.next("hello-ok")).toEqual({ type: "hello-ok", serverName: "Agency" });
    first.socket.destroy();

    const second = await dial(bridge.port);
    second.send({ type: "hello", token: own, ...phone, permissions: { camera: true } });
    await second.next("hello-ok");
    expect((await call("node.list", {})).nodes).toMatchObject([{ nodeId: "phone-1", displayName: "Counter phone", platform: "ios", connected: true }]);
    const invoked = call("node.invoke", { nodeId: "phone-1", command: "camera.snap", params: { maxWidth: 1 }, idempotencyKey: "k1" });
    const request = await second.next("invoke");
    expect(request).toMatchObject({ command: "camera.snap", paramsJSON: '{"maxWidth":1}' });
    second.send({ type: "invoke-res", id: request.id, ok: true, payloadJSON: '{"format":"jpg"}' });
    expect(await invoked).toMatchObject({ ok: true, payload: { format: "jpg" } });
    second.send({ type: "event", event: "voice.transcript", payloadJSON: '{"text":"hello"}' });
    expect(await admin.next((frame) => (frame.payload as { event?: string } | undefined)?.event === "voice.transcript")).toMatchObject({
      payload: { nodeId: "phone-1", payload: { text: "hello" } },
    });
    second.send({ type: "ping", id: "p1" });
    expect(await second.next("pong")).toEqual({ type: "pong", id: "p1" });
    second.send({ type: "req", id: "r1", method: "health" });
    expect(await second.next("res")).toMatchObject({ id: "r1", ok: true });
  });

  it("ends what a node owes when its connection ends", async () => {
    const { bridge, call, paired } = await bench();
    const node = await dial(bridge.port);
    node.send({ type: "hello", token: await paired("phone-1"), ...phone });
    await node.next("hello-ok");
    const invoked = call("node.invoke", { nodeId: "phone-1", command: "camera.snap", idempotencyKey: "k1" });
    invoked.catch(() => {});
    await node.next("invoke");
    node.socket.destroy();
    await expect(invoked).rejects.toMatchObject({ code: "UNAVAILABLE", details: { code: "DISCONNECTED" } });
    expect((await call("node.list", {})).nodes).toMatchObject([{ connected: false }]);
  });

  it("turns away who has no token, a wrong one, another node's, or a device's id", async () => {
    const { bridge, paired } = await bench();
    const own = await paired("phone-1");
    await paired("phone-2");
    const tries: [Record<string, unknown>, string][] = [
      [{ ...phone }, "NOT_PAIRED"],
      [{ ...phone, token: "wrong" }, "UNAUTHORIZED"],
      [{ ...phone, nodeId: "phone-2", token: own }, "UNAUTHORIZED"],
      [{ ...phone, nodeId: "a".repeat(64), token: own }, "NOT_PAIRED"],
    ];
    for (const [hello, code] of tries) {
      const node = await dial(bridge.port);
      node.send({ type: "hello", ...hello });
      expect(await node.next("error")).toMatchObject({ code });
      await node.closed;
    }
    for (const line of ["{", '{"type":"unknown"}', { type: "event", event: "x" }, { type: "invoke-res", id: "x", ok: true }]) {
      const node = await dial(bridge.port);
      node.send(line);
      await node.next("error");
      await node.closed;
    }
  });

  it("gives no token to a second one who asks under the same name, and forgets who leaves", async () => {
    const { bridge, admin, call, nodes } = await bench();
    const first = await dial(bridge.port);
    first.send({ type: "pair-request", ...phone });
    const asked = (await admin.next((frame) => frame.event === "node.pair.requested")) as { payload: { requestId: string } };
    const second = await dial(bridge.port);
    second.send({ type: "pair-request", ...phone });
    expect(await second.next("error")).toMatchObject({ code: "NOT_PAIRED" });
    first.socket.destroy();
    await admin.next((frame) => frame.event === "node.pair.resolved");
    expect((await nodes.pairing.list()).pending).toEqual([]);
    await expect(call("node.pair.approve", { requestId: asked.payload.requestId })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("lets a node call nothing that is for operators", async () => {
    const { bridge, paired } = await bench();
    const node = await dial(bridge.port);
    node.send({ type: "hello", token: await paired("phone-1"), ...phone });
    await node.next("hello-ok");
    node.send({ type: "req", id: "r1", method: "chat.history", paramsJSON: '{"sessionKey":"main"}' });
    expect(await node.next("res")).toMatchObject({ id: "r1", ok: false, error: { code: "FORBIDDEN" } });
  });

  it("cuts off who says nothing, says too much, or went silent", async () => {
    const clock = fakeClock();
    const { bridge, paired } = await bench({ clock, maxConnections: 2 });
    const mute = await dial(bridge.port);
    const node = await dial(bridge.port);
    const third = await dial(bridge.port);
    await third.closed;
    await clock.advance(10_000);
    await mute.closed;
    node.socket.destroy();
    await node.closed;

    const quiet = await dial(bridge.port);
    quiet.send({ type: "hello", token: await paired("phone-1"), ...phone });
    await quiet.next("hello-ok");
    await clock.advance(15_000);
    await quiet.next("ping");
    await clock.advance(45_000);
    await quiet.closed;

    const loud = await dial(bridge.port);
    loud.socket.write("x".repeat(600_000));
    await loud.next("error");
  });
});
