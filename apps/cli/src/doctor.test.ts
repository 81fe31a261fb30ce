import { chmodSync, mkdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkNode } from "./doctor/machine.ts";
import { gatewayServer } from "./testing/gateway-server.ts";
import { cli, cliProcess, temporaryHome } from "./testing/run-cli.ts";

let home: ReturnType<typeof temporaryHome>;
const closed = createServer();
let freePort = 0;
beforeEach(async () => {
  home = temporaryHome();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  freePort = (closed.address() as AddressInfo).port;
  await new Promise((resolve) => closed.close(resolve));
});
afterEach(() => home.remove());

interface Report {
  ok: boolean;
  checks: { id: string; status: string; detail: string; advice?: string }[];
}
const doctor = async (args: string[] = [], env: Record<string, string> = {}) => {
  const { code, stdout } = await cli(home.path, ["doctor", "--json", ...args], { TRAVELAGENT_GATEWAY_PORT: String(freePort), ...env });
  const report = JSON.parse(stdout) as Report;
  return { code, ok: report.ok, of: (id: string) => report.checks.find((check) => check.id === id)! };
};
const state = (name: string, text: string, mode = 0o600) => {
  const path = join(home.state, name);
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
};

describe("travelagent doctor", () => {
  it("finds nothing wrong on a machine where nothing ran yet", async () => {
    const report = await doctor();
    expect(report).toMatchObject({ code: 0, ok: true });
    expect(report.of("gateway")).toMatchObject({ status: "note", detail: `none runs; port ${freePort} is free` });
  });

  it("finds open modes and closes them with --fix alone", async () => {
    const token = state("gateway.token", "t", 0o644);
    const script = state("workspace/run.sh", "", 0o755);
    const before = await doctor();
    expect(before).toMatchObject({ code: 1, ok: false });
    expect(before.of("modes")).toMatchObject({ status: "broken", detail: "others can read .travelagent/gateway.token" });
    expect(statSync(token).mode & 0o777).toBe(0o644);
    const fixed = await doctor(["--fix"]);
    expect(fixed).toMatchObject({ code: 0, ok: true });
    expect(fixed.of("modes").status).toBe("fixed");
    expect(statSync(token).mode & 0o777).toBe(0o600);
    expect(statSync(script).mode & 0o777).toBe(0o755);
    expect((await doctor()).of("modes").status).toBe("ok");
  });

  it("finds a bad configuration, and prints no secret of it", async () => {
    state("travelagent.json", '{ gateway: { auth: { token: "hunter2" } }, gatway: 1 }');
    const { code, stdout } = await cli(home.path, ["doctor"], { TRAVELAGENT_GATEWAY_PORT: String(freePort) });
    expect(code).toBe(1);
    expect(stdout).toContain('broken  Configuration: gatway: unknown key; did you mean "gateway"?');
    expect(stdout).not.toContain("hunter2");
  });

  it("opens the database to read it, and tells a damaged one", async () => {
    const path = state("data/travelagent.db", "");
    const database = new DatabaseSync(path);
    database.exec("create table t (x); insert into t values (1)");
    database.close();
    expect((await doctor()).of("database").status).toBe("ok");
    state("data/travelagent.db", "this is no database, and long enough to be looked at as one".repeat(20));
    expect((await doctor()).of("database")).toMatchObject({ status: "broken", advice: expect.stringContaining("restore a backup") });
  });

  it("names what a crash left behind", async () => {
    state("data/travelagent.db.corrupt-1", "x");
    utimesSync(state("cron/jobs.json.tmp", "x"), 1, 1);
    expect((await doctor()).of("leftovers")).toMatchObject({
      status: "warning",
      detail: ".travelagent/cron/jobs.json.tmp, .travelagent/data/travelagent.db.corrupt-1",
    });
  });

  it("warns of suppliers and payment providers that lack a setting", async () => {
    let suppliers: Record<string, unknown>[] = [{ id: "sandbox", live: false }];
    const gateway = await gatewayServer({
      "suppliers.status": () => ({ suppliers, payments: [{ id: "paypal", status: "not-configured", reason: "set a thing" }] }),
    });
    const at = { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" };
    suppliers = [...suppliers, { id: "duffel", status: "not-configured", reason: "not configured: set suppliers.duffel.accessToken" }];
    const report = await doctor([], at);
    expect(report.ok).toBe(true);
    expect(report.of("suppliers")).toMatchObject({
      status: "warning",
      detail: "sandbox; cannot be used: duffel, paypal",
      advice: expect.stringContaining("duffel: not configured: set suppliers.duffel.accessToken"),
    });
    await gateway.close();
  });

  it("knows our gateway from somebody else on its port, and a wrong secret", async () => {
    const gateway = await gatewayServer({});
    const at = { TRAVELAGENT_GATEWAY_PORT: String(gateway.port) };
    expect((await doctor([], { ...at, TRAVELAGENT_GATEWAY_TOKEN: "right-token" })).of("gateway")).toMatchObject({ status: "ok" });
    expect((await doctor([], { ...at, TRAVELAGENT_GATEWAY_TOKEN: "wrong" })).of("gateway")).toMatchObject({
      status: "broken",
      detail: expect.stringContaining("refused the secret"),
    });
    await gateway.close();
    const other = createServer((socket) => socket.on("error", () => {}).end("SSH-2.0\r\n"));
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    expect((await doctor([], { TRAVELAGENT_GATEWAY_PORT: String(port) })).of("gateway")).toMatchObject({
      status: "broken",
      detail: `something on port ${port} does not answer like a gateway`,
    });
    other.close();
  });

  it("judges Node by its version", () => {
    expect(["20.19.0", "22.17.1", "22.18.0", "24.1.0"].map((version) => checkNode(version).status)).toEqual(["broken", "broken", "warning", "ok"]);
  });
});

describe("travelagent logs", () => {
  it("prints the last lines, readable or as they are", async () => {
    state("logs/gateway-2027-01-14.jsonl", '{"time":"2027-01-14T09:00:00.000Z","level":"info","message":"old"}\n');
    state("logs/gateway-2027-01-15.jsonl", '{"time":"2027-01-15T09:00:00.000Z","level":"warn","message":"slow","ms":5}\nno json\n');
    expect((await cli(home.path, ["logs"])).stdout).toBe("2027-01-14T09:00:00.000Z info  old\n2027-01-15T09:00:00.000Z warn  slow  ms=5\nno json\n");
    expect((await cli(home.path, ["logs", "--limit", "1", "--json"])).stdout).toBe("no json\n");
    state("logs/gateway-2027-01-16.jsonl", ["telegram", "webchat", "telegram"].map((channel, n) => `${JSON.stringify({ channel, n })}\n`).join(""));
    expect((await cli(home.path, ["logs", "--channel", "telegram", "--json"])).stdout).toBe('{"channel":"telegram","n":0}\n{"channel":"telegram","n":2}\n');
  });

  it("says when there are none", async () => {
    expect(await cliProcess(home.path, ["logs"])).toMatchObject({ code: 1, stderr: expect.stringContaining("there are no logs in") });
  });
});
