export type { HookName } from "./folder/manifest.ts";
export {
  definePlugin,
  type HookEvents,
  type HookListener,
  type Plugin,
  type PluginApi,
  type PluginCall,
  type PluginCommandOutput,
  type PluginHttpReply,
  type PluginHttpRequest,
  type PluginTool,
} from "./plugin.ts";
