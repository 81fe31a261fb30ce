import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm test`: types, then every test this machine can run, then what was left out and why. Further arguments go to vitest.
 * With TRAVELAGENT_TEST_ALL=1, as in CI, a test that was left out is a failure.
 */
const root = join(import.meta.dirname, "..");
const reports = join(root, "node_modules", ".stamp");
mkdirSync(reports, { recursive: true });

const run = (command: string, args: string[]): boolean => {
  const { status } = spawnSync(join(root, "node_modules/.bin", command), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
  });
  return status === 0;
};

const chromium = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && path !== "" && existsSync(path),
);
const leftOut: string[] = [];
if (chromium) process.env.CHROMIUM_PATH = chromium;
else leftOut.push("browser tests of the web chat and the console: no Chromium found (install Debian's chromium, or set CHROMIUM_PATH)");

console.log("types");
if (!run("node", ["scripts/check-types.ts"])) process.exit(1);

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[];
}
let passed = 0;
let failed = 0;
let skipped = 0;
let ok = true;
const reportOf = (project: string): string => join(reports, `${project}.json`);
const argumentsOf = (project: string): string[] => [
  "run",
  "--project",
  project,
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${reportOf(project)}`,
  "--passWithNoTests",
  ...process.argv.slice(2),
];
const count = (project: string): void => {
  const report = JSON.parse(readFileSync(reportOf(project), "utf8")) as Report;
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests;
  for (const { name, assertionResults } of report.testResults)
    for (const { status, fullName } of assertionResults)
      if (status === "skipped" || status === "pending") leftOut.push(`${name.slice(root.length + 1)}: ${fullName}`);
};

/** Beside the others, since it waits more than it works; what it prints comes in one piece at its end. */
const beside = (project: string): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(join(root, "node_modules/.bin/vitest"), argumentsOf(project), { cwd: root, env: process.env, stdio: ["ignore", "pipe", "pipe"] });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => printed.push(chunk));
    child.on("close", (status) => {
      console.log(`${project} tests\n${Buffer.concat(printed).toString()}`);
      resolve(status === 0);
    });
  });
const next = async (project: string): Promise<boolean> => {
  console.log(`${project} tests`);
  const child = spawn(join(root, "node_modules/.bin/vitest"), argumentsOf(project), { cwd: root, env: process.env, stdio: "inherit" });
  return new Promise((resolve) => child.on("close", (status) => resolve(status === 0)));
};

const waiting = beside("waiting");
ok = await next("unit");
ok = (await waiting) && ok;
// Alone: a process that is killed every second needs the machine to get anywhere in between.
for (const project of ["e2e", "killing"]) ok = (await next(project)) && ok;
for (const project of ["unit", "waiting", "e2e", "killing"]) count(project);

for (const reason of leftOut) console.log(`left out: ${reason}`);
if (leftOut.length > 0 && process.env.TRAVELAGENT_TEST_ALL === "1") {
  console.error("every test was to run here (TRAVELAGENT_TEST_ALL=1), and some were left out");
  ok = false;
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(ok ? 0 : 1);
