import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathWithNode } from "./install-clients.ts";

/** The command line of one release, with a home of its own, in remote mode on our gateway. */
export interface OpenClaw {
  /** Runs a command to its end. */
  run(args: readonly string[], options?: { timeoutMs?: number }): Promise<{ code: number | null; output: string }>;
  /** Starts a command that does not end by itself. */
  start(args: readonly string[]): Running;
  /** The same in a terminal of 120 by 40. */
  inTerminal(args: readonly string[]): Running;
  /** Ends whatever it started and forgets its home. */
  close(): Promise<void>;
}

export interface Running {
  /** What it wrote so far, without control sequences. */
  output(): string;
  type(text: string): void;
  /** Waits until the output matches; rejects with the output when it does not in time. */
  shows(pattern: RegExp, timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** Runs its arguments in a pseudo-terminal, which ends with it. */
const terminal = `
import fcntl, os, pty, select, signal, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
def end(*_):
    try: os.killpg(pid, signal.SIGKILL)
    except OSError: pass
    os._exit(0)
signal.signal(signal.SIGTERM, end)
while True:
    ready, _, _ = select.select([fd, 0], [], [])
    if fd in ready:
        try: data = os.read(fd, 65536)
        except OSError: end()
        if not data: end()
        os.write(1, data)
    if 0 in ready:
        data = os.read(0, 65536)
        if not data: end()
        os.write(fd, data)
`;

export const hasTerminal = spawnSync("python3", ["-c", "import pty"]).status === 0;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const controlSequences = /\x1b\[[0-9;?<>=]*[a-zA-Z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>_][^\x1b]*?(?=\x1b|$)|\r/g;

export function openClaw({ directory, url, token }: { directory: string; url: string; token: string }): OpenClaw {
  const home = mkdtempSync(join(tmpdir(), "openclaw-home-"));
  mkdirSync(join(home, ".openclaw"));
  writeFileSync(
    join(home, ".openclaw", "openclaw.json"),
    JSON.stringify({ update: { checkOnStart: false }, gateway: { mode: "remote", remote: { url, token } } }),
    { mode: 0o600 },
  );
  const env = {
    PATH: pathWithNode,
    HOME: home,
    OPENCLAW_HOME: home,
    OPENCLAW_GATEWAY_TOKEN: token,
    NODE_COMPILE_CACHE: join(directory, "compile-cache"),
    NO_COLOR: "1",
    TERM: "xterm-256color",
    // Whatever wants to leave this machine finds a closed door at once.
    HTTP_PROXY: "http://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1,localhost",
  };
  const main = join(directory, "node_modules", "openclaw", "openclaw.mjs");
  const children = new Set<ChildProcess>();

  const launch = (command: string, args: readonly string[]): ChildProcess => {
    // A group of its own, so that all it starts ends with it.
    const child = spawn(command, args, { cwd: home, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    children.add(child);
    child.stdin!.on("error", () => {});
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    const closed = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, "close");
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      try {
        process.kill(-child.pid!, signal);
      } catch {
        // The whole group is gone.
      }
      if (closed) await Promise.race([closed, pause(1_500)]);
      else break;
    }
    children.delete(child);
  };
  const watched = (child: ChildProcess): Running => {
    let raw = "";
    const hear = (chunk: Buffer) => (raw += chunk.toString());
    child.stdout!.on("data", hear);
    child.stderr!.on("data", hear);
    const output = () => raw.replace(controlSequences, "");
    return {
      output,
      type: (text) => void child.stdin!.write(text),
      async shows(pattern, timeoutMs = 45_000) {
        const deadline = performance.now() + timeoutMs;
        while (!pattern.test(output())) {
          if (performance.now() > deadline) throw new Error(`did not show ${pattern} within ${timeoutMs} ms:\n${output().slice(-4000)}`);
          await pause(100);
        }
      },
      stop: () => end(child),
    };
  };

  return {
    async run(args, { timeoutMs = 60_000 } = {}) {
      const child = launch(process.execPath, [main, ...args]);
      child.stdin!.end();
      const running = watched(child);
      const timer = setTimeout(() => void end(child), timeoutMs);
      const [code] = (await once(child, "close")) as [number | null];
      clearTimeout(timer);
      await end(child);
      return { code, output: running.output() };
    },
    start: (args) => watched(launch(process.execPath, [main, ...args])),
    inTerminal: (args) => watched(launch("python3", ["-c", terminal, process.execPath, main, ...args])),
    async close() {
      await Promise.all([...children].map(end));
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
