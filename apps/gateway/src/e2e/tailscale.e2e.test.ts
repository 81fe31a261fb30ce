import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { openWire, operator } from "../testing/wire-client.ts";

const name = "front-desk.tail1234.ts.net";
let state: ReturnType<typeof temporaryState>;
let gateway: GatewayProcess | undefined;
let calls: string;
beforeEach(() => {
  state = temporaryState();
  calls = join(state.path, "calls");
});
afterEach(async () => {
  await gateway?.kill();
  gateway = undefined;
  state.remove();
});

/** A program of that name which writes down how it is called. */
function fakeTailscale(status = `{"Self":{"DNSName":"${name}."}}`, serveFails = ""): void {
  const path = join(state.path, "tailscale");
  writeFileSync(
    path,
    `#!/bin/sh\necho "$@" >> ${calls}\nif [ "$1" = status ]; then echo '${status}'; exit 0; fi\n${serveFails ? `echo '${serveFails}' >&2; exit 1` : "exit 0"}\n`,
  );
  chmodSync(path, 0o700);
}
const called = () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []);
const start = async (config: object, env: Record<string, string> = {}) => {
  writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway: config }));
  gateway = await startGateway({ stateDir: state.path, env: { PATH: `${state.path}:/usr/bin:/bin`, ...env } });
  return gateway;
};
const refused = (config: object) => expect(start(config)).rejects;

/** As Tailscale passes a request on. */
const passedOn = ({ port }: GatewayProcess, headers: Record<string, string> = {}) =>
  new Promise<number>((resolve, reject) => {
    const call = request({
      host: "127.0.0.1",
      port,
      path: "/status",
      headers: { host: name, "x-forwarded-for": "100.101.102.103", "x-forwarded-proto": "https", ...headers },
    });
    call.on("response", (response) => {
      response.resume();
      resolve(response.statusCode!);
    });
    call.on("error", reject).end();
  });

describe("Tailscale in front of the gateway", () => {
  it("is told to pass on to the port, and told to stop when the gateway stops", async () => {
    fakeTailscale();
    const running = await start({ tailscale: { mode: "serve" } });
    expect(called()).toEqual(["status --json", `serve --bg --yes --https=443 http://127.0.0.1:${running.port}`]);
    expect(await passedOn(running)).toBe(401);
    expect(await passedOn(running, { authorization: `Bearer ${running.token}` })).toBe(200);
    expect(await passedOn(running, { host: "other.tail1234.ts.net" })).toBe(403);
    // Who Tailscale says it is opens nothing by itself.
    expect(await passedOn(running, { "tailscale-user-login": "ana@example.com" })).toBe(401);
    expect(await running.stop()).toBe(0);
    expect(called().at(-1)).toBe("serve --https=443 off");
  });

  it("wrong guesses from the tailnet slow down whoever makes them, not this machine", async () => {
    fakeTailscale();
    const running = await start({ tailscale: { mode: "serve" } });
    const guesses = await Promise.all(Array.from({ length: 30 }, () => passedOn(running, { authorization: "Bearer a-guess" })));
    expect(guesses).toContain(429);
    const wire = await openWire(running.url);
    expect(await wire.ask("connect", operator(running.token))).toMatchObject({ ok: true });
    wire.end();
  });

  it("opens to the internet with a password only", async () => {
    fakeTailscale();
    await refused({ tailscale: { mode: "funnel" } }).toThrow(/ended with 2[\s\S]*password/);
    await refused({ tailscale: { mode: "serve" }, auth: { mode: "none" } }).toThrow(/ended with 2[\s\S]*"none" is no authentication/);
    await refused({ tailscale: { mode: "serve" }, bind: "127.0.0.2" }).toThrow(/ended with 2[\s\S]*bind loopback/);
    expect(called()).toEqual([]);
    const auth = { mode: "password", password: "correct horse battery staple" };
    const running = await start({ tailscale: { mode: "funnel" }, auth, tls: { enabled: true } }, { TRAVELAGENT_GATEWAY_TOKEN: "not-looked-at" });
    expect(called().at(-1)).toBe(`funnel --bg --yes --https=443 https+insecure://127.0.0.1:${running.port}`);
    await running.stop();
    expect(called().at(-1)).toBe("funnel --https=443 off");
  });

  it("that is not there, not connected or not willing stops the start and says so", async () => {
    await refused({ tailscale: { mode: "serve" } }).toThrow(/ended with 1[\s\S]*no program tailscale/);
    fakeTailscale('{"Self":{"DNSName":""}}');
    await refused({ tailscale: { mode: "serve" } }).toThrow(/ended with 1[\s\S]*tailscale up/);
    fakeTailscale(undefined, "Serve is not enabled on your tailnet.");
    await refused({ tailscale: { mode: "serve" } }).toThrow(/ended with 1[\s\S]*Serve is not enabled/);
  });
});
