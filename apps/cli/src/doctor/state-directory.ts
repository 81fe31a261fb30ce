import { chmod, lstat, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { StatePaths } from "@travelagent/config";
import type { Check } from "./checks.ts";

type Finding = Omit<Check, "id" | "title">;

interface Entry {
  path: string;
  directory: boolean;
  mode: number;
  uid: number;
  mtimeMs: number;
}

const maxEntries = 20_000;

/** Everything below a directory, itself first; links are not followed. */
async function* entries(path: string, budget = { left: maxEntries }): AsyncGenerator<Entry> {
  const found = await lstat(path).catch(() => undefined);
  if (!found || found.isSymbolicLink() || budget.left-- <= 0) return;
  yield { path, directory: found.isDirectory(), mode: found.mode & 0o777, uid: found.uid, mtimeMs: found.mtimeMs };
  if (!found.isDirectory()) return;
  for (const name of (await readdir(path).catch(() => [])).sort()) yield* entries(join(path, name), budget);
}

/** Directories 0700, files 0600. The agents' workspace and the skills hold work of people, who choose their own modes. */
export async function checkModes(paths: StatePaths, configPath: string, fix: boolean): Promise<Finding> {
  if (process.platform === "win32") return { status: "note", detail: `${paths.base}; modes are not checked on this system` };
  const all: Entry[] = [];
  for await (const entry of entries(paths.base)) if (!isWithin(entry.path, paths.workspace) && !isWithin(entry.path, paths.skills)) all.push(entry);
  if (!isWithin(configPath, paths.base)) for await (const entry of entries(configPath)) all.push(entry);
  if (all.length === 0) return { status: "note", detail: `${paths.base} is not there; the first start makes it` };
  const uid = process.getuid?.();
  const foreign = all.filter((entry) => uid !== 0 && entry.uid !== uid);
  if (foreign.length > 0)
    return {
      status: "broken",
      detail: `${list(foreign, paths.base)} belong to another user`,
      advice: `give them to yourself: chown -R "$(id -un)" ${paths.base}`,
    };
  const open = all.filter((entry) => (entry.mode & 0o077) !== 0);
  if (open.length === 0) return { status: "ok", detail: paths.base };
  if (!fix) return { status: "broken", detail: `others can read ${list(open, paths.base)}`, advice: "travelagent doctor --fix closes them" };
  for (const entry of open) await chmod(entry.path, entry.directory ? 0o700 : entry.mode & 0o700);
  return { status: "fixed", detail: `others could read ${list(open, paths.base)}` };
}

/** What a crash or a repair left behind. */
export async function checkLeftovers(base: string): Promise<Finding> {
  const found: Entry[] = [];
  const oldAfterMs = 60_000;
  for await (const entry of entries(base)) {
    if (entry.directory) continue;
    if (/\.corrupt(?:[.-].*)?$/.test(entry.path) || (/\.(?:tmp|lock)$/.test(entry.path) && Date.now() - entry.mtimeMs > oldAfterMs)) found.push(entry);
  }
  if (found.length === 0) return { status: "ok", detail: "none" };
  return { status: "warning", detail: list(found, base), advice: "look at them, and delete what you do not need" };
}

const isWithin = (path: string, directory: string): boolean => path === directory || !relative(directory, path).startsWith("..");

function list(found: readonly Entry[], base: string): string {
  const names = found.slice(0, 3).map(({ path }) => relative(dirname(base), path));
  return found.length > names.length ? `${names.join(", ")} and ${found.length - names.length} more` : names.join(", ");
}
