import { mkdir, mkdtemp, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ToolContext } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { ExecAction } from "@travelagent/protocol/exec";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directRunner } from "./direct.ts";
import { type ExecToolsOptions, execTools } from "./exec-tool.ts";
import { createProcesses } from "./processes.ts";
import type { Sandbox } from "./sandbox.ts";
import { type AgentPlace, createWorkplaces } from "./workplace.ts";

const turn = { agentId: "main", sessionKey: "agent:main:main", channel: "webchat", chatType: "direct", peerId: "operator:agent:main:main" } as TurnScope;
const stopped: (() => Promise<void>)[] = [];
let base: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), "exec-")));
});
afterEach(async () => {
  for (const stop of stopped.splice(0)) await stop();
  await rm(base, { recursive: true, force: true });
});

function bench(place: Partial<AgentPlace> = {}, options: Partial<ExecToolsOptions> = {}) {
  const asked: ExecAction[] = [];
  const direct = directRunner();
  const processes = createProcesses();
  stopped.push(processes.stop);
  const workplace = createWorkplaces({
    agent: () => ({
      workspace: join(base, "workspace"),
      mode: "off",
      scope: "agent",
      access: "none",
      sandbox: async () => {
        throw new TravelAgentError("UNAVAILABLE", "there is no sandbox: apt install bubblewrap", { details: { code: "NO_SANDBOX" } });
      },
      ...place,
    }),
    sandboxes: join(base, "sandboxes"),
    direct,
  });
  const tools = execTools({
    workplace,
    processes,
    direct,
    path: "/usr/local/bin:/usr/bin:/bin",
    permit: async (action) => void asked.push(action),
    ...options,
  });
  const contextOf = (of: Partial<TurnScope>, signal = new AbortController().signal) => ({ turn: { ...turn, ...of }, now: 0, signal }) as unknown as ToolContext;
  const call = async (name: "exec" | "process", args: Record<string, unknown>, of: Partial<TurnScope> = {}, signal?: AbortSignal) => {
    const tool = tools.find((each) => each.name === name)!;
    const checked = tool.args.parse(args);
    await tool.describe?.(checked, contextOf(of));
    return (await tool.execute(checked, contextOf(of, signal))).content as Record<string, unknown> & { processId: string; output: string };
  };
  const shown = (args: Record<string, unknown>, of: Partial<TurnScope> = {}) => tools[0]!.describe!(args, contextOf(of));
  return { asked, call, shown, tools, workplace };
}

/** Runs what it is told without keeping it from anything, and writes down where. */
function pretended() {
  const places: unknown[] = [];
  const direct = directRunner();
  const sandbox: Sandbox = { ...direct, kind: "bubblewrap" };
  return {
    places,
    sandbox: async (place: { directory: string; access: string }) => {
      places.push(place);
      return sandbox;
    },
  };
}

