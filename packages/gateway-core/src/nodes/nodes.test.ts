import { generateKeyPairSync, hash, type KeyObject, sign } from "node:crypto";
import { openDatabase } from "@travelagent/engine";
import { devicePayload } from "@travelagent/protocol";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { createAuth } from "../auth/auth.ts";
import { createDevices } from "../auth/devices/devices.ts";
import { type ControlPlane, createControlPlane } from "../control-plane.ts";
import { createMetrics } from "../metrics.ts";
import { serve } from "../node/serve.ts";
import { createNodes, type NodesOptions } from "./nodes.ts";

const token = "a-token-for-tests-0123456789abcdef";
const cleanUp: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of cleanUp.splice(0).reverse()) await close();
});

async function gateway(options: Partial<NodesOptions> = {}) {
  const db = openDatabase({ path: ":memory:" });
  const log = recordingLogger();
  const metrics = createMetrics();
  const devices = createDevices({ db });
  await devices.start();
  const nodes = createNodes({ db, log, metrics, control: () => control, ...options });
  await nodes.migrate();
  const control: ControlPlane = createControlPlane({
    auth: createAuth({ mode: "token", token }),
    devices,
    version: "1",
    metrics,
    validate: true,
    observe: nodes.observer,
    handlers: nodes.handlers,
  });
  control.setReady();
  const server = await serve({ control, port: 0 });
  cleanUp.push(async () => {
    control.shutdown("the test is over");
    await server.close();
    await db.close();
  });
  return { url: server.url.replace("http", "ws"), nodes, metrics, log };
}

type Frame = {
  type: string;
  id?: string;
  event?: string;
  ok?: boolean;
  payload?: Record<string, unknown>;
  error?: { code: string; message: string; details?: Record<string, unknown> };
};

