// The way in for a machine that has git and Node 20 with npm and nothing else: installs with the pinned pnpm, builds what is
// stale, and runs everything else under the pinned Node. Plain JavaScript, since it runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [task, ...rest] = process.argv.slice(2);
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const stamps = join(root, "node_modules", ".stamp");
const node = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const bin = (name) => join(root, "node_modules", ".bin", name);
const env = { ...process.env, PATH: `${join(root, "node_modules", ".bin")}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}` };

const say = (text) => process.stderr.write(`${text}\n`);
const run = (command, args, options = {}) => {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", env, ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

const newest = (paths) => {
  let time = 0;
  const visit = (path) => {
    if (!existsSync(path)) return;
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const entry of readdirSync(path)) if (entry !== "node_modules" && entry !== "dist" && entry !== ".turbo") visit(join(path, entry));
    } else time = Math.max(time, stat.mtimeMs);
  };
  for (const path of paths) visit(path);
  return time;
};
const folders = () => ["packages", "apps"].flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)));
const isFresh = (stamp, paths) => existsSync(join(stamps, stamp)) && statSync(join(stamps, stamp)).mtimeMs >= newest(paths);
const mark = (stamp) => {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(join(stamps, stamp), `${new Date().toISOString()}\n`);
};

function install() {
  const inputs = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"]
    .map((name) => join(root, name))
    .concat(folders().map((folder) => join(folder, "package.json")));
  if (existsSync(node) && isFresh("install", inputs)) return;
  say(`installing with ${packageManager} (once; some minutes on a slow line)`);
  run("npx", ["--yes", packageManager, "install", "--frozen-lockfile", "--reporter=append-only"], {
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  mark("install");
}

const buildInputs = () => [
  join(root, "tsconfig.base.json"),
  join(root, "scripts", "tsup-library.ts"),
  join(root, "pnpm-lock.yaml"),
  join(root, "skills"),
  ...folders(),
];
function build(filter) {
  const stamp = filter ? "build-apps" : "build-all";
  const built =
    existsSync(join(root, "apps/gateway/dist/main.js")) &&
    existsSync(join(root, "apps/web/dist/index.html")) &&
    existsSync(join(root, "apps/cli/dist/main.js"));
  if (built && (isFresh(stamp, buildInputs()) || (filter && isFresh("build-all", buildInputs())))) return;
  say("building what is stale");
  run(bin("turbo"), ["run", "build", "--output-logs=errors-only", "--no-update-notifier", ...(filter ?? [])], {
    stdio: ["ignore", 2, 2],
    env: { ...env, TURBO_TELEMETRY_DISABLED: "1" },
  });
  mark(stamp);
}

/** The apps are bundles of the packages' sources: to run, they need no package built. */
const apps = ["--filter=@travelagent/gateway", "--filter=@travelagent/web", "--filter=@travelagent/cli", "--only"];

switch (task) {
  case "start": {
    install();
    build(apps);
    const child = spawn(node, [join(root, "apps/gateway/dist/main.js"), ...rest], { stdio: "inherit", env: process.env });
    for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
    child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
    break;
  }
  case "build":
    install();
    build();
    break;
  case "test":
    install();
    build(apps);
    run(node, [join(root, "scripts", "test.ts"), ...rest]);
    break;
  case "check":
    install();
    build();
    run(node, [join(root, "scripts", "check.ts"), ...rest]);
    break;
  case "bench":
    install();
    build(apps);
    run(node, [join(root, "bench", "run.ts"), ...rest]);
    break;
  default:
    say("usage: node scripts/run.mjs start|build|test|check|bench");
    process.exit(2);
}
