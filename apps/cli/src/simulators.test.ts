import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cli, temporaryHome } from "./testing/run-cli.ts";

let home: ReturnType<typeof temporaryHome>;
let taken: Server | undefined;
let child: ChildProcess | undefined;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(async () => {
  child?.kill("SIGKILL");
  child = undefined;
  await new Promise((resolve) => (taken ? taken.close(resolve) : resolve(undefined)));
  taken = undefined;
  home.remove();
});
const listen = async (): Promise<number> => {
  taken = createServer();
  await new Promise<void>((resolve) => taken!.listen(0, "127.0.0.1", resolve));
  return (taken.address() as AddressInfo).port;
};

describe("travelagent simulators start", () => {
  it("names the simulators there are when it is given a wrong one", async () => {
    const { code, stderr } = await cli(home.path, ["simulators", "start", "dufel"]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/no simulator "dufel".*duffel/);
  });

  it("says what to do when the port is taken", async () => {
    const port = await listen();
    const { code, stderr } = await cli(home.path, ["simulators", "start", "stripe", "--first-port", String(port)]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("give another --first-port");
  });

  it("prints one object, writes the settings, serves, and ends well when it is told to", async () => {
    const port = await listen();
    await new Promise((resolve) => taken!.close(resolve));
    taken = undefined;
    const script = fileURLToPath(new URL("./main.ts", import.meta.url));
    const args = ["simulators", "start", "duffel", "--first-port", String(port), "--config", "sims.json5", "--json"];
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TRAVELAGENT_|VITEST|NODE_OPTIONS)/.test(name)));
    child = spawn(process.execPath, ["--conditions=@travelagent/source", script, ...args], { cwd: home.path, env: { ...inherited, HOME: home.path } });
    let stdout = "";
    const said = new Promise<{ simulators: { vendor: string; url: string }[]; config: { suppliers: Record<string, unknown> } }>((resolve, reject) => {
      child!.once("close", () => reject(new Error(`it ended: ${stdout}`)));
      child!.stdout!.on("data", (chunk) => {
        stdout += chunk;
        try {
          resolve(JSON.parse(stdout));
        } catch {
          // Not all of it yet.
        }
      });
    });
    const { simulators, config } = await said;
    expect(simulators).toEqual([{ vendor: "duffel", url: `http://127.0.0.1:${port}` }]);
    expect(JSON.parse(readFileSync(join(home.path, "sims.json5"), "utf8"))).toEqual(config);
    expect((await fetch(`${simulators[0]!.url}/_simulator/ledger`)).status).toBe(200);
    const ended = once(child, "close") as Promise<[number | null]>;
    child.kill("SIGTERM");
    expect((await ended)[0]).toBe(0);
    expect(() => JSON.parse(stdout)).not.toThrow();
  });
});
