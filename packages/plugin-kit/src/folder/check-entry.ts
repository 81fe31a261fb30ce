import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { methods, TravelAgentError } from "@travelagent/protocol";
import type { PluginEntry, PluginState } from "./entry.ts";
import { manifestName, type PluginManifest, parseManifest, parsePluginConfig } from "./manifest.ts";
import { type PluginFolder, readPluginFolder } from "./read-folder.ts";

/** A folder in a search path. */
export interface Candidate {
  path: string;
  manifest?: PluginManifest;
  problem?: string;
}

export type Checked = { state: PluginState; reason?: string; folder?: PluginFolder; config?: Record<string, unknown> };

/** Folders with a manifest: the search paths themselves, and what lies directly in them. Of each only the manifest is read. */
export async function findPlugins(searchPaths: readonly string[]): Promise<Candidate[]> {
  const found: Candidate[] = [];
  const look = async (path: string): Promise<boolean> => {
    const text = await readFile(join(path, manifestName), "utf8").catch(() => undefined);
    if (text === undefined) return false;
    try {
      found.push({ path, manifest: parseManifest(text) });
    } catch (error) {
      found.push({ path, problem: TravelAgentError.from(error).message });
    }
    return true;
  };
  for (const path of searchPaths) {
    if (await look(path)) continue;
    const below = await readdir(path, { withFileTypes: true }).catch(() => []);
    for (const entry of below) if (entry.isDirectory()) await look(join(path, entry.name));
  }
  return found;
}

/** First parts of the names of methods there are: a plugin of that name would speak in the place of the gateway. */
const reserved = new Set(Object.keys(methods).map((name) => name.split(".", 1)[0]!));

export interface EntryRules {
  /** When there are any, only these. */
  allow: readonly string[];
  /** Never these. */
  deny: readonly string[];
}

/** Whether this may be loaded, without running any of it. Never rejects. */
export async function checkEntry(entry: PluginEntry, { allow, deny }: EntryRules, candidates: readonly Candidate[]): Promise<Checked> {
  const { id } = entry;
  if (!entry.enabled) return { state: "disabled", reason: `plugins.entries.${id}.enabled is false` };
  if (deny.includes(id)) return { state: "disabled", reason: "plugins.deny names it" };
  if (allow.length > 0 && !allow.includes(id)) return { state: "disabled", reason: "plugins.allow does not name it" };
  let folder: PluginFolder | undefined;
  try {
    folder = await readPluginFolder(pathOf(entry, candidates));
    const { manifest, sha256 } = folder;
    if (manifest.id !== id)
      throw new TravelAgentError("CONFIG_INVALID", `the plugin in ${folder.path} is called ${manifest.id}: name it so in plugins.entries`);
    if (reserved.has(id)) throw new TravelAgentError("CONFIG_INVALID", `${id} is the gateway's own name for methods; the plugin needs another id`);
    if (sha256 !== entry.sha256) return { state: "needs-approval", folder, reason: approvalNeeded(id, entry.sha256, sha256) };
    return { state: "loading", folder, config: parsePluginConfig(manifest, entry.config) };
  } catch (error) {
    return { state: "failed", reason: TravelAgentError.is(error) ? error.message : String(error), ...(folder ? { folder } : {}) };
  }
}

const approvalNeeded = (id: string, before: string | undefined, now: string): string =>
  `${before === undefined ? "nobody approved it yet" : "its files are not those that were approved"}; after reading them: travelagent plugins enable ${id} --sha256 ${now}`;

function pathOf({ id, path }: PluginEntry, candidates: readonly Candidate[]): string {
  if (path !== undefined) return path;
  const found = candidates.filter(({ manifest }) => manifest?.id === id);
  if (found.length > 1)
    throw new TravelAgentError("CONFIG_INVALID", `${found.map((one) => one.path).join(" and ")} are both ${id}: set plugins.entries.${id}.path`);
  if (!found[0]) throw new TravelAgentError("NOT_FOUND", `there is no plugin ${id} in plugins.load.paths: set plugins.entries.${id}.path`);
  return found[0].path;
}
