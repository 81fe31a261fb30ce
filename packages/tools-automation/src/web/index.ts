export { type BrowserTools, type BrowserToolsOptions, createBrowserTools } from "./browser/browser-tools.ts";
export { type WebFetchOptions, webFetchTool } from "./fetch/web-fetch.ts";
export { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions, type GuardedRequest, type GuardedResponse } from "./guard/guarded-fetch.ts";
export { createNetworkGuard, type NetworkGuard, type NetworkGuardOptions, type Resolve } from "./guard/network-guard.ts";
export { parseTarget, type Target } from "./guard/target.ts";
export { type BraveOptions, braveSearch } from "./search/brave.ts";
export type { Found, Search, SearchProvider } from "./search/provider.ts";
export { webSearchTool } from "./search/web-search.ts";
