import type { Tool } from "@travelagent/agent-runtime";
import { createNetworkGuard, type NetworkGuardOptions } from "../guard/network-guard.ts";
import { browserActTool } from "./act-tool.ts";
import { browserFiles } from "./browser-files.ts";
import { type BrowsersOptions, createBrowsers } from "./browsers.ts";
import { browserLookTool } from "./look-tool.ts";
import { browserOpenTool } from "./open-tool.ts";

export interface BrowserToolsOptions extends Omit<BrowsersOptions, "guard">, NetworkGuardOptions {
  /** Where screenshots and printed pages are kept. */
  filesDirectory: string;
  /** Whether a model may run scripts of its own in pages. Default false. */
  evaluateEnabled?: boolean;
}

export interface BrowserTools {
  /** `browser`, `browser_open`, `browser_act`. */
  readonly tools: readonly Tool[];
  /** Closes every browser. */
  stop(): Promise<void>;
}

/** A browser for agents, one for each agent and session, that reaches public machines only. Nothing is started before it is used. */
export function createBrowserTools({ filesDirectory, evaluateEnabled = false, resolve, allowPrivateHosts, ...options }: BrowserToolsOptions): BrowserTools {
  const guard = createNetworkGuard({ ...(resolve ? { resolve } : {}), ...(allowPrivateHosts ? { allowPrivateHosts } : {}) });
  const browsers = createBrowsers({ ...options, guard });
  return {
    tools: [
      browserLookTool({ browsers, files: browserFiles({ directory: filesDirectory }) }),
      browserOpenTool({ browsers, guard }),
      browserActTool({ browsers, evaluateEnabled }),
    ],
    stop: browsers.stop,
  };
}
