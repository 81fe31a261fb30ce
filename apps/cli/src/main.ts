#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";

enableCompileCache();
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
