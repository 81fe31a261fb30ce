import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isSandboxed } from "@travelagent/agent-runtime/gate";
import { afterEach, describe, expect, it } from "vitest";
import { bubblewrapArguments } from "./bubblewrap.ts";
import { directRunner } from "./direct.ts";
import { defaultDockerLimits, docker, dockerArguments } from "./docker.ts";
import { createFindSandbox } from "./find-sandbox.ts";
import type { Exit, RunOptions, Sandbox } from "./sandbox.ts";
import { sandboxContract } from "./testing/index.ts";
import { sandboxName } from "./workplace.ts";

const directories: string[] = [];
const scratch = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "sandbox-"));
  directories.push(directory);
  return directory;
};
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});
const bench = (directory: string, sandbox: Sandbox) => ({
  sandbox,
  directory,
  file: (name: string) => readFile(join(directory, name), "utf8").catch(() => null),
});

sandboxContract({ describe, it, expect }, "none", async () => bench(scratch(), directRunner()));

/** Writes down what is asked of it and answers as told. */
function recording(answer: (argv: readonly string[]) => number) {
  const asked: (readonly string[])[] = [];
  const run = async (argv: readonly string[], _: RunOptions): Promise<Exit & { output: string }> => {
    asked.push(argv);
    return { code: answer(argv), signal: null, output: "" };
  };
  const direct: Sandbox = { kind: "none", run, start: () => Promise.reject(new Error("nothing is started here")) };
  return { asked, direct };
}

const found = (installed: readonly string[], direct: Sandbox, backend: "auto" | "bubblewrap" | "docker" = "auto", paths: Record<string, string> = {}) =>
  createFindSandbox({
    backend,
    user: "1000:1000",
    findProgram: (name) => (installed.includes(name) ? (paths[name] ?? `/usr/bin/${name}`) : undefined),
    clientEnv: { PATH: "/usr/bin" },
    direct,
  });

const onThisMachine = createFindSandbox({
  backend: "bubblewrap",
  user: "0:0",
  findProgram: (name) => ["/usr/bin", "/usr/local/bin"].map((place) => join(place, name)).find(existsSync),
  clientEnv: {},
  direct: directRunner(),
});
const hasBubblewrap = await onThisMachine({ directory: tmpdir(), access: "rw" }).then(
  () => true,
  () => false,
);
describe.skipIf(!hasBubblewrap)("with bubblewrap", () => {
  sandboxContract({ describe, it, expect }, "bubblewrap", async () => {
    const directory = scratch();
    return bench(directory, await onThisMachine({ directory, access: "rw" }));
  });
});

describe("bubblewrap", () => {
  it("gets no network, no rights, a read-only world and the one directory", () => {
    const readable = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives", "/etc/ld.so.cache", "/etc/ssl/certs"];
    expect(bubblewrapArguments(["ls", "-l"], { directory: "/srv/ws", access: "ro", cwd: "/srv/ws/notes" }).join(" ")).toBe(
      `--unshare-all --die-with-parent --new-session --cap-drop ALL ${readable.map((path) => `--ro-bind-try ${path} ${path}`).join(" ")} --proc /proc --dev /dev --tmpfs /tmp --ro-bind /srv/ws /workspace --remount-ro / --chdir /workspace/notes -- ls -l`,
    );
    const writable = bubblewrapArguments(["ls"], { directory: "/srv/ws", access: "rw", cwd: "/srv/ws" });
    expect(writable.slice(writable.indexOf("--bind"))).toEqual(["--bind", "/srv/ws", "/workspace", "--remount-ro", "/", "--chdir", "/workspace", "--", "ls"]);
  });
});

