import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { BrowserContext, Page } from "playwright-core";
import type { NetworkGuard } from "../guard/network-guard.ts";
import { parseTarget } from "../guard/target.ts";
import { reasonOf, untilAborted } from "../guard/until-aborted.ts";
import { type Refusal, startGuardingProxy } from "./guarding-proxy.ts";
import { type ChromiumOptions, launchChromium } from "./launch-chromium.ts";
import { openTab, type Tab } from "./tab.ts";

export interface BrowserOptions {
  chromium: ChromiumOptions;
  guard: NetworkGuard;
  /** Where profiles are made, and removed when their browser closes. */
  directory: string;
  clock: Clock;
  log: Logger;
}

/** The browser of one agent in one session. */
export interface Browser {
  tabs(): readonly Tab[];
  /** Raises `NOT_FOUND`. Without an id: the one in front. */
  tab(id?: string): Tab;
  focus(tab: Tab): void;
  newTab(): Promise<Tab>;
  /** Connections that pages wanted and did not get, since this was asked the last time. */
  refusals(): Refusal[];
  /** One at a time, in order. One that does not end within its time, or a browser that went away, closes this browser: `TIMEOUT`, `UNAVAILABLE`. */
  use<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  readonly busy: boolean;
  readonly closed: boolean;
  close(): Promise<void>;
}

const mostTabs = 8;
const mostRefusals = 20;
const workMs = 45_000;
/** What a page may load beside what comes through the proxy: nothing of this leaves the browser. */
const inside: ReadonlySet<string> = new Set(["data:", "blob:", "about:"]);

export async function startBrowser({ chromium, guard, directory, clock, log }: BrowserOptions): Promise<Browser> {
  let refused: Refusal[] = [];
  const onRefused = (refusal: Refusal): void => {
    // A page can try without end; what it tries after this is the same.
    if (refused.length >= mostRefusals) return;
    refused.push(refusal);
    log.warn("a page was kept from a private network", { port: refusal.port });
  };
  const proxy = await startGuardingProxy({ guard, onRefused });
  const profile = await mkdtemp(join(directory, "browser-"));
  const release = async (): Promise<void> => {
    await proxy.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 }).catch((error: unknown) =>
      log.warn("a browser's profile could not be removed", { error }),
    );
  };
  let context: BrowserContext;
  try {
    context = await launchChromium(chromium, profile, proxy.url);
  } catch (error) {
    log.error("a browser did not start", { cause: String((error as Error).cause ?? error) });
    await release();
    throw error;
  }

  let tabs: Tab[] = [];
  let front: Tab | undefined;
  let counted = 0;
  let closed = false;
  let waiting = 0;
  let queue: Promise<unknown> = Promise.resolve();

  const adopt = (page: Page): Tab | undefined => {
    const known = tabs.find((tab) => tab.page === page);
    if (known) return known;
    if (tabs.length >= mostTabs) {
      page.close().catch(() => undefined);
      return undefined;
    }
    counted += 1;
    const tab = openTab(`t${counted}`, page);
    tabs.push(tab);
    front = tab;
    page.on("close", () => {
      tabs = tabs.filter((other) => other !== tab);
      if (front === tab) front = tabs.at(-1);
    });
    return tab;
  };

  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await context.close().catch(() => undefined);
    await release();
  };

  context.setDefaultTimeout(15_000);
  context.setDefaultNavigationTimeout(20_000);
  // The proxy decides what is reached. This keeps out what would never get there: files, other schemes, odd spellings.
  await context.route("**/*", async (route) => {
    const url = route.request().url();
    try {
      if (!inside.has(new URL(url).protocol)) parseTarget(url);
      await route.continue();
    } catch (error) {
      if (TravelAgentError.is(error)) onRefused({ host: "", port: 0, reason: error.message });
      await route.abort("blockedbyclient").catch(() => undefined);
    }
  });
  context.on("page", (page) => void adopt(page));
  context.on("close", () => void close());
  for (const page of context.pages()) adopt(page);

  return {
    tabs: () => tabs,
    tab(id) {
      const found = id === undefined ? front : tabs.find((tab) => tab.id === id);
      if (!found)
        throw new TravelAgentError(
          "NOT_FOUND",
          id === undefined ? "no page is open; open one with browser_open" : `there is no tab ${id}; action "tabs" lists them`,
        );
      return found;
    },
    focus(tab) {
      front = tab;
    },
    async newTab() {
      if (tabs.length >= mostTabs) throw new TravelAgentError("INVALID_REQUEST", `${mostTabs} tabs are open, which is the most; close one first`);
      const tab = adopt(await context.newPage());
      if (!tab) throw new TravelAgentError("UNAVAILABLE", "the tab did not open; try again");
      front = tab;
      return tab;
    },
    refusals() {
      const told = refused;
      refused = [];
      return told;
    },
    use(work, signal) {
      const turn = queue.then(async () => {
        if (closed) throw new TravelAgentError("UNAVAILABLE", "this browser was closed; open the page again");
        if (signal.aborted) throw reasonOf(signal);
        let disarm = (): void => undefined;
        const late = new Promise<never>((_, reject) => {
          disarm = clock.after(workMs, () => {
            reject(new TravelAgentError("TIMEOUT", "the page does not answer any more, so its browser was closed; open it again"));
            void close();
          });
        });
        late.catch(() => undefined);
        try {
          return await Promise.race([work(), late]);
        } finally {
          disarm();
        }
      });
      waiting += 1;
      const done = (): void => {
        waiting -= 1;
      };
      queue = turn.then(done, done);
      return untilAborted(turn, signal);
    },
    get busy() {
      return waiting > 0;
    },
    get closed() {
      return closed;
    },
    close,
  };
}
