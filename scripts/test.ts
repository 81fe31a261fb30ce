import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** `npm test`: types, then every test this machine can run, then a list of what was left out and why. */
const root = join(import.meta.dirname, "..");
const run = (command: string, args: string[]): boolean =>
  spawnSync(join(root, "node_modules/.bin", command), args, { cwd: root, stdio: "inherit" }).status === 0;

const chromium = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && path !== "" && existsSync(path),
);
const leftOut: string[] = [];
if (!chromium) leftOut.push("browser tests of the web chat and the console: no Chromium found (install Debian's chromium, or set CHROMIUM_PATH)");

console.log("types");
if (!run("turbo", ["run", "typecheck", "--output-logs=errors-only", "--no-update-notifier"])) process.exit(1);
console.log("tests");
if (chromium) process.env.CHROMIUM_PATH = chromium;
if (!run("vitest", ["run", ...process.argv.slice(2)])) process.exit(1);

for (const reason of leftOut) console.log(`left out: ${reason}`);
if (leftOut.length > 0 && process.env.TRAVELAGENT_TEST_ALL === "1") {
  console.error("this machine was to run every test (TRAVELAGENT_TEST_ALL=1), and some were left out");
  process.exit(1);
}
console.log(leftOut.length === 0 ? "all tests ran" : `${leftOut.length} left out`);
