import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeCommandContext } from "@travelagent/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownRules } from "./own-rules.ts";
import { programEnvironment } from "./program-environment.ts";
import { createPrograms, type ProgramResult } from "./programs.ts";
import { systemCommands } from "./system-commands.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "node-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function bench({ path = "/usr/bin:/bin", file }: { path?: string; file?: unknown } = {}) {
  const rulesPath = join(home, "state", "exec-approvals.json");
  if (file !== undefined) {
    mkdirSync(join(home, "state"));
    writeFileSync(rulesPath, typeof file === "string" ? file : JSON.stringify(file));
  }
  const told: [string, Record<string, unknown>][] = [];
  const commands = await systemCommands({
    programs: createPrograms(),
    rules: ownRules(rulesPath, () => 1),
    env: { PATH: path },
    home,
    tell: (event, payload) => void told.push([event, payload]),
  });
  const context: NodeCommandContext = { signal: new AbortController().signal, timeoutMs: 10_000, idempotencyKey: undefined };
  const call = async <T>(name: string, params?: unknown): Promise<T> => (await commands[name]?.(params, context)) as T;
  const run = (params: Record<string, unknown>) => call<ProgramResult>("system.run", params);
  return { commands, call, run, told, rulesPath };
}

const yes = { approved: true, approvalDecision: "allow-once" };
const denied = expect.objectContaining({ code: "SYSTEM_RUN_DENIED" });

describe("system.run", () => {
  it("runs what a person said yes to, in the home directory or where it is told", async () => {
    const { run, told } = await bench();
    expect(await run({ command: ["/bin/echo", "hi"], ...yes })).toMatchObject({ exitCode: 0, stdout: "hi\n" });
    expect((await run({ command: ["pwd"], ...yes })).stdout).toBe(`${home}\n`);
    expect((await run({ command: ["pwd"], cwd: "/", ...yes })).stdout).toBe("/\n");
    expect((await run({ command: ["/bin/sh", "-c", "echo $A"], env: { A: "b" }, ...yes })).stdout).toBe("b\n");
    await expect(run({ command: ["pwd"], cwd: "/nowhere", ...yes })).rejects.toThrow("no directory");
    await expect(run({ command: ["no-such-program"], ...yes })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(run({ command: "echo hi", ...yes })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(told[0]).toEqual(["exec.finished", { program: "/bin/echo", exitCode: 0, timedOut: false, success: true }]);
  });

  it("runs nothing that nobody said yes to and no list has", async () => {
    const { run, told } = await bench();
    for (const claim of [{}, { approved: true }, { approved: false, approvalDecision: "allow-once" }, { approvalDecision: "allow-once" }])
      await expect(run({ command: ["/bin/echo", "hi"], ...claim })).rejects.toEqual(denied);
    expect(told).toEqual(Array(4).fill(["exec.denied", { program: "/bin/echo", reason: "approval-required" }]));
  });

  it("obeys the rules of its owner over any yes", async () => {
    const { run } = await bench({ file: { version: 1, defaults: { ask: "off" }, agents: { main: { allowlist: [{ pattern: "/bin/echo" }] } } } });
    expect(await run({ command: ["/bin/echo", "hi"] })).toMatchObject({ success: true });
    await expect(run({ command: ["/bin/ls"], ...yes })).rejects.toEqual(denied);
    await expect(run({ command: ["/bin/echo", "hi"], env: { LD_PRELOAD: "/tmp/x.so" }, ...yes })).rejects.toEqual(denied);
  });

  it("runs nothing while its rules cannot be read", async () => {
    for (const file of ["{", { version: 2 }, { version: 1, defaults: { security: "maybe" } }]) {
      const { run } = await bench({ file });
      await expect(run({ command: ["/bin/echo"], ...yes })).rejects.toEqual(denied);
      rmSync(join(home, "state"), { recursive: true });
    }
  });

  it("remembers a yes for always, in a file of its owner alone", async () => {
    const { run, rulesPath } = await bench();
    await run({ command: ["/bin/echo", "hi"], approved: true, approvalDecision: "allow-always" });
    expect(JSON.parse(readFileSync(rulesPath, "utf8"))).toMatchObject({ agents: { main: { allowlist: [{ pattern: "/bin/echo", lastUsedAt: 1 }] } } });
    expect(statSync(rulesPath).mode & 0o777).toBe(0o600);
    expect(await run({ command: ["/bin/echo", "again"] })).toMatchObject({ success: true });
    await run({ command: ["/bin/sh", "-c", "true"], approved: true, approvalDecision: "allow-always" });
    await expect(run({ command: ["/bin/sh", "-c", "true"] })).rejects.toEqual(denied);
  });
});

describe("system.which", () => {
  it("finds programs in the search path and nothing else", async () => {
    const bin = join(home, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "tool"), "#!/bin/sh\n");
    writeFileSync(join(bin, "text"), "no program");
    chmodSync(join(bin, "tool"), 0o755);
    symlinkSync(join(bin, "tool"), join(bin, "link"));
    mkdirSync(join(bin, "directory"));
    const { call } = await bench({ path: `relative:.:${bin}` });
    expect(await call("system.which", { bins: ["tool", "link", "text", "directory", "absent", "../bin/tool", ""] })).toEqual({
      bins: { tool: join(bin, "tool"), link: join(bin, "link") },
    });
  });
});

describe("system.notify", () => {
  it("is there only where notifications can be shown", async () => {
    expect((await bench({ path: home })).commands["system.notify"]).toBeUndefined();
    const shown = join(home, "shown");
    writeFileSync(join(home, "notify-send"), `#!/bin/sh\nprintf '%s|' "$@" > ${shown}\n`);
    chmodSync(join(home, "notify-send"), 0o755);
    const { call } = await bench({ path: `${home}:/bin` });
    await call("system.notify", { title: "--help", body: "Gate $HOME" });
    expect(readFileSync(shown, "utf8")).toBe("--|--help|Gate $HOME|");
  });
});

describe("system.execApprovals", () => {
  it("reads and sets the rules for those who saw the current ones", async () => {
    const { call } = await bench();
    const before = await call<{ exists: boolean; hash: string }>("system.execApprovals.get");
    expect(before).toMatchObject({ exists: false, file: { version: 1, defaults: { security: "allowlist", ask: "on-miss" } } });
    const set = await call<{ hash: string }>("system.execApprovals.set", { file: { version: 1, defaults: { security: "deny" } }, baseHash: before.hash });
    expect(set).toMatchObject({ exists: true, file: { defaults: { security: "deny" } } });
    await expect(call("system.execApprovals.set", { file: { version: 1 }, baseHash: before.hash })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(
      call("system.execApprovals.set", { file: { version: 1, agents: { main: { allowlist: [{ pattern: "git" }] } } }, baseHash: set.hash }),
    ).rejects.toMatchObject({
      code: "INVALID_REQUEST",
    });
  });
});

it("gives programs no secrets of its environment", () => {
  expect(programEnvironment({ PATH: "/bin", LC_ALL: "C", TRAVELAGENT_GATEWAY_TOKEN: "secret", OPENAI_API_KEY: "secret", LD_PRELOAD: "/x" })).toEqual({
    PATH: "/bin",
    LC_ALL: "C",
  });
});
