// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file format has such references
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cli, cliProcess, temporaryHome } from "./testing/run-cli.ts";

let home: ReturnType<typeof temporaryHome>;
let path: string;
beforeEach(() => {
  home = temporaryHome();
  path = join(home.state, "travelagent.json");
});
afterEach(() => home.remove());

const config = (...args: string[]) => cli(home.path, ["config", ...args]);
const seed = (text: string) => {
  mkdirSync(home.state, { recursive: true });
  writeFileSync(path, text);
};

describe("travelagent config", () => {
  it("sets, gets and takes out a setting without a gateway", async () => {
    expect(await config("get", "gateway.port")).toEqual({ code: 0, stdout: "18789\n", stderr: "" });
    expect((await config("set", "gateway.port", "19001")).code).toBe(0);
    expect((await config("get", "gateway.port")).stdout).toBe("19001\n");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await config("set", "agents.list[0].id", "booking")).code).toBe(0);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ gateway: { port: 19_001 }, agents: { list: [{ id: "booking" }] } });
    expect((await config("unset", "gateway.port")).code).toBe(0);
    expect((await config("get", "gateway.port")).stdout).toBe("18789\n");
    expect(await config("unset", "gateway.port")).toMatchObject({ code: 1, stderr: "NOT_FOUND: gateway.port is not in the file\n" });
  });

  it("refuses what is invalid with code 2 and one line, and changes nothing", async () => {
    seed("{ gateway: { port: 1 } }");
    const refused = await config("set", "gateway.prot", "2");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/^CONFIG_INVALID: .*gateway\.prot: unknown key; did you mean "port"\?\n$/);
    expect((await config("set", "gateway.port", "abc")).code).toBe(2);
    expect((await config("set", "a[", "1")).code).toBe(2);
    expect(readFileSync(path, "utf8")).toBe("{ gateway: { port: 1 } }");
    expect(readdirSync(home.state)).toEqual(["travelagent.json"]);
  });

  it("takes a bare word, a list and text that looks like a number", async () => {
    await config("set", "logging.level", "debug");
    await config("set", "tools.deny", '["exec", "browser"]');
    await config("set", "channels.webchat.title", "2027", "--text");
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      logging: { level: "debug" },
      tools: { deny: ["exec", "browser"] },
      channels: { webchat: { title: "2027" } },
    });
  });

  it("merges a patch", async () => {
    seed('{ gateway: { port: 1, bind: "lan" } }');
    expect(JSON.parse((await config("patch", "{ gateway: { bind: null }, cron: { enabled: false } }", "--json")).stdout)).toMatchObject({ ok: true, path });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({ gateway: { port: 1 }, cron: { enabled: false } });
    expect((await config("patch", "[1]")).code).toBe(2);
  });

  it("never prints a secret", async () => {
    seed('{ gateway: { auth: { token: "hunter2-hunter2" } } }');
    expect((await config("get", "gateway.auth.token")).stdout).toBe("***\n");
    expect((await config("get", "--json")).stdout).not.toContain("hunter2");
    expect(await config("set", "gateway.auth.token", "***")).toMatchObject({ code: 2 });
  });

  it("validates, and says what is wrong where", async () => {
    expect(await config("validate")).toMatchObject({ code: 0 });
    seed('{ gatway: {}, channels: { telegram: { botToken: "${TELEGRAM_BOT_TOKEN}" } } }');
    const result = await config("validate", "--json");
    expect(result.code).toBe(2);
    expect(JSON.parse(result.stdout)).toMatchObject({
      valid: false,
      issues: [{ path: "channels.telegram.botToken" }, { path: "gatway", suggestion: "gateway" }],
    });
    expect(result.stderr).toBe(`CONFIG_INVALID: ${path} has 2 faults\n`);
  });

  it("prints the schema", async () => {
    const { schema, uiHints } = JSON.parse((await config("schema")).stdout);
    expect(schema.properties.gateway.properties.port).toBeDefined();
    expect(uiHints["gateway.auth.token"].sensitive).toBe(true);
  });

  it("honours TRAVELAGENT_CONFIG and TRAVELAGENT_STATE_DIR", async () => {
    await cli(home.path, ["config", "set", "gateway.port", "5"], { TRAVELAGENT_CONFIG: "other.json5" });
    expect(JSON.parse(readFileSync(join(home.path, "other.json5"), "utf8"))).toEqual({ gateway: { port: 5 } });
    await cli(home.path, ["config", "set", "gateway.port", "6"], { TRAVELAGENT_STATE_DIR: "~/elsewhere" });
    expect(JSON.parse(readFileSync(join(home.path, "elsewhere", "travelagent.json"), "utf8"))).toEqual({ gateway: { port: 6 } });
  });
});

describe("the command line", () => {
  it("explains itself, and ends with 2 for wrong usage", async () => {
    const help = await cli(home.path, ["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    for (const word of ["gateway", "doctor", "chat", "Examples:", "Exit codes"]) expect(help.stdout).toContain(word);
    expect(await cli(home.path, ["--version"])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    for (const args of [[], ["nonsense"], ["config"], ["config", "get", "--bad"], ["agent"], ["bookings", "show"], ["config", "get", "a", "b"]]) {
      const result = await cli(home.path, args);
      expect(result.code, args.join(" ")).toBe(2);
      expect(result.stdout, args.join(" ")).toBe("");
    }
    expect((await cli(home.path, ["bookings", "list", "--help"])).stdout).toContain("--status");
  });

  it("runs as a process", async () => {
    expect(await cliProcess(home.path, ["config", "get", "logging.level"])).toEqual({ code: 0, stdout: "info\n", stderr: "" });
    expect(await cliProcess(home.path, ["nonsense"])).toMatchObject({ code: 2, stdout: "" });
  });
});
