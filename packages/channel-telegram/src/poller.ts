import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { Api } from "grammy";
import type { Update } from "grammy/types";
import { isConflict, isRevoked, waitOf } from "./failure.ts";

export interface PollerOptions {
  api: Pick<Api, "getUpdates">;
  /** Resolves when the update is durable or is none of our business. Rejects when it cannot be stored: it is asked for again. */
  take(update: Update): Promise<void>;
  report(state: "running" | "degraded" | "logged-out", reason?: string): void;
  clock: Clock;
  log: Logger;
  /** How long Telegram holds a question without news. Default 30 s. */
  holdSeconds?: number;
}

export interface Poller {
  start(): void;
  stop(): Promise<void>;
}

export const updatesWanted = ["message", "edited_message", "callback_query"] as const;
const longestWaitMs = 60_000;

/**
 * Asks Telegram for what is new, one question after the other. An update is acknowledged by the next question, and that is asked when
 * the update is durable: a crash in between brings it again. A question that hangs is given up a little after Telegram should have
 * answered, so that a bot is never deaf for long without saying so.
 */
export function createPoller({ api, take, report, clock, log, holdSeconds = 30 }: PollerOptions): Poller {
  let stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let next = 0;
  let failures = 0;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (stopping.signal.aborted) return resolve();
      const cancel = clock.after(ms, () => {
        stopping.signal.removeEventListener("abort", onStop);
        resolve();
      });
      const onStop = () => {
        cancel();
        resolve();
      };
      stopping.signal.addEventListener("abort", onStop, { once: true });
    });

  /** With a watchdog: a socket without frames would keep a question for ever. */
  async function ask(): Promise<Update[]> {
    const own = new AbortController();
    const disarm = clock.after(holdSeconds * 1000 + 15_000, () => own.abort());
    const onStop = () => own.abort();
    stopping.signal.addEventListener("abort", onStop, { once: true });
    try {
      return await api.getUpdates({ offset: next, timeout: holdSeconds, limit: 100, allowed_updates: updatesWanted }, own.signal as never);
    } finally {
      disarm();
      stopping.signal.removeEventListener("abort", onStop);
    }
  }

  async function failed(error: unknown): Promise<void> {
    if (stopping.signal.aborted) return;
    failures += 1;
    if (isRevoked(error)) {
      log.error("Telegram does not know this bot any more: give it its token again", { error: String(error) });
      report("logged-out", "the token is not valid any more");
      stopping.abort();
      return;
    }
    const reason = isConflict(error) ? "another process reads the messages of this bot, or a webhook is set" : "Telegram does not answer";
    if (failures === 2 || isConflict(error)) report("degraded", reason);
    log.warn("Telegram could not be asked for messages", { error: String(error), failures });
    await pause(waitOf(error) ?? Math.min(longestWaitMs, 1000 * 2 ** Math.min(failures - 1, 6)));
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      let updates: Update[];
      try {
        updates = await ask();
      } catch (error) {
        await failed(error);
        continue;
      }
      if (failures > 0) report("running");
      failures = 0;
      for (const update of updates) {
        if (stopping.signal.aborted) return;
        try {
          await take(update);
        } catch (error) {
          // Not acknowledged: it comes again, and those behind it with it.
          log.warn("a message of Telegram could not be stored; it is asked for again", { error: String(error) });
          await pause(2000);
          break;
        }
        next = update.update_id + 1;
      }
    }
  }

  return {
    start() {
      stopping = new AbortController();
      failures = 0;
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
