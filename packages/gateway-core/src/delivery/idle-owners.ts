import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { Announcer } from "../announce.ts";
import type { ConversationRow, Conversations } from "../conversations.ts";

export interface IdleOwnersOptions {
  conversations: Conversations;
  announcer: Announcer;
  clock: Clock;
  log: Logger;
  /** How long a customer may wait for the person who has the conversation, in milliseconds; 0: for ever. Asked at each look. */
  idleMs(): number;
  /** Must not throw. */
  onIdle?(conversation: ConversationRow): void;
}

/** Tells when a person took a conversation over and lets the customer wait. Each such wait is told once. */
export interface IdleOwners {
  start(): void;
  stop(): void;
}

const lookEveryMs = 30_000;

export function createIdleOwners({ conversations, announcer, clock, log, idleMs, onIdle }: IdleOwnersOptions): IdleOwners {
  let cancel: (() => void) | undefined;
  const look = async (): Promise<void> => {
    const longestMs = idleMs();
    if (longestMs <= 0) return;
    for (const row of await conversations.flagIdleOwners(clock.now() - longestMs, clock.now())) {
      log.warn("a customer waits for a person who has not answered", { "pii.sessionKey": row.sessionKey, channel: row.address.channel });
      announcer.conversation(row);
      onIdle?.(row);
    }
  };
  const again = (): void => {
    cancel = clock.after(lookEveryMs, () => {
      look()
        .catch((error: unknown) => log.error("conversations could not be looked through for customers who wait", { error: String(error) }))
        .finally(() => cancel && again());
    });
  };
  return {
    start: again,
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
