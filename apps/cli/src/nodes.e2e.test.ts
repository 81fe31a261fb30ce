import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "@travelagent/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startCli } from "./testing/process.ts";
import { cliProcess, temporaryHome } from "./testing/run-cli.ts";

const token = "a-token-of-this-test-that-is-long-enough";
const home = temporaryHome();
let gateway: Running;
let node: Running;
let admin: Client;
let url: string;
const env: Record<string, string> = { TRAVELAGENT_GATEWAY_TOKEN: token };

const startNode = async () => {
  const started = startCli(home.path, ["node", "run", "--name", "Reception", "--json"], env);
  await started.wrote(/"event":"ready"/);
  return started;
};
const cli = (...args: string[]) => cliProcess(home.path, args, "", env);
const alive = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
const until = async (holds: () => Promise<boolean> | boolean) => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error("it did not happen");
};
/** The next command that waits for a yes. */
const asked = () =>
  new Promise<{ id: string }>((resolve) => {
    const off = admin.on("exec.approval.requested", (event) => {
      off();
      resolve(event);
    });
  });

beforeAll(async () => {
  gateway = startCli(home.path, ["gateway", "--port", "0"], env);
  [, url = ""] = await gateway.wrote(/^ready (http:\S+)/m);
  url = url.replace("http", "ws");
  env.TRAVELAGENT_GATEWAY_URL = url;
  admin = createClient({ url, auth: { token } });
  await admin.start();
  node = await startNode();
});

afterAll(async () => {
  admin?.stop();
  await node?.end("SIGKILL");
  await gateway?.end();
  home.remove();
});

describe("a node as a process of its own", () => {
  it("is listed under its name, with an identity that only its owner can read", async () => {
    const listed = JSON.parse((await cli("nodes", "list", "--json")).stdout) as {
      nodes: { nodeId: string; displayName: string; connected: boolean; commands: string[] }[];
    };
    expect(listed.nodes).toMatchObject([{ displayName: "Reception", connected: true, commands: expect.arrayContaining(["system.run", "system.which"]) }]);
    const state = JSON.parse(readFileSync(join(home.state, "node.json"), "utf8")) as { nodeId: string };
    expect(state.nodeId).toBe(listed.nodes[0]?.nodeId);
    for (const file of ["node.json", "identity/device.json"]) expect(statSync(join(home.state, file)).mode & 0o777).toBe(0o600);
  });

  it("runs what an operator says yes to", async () => {
    const run = startCli(home.path, ["nodes", "run", "--", "echo", "hi there"], env);
    const [, id = ""] = await run.wrote(/approvals exec resolve (\S+) allow-once/);
    expect((await cli("approvals", "exec", "list")).stdout).toContain("/echo 'hi there'");
    expect((await cli("approvals", "exec", "resolve", id, "allow-once")).code).toBe(0);
    expect(await run.ended).toBe(0);
    expect(run.output()).toMatch(/^hi there$/m);
  });

  it("runs nothing that an operator says no to", async () => {
    const file = join(home.path, "touched");
    const request = asked();
    const run = startCli(home.path, ["nodes", "run", "--json", "--", "touch", file], env);
    const { id } = await request;
    expect((await cli("approvals", "exec", "resolve", id, "deny")).code).toBe(0);
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain("POLICY_DENIED: operator denied this command");
    expect(existsSync(file)).toBe(false);
  });

  it("asks once for a program that is allowed for always", async () => {
    const request = asked();
    const first = startCli(home.path, ["nodes", "run", "--", "uname"], env);
    await admin.call("exec.approval.resolve", { id: (await request).id, decision: "allow-always" });
    expect(await first.ended).toBe(0);
    const again = await cli("nodes", "run", "--", "uname", "-s");
    expect(again).toEqual({ code: 0, stdout: "Linux\n", stderr: "" });
  });

  it("answers without an operator what is no command of the system", async () => {
    const which = await cli("nodes", "invoke", "system.which", "--params", '{"bins":["sh"]}', "--json");
    expect(JSON.parse(which.stdout)).toMatchObject({ ok: true, payload: { bins: { sh: expect.stringMatching(/\/sh$/) } } });
    expect((await cli("nodes", "invoke", "camera.snap")).stderr).toMatch(/^INVALID_REQUEST: node command not allowed/);
  });

  it("killed in the middle of a command, the caller hears it; started again, it is the same node", async () => {
    const { nodes } = await admin.call("node.list", {});
    const nodeId = nodes[0]?.nodeId ?? "";
    const request = asked();
    const invoked = admin.call("node.invoke", { nodeId, command: "system.run", params: { command: ["sleep", "5"] }, idempotencyKey: "sleep-1" });
    invoked.catch(() => {});
    await admin.call("exec.approval.resolve", { id: (await request).id, decision: "allow-once" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await node.end("SIGKILL");
    await expect(invoked).rejects.toMatchObject({ code: "UNAVAILABLE", details: { code: "DISCONNECTED" } });
    await expect(admin.call("node.invoke", { nodeId, command: "system.run", params: { command: ["ls"] }, idempotencyKey: "ls-1" })).rejects.toMatchObject({
      details: { code: "NOT_CONNECTED" },
    });
    node = await startNode();
    expect((await admin.call("node.list", {})).nodes).toMatchObject([{ nodeId, connected: true }]);
  });

  it("told to end, it ends what it started and leaves in order", async () => {
    const request = asked();
    const { nodes } = await admin.call("node.list", {});
    const pidFile = join(home.path, "pid");
    const invoked = admin.call("node.invoke", {
      nodeId: nodes[0]?.nodeId ?? "",
      command: "system.run",
      params: { command: `echo $$ > ${pidFile}; sleep 15; true` },
      idempotencyKey: "sleep-2",
    });
    invoked.catch(() => {});
    await admin.call("exec.approval.resolve", { id: (await request).id, decision: "allow-once" });
    await until(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").trim() !== "");
    const pid = Number(readFileSync(pidFile, "utf8"));
    expect(alive(pid)).toBe(true);
    expect(await node.end("SIGTERM")).toBe(0);
    await expect(invoked).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(alive(pid)).toBe(false);
  });

  it("comes back by itself after the gateway was killed", async () => {
    node = await startNode();
    const port = new URL(url).port;
    await gateway.end("SIGKILL");
    await node.wrote(/"event":"waiting"/);
    gateway = startCli(home.path, ["gateway", "--port", port], env);
    await gateway.wrote(/^ready/m);
    await until(async () => (await admin.call("node.list", {})).nodes.some(({ connected }) => connected));
    expect(await cli("nodes", "run", "--", "uname", "-s")).toMatchObject({ code: 0, stdout: "Linux\n" });
  });
});
