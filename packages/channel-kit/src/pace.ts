import type { Clock } from "@travelagent/protocol/ports";

export interface PaceOptions {
  clock: Clock;
  /** Messages of the account as a whole. */
  account: Rate;
  /** Messages to one chat. */
  chat: Rate;
}

/** Up to `burst` at once, then one every `everyMs`. */
export interface Rate {
  burst: number;
  everyMs: number;
}

/** A platform's limits, kept before it has to enforce them. No chat waits for another one's limit. */
export interface Pace {
  /** Resolves when a message to this chat may go out. Rejects with the reason of `signal`. */
  turn(chat: string, signal: AbortSignal): Promise<void>;
  /** The platform said to wait: that chat, or the whole account. */
  hold(forMs: number, chat?: string): void;
}

/** Chats that were not written to for so long are forgotten. */
const forgetAfterMs = 10 * 60_000;

interface Lane {
  /** When the next message may go; in the past by up to the burst when nothing was sent for a while. */
  next: number;
}

export function createPace({ clock, account, chat }: PaceOptions): Pace {
  const whole: Lane = { next: 0 };
  const chats = new Map<string, Lane>();
  const start = (lane: Lane, { burst, everyMs }: Rate, now: number): number => Math.max(lane.next, now - (burst - 1) * everyMs);

  function forget(now: number): void {
    for (const [key, { next }] of chats) if (now - next > forgetAfterMs) chats.delete(key);
  }

  return {
    async turn(key, signal) {
      for (;;) {
        signal.throwIfAborted();
        const now = clock.now();
        const lane = chats.get(key) ?? { next: 0 };
        const waitMs = Math.max(start(lane, chat, now), start(whole, account, now)) - now;
        if (waitMs <= 0) {
          // The account's place is taken only by who goes: a chat that waits for its own limit holds up nobody.
          lane.next = start(lane, chat, now) + chat.everyMs;
          whole.next = start(whole, account, now) + account.everyMs;
          if (!chats.has(key)) forget(now);
          chats.set(key, lane);
          return;
        }
        await pause(clock, waitMs, signal);
      }
    },
    hold(forMs, key) {
      const until = clock.now() + forMs;
      const lane = key === undefined ? whole : (chats.get(key) ?? { next: 0 });
      // After the wait one message goes and then the rest at the usual pace, not in a burst.
      lane.next = Math.max(lane.next, until);
      if (key !== undefined) chats.set(key, lane);
    },
  };
}

/** Ends with the time or with the signal, and leaves nothing behind. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = () => {
      cancel();
      reject(signal.reason as Error);
    };
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
