#!/usr/bin/env node
import { spawn } from "node:child_process";
import * as nodeModule from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Runs under any Node that can parse this file, so that an old one is told what to do, or replaced by the one installed beside us. */
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const tooOld = major < 22 || (major === 22 && minor < 18);

/** This very command under the Node that the checkout pins: its exit code, or undefined where there is none. */
function underPinnedNode(): Promise<number | undefined> {
  return new Promise((resolve) => {
    try {
      const node = join(dirname(nodeModule.createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
      const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
      child.on("error", () => resolve(undefined));
      child.on("exit", (code) => resolve(code ?? 1));
    } catch {
      resolve(undefined);
    }
  });
}

if (tooOld) {
  const exitCode = await underPinnedNode();
  if (exitCode === undefined) process.stderr.write(`travelagent needs Node 22.18 or newer, and this is ${process.version}\n`);
  process.exit(exitCode ?? 1);
}

nodeModule.enableCompileCache();
const { run } = await import("./run.ts");
// A reader such as `head` that has seen enough is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
const exitCode = await run(process.argv.slice(2), {
  env: process.env,
  home: homedir(),
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
// Whatever a library may still hold open, the command is done once its output is out.
process.stdout.write("", () => process.exit(exitCode));
