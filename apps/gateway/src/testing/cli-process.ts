import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A command line from source, as a user of that machine would run it. */
export async function cli(args: readonly string[], env: Record<string, string>) {
  const main = fileURLToPath(new URL("../../../cli/src/main.ts", import.meta.url));
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(TRAVELAGENT_|CLAWDBOT_|VITEST|NODE_OPTIONS)/.test(name)));
  const child = spawn(process.execPath, ["--conditions=@travelagent/source", main, ...args], {
    env: { ...inherited, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const [code] = (await once(child, "close")) as [number];
  return { code, output };
}
