import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Clients of two generations of the protocol. Numbers are pinned: what is proven is proven for these. */
export interface ClientRelease {
  version: string;
  protocol: 3 | 4;
  packages: readonly string[];
  overrides?: Readonly<Record<string, string>>;
}

export const releases: readonly ClientRelease[] = [
  {
    version: "2026.1.29",
    protocol: 3,
    // It imports strip-ansi without naming it.
    packages: ["openclaw@2026.1.29", "strip-ansi@7.1.2"],
    overrides: {
      // The release it names has a dependency that comes from git; the newest linkedom one that the registry does not have.
      "@whiskeysockets/baileys": "7.0.0-rc14",
      linkedom: "0.18.12",
      // A native addon for the clipboard, which no test uses.
      "@mariozechner/clipboard": "file:./no-clipboard",
    },
  },
  {
    version: "2026.9.6",
    protocol: 4,
    packages: ["openclaw@2026.9.6", "@openclaw/gateway-client@2026.9.1", "@openclaw/gateway-protocol@2026.9.1"],
  },
];

const neededBytes = 3 * 1024 ** 3;
const installWithinMs = 480_000;

const cacheDirectory = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "travelagent", "openclaw-clients");

/** Programs of the machine, and the Node this test runs on. */
export const pathWithNode = [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter);

const manifestOf = ({ packages, overrides = {} }: ClientRelease): string =>
  JSON.stringify({
    private: true,
    dependencies: Object.fromEntries(packages.map((name) => [name.slice(0, name.lastIndexOf("@")), name.slice(name.lastIndexOf("@") + 1)])),
    overrides,
  });

const directoryOf = (release: ClientRelease): string => join(cacheDirectory, release.version);

function isInstalled(release: ClientRelease): boolean {
  const marker = join(directoryOf(release), "installed");
  return existsSync(marker) && readFileSync(marker, "utf8") === manifestOf(release);
}

/** Into a folder beside, which gets its name when all is there: one that was cut short is never used. */
async function install(release: ClientRelease): Promise<void> {
  const target = directoryOf(release);
  const partial = `${target}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(join(partial, "no-clipboard"), { recursive: true });
  writeFileSync(join(partial, "package.json"), manifestOf(release));
  writeFileSync(join(partial, "no-clipboard", "package.json"), JSON.stringify({ name: "@mariozechner/clipboard", version: "0.0.0", main: "index.js" }));
  writeFileSync(join(partial, "no-clipboard", "index.js"), "module.exports = {};\n");
  const child = spawn("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", "--prefer-offline", "--no-package-lock"], {
    cwd: partial,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: pathWithNode },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const timer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), installWithinMs);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`npm install of openclaw@${release.version} ended with ${code}:\n${output.slice(-2000)}`);
    writeFileSync(join(partial, "installed"), manifestOf(release));
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } finally {
    clearTimeout(timer);
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * The clients by version, from the cache of this user or from the registry. They are a gigabyte, so without
 * TRAVELAGENT_TEST_ALL=1 nothing is fetched; with it, a failure is raised. Otherwise the reason why there are none.
 */
export async function installClients(): Promise<{ directories: ReadonlyMap<string, string> } | { leftOut: string }> {
  const missing = releases.filter((release) => !isInstalled(release));
  if (missing.length > 0) {
    if (process.env.TRAVELAGENT_TEST_ALL !== "1")
      return {
        leftOut: `openclaw ${missing.map(({ version }) => version).join(" and ")} is not in ${cacheDirectory}; TRAVELAGENT_TEST_ALL=1 fetches it (1 GB)`,
      };
    mkdirSync(cacheDirectory, { recursive: true });
    const { bavail, bsize } = statfsSync(cacheDirectory);
    if (bavail * bsize < neededBytes) throw new Error(`${cacheDirectory} needs 3 GB of free space for the clients`);
    await Promise.all(missing.map(install));
  }
  return { directories: new Map(releases.map((release) => [release.version, directoryOf(release)])) };
}
