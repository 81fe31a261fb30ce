import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { run } from "../run.ts";

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A home directory of one's own, and how to get rid of it. */
export function temporaryHome(): { path: string; state: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "cli-"));
  return { path, state: join(path, ".travelagent"), remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a command line in this process; `typed` is what a person types at a terminal. */
export async function cli(home: string, args: readonly string[], env: Record<string, string> = {}, tty = false, typed?: string): Promise<Ended> {
  const collect = () => {
    const chunks: string[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        chunks.push(String(chunk));
        done();
      },
    });
    return { stream: Object.assign(stream, { isTTY: tty }), text: () => chunks.join("") };
  };
  const stdout = collect();
  const stderr = collect();
  const code = await run(args, {
    env,
    home,
    cwd: home,
    stdin: Object.assign(Readable.from(typed === undefined ? [] : [typed]), { isTTY: typed !== undefined }),
    stdout: stdout.stream,
    stderr: stderr.stream,
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Runs a command line as a user would, from source, with `input` piped in. */
export function cliProcess(home: string, args: readonly string[], input = "", env: Record<string, string> = {}): Promise<Ended> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TRAVELAGENT_|CLAWDBOT_|VITEST|NODE_OPTIONS)/.test(name)));
  const child = spawn(process.execPath, ["--conditions=@travelagent/source", fileURLToPath(new URL("../main.ts", import.meta.url)), ...args], {
    env: { ...inherited, HOME: home, ...env },
    cwd: home,
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const tooLong = setTimeout(() => child.kill("SIGKILL"), 15_000);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(tooLong);
      resolve({ code, stdout, stderr });
    });
  });
}