/** A client below the client library: it answers a challenge and keeps what it hears. */
async function open(url: string, connectParams: (challenge: { nonce: string; ts: number }) => Record<string, unknown>) {
  const ws = new WebSocket(url);
  const frames: Frame[] = [];
  const listeners = new Set<() => void>();
  ws.on("error", () => {});
  ws.on("message", (data) => {
    frames.push(JSON.parse(String(data)) as Frame);
    for (const listener of [...listeners]) listener();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => ws.once("close", (code, reason) => resolve({ code, reason: String(reason) })));
  const heard = (fits: (frame: Frame) => boolean) =>
    new Promise<Frame>((resolve, reject) => {
      const check = () => {
        const found = frames.find(fits);
        if (!found) return;
        listeners.delete(check);
        resolve(found);
      };
      listeners.add(check);
      void closed.then(({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)));
      check();
    });
  const event = (name: string, which: (payload: Record<string, unknown>) => boolean = () => true) =>
    heard((frame) => frame.event === name && which(frame.payload ?? {})).then(({ payload }) => payload as Record<string, unknown>);
  let last = 0;
  const ask = (method: string, params?: unknown) => {
    const id = `r${++last}`;
    ws.send(JSON.stringify({ type: "req", id, method, params }));
    return heard((frame) => frame.type === "res" && frame.id === id);
  };
  const call = async (method: string, params?: unknown) => {
    const { ok, payload, error } = await ask(method, params);
    if (!ok) throw Object.assign(new Error(error?.message), error);
    return payload as Record<string, unknown>;
  };
  const challenge = await event("connect.challenge");
  const hello = await ask("connect", connectParams(challenge as { nonce: string; ts: number }));
  if (!hello.ok) throw Object.assign(new Error(hello.error?.message), hello.error);
  cleanUp.push(() => ws.terminate());
  return { ws, frames, closed, heard, event, ask, call, hello: hello.payload as Record<string, never> };
}

const operator = (url: string, scopes = ["operator.admin"]) =>
  open(url, () => ({ minProtocol: 3, maxProtocol: 3, client: { id: "test", version: "1", platform: "test", mode: "cli" }, scopes, auth: { token } }));

interface Machine {
  key?: { publicKey: KeyObject; privateKey: KeyObject };
  commands?: string[];
  platform?: string;
  displayName?: string;
  permissions?: Record<string, boolean>;
}

async function node(url: string, machine: Machine = {}) {
  const { publicKey, privateKey } = machine.key ?? generateKeyPairSync("ed25519");
  const raw = Buffer.from(publicKey.export({ format: "jwk" }).x as string, "base64url");
  const id = hash("sha256", raw, "hex");
  const client = { id: "node-host", version: "1", platform: machine.platform ?? "linux", mode: "node", displayName: machine.displayName ?? "Office" } as const;
  const connection = await open(url, ({ nonce, ts }) => {
    const fields = { deviceId: id, clientId: client.id, clientMode: client.mode, role: "node", scopes: [], signedAtMs: ts, token };
    const signature = sign(null, Buffer.from(devicePayload(fields, { version: 2, nonce })), privateKey).toString("base64url");
    return {
      minProtocol: 3,
      maxProtocol: 4,
      client,
      role: "node",
      caps: ["system"],
      commands: machine.commands ?? ["system.run", "system.which", "camera.snap"],
      ...(machine.permissions ? { permissions: machine.permissions } : {}),
      auth: { token },
      device: { id, publicKey: raw.toString("base64url"), signature, signedAt: ts, nonce },
    };
  });
  /** The next command of that name, with its parameters. */
  const command = async (name: string, nth = 1) => {
    const matches = () => connection.frames.filter((frame) => frame.event === "node.invoke.request" && frame.payload?.command === name);
    await connection.heard(() => matches().length >= nth);
    const request = matches()[nth - 1]?.payload as { id: string; nodeId: string; paramsJSON?: string; timeoutMs: number; idempotencyKey: string };
    return { ...request, params: request.paramsJSON === undefined ? undefined : (JSON.parse(request.paramsJSON) as Record<string, unknown>) };
  };
  const answer = (request: { id: string }, result: Record<string, unknown>) => connection.call("node.invoke.result", { id: request.id, nodeId: id, ...result });
  return { ...connection, id, command, answer };
}

let serial = 0;
const invocation = (nodeId: string, command: string, more: Record<string, unknown> = {}) => ({ nodeId, command, idempotencyKey: `k${++serial}`, ...more });

describe("nodes", () => {
  it("are listed, described and renamed, connected or not", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    expect(await admin.call("node.list")).toMatchObject({ nodes: [] });
    const machine = await node(url, { commands: ["system.run", "camera.snap"], permissions: { camera: false } });
    await admin.event("node.event", ({ event }) => event === "connected");
    expect(machine.hello.features).toEqual({
      methods: ["node.event", "node.invoke.result"],
      events: ["connect.challenge", "tick", "shutdown", "node.invoke.request", "node.invoke.cancel"],
    });
    const listed = (await admin.call("node.list")).nodes as Record<string, unknown>[];
    expect(listed).toMatchObject([
      {
        nodeId: machine.id,
        displayName: "Office",
        platform: "linux",
        version: "1",
        caps: ["system"],
        commands: ["camera.snap", "system.run"],
        connected: true,
        paired: true,
      },
    ]);
    expect(await admin.call("node.describe", { nodeId: machine.id })).toMatchObject({ allowed: ["system.run"], permissions: { camera: false } });
    await admin.call("node.rename", { nodeId: machine.id, displayName: "Front desk" });
    machine.ws.terminate();
    await admin.event("node.event", ({ event }) => event === "disconnected");
    expect(((await admin.call("node.list")).nodes as object[])[0]).toMatchObject({ displayName: "Front desk", connected: false, paired: true });
    await expect(admin.call("node.describe", { nodeId: "nobody" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(admin.call("node.rename", { nodeId: "nobody", displayName: "X" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("may call what is for nodes, and operators may not", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url);
    for (const method of ["node.list", "node.invoke", "config.get", "exec.approval.resolve"])
      await expect(machine.call(method, {})).rejects.toMatchObject({ code: expect.stringMatching(/FORBIDDEN|INVALID_REQUEST/) });
    await expect(admin.call("node.event", { event: "x" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(admin.call("node.invoke.result", { id: "x", nodeId: machine.id, ok: true })).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("tell operators their events, and no more than that", async () => {
    const { url } = await gateway();
    const reader = await operator(url, ["operator.read"]);
    const machine = await node(url);
    await machine.call("node.event", { event: "exec.finished", payloadJSON: '{"exitCode":0}' });
    expect(await reader.event("node.event", ({ event }) => event === "exec.finished")).toMatchObject({ nodeId: machine.id, payload: { exitCode: 0 } });
    await machine.call("node.event", { event: "big", payload: "x".repeat(70_000) });
    expect(await reader.event("node.event", ({ event }) => event === "big")).toMatchObject({ truncated: true });
    const answers = await Promise.all(Array.from({ length: 80 }, () => machine.ask("node.event", { event: "noise" })));
    expect(answers.some(({ error }) => error?.code === "RATE_LIMITED")).toBe(true);
  });
});

describe("node.invoke", () => {
  it("passes a command on and its answer back", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url, { platform: "ios", commands: ["camera.snap"] });
    const invoked = admin.call("node.invoke", invocation(machine.id, "camera.snap", { params: { maxWidth: 800 }, timeoutMs: 5000 }));
    const request = await machine.command("camera.snap");
    expect(request).toMatchObject({ nodeId: machine.id, params: { maxWidth: 800 }, timeoutMs: 5000 });
    expect(await machine.answer(request, { ok: true, payloadJSON: '{"format":"jpg"}' })).toEqual({ ok: true });
    expect(await invoked).toEqual({ ok: true, nodeId: machine.id, command: "camera.snap", payload: { format: "jpg" }, payloadJSON: '{"format":"jpg"}' });
  });

  it("answers a repeat of the key with the first answer, and sends nothing twice", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url, { platform: "ios", commands: ["camera.snap"] });
    const params = invocation(machine.id, "camera.snap");
    const both = [admin.call("node.invoke", params), admin.call("node.invoke", params)];
    await machine.answer(await machine.command("camera.snap"), { ok: true, payload: 1 });
    expect(await Promise.all(both)).toMatchObject([{ payload: 1 }, { payload: 1 }]);
    expect(await admin.call("node.invoke", params)).toMatchObject({ payload: 1, payloadJSON: "1" });
    expect(machine.frames.filter(({ event }) => event === "node.invoke.request")).toHaveLength(1);
    await expect(admin.call("node.invoke", { ...params, idempotencyKey: undefined })).rejects.toMatchObject({
      code: "INVALID_REQUEST",
      message: expect.stringContaining("idempotencyKey"),
    });
  });

  it("says what the node said when it could not", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url, { platform: "ios", commands: ["camera.snap"] });
    const invoked = admin.call("node.invoke", invocation(machine.id, "camera.snap"));
    invoked.catch(() => {});
    await machine.answer(await machine.command("camera.snap"), { ok: false, error: { code: "CAMERA_DISABLED", message: "enable the camera" } });
    await expect(invoked).rejects.toMatchObject({ code: "UNAVAILABLE", message: "enable the camera", details: { nodeError: { code: "CAMERA_DISABLED" } } });
  });

  it("refuses what is not allowed, not declared, not permitted, or denied", async () => {
    const { url } = await gateway({ rules: { allow: ["lamp.*"], deny: ["canvas.eval"] } });
    const admin = await operator(url);
    const machine = await node(url, {
      platform: "ios",
      commands: ["camera.snap", "system.run", "lamp.on", "canvas.eval", "location.get"],
      permissions: { location: false },
    });
    for (const command of ["system.run", "camera.clip", "canvas.eval", "location.get", "system.execApprovals.set"])
      await expect(admin.call("node.invoke", invocation(machine.id, command))).rejects.toMatchObject({
        code: "INVALID_REQUEST",
        details: { code: "COMMAND_NOT_ALLOWED" },
      });
    const lamp = admin.call("node.invoke", invocation(machine.id, "lamp.on"));
    await machine.answer(await machine.command("lamp.on"), { ok: true });
    expect(await lamp).toMatchObject({ payload: null, payloadJSON: null });
    expect(machine.frames.filter(({ event }) => event === "node.invoke.request")).toHaveLength(1);
  });

  it("says NOT_CONNECTED, TIMEOUT and DISCONNECTED, and takes late answers without harm", async () => {
    const { url, metrics } = await gateway();
    const admin = await operator(url);
    await expect(admin.call("node.invoke", invocation("nobody", "camera.snap"))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("node not connected"),
      details: { code: "NOT_CONNECTED" },
    });
    const machine = await node(url, { platform: "ios", commands: ["camera.snap"] });
    const silent = invocation(machine.id, "camera.snap", { timeoutMs: 30 });
    await expect(admin.call("node.invoke", silent)).rejects.toMatchObject({ code: "UNAVAILABLE", details: { nodeError: { code: "TIMEOUT" } } });
    const request = await machine.command("camera.snap");
    expect(await machine.event("node.invoke.cancel")).toEqual({ id: request.id, nodeId: machine.id });
    expect(await machine.answer(request, { ok: true, payload: "late" })).toEqual({ ok: true, ignored: true });
    expect(metrics.render()).toMatch(/node_late_answers_total 1/);
    // It may have run: the same key does not run it again.
    await expect(admin.call("node.invoke", silent)).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });

    const cut = admin.call("node.invoke", invocation(machine.id, "camera.snap"));
    cut.catch(() => {});
    await machine.command("camera.snap", 2);
    machine.ws.terminate();
    await expect(cut).rejects.toMatchObject({ code: "UNAVAILABLE", details: { code: "DISCONNECTED" } });
  });

  it("takes no answer from another node, from another connection, or for another's id", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url, { platform: "ios", commands: ["camera.snap"] });
    const other = await node(url, { platform: "ios", commands: ["camera.snap"] });
    const invoked = admin.call("node.invoke", invocation(machine.id, "camera.snap"));
    const request = await machine.command("camera.snap");
    expect(await other.answer(request, { ok: true, payload: "forged" })).toEqual({ ok: true, ignored: true });
    await expect(other.call("node.invoke.result", { id: request.id, nodeId: machine.id, ok: true, payload: "forged" })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await machine.answer(request, { ok: true, payload: "real" });
    expect(await invoked).toMatchObject({ payload: "real" });
  });

  it("bounds answers", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url, { platform: "ios", commands: ["camera.snap"] });
    const invoked = admin.call("node.invoke", invocation(machine.id, "camera.snap"));
    invoked.catch(() => {});
    await machine.answer(await machine.command("camera.snap"), { ok: true, payload: "x".repeat(450_000) });
    await expect(invoked).rejects.toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
    const broken = admin.call("node.invoke", invocation(machine.id, "camera.snap"));
    broken.catch(() => {});
    await machine.answer(await machine.command("camera.snap", 2), { ok: true, payloadJSON: "{" });
    await expect(broken).rejects.toMatchObject({ details: { code: "INVALID_ANSWER" } });
  });

  it("goes to the newest connection of a node", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const key = generateKeyPairSync("ed25519");
    const older = await node(url, { key, platform: "ios", commands: ["camera.snap"] });
    const pending = admin.call("node.invoke", invocation(older.id, "camera.snap"));
    pending.catch(() => {});
    await older.command("camera.snap");
    const newer = await node(url, { key, platform: "ios", commands: ["camera.snap"] });
    expect(await older.closed).toMatchObject({ code: 1008 });
    await expect(pending).rejects.toMatchObject({ details: { code: "DISCONNECTED" } });
    const invoked = admin.call("node.invoke", invocation(newer.id, "camera.snap"));
    await newer.answer(await newer.command("camera.snap"), { ok: true, payload: 1 });
    expect(await invoked).toMatchObject({ payload: 1 });
    expect(admin.frames.filter(({ event, payload }) => event === "node.event" && payload?.event === "disconnected")).toEqual([]);
  });
});

