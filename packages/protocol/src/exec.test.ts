import { describe, expect, it } from "vitest";
import { canAllowAlways, commandLine, type ExecApprovalsFile, isPathPattern, judgeExec, withAllowed } from "./exec.ts";

const file = (rules: Partial<ExecApprovalsFile> = {}): ExecApprovalsFile => ({ version: 1, ...rules });
const listed = (pattern: string, more: object = {}): ExecApprovalsFile => file({ agents: { main: { allowlist: [{ pattern, ...more }] } } });
const run = (...argv: string[]) => ({ argv, nodeId: "n1" });

describe("the rules for commands", () => {
  it("ask about everything until somebody allows something", () => {
    expect(judgeExec(file(), run("/bin/ls"))).toMatchObject({ decision: "ask", reason: "allowlist-miss", fallback: "deny" });
  });

  it("let the allowlist pass, and by path alone", () => {
    expect(judgeExec(listed("/usr/bin/git"), run("/usr/bin/git", "log"))).toMatchObject({ decision: "allow", reason: "allowlist" });
    for (const program of ["git", "./git", "/usr/bin/gitk", "/opt/usr/bin/git", "/usr/bin/./git", "/tmp/../usr/bin/git"])
      expect(judgeExec(listed("/usr/bin/git"), run(program)).decision).toBe("ask");
  });

  it("know globs: one star stays in its directory, two cross", () => {
    expect(judgeExec(listed("/usr/bin/*"), run("/usr/bin/git")).decision).toBe("allow");
    expect(judgeExec(listed("/usr/bin/*"), run("/usr/bin/sub/git")).decision).toBe("ask");
    expect(judgeExec(listed("/usr/**"), run("/usr/bin/sub/git")).decision).toBe("allow");
    expect(judgeExec(listed("/usr/**"), run("/usr/../tmp/evil")).decision).toBe("ask");
    expect(judgeExec(listed("/usr/bin/g+t"), run("/usr/bin/ggt")).decision).toBe("ask");
  });

  it("let a shell or interpreter pass only where it is listed by name", () => {
    expect(judgeExec(listed("/bin/*"), run("/bin/sh", "-c", "id")).decision).toBe("ask");
    expect(judgeExec(listed("/**"), run("/usr/bin/python3", "-c", "1")).decision).toBe("ask");
    expect(judgeExec(listed("/bin/sh"), run("/bin/sh", "-c", "id")).decision).toBe("allow");
  });

  it("let no allowlist pass a command that sets its own environment", () => {
    expect(judgeExec(listed("/usr/bin/git"), { ...run("/usr/bin/git"), env: { GIT_SSH_COMMAND: "sh -c evil" } }).decision).toBe("ask");
  });

  it("keep an entry of one node to that node", () => {
    expect(judgeExec(listed("/usr/bin/git", { nodeId: "n1" }), run("/usr/bin/git")).decision).toBe("allow");
    expect(judgeExec(listed("/usr/bin/git", { nodeId: "n2" }), run("/usr/bin/git")).decision).toBe("ask");
  });

  it("follow security, ask and the fallback of the agent, of all agents, of the defaults", () => {
    const settings = (defaults: ExecApprovalsFile["defaults"], agents?: ExecApprovalsFile["agents"]) =>
      judgeExec(file({ ...(defaults ? { defaults } : {}), ...(agents ? { agents } : {}) }), run("/bin/ls"));
    expect(settings({ security: "deny", ask: "always" }).decision).toBe("deny");
    expect(settings({ security: "full" }).decision).toBe("allow");
    expect(settings({ security: "full", ask: "always" }).decision).toBe("ask");
    expect(settings({ ask: "off" }).decision).toBe("deny");
    expect(settings({ askFallback: "full" })).toMatchObject({ decision: "ask", fallback: "allow" });
    expect(settings({ askFallback: "allowlist" })).toMatchObject({ decision: "ask", fallback: "deny" });
    expect(settings({ security: "full" }, { "*": { security: "deny" } }).decision).toBe("deny");
    expect(settings({ security: "full" }, { "*": { security: "deny" }, main: { security: "full" } }).decision).toBe("allow");
    expect(judgeExec(file({ agents: { main: { security: "full" } } }), { ...run("/bin/ls"), agentId: "constructor" }).decision).toBe("ask");
  });
});

describe("a yes for always", () => {
  it("is for a program whose path is known and that does not run what it is told", () => {
    expect(canAllowAlways(run("/usr/bin/git"))).toBe(true);
    expect(canAllowAlways({ ...run("/usr/bin/git"), env: { A: "b" } })).toBe(false);
    for (const program of ["git", "/bin/sh", "/usr/bin/env", "/usr/bin/python3.12", "/usr/bin/sudo", "C:\\Windows\\cmd.exe", "/tmp/*"])
      expect(canAllowAlways(run(program))).toBe(false);
  });

  it("puts the program on the list once, for that node", () => {
    const once = withAllowed(file(), run("/usr/bin/git"), { id: "e1" });
    expect(once.agents?.main?.allowlist).toEqual([{ id: "e1", pattern: "/usr/bin/git", nodeId: "n1" }]);
    expect(withAllowed(once, run("/usr/bin/git"), { id: "e2" })).toBe(once);
  });

  it("takes whole paths as patterns", () => {
    expect(["/usr/bin/git", "**/git", "C:\\git.exe"].every(isPathPattern)).toBe(true);
    expect(["git", "*", "usr/bin/git", "."].some(isPathPattern)).toBe(false);
  });
});

describe("a command as a line", () => {
  it("shows every argument apart, whatever is in it", () => {
    expect(commandLine(["echo", "hi"])).toBe("echo hi");
    expect(commandLine(["echo", "a b", "it's", "", "$(id)", "x;y"])).toBe(`echo 'a b' 'it'\\''s' '' '$(id)' 'x;y'`);
    expect(commandLine(["echo", "a\nrm -rf /", "\u202eevil"])).toBe(`echo $'a\\u{a}rm -rf /' $'\\u{202e}evil'`);
  });
});
