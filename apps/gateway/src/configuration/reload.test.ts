import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfigFile, type ReloadPart } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createReload, type LiveParts, type Reload } from "./reload.ts";
import { readSettings, type Settings } from "./settings.ts";

let dir: string;
let path: string;
let reload: Reload;
const clock = fakeClock();
const restarts: string[] = [];
const taken: string[] = [];
const told: unknown[] = [];
/** What a client would have been told at each reading of `health`. */
const readings: string[][] = [];
let refusing: ReloadPart | undefined;

const part =
  (name: ReloadPart): LiveParts[ReloadPart] =>
  () => {
    if (refusing === name) throw new TravelAgentError("CONFIG_INVALID", `${name} does not want it`);
    return () => void taken.push(name);
  };
const names = ["agents", "auth", "logging", "models", "network", "policy", "skills", "tools"] as const;
const live = Object.fromEntries(names.map((name) => [name, part(name)])) as LiveParts;
const control = { publish: (_event: string, payload: unknown) => void told.push(payload), healthChanged: () => void readings.push(reload.degraded()) };

const settings = async (): Promise<Settings> => (await readSettings([], { TRAVELAGENT_CONFIG: path, TRAVELAGENT_STATE_DIR: dir }))!;
const start = async (raw: string): Promise<void> => {
  writeFileSync(path, raw);
  const first = await settings();
  reload = createReload({ settings: first, clock, log: recordingLogger(), restart: ({ message }) => void restarts.push(message) });
  reload.started(first, { live, control });
};
const write = async (raw: string, options = {}): Promise<void> => {
  writeFileSync(path, raw);
  reload.written({ snapshot: await loadConfigFile(path, {}), ...options });
  await clock.advance(100);
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "reload-"));
  path = join(dir, "travelagent.json");
  restarts.length = taken.length = told.length = readings.length = 0;
  refusing = undefined;
});
afterEach(() => {
  reload.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
});

it("gives a change to the parts it concerns, and to no other", async () => {
  await start("{ gateway: { reload: { debounceMs: 60000 } } }");
  await write('{ gateway: { reload: { debounceMs: 60000 } }, bindings: [{ agentId: "main", match: { channel: "webchat" } }], logging: { level: "debug" } }');
  expect([taken, restarts]).toEqual([["agents", "logging"], []]);
  expect(told).toEqual([expect.objectContaining({ changedPaths: ["bindings", "logging.level"], restart: { needed: false, reasons: [] } })]);
  expect(reload.running().logging.level).toBe("debug");
  expect(reload.degraded()).toEqual([]);
});

it("takes over all or nothing", async () => {
  await start("{ gateway: { reload: { debounceMs: 60000 } } }");
  refusing = "models";
  await write('{ gateway: { reload: { debounceMs: 60000 } }, tools: { deny: ["*"] }, models: { providers: { a: { api: "concierge" } } } }');
  expect(taken).toEqual([]);
  expect(reload.degraded()).toEqual(["config"]);
  expect(reload.status()).toMatchObject({ issues: [{ path: "models.providers.a", message: "models does not want it" }] });
  expect(reload.check((await settings()).config)).toMatchObject([{ path: "models.providers.a" }]);
  await write("{ gateway: { reload: { debounceMs: 60000 } } }");
  expect(reload.degraded()).toEqual([]);
});

it("keeps what runs when the file is bad", async () => {
  await start("{ gateway: { port: 1, reload: { debounceMs: 60000 } } }");
  await write("{ gateway: { prot: 2 } }");
  expect([taken, restarts, reload.degraded()]).toEqual([[], [], ["config"]]);
  expect(reload.status()).toMatchObject({ problem: expect.stringContaining("the configuration in force stays"), issues: [{ path: "gateway.prot" }] });
  expect(reload.running().gateway.port).toBe(1);
});

it.each([
  ["hybrid", ["gateway.port"], ["gateway.port"]],
  ["restart", ["gateway.port", "logging.level"], ["gateway.port", "logging.level"]],
  ["hot", undefined, ["gateway.port"]],
  ["off", undefined, ["gateway.port", "logging.level"]],
] as const)("in mode %s", async (mode, restarted, pending) => {
  const reloading = `reload: { mode: "${mode}", debounceMs: 60000 }`;
  await start(`{ gateway: { port: 1, ${reloading} } }`);
  await write(`{ gateway: { port: 2, ${reloading} }, logging: { level: "debug" } }`, { restartDelayMs: 500 });
  expect(restarts).toEqual([]);
  await clock.advance(400);
  expect(restarts).toEqual(restarted ? [`the configuration changed: ${restarted.join(", ")}`] : []);
  expect(taken).toEqual(mode === "hot" ? ["logging"] : []);
  expect(reload.status()).toMatchObject({ pendingRestart: pending });
  expect(reload.degraded()).toEqual(["config"]);
});

it("is well again as soon as the restart it asked for is over", async () => {
  const file = (port: number) => `{ gateway: { port: ${port}, reload: { debounceMs: 60000 } } }`;
  await start(file(1));
  await write(file(2));
  expect(readings.at(-1)).toEqual(["config"]);
  reload.stopping();
  reload.started(await settings(), { live, control });
  expect(readings.at(-1)).toEqual([]);
});

it("does not try a refused file again, nor restart without end", async () => {
  const file = (port: number) => `{ gateway: { port: ${port}, reload: { debounceMs: 60000 } } }`;
  await start(file(1));
  const before = await settings();
  await write(file(2));
  expect(restarts).toHaveLength(1);
  reload.stopping();
  reload.started(before, { live, control }, { snapshot: await loadConfigFile(path, {}), message: "the port is taken" });
  expect(reload.status()).toMatchObject({ problem: "the port is taken" });
  await write(file(2));
  await clock.advance(60_000);
  expect(restarts).toHaveLength(1);
  for (let port = 3; port < 12; port++) {
    await write(file(port));
    await clock.advance(10_000);
  }
  expect(restarts.length).toBeLessThanOrEqual(6);
  expect(reload.status()).toMatchObject({ problem: expect.stringContaining("too many in a row") });
  expect(reload.degraded()).toEqual(["config"]);
});

it("takes over after a restart what was written in between", async () => {
  await start("{ gateway: { reload: { debounceMs: 60000 } } }");
  const before = await settings();
  reload.stopping();
  await write('{ gateway: { reload: { debounceMs: 60000 } }, tools: { deny: ["*"] } }');
  expect(taken).toEqual([]);
  reload.started(before, { live, control });
  expect(taken).toEqual(["tools"]);
});

it("does not go back to what was written over the wire when the file was edited right after", async () => {
  const slow = "gateway: { reload: { debounceMs: 0 } }";
  await start(`{ ${slow} }`);
  writeFileSync(path, `{ ${slow}, tools: { deny: ["written"] } }`);
  reload.written({ snapshot: await loadConfigFile(path, {}) });
  writeFileSync(path, `{ ${slow}, tools: { deny: ["edited"] } }`);
  for (let i = 0; i < 200 && taken.length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(0);
  }
  await clock.advance(1_000);
  expect([taken, reload.running().tools.deny]).toEqual([["tools"], ["edited"]]);
});
