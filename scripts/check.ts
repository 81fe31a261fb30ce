import { spawnSync } from "node:child_process";
import { join } from "node:path";

/** `npm run check`: what a change must pass, cheapest first. `--fast` leaves the tests out, for when they ran just before. */
const root = join(import.meta.dirname, "..");
const steps: [name: string, command: string, args: string[]][] = [
  ["layers", "node", ["scripts/check-layers.ts"]],
  ["generated files", "node", ["scripts/generate-protocol.ts", "--check"]],
  ["lint and format", "biome", ["ci", "--diagnostic-level=error", "."]],
  ["dead code and dependencies", "knip", []],
  ["types", "node", ["scripts/check-types.ts"]],
  ...(process.argv.includes("--fast") ? [] : ([["tests", "node", ["scripts/test.ts"]]] as [string, string, string[]][])),
  ["public names", "node", ["scripts/check-api.ts"]],
  ["install from tarballs", "node", ["scripts/check-install.ts"]],
  ["packages as npm gets them", "turbo", ["run", "pack-check", "--output-logs=errors-only", "--no-update-notifier", "--concurrency=2"]],
];
for (const [name, command, args] of steps) {
  const started = Date.now();
  const { status } = spawnSync(join(root, "node_modules/.bin", command), args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1" },
  });
  if (status !== 0) {
    console.error(`check failed: ${name}`);
    process.exit(1);
  }
  console.log(`ok  ${name}  (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}
