import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

export const privateHost = z
  .string()
  .regex(
    /^(?:\[[0-9a-fA-F:.]+\]|[^\s:/@?#[\]]+)(?::\d{1,5})?$/,
    'must be a host or host:port, such as "wiki.intranet:8080"; an IPv6 address stands in brackets',
  );

/** Tools that read the public web. None is there unless it is turned on. */
export const web = z.strictObject({
  allowPrivateHosts: z.array(privateHost).max(100).default([]).describe("Hosts of a private network that web tools may reach. All others are closed to them."),
  fetch: z
    .strictObject({
      enabled: z.boolean().default(false).describe("Whether there is web_fetch."),
      maxChars: z.int().min(1_000).max(50_000).default(50_000).describe("Most characters of a page."),
      timeoutSeconds: z.int().min(1).max(40).default(30),
    })
    .prefault({}),
  search: z
    .strictObject({
      provider: z.enum(["brave"]).default("brave"),
      baseUrl: baseUrl().describe("Such as https://api.search.brave.com."),
      apiKey: secret(),
      timeoutSeconds: z.int().min(1).max(30).default(30),
    })
    .optional()
    .describe("The search engine of web_search. Without it there is no such tool."),
});

/** A browser of an agent's own. */
export const browser = z.strictObject({
  enabled: z.boolean().default(false).describe("Whether there are browser, browser_open and browser_act."),
  executablePath: z.string().min(1).optional().describe("Chromium on this machine. Default: where systems usually have it."),
  noSandbox: z.boolean().default(false).describe("Starts Chromium without its own sandbox, as needed in some containers."),
  evaluateEnabled: z.boolean().default(false).describe("Whether a model may run scripts of its own in pages."),
  idleMinutes: z.int().min(1).max(240).default(10).describe("After so long without use a browser is closed and its profile removed."),
  maxBrowsers: z.int().min(1).max(20).default(2).describe("Browsers that run at the same time."),
});
