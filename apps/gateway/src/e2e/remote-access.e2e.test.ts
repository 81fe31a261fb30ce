import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cli } from "../testing/cli-process.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { tunnelTo } from "../testing/tunnel.ts";
import { openWire, operator } from "../testing/wire-client.ts";

let state: ReturnType<typeof temporaryState>;
let gateway: GatewayProcess | undefined;
const open: (() => void)[] = [];
beforeEach(() => {
  state = temporaryState();
});
afterEach(async () => {
  for (const close of open.splice(0)) close();
  await gateway?.kill();
  gateway = undefined;
  state.remove();
});

const configure = (config: object) => writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config));

const throughTunnel = async (port: number): Promise<{ url: string }> => {
  const tunnel = await tunnelTo(port);
  open.push(() => tunnel.close());
  return { url: `ws://127.0.0.1:${tunnel.port}` };
};

describe("through a tunnel", () => {
  it("the same token is needed as without one", async () => {
    gateway = await startGateway({ stateDir: state.path });
    const tunnel = await throughTunnel(gateway.port);
    const connectWith = async (token: string) => {
      const wire = await openWire(tunnel.url);
      open.push(wire.end);
      return wire.ask("connect", operator(token));
    };
    expect(await connectWith("")).toMatchObject({ ok: false });
    expect(await connectWith("a-wrong-one")).toMatchObject({ ok: false, error: { code: "UNAUTHORIZED" } });
    expect(await connectWith(gateway.token)).toMatchObject({ ok: true });

    const away = { HOME: state.path, TRAVELAGENT_STATE_DIR: join(state.path, "elsewhere") };
    expect(await cli(["status", "--url", tunnel.url], away)).toMatchObject({ code: 1, output: expect.stringContaining("UNAUTHORIZED") });
    expect(await cli(["status", "--url", tunnel.url, "--token", gateway.token], away)).toMatchObject({ code: 0 });
  });

  it("whoever may open the tunnel is let in by a gateway without authentication: to it they are on its own machine", async () => {
    configure({ gateway: { auth: { mode: "none" } } });
    gateway = await startGateway({ stateDir: state.path, env: { TRAVELAGENT_GATEWAY_TOKEN: "" } });
    const wire = await openWire((await throughTunnel(gateway.port)).url);
    open.push(wire.end);
    const { auth: _, ...noSecret } = operator("");
    expect(await wire.ask("connect", noSecret)).toMatchObject({ ok: true });
  });
});

describe("on the local network", () => {
  let mdns: { interface: string; port: number };
  beforeEach(async () => {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    mdns = { interface: "127.0.0.1", port: (socket.address() as AddressInfo).port };
    socket.close();
  });
  const discover = async () => {
    const { code, output } = await cli(["gateway", "discover", "--json", "--timeout", "700"], { TRAVELAGENT_STATE_DIR: state.path });
    expect(code).toBe(0);
    return JSON.parse(output) as { gateways: Record<string, unknown>[] };
  };

  it("a gateway says nothing of itself unless it is told to", async () => {
    configure({ discovery: { mdns } });
    gateway = await startGateway({ stateDir: state.path });
    expect(await discover()).toEqual({ gateways: [] });
  });

  it("the command line finds it, its address and its certificate; how to get into the machine it tells only when asked to", async () => {
    configure({ discovery: { mdns: { ...mdns, mode: "minimal", displayName: "Front desk" } }, gateway: { tls: { enabled: true } } });
    gateway = await startGateway({ stateDir: state.path });
    const fingerprint = /certificate SHA-256 (\S+)/.exec(gateway.output())![1];
    const { gateways } = await discover();
    expect(gateways).toMatchObject([{ displayName: "Front desk", wsUrl: `wss://127.0.0.1:${gateway.port}`, tlsSha256: fingerprint }]);
    expect(Object.keys(gateways[0]!)).not.toEqual(expect.arrayContaining(["sshPort"]));
    await gateway.stop();
    expect(await discover()).toEqual({ gateways: [] });

    configure({ discovery: { mdns: { ...mdns, mode: "full" } } });
    gateway = await startGateway({ stateDir: state.path });
    expect((await discover()).gateways).toMatchObject([{ sshPort: 22, cliPath: expect.any(String), wsUrl: `ws://127.0.0.1:${gateway.port}` }]);
  });
});