describe("system.run", () => {
  /** Answers what the gateway wants to know about programs. */
  const knowsPrograms = (machine: Awaited<ReturnType<typeof node>>) =>
    machine.ws.on("message", (data) => {
      const { event, payload } = JSON.parse(String(data)) as Frame;
      if (event !== "node.invoke.request" || payload?.command !== "system.which") return;
      const { bins } = JSON.parse(String(payload.paramsJSON)) as { bins: string[] };
      void machine.answer(payload as { id: string }, {
        ok: true,
        payload: { bins: Object.fromEntries(bins.filter((name) => name !== "nothing").map((name) => [name, `/usr/bin/${name}`])) },
      });
    });

  it("runs exactly what an operator saw, once", async () => {
    const { url } = await gateway();
    const [writer, approver] = [await operator(url, ["operator.write"]), await operator(url, ["operator.approvals"])];
    const machine = await node(url);
    knowsPrograms(machine);
    const params = { command: ["echo", "hi there"], cwd: "/srv", env: { LANG: "C" }, approved: true, approvalDecision: "allow-always" };
    const invoked = writer.call("node.invoke", invocation(machine.id, "system.run", { params }));
    const asked = await approver.event("exec.approval.requested");
    const request = asked.request as Record<string, unknown>;
    expect(request).toMatchObject({
      command: "/usr/bin/echo 'hi there'",
      argv: ["/usr/bin/echo", "hi there"],
      cwd: "/srv",
      env: { LANG: "C" },
      nodeId: machine.id,
    });
    expect(writer.frames.some(({ event }) => event === "exec.approval.requested")).toBe(false);
    expect(await approver.call("exec.approval.list")).toMatchObject({ approvals: [{ id: asked.id }] });
    await expect(writer.call("exec.approval.resolve", { id: asked.id, decision: "allow-once" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await approver.call("exec.approval.resolve", { id: asked.id, decision: "allow-once" })).toEqual({ ok: true });
    const run = await machine.command("system.run");
    expect(run.params).toEqual({
      command: request.argv,
      cwd: "/srv",
      env: { LANG: "C" },
      approved: true,
      approvalDecision: "allow-once",
      actionHash: request.actionHash,
    });
    await machine.answer(run, { ok: true, payload: { exitCode: 0, stdout: "hi there\n" } });
    expect(await invoked).toMatchObject({ payload: { exitCode: 0 } });
    expect(await approver.event("exec.approval.resolved")).toMatchObject({ id: asked.id, decision: "allow-once", resolvedBy: "operator" });
    expect(await approver.call("exec.approval.list")).toEqual({ approvals: [] });
    await expect(approver.call("exec.approval.resolve", { id: asked.id, decision: "allow-once" })).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
  });

  it("does not reach the node when an operator denies it or nobody decides", async () => {
    const { url } = await gateway({ approvalMs: 60 });
    const admin = await operator(url);
    const machine = await node(url);
    knowsPrograms(machine);
    const denied = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["rm", "-rf", "/"] } }));
    denied.catch(() => {});
    await admin.call("exec.approval.resolve", { id: (await admin.event("exec.approval.requested")).id, decision: "deny" });
    await expect(denied).rejects.toMatchObject({ code: "POLICY_DENIED", details: { code: "SYSTEM_RUN_DENIED", reason: "denied" } });
    await expect(admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["rm", "x"] } }))).rejects.toMatchObject({
      details: { reason: "approval-timeout" },
    });
    expect(machine.frames.some(({ payload }) => payload?.command === "system.run")).toBe(false);
  });

  it("asks nobody for what is on the allowlist, and nothing runs when the rules say deny", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url);
    knowsPrograms(machine);
    const { hash: before } = await admin.call("exec.approvals.get");
    const set = await admin.call("exec.approvals.set", {
      file: { version: 1, agents: { main: { allowlist: [{ pattern: "/usr/bin/uptime" }] } } },
      baseHash: before,
    });
    const invoked = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["uptime"] } }));
    const run = await machine.command("system.run");
    expect(run.params).toMatchObject({ command: ["/usr/bin/uptime"], approved: false });
    await machine.answer(run, { ok: true, payload: {} });
    await invoked;
    await expect(admin.call("exec.approvals.set", { file: { version: 1 }, baseHash: before })).rejects.toMatchObject({ code: "CONFLICT" });
    await admin.call("exec.approvals.set", { file: { version: 1, defaults: { security: "deny" } }, baseHash: set.hash });
    await expect(admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["uptime"] } }))).rejects.toMatchObject({
      code: "POLICY_DENIED",
      details: { reason: "security=deny" },
    });
    expect(admin.frames.some(({ event }) => event === "exec.approval.requested")).toBe(false);
  });

  it("runs a line for a shell as a shell with that line, and shows it so", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url);
    knowsPrograms(machine);
    const invoked = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: "echo $HOME; id" } }));
    invoked.catch(() => {});
    const { id, request } = (await admin.event("exec.approval.requested")) as { id: string; request: Record<string, unknown> };
    expect(request).toMatchObject({
      argv: ["/bin/sh", "-c", "echo $HOME; id"],
      command: "/bin/sh -c 'echo $HOME; id'",
      unavailableDecisions: ["allow-always"],
    });
    await expect(admin.call("exec.approval.resolve", { id, decision: "allow-always" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await admin.call("exec.approval.resolve", { id, decision: "allow-once" });
    expect((await machine.command("system.run")).params?.command).toEqual(["/bin/sh", "-c", "echo $HOME; id"]);
  });

  it("says so when the node has no such program, and when the parameters are wrong", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url);
    knowsPrograms(machine);
    for (const params of [{ command: ["nothing"] }, { command: [] }, {}, { command: ["x"], shell: true }, { command: ["x"], env: { "A=B": "c" } }])
      await expect(admin.call("node.invoke", invocation(machine.id, "system.run", { params }))).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("goes nowhere when the node left while an operator thought about it", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url);
    knowsPrograms(machine);
    const invoked = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["/bin/ls"] } }));
    invoked.catch(() => {});
    const { id } = await admin.event("exec.approval.requested");
    machine.ws.terminate();
    await admin.event("node.event", ({ event }) => event === "disconnected");
    await admin.call("exec.approval.resolve", { id, decision: "allow-once" });
    await expect(invoked).rejects.toMatchObject({ code: "UNAVAILABLE", details: { code: "NOT_CONNECTED" } });
  });

  it("goes to the node's new connection when it came back meanwhile, and nowhere when it offers the command no more", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const key = generateKeyPairSync("ed25519");
    const older = await node(url, { key });
    const ask = async (program: string) => {
      const invoked = admin.call("node.invoke", invocation(older.id, "system.run", { params: { command: [program] } }));
      invoked.catch(() => {});
      const { id } = await admin.event("exec.approval.requested", ({ request }) => (request as { resolvedPath: string }).resolvedPath === program);
      return { invoked, yes: () => admin.call("exec.approval.resolve", { id, decision: "allow-once" }) };
    };
    const first = await ask("/bin/ls");
    const newer = await node(url, { key });
    await first.yes();
    await newer.answer(await newer.command("system.run"), { ok: true, payload: "new" });
    expect(await first.invoked).toMatchObject({ payload: "new" });
    const second = await ask("/bin/pwd");
    await node(url, { key, commands: ["system.which"] });
    await second.yes();
    await expect(second.invoked).rejects.toMatchObject({ code: "INVALID_REQUEST", details: { code: "COMMAND_NOT_ALLOWED" } });
  });

  it("shows and runs what a node that prepares its commands made of it", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url, { commands: ["system.run", "system.run.prepare"] });
    const invoked = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["ls", "-l"], sessionKey: "agent:main:main" } }));
    invoked.catch(() => {});
    const prepare = await machine.command("system.run.prepare");
    expect(prepare.params).toEqual({ command: ["ls", "-l"], sessionKey: "agent:main:main" });
    const plan = {
      argv: ["/usr/bin/ls", "-l"],
      cwd: "/home/a",
      commandText: "/usr/bin/ls -l",
      sessionKey: "agent:main:main",
      policySnapshot: { security: "full" },
    };
    await machine.answer(prepare, { ok: true, payload: { plan } });
    const { id, request } = (await admin.event("exec.approval.requested")) as { id: string; request: Record<string, unknown> };
    expect(request).toMatchObject({ argv: plan.argv, cwd: "/home/a" });
    await admin.call("exec.approval.resolve", { id, decision: "allow-once" });
    expect((await machine.command("system.run")).params).toMatchObject({
      command: plan.argv,
      cwd: "/home/a",
      rawCommand: plan.commandText,
      systemRunPlan: plan,
      approved: true,
    });
    const other = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["ls"] } }));
    other.catch(() => {});
    await machine.answer(await machine.command("system.run.prepare", 2), { ok: true, payload: { plan: "none" } });
    await expect(other).rejects.toMatchObject({ details: { code: "INVALID_ANSWER" } });
  });

  it("uses a yes that exec.approval.request got for this very command", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url);
    knowsPrograms(machine);
    const asked = admin.call("exec.approval.request", { id: "mine", commandArgv: ["ls", "-l"], cwd: "/srv", nodeId: machine.id });
    await admin.event("exec.approval.requested");
    await admin.call("exec.approval.resolve", { id: "mine", decision: "allow-once" });
    expect(await asked).toMatchObject({ id: "mine", decision: "allow-once" });
    const other = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["ls", "-l"], cwd: "/etc" } }));
    other.catch(() => {});
    await admin.event("exec.approval.requested", ({ request }) => (request as { cwd: string }).cwd === "/etc");
    const invoked = admin.call("node.invoke", invocation(machine.id, "system.run", { params: { command: ["ls", "-l"], cwd: "/srv" } }));
    const run = await machine.command("system.run");
    expect(run.params).toMatchObject({ command: ["/usr/bin/ls", "-l"], cwd: "/srv", approvalDecision: "allow-once" });
    await machine.answer(run, { ok: true });
    await invoked;
  });

  it("reads and sets the rules of a node through methods of their own", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    const machine = await node(url, { commands: ["system.execApprovals.get", "system.execApprovals.set"] });
    const got = admin.call("exec.approvals.node.get", { nodeId: machine.id });
    const file = { version: 1, socket: { path: "/run/x", token: "secret" }, defaults: { security: "deny" } };
    await machine.answer(await machine.command("system.execApprovals.get"), {
      ok: true,
      payload: { path: "/home/a/exec-approvals.json", exists: true, hash: "h1", file },
    });
    expect(await got).toEqual({ path: "/home/a/exec-approvals.json", exists: true, hash: "h1", file: { version: 1, defaults: { security: "deny" } } });
    const set = admin.call("exec.approvals.node.set", { nodeId: machine.id, file: { version: 1 }, baseHash: "h1" });
    const request = await machine.command("system.execApprovals.set");
    expect(request.params).toEqual({ file: { version: 1 }, baseHash: "h1" });
    await machine.answer(request, { ok: true, payload: { path: "/p", exists: true, hash: "h2", file: { version: 1 } } });
    expect(await set).toMatchObject({ hash: "h2" });
  });
});

