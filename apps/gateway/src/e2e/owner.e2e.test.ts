import { statSync, utimesSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { createClient } from "@travelagent/client";
import { pinnedWebSocket } from "@travelagent/client/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cli } from "../testing/cli-process.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { connectWire } from "../testing/wire-client.ts";

let state: ReturnType<typeof temporaryState>;
let elsewhere: ReturnType<typeof temporaryState>;
const running: GatewayProcess[] = [];
beforeEach(() => {
  state = temporaryState();
  elsewhere = temporaryState();
});
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.kill();
  state.remove();
  elsewhere.remove();
});

async function start(options: Partial<Parameters<typeof startGateway>[0]> = {}): Promise<GatewayProcess> {
  const gateway = await startGateway({ stateDir: state.path, ...options });
  running.push(gateway);
  return gateway;
}

const isoTime = /\d{4}-\d\d-\d\dT[\d:.]+Z/.source;

describe("one gateway on a state directory and on a port", () => {
  it("a second one ends at once and names the first and since when it runs", async () => {
    const first = await start();
    const began = performance.now();
    await expect(startGateway({ stateDir: state.path })).rejects.toThrow(
      new RegExp(`ended with 1[\\s\\S]*CONFLICT[\\s\\S]*process ${first.pid} since ${isoTime}`),
    );
    await expect(startGateway({ stateDir: elsewhere.path, port: first.port })).rejects.toThrow(
      new RegExp(`ended with 1[\\s\\S]*CONFLICT[\\s\\S]*port ${first.port} [\\s\\S]*process ${first.pid} since ${isoTime}`),
    );
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it("takes the place of one that was killed at once", async () => {
    const first = await start();
    await first.kill();
    const second = await start({ port: first.port });
    expect(second.readyMs).toBeLessThan(3000);
  });

  it("takes the place of one that stands still; that one writes nothing more and ends when it wakes up", async () => {
    const first = await start();
    const late = await connectWire(first);
    process.kill(first.pid, "SIGSTOP");
    const lock = join(state.path, "data", "travelagent.db.lock");
    const silentSince = Date.now() / 1000 - 60;
    utimesSync(lock, silentSince, silentSince);
    const second = await start();
    const wire = await connectWire(second);
    expect(await wire.ask("customers.create", { name: "Ana Silva", idempotencyKey: "of-the-second" })).toMatchObject({ ok: true });
    // What waited for the first one in its socket is among the first things it would do.
    const lateAnswer = late.ask("customers.create", { name: "Late Writer", idempotencyKey: "of-the-first" }).catch(() => ({ ok: false }));
    process.kill(first.pid, "SIGCONT");
    expect(await lateAnswer).toMatchObject({ ok: false });
    await expect.poll(() => first.output(), { timeout: 10_000 }).toMatch(/CONFLICT: this process was silent for long/);
    const { payload } = await wire.ask("customers.list", {});
    expect((payload as { customers: { name: string }[] }).customers.map(({ name }) => name)).toEqual(["Ana Silva"]);
    wire.end();
    expect(await second.stop()).toBe(0);
  });
});

describe("TLS and other machines", () => {
  it("makes a certificate, prints its fingerprint, and the command line of this machine knows it", async () => {
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway: { tls: { enabled: true }, port: 0 } }));
    const gateway = await start();
    expect(gateway.url).toMatch(/^https:/);
    const fingerprint = /certificate SHA-256 ([0-9A-F:]{95})/.exec(gateway.output())![1]!;
    expect(statSync(join(state.path, "tls", "gateway-key.pem")).mode & 0o777).toBe(0o600);
    const env = { TRAVELAGENT_STATE_DIR: state.path, TRAVELAGENT_GATEWAY_PORT: String(gateway.port) };
    const status = await cli(["gateway", "status", "--json"], env);
    expect(status).toMatchObject({ code: 0 });
    expect(status.output).toContain(`wss://127.0.0.1:${gateway.port}`);
    const client = createClient({
      url: `wss://127.0.0.1:${gateway.port}`,
      auth: { token: gateway.token },
      webSocket: pinnedWebSocket({ tlsFingerprint: fingerprint }),
    });
    void client.start();
    expect(await client.call("status", {})).toMatchObject({ tlsFingerprint: fingerprint });
    client.stop();
    // From another machine, in mode remote.
    const remote = { mode: "remote", remote: { url: `wss://127.0.0.1:${gateway.port}`, token: gateway.token, tlsFingerprint: fingerprint } };
    writeFileSync(join(elsewhere.path, "travelagent.json"), JSON.stringify({ gateway: remote }));
    const away = { TRAVELAGENT_STATE_DIR: elsewhere.path };
    expect(await cli(["status"], away)).toMatchObject({ code: 0 });
    const wrong = await cli(["status", "--tls-fingerprint", "00".repeat(32), "--url", remote.remote.url, "--token", gateway.token], away);
    expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining(`SHA-256 ${fingerprint}`) });
    await expect(startGateway({ stateDir: elsewhere.path })).rejects.toThrow(/ended with 2[\s\S]*gateway.mode "remote"/);
    await gateway.stop();
    const again = await start();
    expect(again.output()).toContain(fingerprint);
  });

  it.each([
    ["without authentication", { bind: "lan", auth: { mode: "none" }, allowInsecureRemote: true }, /ended with 2[\s\S]*without authentication/],
    ["without TLS and leave", { bind: "lan" }, /ended with 2[\s\S]*without TLS/],
    ["on a tailnet that is not there", { bind: "tailnet" }, /ended with 2[\s\S]*100\.64\.0\.0\/10/],
  ])("does not serve other machines %s", async (_name, gateway, message) => {
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway }));
    await expect(startGateway({ stateDir: state.path })).rejects.toThrow(message);
  });

  it("listens where it is told", async () => {
    const hears = (host: string, port: number) =>
      new Promise<boolean>((resolve) => {
        const socket = createConnection({ host, port }, () => resolve(socket.destroy() !== undefined)).on("error", () => resolve(false));
      });
    const loopback = await start({ args: ["--bind", "loopback"] });
    expect([await hears("127.0.0.1", loopback.port), await hears("127.0.0.2", loopback.port)]).toEqual([true, false]);
    await loopback.stop();
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway: { customBindHost: "127.0.0.2" } }));
    const custom = await start({ args: ["--bind", "custom"] });
    expect([await hears("127.0.0.1", custom.port), await hears("127.0.0.2", custom.port)]).toEqual([false, true]);
    await custom.stop();
    const lan = await start({ args: ["--bind", "lan", "--tls"] });
    expect([await hears("127.0.0.1", lan.port), await hears("127.0.0.2", lan.port)]).toEqual([true, true]);
  });
});
