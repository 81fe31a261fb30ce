import { accessSync, constants, rmSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { ownDirectory } from "../configuration/own-file.ts";
import type { Settings } from "../configuration/settings.ts";
import type { Environment } from "./models.ts";

/** Tools that reach the web. Agents have them when their own rules name them. */
export interface WebTools {
  readonly tools: readonly Tool[];
  /** Closes every browser. */
  stop(): Promise<void>;
}

/** What `tools.web` and `tools.browser` turn on; nothing is loaded for what they do not. Raises `CONFIG_INVALID` for a browser that is not where it is said to be. */
export async function webTools(
  { config, env, paths }: Pick<Settings, "config" | "env" | "paths">,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<WebTools> {
  const { web, browser } = config.tools;
  const program = browser.enabled ? chromiumOf(browser.executablePath, env) : undefined;
  if (browser.enabled && program === undefined)
    log.error("tools.browser is on and there is no Chromium on this machine: agents have no browser; install one or set tools.browser.executablePath");
  if (!web.fetch.enabled && !web.search && program === undefined) return { tools: [], stop: async () => {} };

  const { braveSearch, createBrowserTools, createGuardedFetch, webFetchTool, webSearchTool } = await import("@travelagent/tools-automation/web");
  const { allowPrivateHosts } = web;
  const tools: Tool[] = [];
  if (web.fetch.enabled) {
    const get = createGuardedFetch({ allowPrivateHosts, timeoutMs: web.fetch.timeoutSeconds * 1000, clock });
    tools.push(webFetchTool({ get, maxChars: web.fetch.maxChars, clock }));
  }
  if (web.search) {
    const { baseUrl, apiKey, timeoutSeconds } = web.search;
    tools.push(webSearchTool({ provider: braveSearch({ baseUrl, apiKey, timeoutMs: timeoutSeconds * 1000, clock }), clock }));
  }
  if (program === undefined) return { tools, stop: async () => {} };

  const directory = join(paths.data, "browser-profiles");
  // What a gateway left that was killed.
  rmSync(directory, { recursive: true, force: true });
  ownDirectory(directory);
  const browsers = createBrowserTools({
    chromium: { executablePath: program, noSandbox: browser.noSandbox, env: environmentOf(env) },
    directory,
    filesDirectory: join(paths.data, "browser-files"),
    allowPrivateHosts,
    evaluateEnabled: browser.evaluateEnabled,
    idleMs: browser.idleMinutes * 60_000,
    most: browser.maxBrowsers,
    clock,
    log,
  });
  return { tools: [...tools, ...browsers.tools], stop: browsers.stop };
}

const programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const elsewhere = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];

function chromiumOf(configured: string | undefined, { PATH = "" }: Environment): string | undefined {
  if (configured !== undefined) {
    if (!isAbsolute(configured) || !isProgram(configured))
      throw new TravelAgentError("CONFIG_INVALID", `tools.browser.executablePath: there is no program ${configured}; name Chromium by its whole path`);
    return configured;
  }
  const places = ["/usr/bin", "/usr/local/bin", "/snap/bin", ...PATH.split(delimiter).filter(isAbsolute)];
  return [...places.flatMap((place) => programs.map((program) => join(place, program))), ...elsewhere].find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What Chromium needs of the gateway's environment, which holds secrets. */
const environmentOf = ({ PATH, LANG, TZ }: Environment): Record<string, string> => ({
  ...(PATH === undefined ? {} : { PATH }),
  ...(LANG === undefined ? {} : { LANG }),
  ...(TZ === undefined ? {} : { TZ }),
});
