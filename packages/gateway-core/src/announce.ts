import type { Clock } from "@travelagent/protocol/ports";
import { asConversation, type ConversationRow } from "./conversations.ts";
import type { Publisher } from "./publish.ts";

/** Tells consoles how conversations stand. */
export interface Announcer {
  conversation(row: ConversationRow): void;
  stop(): void;
}

/**
 * Every operator's console gets these, so they must not cost a turn anything: what changed within a tenth of a second goes out
 * together, each conversation once, as it was last seen.
 */
export function createAnnouncer({ publisher, clock, delayMs = 100 }: { publisher: Publisher; clock: Clock; delayMs?: number }): Announcer {
  const changed = new Map<string, ConversationRow>();
  let cancel: (() => void) | undefined;
  const flush = () => {
    cancel = undefined;
    const rows = [...changed.values()];
    changed.clear();
    for (const row of rows) publisher.publish("conversation", { conversation: asConversation(row) });
  };
  return {
    conversation(row) {
      // Read before the owner changed: consoles would show the wrong one until something else happens.
      if ((changed.get(row.sessionKey)?.epoch ?? 0) > row.epoch) return;
      changed.set(row.sessionKey, row);
      cancel ??= clock.after(delayMs, flush);
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
