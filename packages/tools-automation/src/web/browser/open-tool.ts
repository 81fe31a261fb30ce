import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { openPage } from "../fetch/web-fetch.ts";
import type { NetworkGuard } from "../guard/network-guard.ts";
import { parseTarget } from "../guard/target.ts";
import type { Browsers } from "./browsers.ts";
import { pageFailure } from "./page-failure.ts";
import { pageView } from "./page-view.ts";

const Open = z.strictObject({
  url: z.string().min(1).max(2_000).describe("Address of a public web page, with https:// or http://."),
  tab: z
    .string()
    .regex(/^(?:t\d{1,6}|new)$/)
    .optional()
    .describe('The tab to open it in, or "new". Default: the one in front.'),
});

/** `browser_open`: goes to an address in the session's own browser, which is started when it does not run, and shows the page. */
export function browserOpenTool({ browsers, guard }: { browsers: Browsers; guard: NetworkGuard }): Tool {
  return defineTool({
    name: "browser_open",
    description:
      "Opens a public web page in this conversation's browser and returns its snapshot. For pages that need scripts; web_fetch is quicker for reading.",
    group: "ui",
    args: Open,
    effect: "read",
    optIn: true,
    egress: true,
    timeoutMs: 75_000,
    async describe({ url }, { now }) {
      return openPage(url, now);
    },
    async execute({ url, tab: id }, { turn, signal }) {
      const target = parseTarget(url);
      // Asked here as well, so that a browser is not started for nothing and the reason is told plainly.
      await guard.addressesOf(target, signal);
      const browser = await browsers.open(turn);
      return browser.use(async () => {
        const tab = id === "new" || browser.tabs().length === 0 ? await browser.newTab() : browser.tab(id);
        browser.refusals();
        try {
          const response = await tab.page.goto(target.url.href, { waitUntil: "domcontentloaded" });
          const status = response?.status();
          return { content: { ...(status === undefined ? {} : { status }), ...(await pageView(browser, tab)) }, tainted: true };
        } catch (error) {
          const [refusal] = browser.refusals();
          if (refusal) throw new TravelAgentError("FORBIDDEN", refusal.reason, { cause: error });
          throw pageFailure(error, "opening this page");
        }
      }, signal);
    },
  });
}
