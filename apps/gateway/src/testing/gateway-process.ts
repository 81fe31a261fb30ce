import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

export interface GatewayProcess {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly stateDir: string;
  readonly pid: number;
  readonly readyMs: number;
  /** As `kill -9`. */
  kill(): Promise<void>;
  /** As an operator stops it; the exit code. */
  stop(): Promise<number | null>;
  output(): string;
  /** Nobody reads what it prints any more. */
  hangUp(): void;
}

/** An empty state directory, and how to get rid of it. */
export function temporaryState(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "travelagent-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Starts the built gateway as a user would, and waits for its ready line. */
export async function startGateway({
  stateDir,
  port = 0,
  env = {},
  args = [],
  token,
}: {
  stateDir: string;
  /** The one the configuration names. */
  token?: string;
  /** Default 0: any free one, whatever the configuration says. */
  port?: number | "configured";
  env?: Record<string, string>;
  args?: string[];
}): Promise<GatewayProcess> {
  if (!existsSync(main)) throw new Error("the gateway is not built: run npm run build, or npm test, which builds it");
  const started = performance.now();
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TRAVELAGENT_|CLAWDBOT_|OPENAI_|ANTHROPIC_|GEMINI_|GOOGLE_|VITEST|NODE_OPTIONS)/.test(name)),
  );
  const child: ChildProcess = spawn(process.execPath, [main, ...(port === "configured" ? [] : ["--port", String(port)]), ...args], {
    env: { ...inherited, TRAVELAGENT_STATE_DIR: stateDir, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const exited = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  const ready = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the gateway was not ready after 20 s:\n${output}`)), 20_000);
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      const line = /^ready .*?(https?:\/\/[^\s]+)/m.exec(output);
      if (!line) return;
      clearTimeout(timer);
      resolve(line[1]!);
    };
    child.stdout!.on("data", hear);
    child.stderr!.on("data", hear);
    void exited.then(([code]) => {
      clearTimeout(timer);
      reject(new Error(`the gateway ended with ${code} before it was ready:\n${output}`));
    });
  });
  const url = new URL(await ready);
  const readyMs = performance.now() - started;
  return {
    url: url.origin,
    port: Number(url.port),
    token: token ?? env.TRAVELAGENT_GATEWAY_TOKEN ?? readFileSync(join(stateDir, "gateway.token"), "utf8").trim(),
    stateDir,
    pid: child.pid!,
    readyMs,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async stop() {
      child.kill("SIGTERM");
      return (await exited)[0];
    },
    output: () => output,
    hangUp() {
      child.stdout!.destroy();
      child.stderr!.destroy();
    },
  };
}
