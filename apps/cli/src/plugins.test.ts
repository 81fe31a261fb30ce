import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPluginFolder } from "@travelagent/plugin-kit/folder";
import { writePlugin } from "@travelagent/plugin-kit/testing";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const loaded = {
  id: "fx",
  version: "1.0.0",
  state: "loaded",
  enabled: true,
  sha256: "ab".repeat(32),
  registers: { tools: ["fx_rates"], channels: [], methods: [], httpRoutes: [], hooks: [], commands: [], skills: [] },
};
const broken = { id: "bad", state: "failed", enabled: true, reason: "no luck\u001b[2J" };

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer;
let folder: string;
beforeEach(async () => {
  home = temporaryHome();
  folder = writePlugin(join(home.path, "fx"), { code: "process.exit(3)", manifest: { tools: ["fx_rates"] } });
  gateway = await gatewayServer({
    "plugins.list": () => ({ plugins: [loaded, broken] }),
    "plugins.inspect": ({ id }) => ({ plugin: id === "fx" ? loaded : broken }),
    "plugins.command": ({ command, args }) => {
      if (command === "rates") return { text: `rates of ${args}\u001b[2J`, data: { args } };
      if (command === "lost") throw { code: "NOT_FOUND", message: "there is no rate of that" };
      throw { code: "NOT_FOUND", message: `no plugin that runs has a command ${command}`, details: { command } };
    },
  });
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});
const env = () => ({ TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });
const run = (...args: string[]) => cli(home.path, args, env());
const typing = (typed: string, ...args: string[]) => cli(home.path, args, { ...env(), NO_COLOR: "1" }, true, typed);
const file = () => join(home.path, ".travelagent", "travelagent.json");
const entries = () => (JSON.parse(readFileSync(file(), "utf8")) as { plugins: { entries: Record<string, unknown> } }).plugins.entries;
const hash = async () => (await readPluginFolder(folder)).sha256;

it("lists plugins, and what a plugin says does not steer the terminal", async () => {
  const { code, stdout } = await run("plugins", "list");
  expect(code).toBe(0);
  expect(stdout).toMatch(/fx +1\.0\.0 +loaded/);
  expect(stdout).toContain("no luck[2J");
  expect(JSON.parse((await run("plugins", "list", "--json")).stdout)).toEqual({ plugins: [loaded, broken] });
  expect((await run("plugins", "info", "fx")).stdout).toContain("tools        fx_rates");
  expect((await run("plugins", "info", "bad")).stdout).toContain("why          no luck\\u{1b}[2J");
});

it("approves exactly what was read, without running it", async () => {
  const sha256 = await hash();
  expect((await run("plugins", "doctor", folder)).stdout).toContain(`hash         ${sha256}`);
  expect(JSON.parse((await run("plugins", "doctor", folder, "--json")).stdout)).toMatchObject({ ok: true, plugins: [{ id: "fx", sha256 }] });
  expect(await run("plugins", "doctor", home.path)).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no travelagent.plugin.json") });
  expect(await run("plugins", "enable", "fx", "--path", folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("a person has to read what is approved"),
  });
  expect(await run("plugins", "enable", "fx", "--sha256", sha256)).toMatchObject({ code: 1, stderr: expect.stringContaining("say where it is with --path") });
  expect(await run("plugins", "enable", "other", "--path", folder, "--sha256", sha256)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is called fx"),
  });
  expect(await run("plugins", "enable", "fx", "--path", folder, "--sha256", "0".repeat(64))).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`they have ${sha256} now`),
  });
  const done = await run("plugins", "enable", "fx", "--path", folder, "--sha256", sha256);
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining("fx is approved as it is now and switched on") });
  expect(entries()).toEqual({ fx: { enabled: true, sha256, path: folder } });
  expect(await run("plugins", "doctor")).toMatchObject({ code: 0, stdout: expect.stringContaining("ready") });

  writeFileSync(join(folder, "index.js"), "changed");
  expect(JSON.parse((await run("plugins", "doctor", "--json")).stdout)).toMatchObject({
    ok: false,
    plugins: [{ id: "fx", state: "needs-approval", sha256: await hash() }],
  });
  expect((await run("plugins", "doctor")).code).toBe(1);
  expect((await run("plugins", "disable", "fx")).code).toBe(0);
  expect(entries()).toEqual({ fx: { enabled: false, sha256, path: folder } });
  expect((await run("plugins", "doctor")).code).toBe(0);
  expect(await run("plugins", "disable", "other")).toMatchObject({ code: 1, stderr: expect.stringContaining("plugins.entries does not name other") });
});

it("shows a person what would be loaded, and takes only a yes for a yes", async () => {
  const no = await typing("n\n", "plugins", "enable", "fx", "--path", folder);
  expect(no).toMatchObject({ code: 1, stdout: expect.stringContaining("nothing was changed") });
  expect(no.stdout).toContain(`hash         ${await hash()}`);
  expect(no.stdout).toContain("tools        fx_rates");
  expect(await typing("y\n", "plugins", "enable", "fx", "--path", folder)).toMatchObject({ code: 0 });
  expect(entries()).toEqual({ fx: { enabled: true, sha256: await hash(), path: folder } });
});

it("runs the command of a plugin in the gateway, and only where there is no command of ours", async () => {
  expect(await run("rates", "EUR", "--of", "x")).toMatchObject({ code: 0, stdout: "rates of EUR,--of,x[2J\n" });
  expect(JSON.parse((await run("rates", "--json", "EUR")).stdout)).toEqual({ args: ["EUR"] });
  expect(await run("lost")).toMatchObject({ code: 1, stderr: "NOT_FOUND: there is no rate of that\n" });
  const calls = () => gateway.calls.filter(({ method }) => method === "plugins.command").length;
  const before = calls();
  expect(await run("statu")).toMatchObject({ code: 2, stderr: expect.stringContaining("INVALID_REQUEST: unknown command 'statu'") });
  expect(calls()).toBe(before + 1);
  await run("config", "validate");
  expect(calls()).toBe(before + 1);
  await gateway.close();
  expect(await run("rates")).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown command 'rates'") });
});
