export { pluginContract } from "./contract.ts";
export { type OpenPlugin, type OpenPluginOptions, openPlugin } from "./open-plugin.ts";
export { writePlugin } from "./write-plugin.ts";
