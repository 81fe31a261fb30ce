import { type Candidate, type Checked, checkEntry, type EntryRules, findPlugins } from "./check-entry.ts";
import type { PluginEntry, PluginStatus } from "./entry.ts";
import type { PluginManifest } from "./manifest.ts";
import type { PluginLabel } from "./read-folder.ts";

export interface InspectOptions extends EntryRules {
  entries: readonly PluginEntry[];
  searchPaths: readonly string[];
}

/**
 * How the plugins would be at a start, without running any of their code: those of the configuration in its order, then what else
 * lies in the search paths. `loading` is one whose code may run. Never rejects because of a plugin.
 */
export async function inspectPlugins({ entries, searchPaths, ...rules }: InspectOptions): Promise<PluginStatus[]> {
  const candidates = await findPlugins(searchPaths);
  const checked = await Promise.all(entries.map(async (entry) => statusOf(entry, await checkEntry(entry, rules, candidates))));
  return [...checked, ...availableOf(candidates, entries)];
}

export function statusOf(entry: PluginEntry, { state, reason, folder }: Pick<Checked, "state" | "reason"> & { folder?: PluginLabel }): PluginStatus {
  const known = folder ? { ...labelOf(folder.manifest), path: folder.path, sha256: folder.sha256 } : entry.path === undefined ? {} : { path: entry.path };
  return { id: entry.id, state, ...(reason === undefined ? {} : { reason }), enabled: entry.enabled && state !== "disabled", ...known };
}

/** What lies there and is not named. */
export const availableOf = (candidates: readonly Candidate[], entries: readonly PluginEntry[]): PluginStatus[] =>
  candidates.flatMap(({ path, manifest, problem }): PluginStatus[] => {
    if (manifest && entries.some(({ id }) => id === manifest.id)) return [];
    if (manifest) return [{ id: manifest.id, state: "available", enabled: false, ...labelOf(manifest), path }];
    return [{ id: path.split(/[\\/]/).at(-1)!, state: "failed", enabled: false, path, ...(problem === undefined ? {} : { reason: problem }) }];
  });

function labelOf({ name, version, description, tools, channels, methods, httpRoutes, hooks, commands, skills }: PluginManifest) {
  return { name, version, description, registers: { tools, channels, methods, httpRoutes, hooks, commands, skills } };
}
