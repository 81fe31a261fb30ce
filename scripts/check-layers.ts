import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Dependencies point strictly down; a package never depends on one of its own layer or above. Tests may use any lower or equal one. */
const layers = [
  ["protocol"],
  [
    "channel-kit",
    "agent-runtime",
    "sessions",
    "cron",
    "config",
    "client",
    "discovery",
    "engine",
    "telemetry",
    "travel-rules",
    "travel-documents",
    "templates",
    "privacy",
    "vault",
    "media",
  ],
  ["gateway-core", "channel-*", "tools-*", "mcp-*", "plugin-kit", "travel-jobs", "engine-postgres"],
  ["gateway", "cli", "web"],
];
const root = join(import.meta.dirname, "..");
const layerOf = (name: string): number => {
  const exact = layers.findIndex((layer) => layer.includes(name));
  if (exact >= 0) return exact;
  return layers.findIndex((layer) => layer.some((pattern) => pattern.endsWith("*") && name.startsWith(pattern.slice(0, -1))));
};
/** The CLI starts the gateway in the foreground, the gateway serves the built web pages: apps that hold one another. */
const allowedBetweenApps = new Set(["cli→gateway", "gateway→web"]);

const problems: string[] = [];
for (const folder of ["packages", "apps"]) {
  for (const directory of readdirSync(join(root, folder))) {
    const manifest = JSON.parse(readFileSync(join(root, folder, directory, "package.json"), "utf8")) as { name: string; dependencies?: Record<string, string> };
    const name = manifest.name.replace("@travelagent/", "");
    if (layerOf(name) < 0) problems.push(`${name} is in no layer: add it to scripts/check-layers.ts`);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (!dependency.startsWith("@travelagent/")) continue;
      const below = dependency.replace("@travelagent/", "");
      if (layerOf(below) >= layerOf(name) && !allowedBetweenApps.has(`${name}→${below}`))
        problems.push(`${name} may not depend on ${below}: dependencies point strictly down`);
    }
  }
}

/** Only apps read environment, files of their own choosing, arguments, or end the process. */
const forbidden = /\bprocess\.(env|argv|exit|cwd)\b|\bDate\.now\(\)|vi\.mock\(/;
const walk = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? walk(join(directory, entry.name)) : /\.tsx?$/.test(entry.name) ? [join(directory, entry.name)] : [],
  );
for (const directory of readdirSync(join(root, "packages"))) {
  for (const file of walk(join(root, "packages", directory, "src"))) {
    if (/\.test\.tsx?$|\/testing\//.test(file)) continue;
    readFileSync(file, "utf8")
      .split("\n")
      .forEach((line, index) => {
        if (forbidden.test(line) && !line.includes("systemClock") && !file.endsWith("protocol/src/ports.ts"))
          problems.push(`${file.slice(root.length + 1)}:${index + 1} reads the environment, the clock or ends the process: take it as an option`);
      });
  }
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
if (problems.length === 0) console.log("layers: dependencies point down, packages read no environment");