const coded = (code: string, details?: object) => expect.objectContaining({ code, ...(details ? { details: expect.objectContaining(details) } : {}) });
const until = async (holds: () => Promise<boolean>) => {
  for (let round = 0; round < 200; round += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it never came to this");
};
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("exec", () => {
  it("runs in the workspace with little of an environment, and asks first", async () => {
    const { call, asked } = bench();
    expect(await call("exec", { command: "printenv" })).toMatchObject({ status: "completed", exitCode: 0 });
    const { output } = await call("exec", { command: "printenv", env: { TZ: "Europe/Lisbon" } });
    const names = output
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    expect(names.sort()).toEqual(["HOME", "LANG", "PATH", "TRAVELAGENT_COMMAND_ID", "TZ"]);
    expect(output).toContain(`HOME=${join(base, "workspace")}`);
    expect(asked).toEqual([
      { argv: ["/usr/bin/printenv"], cwd: join(base, "workspace"), agentId: "main", nodeId: "gateway" },
      { argv: ["/usr/bin/printenv"], cwd: join(base, "workspace"), agentId: "main", nodeId: "gateway", env: { TZ: "Europe/Lisbon" } },
    ]);
  });

  it("says that there is input, which may be the real command, and shows no part of it as the whole", async () => {
    const { shown } = bench();
    expect((await shown({ command: "cat" })).facts).toMatchObject({ host: "gateway", input: false });
    const { facts, lines } = await shown({ command: "python3 -", stdin: "print(1)" });
    expect(facts).toMatchObject({ host: "gateway", input: true });
    expect(lines).toContain("input: print(1)");
    const long = (await shown({ command: "cat", stdin: `${"a".repeat(2_000)}rm -rf .` })).lines.at(-1);
    expect(long).toContain("8 characters that are not shown");
    expect(long).not.toContain("rm -rf");
  });

  it("runs nothing that is not permitted", async () => {
    const { call } = bench({}, { permit: () => Promise.reject(new TravelAgentError("POLICY_DENIED", "ana denied this command")) });
    await expect(call("exec", { command: "touch made" })).rejects.toEqual(coded("POLICY_DENIED"));
    await expect(readFile(join(base, "workspace", "made"))).rejects.toThrow();
  });

  it("starts nothing on a yes that comes after the turn", async () => {
    let allow = (): void => undefined;
    const { call } = bench({}, { permit: () => new Promise<void>((resolve) => (allow = resolve)) });
    const stop = new AbortController();
    const waiting = call("exec", { command: "touch made" }, {}, stop.signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort(new TravelAgentError("CANCELLED", "stopped"));
    await expect(waiting).rejects.toEqual(coded("CANCELLED"));
    allow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(readFile(join(base, "workspace", "made"))).rejects.toThrow();
  });

  it("takes a shell only for a line that needs one, and says so", async () => {
    const { call, shown } = bench();
    expect(await shown({ command: "ls -l" })).toMatchObject({ facts: { host: "gateway", shell: false, program: "/usr/bin/ls" } });
    const { facts, lines } = await shown({ command: "echo hi | tr h H" });
    expect(facts).toMatchObject({ shell: true });
    expect(lines[0]).toMatch(/-c 'echo hi \| tr h H'$/);
    expect(await call("exec", { command: "echo hi | tr h H" })).toMatchObject({ output: "Hi\n" });
    expect(await call("exec", { command: "echo 'a;b'" })).toMatchObject({ output: "a;b\n" });
  });

  it("refuses variables that could make another program of it", async () => {
    const { call } = bench();
    for (const name of ["LD_PRELOAD", "PATH", "NODE_OPTIONS", "BASH_ENV", "GIT_SSH_COMMAND"])
      await expect(call("exec", { command: "ls", env: { [name]: "x" } })).rejects.toEqual(coded("INVALID_REQUEST"));
  });

  it("starts in the workspace and nowhere else", async () => {
    const { call } = bench();
    await mkdir(join(base, "workspace", "sub"), { recursive: true });
    await symlink("/tmp", join(base, "workspace", "out"));
    expect(await call("exec", { command: "pwd", workdir: "sub" })).toMatchObject({ output: `${join(base, "workspace", "sub")}\n` });
    for (const workdir of ["..", "/tmp", "out", "sub/../.."]) await expect(call("exec", { command: "pwd", workdir })).rejects.toEqual(coded("SCOPE_VIOLATION"));
  });

  it("shows the end of a megabyte, and keeps more for the log", async () => {
    const { call } = bench();
    const { output, note, processId } = await call("exec", { command: "seq 1 200000" });
    expect(output.length).toBe(30_000);
    expect(output.endsWith("200000\n")).toBe(true);
    expect(note).toContain("the last 30000");
    const first = await call("process", { action: "log", processId, offset: 0, limit: 3 });
    expect(first.output).toBe("1\n2\n3");
  });

  it("puts a long command into the background, where it can be looked after", async () => {
    const { call } = bench();
    const { processId, status } = await call("exec", { command: "cat", yieldMs: 50 });
    expect(status).toBe("running");
    expect(await call("process", { action: "list" })).toMatchObject({ processes: [{ processId, command: "/usr/bin/cat", status: "running" }] });
    await call("process", { action: "write", processId, data: "hello\n" });
    await until(async () => (await call("process", { action: "log", processId })).output.includes("hello"));
    expect(await call("process", { action: "poll", processId, waitMs: 0 })).toMatchObject({ status: "running", output: "hello\n" });
    expect(await call("process", { action: "poll", processId, waitMs: 0 })).toMatchObject({ output: "" });
    await call("process", { action: "write", processId, data: "bye", eof: true });
    await until(async () => (await call("process", { action: "poll", processId, waitMs: 200 })).status === "completed");
    await expect(call("process", { action: "write", processId, data: "late" })).rejects.toEqual(coded("CONFLICT"));
    expect(await call("process", { action: "clear" })).toEqual({ cleared: 1 });
    expect(await call("process", { action: "list" })).toEqual({ processes: [] });
  });

  it("waits for nothing with background, and ends all of it with kill", async () => {
    const { call } = bench();
    const started = Date.now();
    const { processId } = await call("exec", { command: "sh -c 'sleep 300 & echo $! ; wait'", background: true });
    expect(Date.now() - started).toBeLessThan(2_000);
    await until(async () => /\d+/.test((await call("process", { action: "log", processId })).output));
    const pid = Number((await call("process", { action: "log", processId })).output);
    expect(lives(pid)).toBe(true);
    expect(await call("process", { action: "kill", processId })).toMatchObject({ status: "failed", endedBy: "kill" });
    await until(async () => !lives(pid));
    expect(await call("process", { action: "remove", processId })).toMatchObject({ removed: true });
  });

  it("ends a command whose time is over, or whose turn is", async () => {
    const { call } = bench();
    expect(await call("exec", { command: "sleep 300", timeout: 1 })).toMatchObject({ status: "failed", endedBy: "timeout" });
    const stop = new AbortController();
    const waiting = call("exec", { command: "sh -c 'echo $$; sleep 300'" }, {}, stop.signal);
    await until(async () => JSON.stringify(await call("process", { action: "list" })).includes("running"));
    stop.abort(new TravelAgentError("CANCELLED", "stopped"));
    await expect(waiting).rejects.toEqual(coded("CANCELLED"));
    expect(JSON.stringify(await call("process", { action: "list" }))).not.toContain("running");
  });

  it("shows what it started to the same conversation alone", async () => {
    const { call } = bench();
    const { processId } = await call("exec", { command: "sleep 300", background: true });
    for (const other of [{ sessionKey: "agent:main:desk" }, { agentId: "ops" }]) {
      expect(await call("process", { action: "list" }, other)).toEqual({ processes: [] });
      for (const action of ["poll", "log", "write", "kill", "remove"])
        await expect(call("process", { action, processId }, other)).rejects.toEqual(coded("NOT_FOUND"));
    }
    expect(await call("process", { action: "list" })).toMatchObject({ processes: [{ status: "running" }] });
  });

  it("has a limit of what runs", async () => {
    const { call } = bench();
    for (let count = 0; count < 16; count += 1) await call("exec", { command: "sleep 300", background: true });
    await expect(call("exec", { command: "sleep 300", background: true })).rejects.toEqual(coded("RATE_LIMITED"));
  });
});

describe("exec with a sandbox", () => {
  it.each(["all", "non-main"] as const)("is refused when there is none: %s", async (mode) => {
    const { call, asked } = bench({ mode });
    const of = { sessionKey: mode === "all" ? turn.sessionKey : "agent:main:desk" };
    await expect(call("exec", { command: "ls" }, of)).rejects.toEqual(coded("UNAVAILABLE", { code: "NO_SANDBOX" }));
    expect(asked).toEqual([]);
    await expect(call("exec", { command: "ls", host: "gateway" }, of)).rejects.toEqual(coded("FORBIDDEN"));
  });

  it("runs there without the rules for this machine, in the directory it may see", async () => {
    const { sandbox, places } = pretended();
    const { call, asked, shown } = bench({ mode: "all", sandbox });
    expect(await shown({ command: "ls" })).toMatchObject({ title: "Run a command in the sandbox", facts: { host: "sandbox" }, subject: { cwd: "/workspace" } });
    expect(await call("exec", { command: "echo hi" })).toMatchObject({ output: "hi\n", sandbox: "bubblewrap" });
    expect(asked).toEqual([]);
    expect(places.at(-1)).toEqual({ directory: join(base, "sandboxes", "agent-main"), access: "rw" });
  });

  it.each([
    ["none", "sandboxes/agent-main", "rw", true],
    ["ro", "workspace", "ro", false],
    ["rw", "workspace", "rw", true],
  ] as const)("sees of the workspace: %s", async (access, directory, mounted, writable) => {
    const { sandbox, places } = pretended();
    const { call, workplace } = bench({ mode: "all", access, sandbox });
    await call("exec", { command: "true" });
    expect(places.at(-1)).toEqual({ directory: join(base, directory), access: mounted });
    expect((await workplace(turn)).files).toMatchObject({ directory: join(base, directory), writable });
  });

  it("is left by those who may, who are asked all the same, and by nobody else", async () => {
    const { call, asked } = bench({ mode: "all" }, { mayElevate: ({ peerId }) => peerId === turn.peerId });
    expect(await call("exec", { command: "echo out", elevated: true })).toMatchObject({ output: "out\n" });
    expect(asked).toMatchObject([{ argv: ["/usr/bin/echo", "out"], nodeId: "gateway" }]);
    await expect(call("exec", { command: "echo out", elevated: true }, { peerId: "operator:other" })).rejects.toEqual(coded("FORBIDDEN"));
    expect(asked).toHaveLength(1);
  });

  it("is not claimed where there is none", async () => {
    const { call } = bench();
    await expect(call("exec", { command: "ls", host: "sandbox" })).rejects.toEqual(coded("INVALID_REQUEST"));
  });
});
