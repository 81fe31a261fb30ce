import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findGateway } from "./connect.ts";
import { type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const pin = "ab".repeat(32);
let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
  mkdirSync(home.state, { recursive: true });
  writeFileSync(join(home.state, "gateway.token"), "the-token-of-this-machine");
});
afterEach(() => home.remove());

const configure = (config: object) => writeFileSync(join(home.state, "travelagent.json"), JSON.stringify(config));
const find = (options: Parameters<typeof findGateway>[0] = {}, env: Record<string, string> = {}) =>
  findGateway(options, { env, home: home.path, cwd: home.path });

describe("which gateway", () => {
  it("is this machine's, with its own token", async () => {
    expect(await find()).toEqual({ url: "ws://127.0.0.1:18789", auth: { token: "the-token-of-this-machine" }, authSource: join(home.state, "gateway.token") });
    configure({ gateway: { bind: "custom", customBindHost: "192.0.2.7", tls: { enabled: true }, port: 19_000 } });
    expect((await find()).url).toBe("wss://192.0.2.7:19000");
  });

  it("is the one elsewhere in mode remote, with its own secret and pin and never with this machine's", async () => {
    configure({
      gateway: {
        mode: "remote",
        auth: { token: "local-secret" },
        remote: { url: "https://gateway.example.com:18789", token: "remote-secret", tlsFingerprint: pin },
      },
    });
    expect(await find()).toEqual({
      url: "wss://gateway.example.com:18789",
      auth: { token: "remote-secret" },
      authSource: "configuration",
      tlsFingerprint: pin,
    });
    configure({ gateway: { mode: "remote", auth: { token: "local-secret" }, remote: { url: "wss://gateway.example.com" } } });
    expect(await find()).toEqual({ url: "wss://gateway.example.com", authSource: "none" });
    configure({ gateway: { mode: "remote", remote: { url: "wss://gateway.example.com", password: "remote-password" } } });
    expect(await find()).toMatchObject({ auth: { password: "remote-password" } });
  });

  it("an address given by hand gets no secret and no pin of a file", async () => {
    configure({ gateway: { mode: "remote", remote: { url: "wss://gateway.example.com", token: "remote-secret", tlsFingerprint: pin } } });
    expect(await find({ url: "wss://other.example.com" })).toEqual({ url: "wss://other.example.com", authSource: "none" });
    expect(await find({ url: "wss://other.example.com", tlsFingerprint: pin })).toMatchObject({ tlsFingerprint: pin });
    expect(await find({}, { TRAVELAGENT_GATEWAY_URL: "wss://other.example.com", TRAVELAGENT_GATEWAY_TLS_FINGERPRINT: pin })).toMatchObject({
      tlsFingerprint: pin,
    });
  });

  it("a pin without TLS is refused, not left out", async () => {
    await expect(find({ tlsFingerprint: pin })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
  });
});

describe("mode remote", () => {
  let server: GatewayServer;
  beforeEach(async () => {
    server = await gatewayServer({ health: () => ({ ok: true, ts: 1, durationMs: 1, degraded: [] }) }, { token: "remote-secret" });
  });
  afterEach(() => server.close());

  it("is what every command talks to", async () => {
    configure({ gateway: { mode: "remote", remote: { url: server.url, token: "remote-secret" } } });
    expect(await cli(home.path, ["health", "--json"])).toMatchObject({ code: 0 });
    expect((await cli(home.path, ["gateway", "status"])).stdout).toContain(server.url);
    expect(server.connects).toMatchObject([{ auth: { token: "remote-secret" } }, { auth: { token: "remote-secret" } }]);
  });
});
