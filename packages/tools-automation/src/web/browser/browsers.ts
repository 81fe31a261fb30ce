import { TravelAgentError } from "@travelagent/protocol";
import { silentLogger, systemClock } from "@travelagent/protocol/ports";
import type { TurnScope } from "@travelagent/protocol/turn";
import { type Browser, type BrowserOptions, startBrowser } from "./browser.ts";

export interface BrowsersOptions extends Omit<BrowserOptions, "clock" | "log">, Partial<Pick<BrowserOptions, "clock" | "log">> {
  /** A browser that nobody used for so long is closed. Default 10 minutes. */
  idleMs?: number;
  /** Browsers that run at the same time. Default 2. */
  most?: number;
}

type Owner = Pick<TurnScope, "agentId" | "sessionKey">;

/** One browser for each agent and session: what a customer's pages set in it is seen by no other. */
export interface Browsers {
  /** The one that runs, if there is one. */
  running(owner: Owner): Browser | undefined;
  /**
   * The one that runs, or a new one. When too many run, the one that was unused the longest makes room; raises `UNAVAILABLE` when all are in use.
   */
  open(owner: Owner): Promise<Browser>;
  /** True when there was one. */
  close(owner: Owner): Promise<boolean>;
  stop(): Promise<void>;
}

interface Entry {
  starting: Promise<Browser>;
  browser?: Browser;
  usedAt: number;
}

export function createBrowsers({ idleMs = 10 * 60_000, most = 2, clock = systemClock, log = silentLogger, ...options }: BrowsersOptions): Browsers {
  const entries = new Map<string, Entry>();
  let stopped = false;
  let cancelSweep: (() => void) | undefined;
  const keyOf = ({ agentId, sessionKey }: Owner): string => JSON.stringify([agentId, sessionKey]);
  const isIdle = ({ browser }: Entry): boolean => browser !== undefined && !browser.busy;

  async function end(key: string, entry: Entry): Promise<void> {
    if (entries.get(key) === entry) entries.delete(key);
    await (await entry.starting.catch(() => undefined))?.close();
  }

  const sweep = (): void => {
    cancelSweep = undefined;
    for (const [key, entry] of entries) if (entry.browser?.closed || (isIdle(entry) && clock.now() - entry.usedAt >= idleMs)) void end(key, entry);
    if (entries.size > 0) plan();
  };
  const plan = (): void => {
    cancelSweep ??= clock.after(Math.min(idleMs, 30_000), sweep);
  };

  const touch = (entry: Entry): void => {
    entry.usedAt = clock.now();
  };

  return {
    running(owner) {
      const entry = entries.get(keyOf(owner));
      if (!entry?.browser || entry.browser.closed) return undefined;
      touch(entry);
      return entry.browser;
    },
    async open(owner) {
      const key = keyOf(owner);
      for (;;) {
        if (stopped) throw new TravelAgentError("UNAVAILABLE", "the gateway is stopping");
        for (const [other, { browser }] of entries) if (browser?.closed) entries.delete(other);
        const known = entries.get(key);
        if (known) {
          touch(known);
          return known.starting;
        }
        if (entries.size < most) break;
        const [idlest] = [...entries].filter(([, entry]) => isIdle(entry)).sort(([, one], [, other]) => one.usedAt - other.usedAt);
        if (!idlest) throw new TravelAgentError("UNAVAILABLE", "all browsers are in use; try again in a minute", { retryAfterMs: 60_000 });
        // Others may come while this one closes, so everything is looked at again.
        await end(...idlest);
      }
      const entry: Entry = { starting: startBrowser({ ...options, clock, log }), usedAt: clock.now() };
      entries.set(key, entry);
      plan();
      try {
        entry.browser = await entry.starting;
        return entry.browser;
      } catch (error) {
        if (entries.get(key) === entry) entries.delete(key);
        throw error;
      }
    },
    async close(owner) {
      const key = keyOf(owner);
      const entry = entries.get(key);
      if (!entry) return false;
      await end(key, entry);
      return true;
    },
    async stop() {
      stopped = true;
      cancelSweep?.();
      await Promise.all([...entries].map(([key, entry]) => end(key, entry)));
    },
  };
}
