import type { Address } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import type { Api } from "grammy";
import { maxTextLength } from "./pieces.ts";

export interface DraftsOptions {
  api: Pick<Api, "sendMessageDraft">;
  clock: Clock;
  /** Between two versions of a draft. Default 700 ms: more often nobody reads it. */
  everyMs?: number;
}

/** What is being written, shown while it is (https://core.telegram.org/bots/api#sendmessagedraft): in private chats, best effort. */
export interface Drafts {
  show(to: Address, text: string, runId: string): void;
  /** The message itself follows. */
  end(runId: string): void;
}

interface Draft {
  to: Address;
  text: string;
  id: number;
  cancel?: () => void;
}

/** Each draft of a chat has a number of its own; Telegram puts what has the same one in the place of what was there. */
let lastDraft = 0;

export function createDrafts({ api, clock, everyMs = 700 }: DraftsOptions): Drafts {
  const open = new Map<string, Draft>();
  /** Chats in which Telegram shows none. */
  const without = new Set<string>();

  const put = ({ to, text, id }: Draft): void => {
    const place = to.threadId === undefined ? {} : { message_thread_id: Number(to.threadId) };
    void api.sendMessageDraft(Number(to.peerId), id, text.slice(0, maxTextLength), place).catch(() => without.add(to.peerId));
  };

  return {
    show(to, text, runId) {
      if (to.chatType !== "direct" || without.has(to.peerId) || text.trim() === "") return;
      const known = open.get(runId);
      if (known) {
        known.text = text;
        // The newest version goes when its time comes; those in between are never sent.
        known.cancel ??= clock.after(everyMs, () => {
          delete known.cancel;
          if (open.get(runId) === known) put(known);
        });
        return;
      }
      lastDraft = (lastDraft % 2_000_000_000) + 1;
      const draft: Draft = { to, text, id: lastDraft };
      open.set(runId, draft);
      put(draft);
    },
    end(runId) {
      open.get(runId)?.cancel?.();
      open.delete(runId);
    },
  };
}
