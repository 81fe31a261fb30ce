import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Running {
  readonly pid: number;
  /** Everything it wrote so far, both streams. */
  output(): string;
  /** Waits until it wrote something that fits. */
  wrote(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal and waits for the end; the exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  readonly ended: Promise<number | null>;
}

/** Starts a command line from source and leaves it running. */
export function startCli(home: string, args: readonly string[], env: Record<string, string> = {}): Running {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TRAVELAGENT_|CLAWDBOT_|OPENAI_|ANTHROPIC_|VITEST|NODE_OPTIONS)/.test(name)),
  );
  const child: ChildProcess = spawn(process.execPath, ["--conditions=@travelagent/source", fileURLToPath(new URL("../main.ts", import.meta.url)), ...args], {
    env: { ...inherited, HOME: home, ...env },
    cwd: home,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of [...listeners]) listener();
    });
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    wrote: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = pattern.exec(output);
          if (!found) return;
          listeners.delete(check);
          clearTimeout(timer);
          resolve(found);
        };
        const timer = setTimeout(() => reject(new Error(`${args.join(" ")} did not write ${pattern} within 20 s:\n${output}`)), 20_000);
        void ended.then((code) => reject(new Error(`${args.join(" ")} ended with ${code} before it wrote ${pattern}:\n${output}`)));
        listeners.add(check);
        check();
      }),
    async end(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}
