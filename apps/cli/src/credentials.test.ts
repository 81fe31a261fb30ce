// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cli, cliProcess, temporaryHome } from "./testing/run-cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home.remove());

const run = (...args: string[]) => cli(home.path, args);

describe("travelagent credentials", () => {
  it("stores what comes in by standard input, and shows it to nobody", async () => {
    const stored = await cliProcess(home.path, ["credentials", "set", "crm"], "canary-crm-secret\n");
    expect(stored).toMatchObject({ code: 0, stderr: "" });
    expect(stored.stdout).toContain("${credential:crm}");
    expect(await run("config", "patch", '{channels: {crm: {provider: "rest", apiKey: "${credential:crm}"}}}')).toMatchObject({ code: 0 });
    const shown = [await run("credentials", "list"), await run("credentials", "list", "--json"), await run("config", "get"), await run("config", "validate")];
    expect(JSON.parse(shown[1]!.stdout)).toEqual({ credentials: [{ name: "crm", updatedAt: expect.any(String), readable: true }] });
    expect(JSON.parse(shown[2]!.stdout).channels.crm.apiKey).toBe("***");
    expect(shown[3]).toMatchObject({ code: 0 });
    expect(JSON.stringify([stored, ...shown])).not.toContain("canary");
    const directory = join(home.state, "credentials");
    for (const name of readdirSync(directory)) {
      expect(readFileSync(join(directory, name), "utf8")).not.toContain("canary");
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(home.state, "master.key")).mode & 0o777).toBe(0o600);
  });

  it("rotates, and does not remove what the configuration needs", async () => {
    await cliProcess(home.path, ["credentials", "set", "crm"], "canary-crm-secret");
    await run("config", "patch", '{channels: {crm: {provider: "rest", apiKey: "${credential:crm}"}}}');
    const before = readFileSync(join(home.state, "master.key"), "utf8");
    expect(JSON.parse((await run("credentials", "rotate", "--json")).stdout)).toMatchObject({ ok: true, rotated: 1 });
    expect(readFileSync(join(home.state, "master.key"), "utf8")).not.toBe(before);
    expect(await run("credentials", "remove", "crm")).toMatchObject({ code: 1, stderr: expect.stringContaining("uses ${credential:crm}") });
    await run("config", "unset", "channels.crm");
    expect(await run("credentials", "remove", "crm")).toMatchObject({ code: 0 });
    expect((await run("credentials", "list")).stdout).toBe("no credentials are stored\n");
  });

  it("refuses a name or a value that is none, and a key that is too short", async () => {
    expect(await cliProcess(home.path, ["credentials", "set", "../x"], "v")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("no name of a credential"),
    });
    expect(await cliProcess(home.path, ["credentials", "set", "x"], "")).toMatchObject({ code: 2 });
    expect(await cliProcess(home.path, ["credentials", "set", "x"], "v", { TRAVELAGENT_MASTER_KEY: "short" })).toMatchObject({ code: 2 });
    expect(await run("credentials", "set", "x", "value-in-argv")).toMatchObject({ code: 2 });
    expect(await run("credentials", "remove", "x")).toMatchObject({ code: 1, stderr: expect.stringContaining("NOT_FOUND") });
  });
});

describe("profiles", () => {
  it("keep state and port of their own", async () => {
    await run("--profile", "north", "config", "set", "logging.level", "debug");
    expect(JSON.parse(readFileSync(join(home.path, ".travelagent-north", "travelagent.json"), "utf8"))).toEqual({ logging: { level: "debug" } });
    expect(existsSync(home.state)).toBe(false);
    const ports = await Promise.all(
      [["--profile", "north"], ["--profile", "south"], ["--dev"], []].map(async (profile) =>
        (await run(...profile, "config", "get", "gateway.port")).stdout.trim(),
      ),
    );
    expect(new Set(ports).size).toBe(4);
    expect(ports.slice(2)).toEqual(["19001", "18789"]);
    expect((await cli(home.path, ["config", "get", "gateway.port"], { TRAVELAGENT_PROFILE: "north" })).stdout.trim()).toBe(ports[0]);
    expect((await run("--profile", "north", "config", "get", "logging.level")).stdout).toBe("debug\n");
    expect((await run("--profile", "north", "gateway", "status")).stderr).toContain(
      `127.0.0.1:${ports[0]}; start one with "travelagent --profile north gateway"`,
    );
    expect(await run("--profile", "../x", "config", "get")).toMatchObject({ code: 2 });
    expect(await run("--profile", "", "config", "get")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("--profile needs a name") });
    expect((await run("config", "get", "--profile", "north")).stderr).toBe(
      "INVALID_REQUEST: unknown option '--profile'; --profile and --dev come before the command\n",
    );
  });
});

describe("what a running gateway makes of a change", () => {
  it("is said with it", async () => {
    expect((await run("config", "set", "logging.level", "debug")).stdout).toContain("takes it over at once");
    expect((await run("config", "set", "gateway.port", "19005")).stdout).toContain("a running gateway restarts for it (gateway.port)\n");
    expect(JSON.parse((await run("config", "set", "gateway.port", "19006", "--json")).stdout)).toMatchObject({ restart: { needed: true, automatic: true } });
    await run("config", "set", "gateway.reload.mode", "hot");
    expect((await run("config", "set", "gateway.port", "19007")).stdout).toContain('goes on without it until it restarts, as gateway.reload.mode "hot" says');
  });

  it("keeps references as they are written", async () => {
    mkdirSync(home.state);
    writeFileSync(join(home.state, "travelagent.json"), '{ gateway: { auth: { token: "${GATEWAY_SECRET}" } } }');
    expect(await cli(home.path, ["config", "set", "logging.level", "warn"], { GATEWAY_SECRET: "canary" })).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(home.state, "travelagent.json"), "utf8"))).toEqual({
      gateway: { auth: { token: "${GATEWAY_SECRET}" } },
      logging: { level: "warn" },
    });
  });
});