describe("docker", () => {
  const place = { directory: "/srv/ws", access: "rw", user: "1000:1000" } as const;

  it("gets exactly these arguments", () => {
    expect(
      dockerArguments(["sh", "-c", "id"], { ...defaultDockerLimits, ...place, access: "ro", name: "travelagent-1", cwd: "/srv/ws/a", env: { LANG: "C" } }),
    ).toEqual([
      "run",
      "--rm",
      "--init",
      "--interactive",
      "--pull=never",
      "--name",
      "travelagent-1",
      "--label",
      "travelagent.sandbox=1",
      "--network",
      "none",
      "--cap-drop",
      "ALL",
      "--security-opt",
      "no-new-privileges",
      "--read-only",
      "--tmpfs",
      "/tmp:rw,nosuid,nodev,size=64m",
      "--pids-limit",
      "256",
      "--memory",
      "1g",
      "--cpus",
      "1",
      "--user",
      "1000:1000",
      "--mount",
      "type=bind,source=/srv/ws,target=/workspace,readonly",
      "--workdir",
      "/workspace/a",
      "--env",
      "LANG=C",
      "--env",
      "HOME=/workspace",
      "--entrypoint",
      "sh",
      "debian:bookworm-slim",
      "-c",
      "id",
    ]);
  });

  it("ends the container, and not only the program that talks to it", async () => {
    const directory = scratch();
    // Stands in for docker: says what it was told, and runs on.
    const program = join(directory, "docker");
    await writeFile(program, '#!/bin/sh\necho "$@"\nsleep 60\n', { mode: 0o755 });
    const killed: string[] = [];
    const sandbox = docker({
      program,
      ...place,
      directory,
      clientEnv: { PATH: "/usr/bin:/bin" },
      kill: (name) => void killed.push(name),
      name: () => "travelagent-7",
    });
    const result = await sandbox.run(["id"], { cwd: directory, env: {}, timeoutMs: 300 });
    expect(result).toMatchObject({ endedBy: "timeout" });
    expect(result.output).toContain("--network none --cap-drop ALL");
    expect(killed).toEqual(["travelagent-7"]);
  });

  it("mounts nothing whose path it would read as more than a path", () => {
    expect(() => docker({ program: "/usr/bin/docker", ...place, directory: "/srv/a,readonly=false", clientEnv: {}, kill: () => undefined })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }),
    );
  });
});

describe("which sandbox there is", () => {
  const place = { directory: "/", access: "rw" } as const;

  it("is none when nothing is installed, and it says what to install", async () => {
    await expect(found([], recording(() => 0).direct)(place)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/apt install bubblewrap.*docker is not installed/),
      details: { code: "NO_SANDBOX" },
    });
  });

  it.each([
    ["version", "its daemon does not answer"],
    ["image", "docker pull debian:bookworm-slim"],
  ])("is none when docker fails at %s", async (failing, message) => {
    const { direct, asked } = recording((argv) => (argv.includes(failing) ? 1 : 0));
    await expect(found(["docker"], direct)(place)).rejects.toMatchObject({ code: "UNAVAILABLE", message: expect.stringContaining(message) });
    expect(asked.some((argv) => argv.includes("run"))).toBe(false);
  });

  it("is docker when it answers, asked once", async () => {
    const { direct, asked } = recording(() => 0);
    const find = found(["docker"], direct);
    expect((await find(place)).kind).toBe("docker");
    expect((await find(place)).kind).toBe("docker");
    expect(asked).toEqual([
      ["/usr/bin/docker", "version", "--format", "{{.Server.Version}}"],
      ["/usr/bin/docker", "image", "inspect", "--format", "{{.Id}}", "debian:bookworm-slim"],
    ]);
  });

  it("is no bubblewrap that may make no namespaces", async () => {
    const directory = scratch();
    const program = join(directory, "bwrap");
    await writeFile(program, "#!/bin/sh\necho 'No permissions to create new namespace' >&2\nexit 1\n", { mode: 0o755 });
    await expect(found(["bwrap"], recording(() => 0).direct, "bubblewrap", { bwrap: program })({ directory, access: "rw" })).rejects.toMatchObject({
      message: expect.stringContaining("unprivileged user namespaces"),
    });
    await writeFile(program, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    expect((await found(["bwrap"], recording(() => 0).direct, "auto", { bwrap: program })({ directory, access: "rw" })).kind).toBe("bubblewrap");
  });

  it.each([
    ["off", "agent:main:main", false],
    ["off", "agent:main:webchat:dm:1", false],
    ["non-main", "agent:main:main", false],
    ["non-main", "agent:main:desk", true],
    ["non-main", "agent:main:subagent:1", true],
    ["non-main", "agent:other:main", true],
    ["all", "agent:main:main", true],
  ] as const)("is asked for by mode %s in %s: %s", (mode, sessionKey, expected) => {
    expect(isSandboxed(mode, { agentId: "main", sessionKey })).toBe(expected);
  });

  it("has a directory by scope, whatever is in a key", () => {
    const one = { agentId: "main", sessionKey: "agent:main:../../etc" };
    expect(sandboxName("shared", one)).toBe("shared");
    expect(sandboxName("agent", one)).toBe("agent-main");
    expect(sandboxName("session", one)).toMatch(/^session-[0-9a-f]{24}$/);
    expect(sandboxName("session", one)).not.toBe(sandboxName("session", { ...one, sessionKey: "agent:main:main" }));
  });
});
