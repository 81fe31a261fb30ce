import { dirname, join, resolve } from "node:path";
import type { PluginFolder, PluginStatus } from "@travelagent/plugin-kit/folder";
import { configFile } from "./config-file.ts";
import { failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

async function settingsOf(terminal: Terminal) {
  const { loadConfigFile, requireConfig, resolvePath } = await import("@travelagent/config");
  const { pluginSettings } = await import("@travelagent/plugin-kit/folder");
  const { configPath, load, paths } = await configFile(terminal);
  const config = requireConfig(await loadConfigFile(configPath, terminal.env, load));
  const base = dirname(configPath);
  return pluginSettings(config.plugins, (path) => resolvePath(path, { home: terminal.home, base }), join(paths.base, "extensions"));
}

/** The plugins of this machine's configuration, and what lies in the search paths. None of their code runs. */
export async function localPlugins(terminal: Terminal): Promise<PluginStatus[]> {
  const { inspectPlugins } = await import("@travelagent/plugin-kit/folder");
  return inspectPlugins(await settingsOf(terminal));
}

/** The folder of a plugin that is to be approved. Raises `NOT_FOUND` and `CONFIG_INVALID` as the gateway would, with what is wrong. */
export async function folderOf(id: string, given: string | undefined, terminal: Terminal): Promise<PluginFolder> {
  const folder = await folderAt(given ?? (await placeOf(id, terminal)), terminal);
  if (folder.manifest.id !== id) throw await failure("CONFIG_INVALID", `the plugin in ${folder.path} is called ${folder.manifest.id}`);
  return folder;
}

/** The plugin in this folder; a relative path starts where the command runs. */
export async function folderAt(path: string, terminal: Terminal): Promise<PluginFolder> {
  const { readPluginFolder } = await import("@travelagent/plugin-kit/folder");
  const { resolvePath } = await import("@travelagent/config");
  return readPluginFolder(resolve(resolvePath(path, { home: terminal.home, base: terminal.cwd })));
}

async function placeOf(id: string, terminal: Terminal): Promise<string> {
  const settings = await settingsOf(terminal);
  const configured = settings.entries.find((entry) => entry.id === id)?.path;
  if (configured !== undefined) return configured;
  const { inspectPlugins } = await import("@travelagent/plugin-kit/folder");
  const found = (await inspectPlugins({ ...settings, entries: [] })).filter((plugin) => plugin.id === id);
  if (found.length > 1) throw await failure("CONFLICT", `${found.map(({ path }) => path).join(" and ")} are both ${id}: say which one with --path`);
  if (!found[0]?.path) throw await failure("NOT_FOUND", `there is no plugin ${id} where plugins are looked for: say where it is with --path`);
  return found[0].path;
}
