import { type ChildProcess, spawn } from "node:child_process";
import { createOutputTail } from "./output-tail.ts";

export interface Program {
  /** The first is a path. */
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Answer of `system.run`. */
export interface ProgramResult {
  exitCode: number | null;
  /** Of a program that a signal ended. */
  signal?: string;
  timedOut: boolean;
  success: boolean;
  /** The end of what it wrote, when `truncated`. */
  stdout: string;
  stderr: string;
  truncated: boolean;
  /** It could not be started. */
  error?: string;
}

/** Programs that run for a gateway, without a shell and without standard input, each with all it starts in a group of its own. */
export interface Programs {
  /** Resolves when the program has ended, by itself, in time, or by `signal`. Never rejects. */
  run(program: Program): Promise<ProgramResult>;
  /** Ends all of them and waits until they are gone. */
  stop(): Promise<void>;
}

const graceMs = 2000;
/** Characters of one answer; what a gateway takes is more, and its frame has room for the rest. */
const maxAnswer = 280_000;

export function createPrograms({ maxOutputBytes = 100_000 }: { maxOutputBytes?: number } = {}): Programs {
  const running = new Map<ChildProcess, Promise<unknown>>();
  /** The whole group: a shell passes signals on to nobody. */
  const kill = (child: ChildProcess, signal: NodeJS.Signals) => {
    if (!running.has(child)) return;
    try {
      if (process.platform === "win32" || child.pid === undefined) child.kill(signal);
      else process.kill(-child.pid, signal);
    } catch {
      // It is gone.
    }
  };
  const end = (child: ChildProcess) => {
    kill(child, "SIGTERM");
    const timer = setTimeout(() => kill(child, "SIGKILL"), graceMs);
    child.once("close", () => clearTimeout(timer));
  };

  const run = (program: Program): Promise<ProgramResult> =>
    new Promise((resolve) => {
      const { argv, cwd, env, timeoutMs, signal } = program;
      const stdout = createOutputTail(maxOutputBytes);
      const stderr = createOutputTail(maxOutputBytes);
      let timedOut = false;
      const finish = (exitCode: number | null, endedBy: string | null, error?: string) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        resolve(
          fitted(
            { exitCode, ...(endedBy === null ? {} : { signal: endedBy }), timedOut, success: exitCode === 0 && !timedOut, ...(error ? { error } : {}) },
            stdout,
            stderr,
          ),
        );
      };
      const child = spawn(argv[0] ?? "", argv.slice(1), {
        cwd,
        env: { ...env },
        shell: false,
        stdio: ["ignore", "pipe", "pipe"],
        detached: process.platform !== "win32",
      });
      const abort = () => end(child);
      const timer = setTimeout(() => {
        timedOut = true;
        end(child);
      }, timeoutMs);
      child.stdout.on("data", (chunk: Buffer) => stdout.add(chunk));
      child.stderr.on("data", (chunk: Buffer) => stderr.add(chunk));
      const closed = new Promise<void>((gone) => {
        child.once("error", (error) => {
          running.delete(child);
          finish(null, null, error.message);
          gone();
        });
        child.once("close", (code, endedBy) => {
          running.delete(child);
          finish(code, endedBy);
          gone();
        });
      });
      // What it left running in the background keeps its pipes open; nobody listens to them any more.
      child.once("exit", () => setTimeout(() => end(child), graceMs / 4));
      running.set(child, closed);
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    });

  return {
    run,
    async stop() {
      const all = [...running];
      for (const [child] of all) end(child);
      await Promise.all(all.map(([, closed]) => closed));
    },
  };
}

type Tail = ReturnType<typeof createOutputTail>;

/** Shorter where escapes would make the answer too long to be sent. */
function fitted(rest: Omit<ProgramResult, "stdout" | "stderr" | "truncated">, stdout: Tail, stderr: Tail): ProgramResult {
  const at = (maxBytes?: number): ProgramResult => ({
    ...rest,
    stdout: stdout.text(maxBytes),
    stderr: stderr.text(maxBytes),
    truncated: maxBytes !== undefined || stdout.truncated || stderr.truncated,
  });
  let result = at();
  for (let bytes = 64_000; JSON.stringify(result).length > maxAnswer && bytes > 1000; bytes = Math.floor(bytes / 2)) result = at(bytes);
  return result;
}
