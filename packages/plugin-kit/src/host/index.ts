export { isPluginUnwell, type PluginEntry, type PluginState, type PluginStatus } from "../folder/entry.ts";
export { type PluginSettings, pluginSettings } from "../folder/settings.ts";
export { pluginHandlers } from "./handlers.ts";
export type { PluginHooks } from "./hooks.ts";
export { createPlugins, type PluginMethod, type PluginRoute, type Plugins, type PluginsOptions } from "./plugins.ts";
