import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { closeMeaning, leastPauseMs, pauseMs } from "./close-codes.ts";
import type { Me } from "./inbound.ts";
import type { Connection, LinkEvents, WebLink, WebSession } from "./link.ts";

export interface KeeperOptions {
  link: WebLink;
  session: WebSession;
  clock: Clock;
  /** In [0, 1). */
  random(): number;
  log(): Logger;
  report(state: "running" | "degraded" | "logged-out" | "needs-pairing", reason?: string): void;
  on: Pick<LinkEvents, "qr" | "messages" | "receipts"> & {
    open(me: Me): void;
    /** Nobody was connected, and nobody is. */
    notPaired(reason: string): void;
  };
}

/** Keeps one connection to WhatsApp. */
export interface Keeper {
  /** Connects where a phone has let us in. With `pairing` also where none has: it may then. */
  start(options?: { pairing?: boolean }): void;
  stop(): void;
  /** The connection while messages flow. */
  open(): Connection | undefined;
  /** The connection, also while nobody is connected yet. */
  current(): Connection | undefined;
  me(): Me | undefined;
}

const watchEveryMs = 5_000;
/** WhatsApp says something every 20 s at least, since it is asked. */
const uneasyAfterMs = 45_000;
const deadAfterMs = 60_000;

/**
 * One connection at a time, and a new one when it ends as the table of codes says. Who hears nothing for 45 s says so, and for 60 s begins
 * anew: a connection that only looks alive is none.
 */
export function createKeeper({ link, session, clock, random, log, report, on }: KeeperOptions): Keeper {
  let generation = 0;
  let connection: Connection | undefined;
  let me: Me | undefined;
  let isOpen = false;
  let uneasy = false;
  let failures = 0;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let cancelPause = (): void => undefined;
  let cancelWatch = (): void => undefined;

  function end(): void {
    generation += 1;
    cancelPause();
    cancelWatch();
    connection?.end();
    connection = undefined;
    isOpen = false;
  }

  function watch(mine: number): void {
    cancelWatch = clock.after(watchEveryMs, () => {
      if (mine !== generation) return;
      const silentMs = clock.now() - (connection?.lastHeardAt() ?? attemptedAt);
      if (silentMs >= deadAfterMs) {
        connection?.end();
        return closed(mine, 408);
      }
      if (isOpen && silentMs >= uneasyAfterMs && !uneasy) {
        uneasy = true;
        report("degraded", "nothing has come from WhatsApp for a while; the connection is made anew if that goes on");
      } else if (isOpen && uneasy && silentMs < uneasyAfterMs) {
        uneasy = false;
        report("running");
      }
      watch(mine);
    });
  }

  function attempt(refresh: boolean): void {
    generation += 1;
    const mine = generation;
    attemptedAt = clock.now();
    uneasy = false;
    watch(mine);
    const current = (): boolean => mine === generation;
    const events: LinkEvents = {
      known(who) {
        if (current()) me = who;
      },
      qr: (text) => void (current() && on.qr(text)),
      open(who) {
        if (!current()) return;
        me = who;
        isOpen = true;
        failures = 0;
        report("running");
        on.open(who);
      },
      closed: (code) => closed(mine, code),
      messages: (messages) => (current() ? on.messages(messages) : Promise.resolve()),
      receipts: (receipts) => void (current() && on.receipts(receipts)),
    };
    link.connect(session, events, { refresh }).then(
      (made) => {
        if (current()) connection = made;
        else made.end();
      },
      (error: unknown) => {
        log().warn("a connection to WhatsApp could not be made", { error: String(error) });
        const permanent = TravelAgentError.is(error) && !error.retryable;
        if (!permanent || mine !== generation) return closed(mine, undefined);
        // No pause mends a library that is missing or a session that was changed.
        end();
        report("needs-pairing", error.message);
        on.notPaired(error.message);
      },
    );
  }

  function closed(mine: number, code: number | undefined): void {
    if (mine !== generation) return;
    generation += 1;
    cancelWatch();
    connection = undefined;
    const wasOpen = isOpen;
    isOpen = false;
    failures += 1;
    const meaning = closeMeaning(code);
    log().info("the connection to WhatsApp has ended", { code, action: meaning.action, failures });
    if (!session.isConnected() && meaning.action !== "restart") {
      report("needs-pairing", "no phone is connected: log in");
      on.notPaired(meaning.reason);
      return;
    }
    if (meaning.action === "stop") {
      report("logged-out", meaning.reason);
      return;
    }
    if (meaning.action === "logged-out") {
      report("logged-out", meaning.reason);
      // What the phone has removed opens nothing any more.
      void session.clear().catch((error: unknown) => log().error("the old session of WhatsApp could not be removed", { error: String(error) }));
      on.notPaired(meaning.reason);
      return;
    }
    if (meaning.action !== "restart" || failures > 1) report("degraded", meaning.reason);
    const pause = pauseMs(meaning, { failures, sinceLastAttemptMs: clock.now() - attemptedAt, wasOpen, random: random() });
    cancelPause = clock.after(pause, () => attempt(meaning.action === "refresh"));
  }

  return {
    start(options = {}) {
      end();
      failures = 0;
      if (!session.isConnected() && !options.pairing) return report("needs-pairing", "no phone is connected: log in");
      // Also a person may not ask for more than one connection in five seconds.
      const pause = leastPauseMs - (clock.now() - attemptedAt);
      if (pause <= 0) attempt(false);
      else cancelPause = clock.after(pause, () => attempt(false));
    },
    stop: end,
    open: () => (isOpen ? connection : undefined),
    current: () => connection,
    me: () => me,
  };
}