describe("exec.approval.request", () => {
  it("waits for a decision, and for no longer than it was told", async () => {
    const { url } = await gateway();
    const admin = await operator(url);
    expect(await admin.call("exec.approval.request", { command: "ls", timeoutMs: 40 })).toMatchObject({ decision: null });
    expect(await admin.event("exec.approval.requested")).toMatchObject({
      request: { command: "ls", cwd: null, host: null, security: null, ask: null, agentId: null, resolvedPath: null, sessionKey: null },
    });
    await expect(admin.call("exec.approval.request", {})).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(admin.call("exec.approval.get", { id: "none" })).rejects.toMatchObject({ code: "APPROVAL_NOT_FOUND" });
  });
});

describe("node.pair", () => {
  it("asks, approves with a token that is told once, verifies, rejects", async () => {
    const { url } = await gateway();
    const [admin, pairer] = [await operator(url), await operator(url, ["operator.pairing"])];
    const asked = await admin.call("node.pair.request", { nodeId: "bridge-1", displayName: "Bridge", platform: "ios", commands: ["camera.snap"] });
    expect(asked).toMatchObject({ status: "pending", created: true, request: { nodeId: "bridge-1" } });
    const { requestId } = asked.request as { requestId: string };
    expect(await pairer.event("node.pair.requested")).toMatchObject({ requestId, nodeId: "bridge-1" });
    expect(await pairer.call("node.pair.list")).toMatchObject({ pending: [{ requestId }], paired: [] });
    const { node: paired } = (await pairer.call("node.pair.approve", { requestId })) as { node: { token: string } };
    expect(await pairer.event("node.pair.resolved")).toMatchObject({ requestId, decision: "approved" });
    expect(await admin.call("node.pair.verify", { nodeId: "bridge-1", token: paired.token })).toMatchObject({ ok: true, node: { displayName: "Bridge" } });
    expect(await admin.call("node.pair.verify", { nodeId: "bridge-1", token: "wrong" })).toEqual({ ok: false });
    expect((await admin.call("node.list")).nodes).toMatchObject([{ nodeId: "bridge-1", connected: false, paired: true, commands: ["camera.snap"] }]);
    const again = (await admin.call("node.pair.request", { nodeId: "bridge-1" })).request as { requestId: string };
    expect(await pairer.call("node.pair.reject", { requestId: again.requestId })).toEqual({ requestId: again.requestId, nodeId: "bridge-1" });
  });
});
