export type { EntryRules } from "./check-entry.ts";
export { isPluginUnwell, type PluginEntry, type PluginState, type PluginStatus } from "./entry.ts";
export { type InspectOptions, inspectPlugins } from "./inspect-plugins.ts";
export { manifestName, type PluginManifest, parseManifest } from "./manifest.ts";
export { type FolderEntry, type FolderLimits, type PluginFolder, readPluginFolder } from "./read-folder.ts";
export { type PluginSettings, pluginSettings } from "./settings.ts";
