import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ExecApprovalsFile, judgeExec } from "@travelagent/protocol/exec";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { plainWords, readCommand, resolveProgram } from "./command-line.ts";

const directory = realpathSync(mkdtempSync(join(tmpdir(), "command-")));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const bin = join(directory, "bin");
mkdirSync(bin);
writeFileSync(join(bin, "tool"), "#!/bin/sh\necho tool\n", { mode: 0o755 });
writeFileSync(join(bin, "plain"), "no program");
symlinkSync("/bin/sh", join(bin, "harmless"));
symlinkSync(join(bin, "tool"), join(bin, "alias"));

/** As generous as a list can be: any program of these directories. */
const rules: ExecApprovalsFile = { version: 1, agents: { "*": { allowlist: [{ pattern: `${bin}/*` }, { pattern: "/usr/bin/*" }, { pattern: "/bin/*" }] } } };
const judged = (line: string) => {
  const { argv } = resolveProgram(readCommand(line), { path: `${bin}:/usr/bin:/bin`, cwd: directory });
  return judgeExec(rules, { argv, cwd: directory, agentId: "main", nodeId: "gateway" }).decision;
};

describe("a command line", () => {
  it.each([
    ["git log -n 3", ["git", "log", "-n", "3"]],
    ["  echo  'a b'  \"c d\"e ", ["echo", "a b", "c de"]],
    ["echo '' \"it's\"", ["echo", "", "it's"]],
    ["ls\t-l", ["ls", "-l"]],
    ["grep 'a|b;$x' file", ["grep", "a|b;$x", "file"]],
    ["git log --format=oneline", ["git", "log", "--format=oneline"]],
  ])("is words where it is plain: %s", (line, words) => {
    expect(plainWords(line)).toEqual(words);
    // A shell reads the same words.
    if (words[0] === "echo")
      expect(execFileSync("/bin/sh", ["-c", line.replace("echo", "printf '%s\\0'")], { encoding: "utf8" })).toBe(
        words
          .slice(1)
          .map((word) => `${word}\0`)
          .join(""),
      );
  });

  it.each([
    "ls; id",
    "ls && id",
    "ls || id",
    "ls | sh",
    "ls > out",
    "ls >> out",
    "cat < in",
    "echo $(id)",
    "echo `id`",
    'echo "$(id)"',
    'echo "`id`"',
    "echo $HOME",
    "ls &",
    "ls\nid",
    "ls\rid",
    "ls *",
    "ls ?",
    "ls [ab]",
    "echo {a,b}",
    "cat ~/x",
    "A=1 ls",
    "LD_PRELOAD=./x.so ls",
    "ls \\; id",
    "! ls",
    "(ls)",
    "ls # x",
    "echo 'open",
    "'' ls",
    "sh -c id",
    "harmless -c id",
    "env id",
    "find . -exec id +",
    "xargs id",
    `${bin}/harmless -c id`,
    "bin/harmless -c id",
    "./bin/harmless -c id",
  ])("is never let through by a list of programs: %s", (line) => expect(judged(line)).toBe("ask"));

  it("is let through where it is one program of the list, by the file it really is", () => {
    expect(judged("tool --fast")).toBe("allow");
    expect(resolveProgram(readCommand("alias x"), { path: bin, cwd: directory })).toEqual({
      argv: [join(bin, "tool"), "x"],
      shell: false,
      calledAs: join(bin, "alias"),
    });
    symlinkSync("/opt/elsewhere", join(bin, "dangling"));
    for (const line of ["plain", "dangling", "nowhere", "cd /tmp"])
      expect(() => resolveProgram(readCommand(line), { path: bin, cwd: directory })).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  });

  it("is never let through with anything a shell would do more, whatever it is made of", () => {
    const piece = fc.constantFrom(
      "tool",
      "ls",
      "sh",
      " ",
      "'",
      '"',
      ";",
      "&&",
      "||",
      "|",
      ">",
      "<",
      "$(id)",
      "`id`",
      "$X",
      "\\",
      "\n",
      "*",
      "~",
      "=",
      "#",
      "!",
      "{a,b}",
      "a",
      "\0",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join("")),
          fc.string({ maxLength: 30 }),
        ),
        (line) => {
          let decision: string;
          try {
            decision = judged(line);
          } catch {
            return;
          }
          if (decision !== "allow") return;
          // Outside of quotes there is nothing but plain characters.
          const bare = line.replace(/'[^']*'|"[^"$`\\!]*"/g, "");
          expect(bare).not.toMatch(/[|&;<>()$`\\*?[\]{}!~#\n\r'"]/);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it.each(["", "  ", "ls\0id"])("is refused when it is nothing: %j", (line) => {
    expect(() => readCommand(line)).toThrow(expect.objectContaining({ code: "INVALID_REQUEST" }));
  });
});
