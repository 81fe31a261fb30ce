import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Packs every package as npm would get it, installs the tarballs into an empty project, imports every public entry, and runs
 * the README's embedding example on them. Needs the packages built.
 */
const root = join(import.meta.dirname, "..");
const project = mkdtempSync(join(tmpdir(), "travelagent-install-"));
const run = (command: string, args: string[], cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed in ${cwd}:\n${stdout}\n${stderr}`);
  return stdout;
};

interface Manifest {
  name: string;
  exports: Record<string, unknown>;
}

try {
  const packages = readdirSync(join(root, "packages")).map((folder) => {
    const directory = join(root, "packages", folder);
    const manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
    const destination = join(project, "tarballs", folder);
    mkdirSync(destination, { recursive: true });
    run(join(root, "node_modules/.bin/pnpm"), ["pack", "--pack-destination", destination], directory);
    const tarball = readdirSync(destination).find((name) => name.endsWith(".tgz"))!;
    return {
      name: manifest.name,
      file: `file:${join(destination, tarball)}`,
      entries: Object.keys(manifest.exports).filter((path) => !path.endsWith(".json")),
    };
  });
  const own = Object.fromEntries(packages.map(({ name, file }) => [name, file]));
  const { zod } = JSON.parse(readFileSync(join(root, "packages/protocol/node_modules/zod/package.json"), "utf8").replace('"version"', '"zod"')) as {
    zod: string;
  };
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({ name: "stranger", private: true, type: "module", dependencies: { ...own, zod }, overrides: own }, null, 2),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"], project);

  cpSync(join(root, "examples/embed"), join(project, "embed"), { recursive: true });
  cpSync(join(root, "examples/channel"), join(project, "channel"), { recursive: true });
  const entries = packages.flatMap(({ name, entries: paths }) => paths.map((path) => (path === "." ? name : `${name}${path.slice(1)}`)));
  writeFileSync(
    join(project, "stranger.ts"),
    `import { mkdtempSync } from "node:fs";
    for (const entry of ${JSON.stringify(entries)}) {
      const names = Object.keys(await import(entry));
      if (names.length === 0 && !/channel-kit$|cron$/.test(entry)) console.log(\`(types only: \${entry})\`);
    }
    const { scriptedModel } = await import("@travelagent/agent-runtime/testing");
    const { startAgency } = await import("./embed/gateway.ts");
    const { pager } = await import("./channel/pager.ts");
    const running = await startAgency(scriptedModel(() => "hello"), pager({ apiUrl: "http://127.0.0.1:9", secret: "a-secret-of-this-check-0123456789" }), mkdtempSync("agency-"), "a-token-of-this-check-0123456789", 0);
    const health = await fetch(\`\${running.url}/health\`);
    if (health.status !== 200) throw new Error("the embedded gateway is not healthy");
    await running.stop();
    console.log("stranger ok");`,
  );
  const said = run(join(root, "node_modules/.bin/node"), ["stranger.ts"], project);
  if (!said.includes("stranger ok")) throw new Error(said);
  console.log(`${packages.length} packages install from their tarballs, ${entries.length} entries import, the embedding example runs on them`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
