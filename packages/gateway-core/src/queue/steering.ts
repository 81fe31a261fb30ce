import type { SteeringMessage } from "@travelagent/protocol/turn";
import { changedText } from "../door/edits.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import type { Gathered } from "./gather.ts";
import { batchOf, isPlain } from "./mergeable.ts";

/** Of the ids of messages that are heard now and answered once more in a turn of their own. */
export const backlogPrefix = "heard:";

export interface SteeringOptions {
  inbox: Inbox;
  openQuestion(sessionKey: string): Promise<boolean>;
  /** A message is given to a turn that runs. */
  onHeard(row: InboxRow): void;
}

/** What came since a turn began and may be heard in it. Undefined where the session wants every message answered by itself. */
export function createSteering({ inbox, openQuestion, onHeard }: SteeringOptions) {
  return ({ batch, mode }: Gathered): (() => Promise<readonly SteeringMessage[]>) | undefined => {
    const last = batch.at(-1);
    if ((mode !== "steer" && mode !== "steer-backlog") || !last || !isPlain(last)) return undefined;
    const shown = new Set<string>();
    return async () => {
      if (await openQuestion(last.sessionKey)) return [];
      const { batch: together } = batchOf(last, await inbox.openOf(last.sessionKey));
      return together.slice(1).map((row) => {
        if (!shown.has(row.id)) onHeard(row);
        shown.add(row.id);
        const { address, senderName, sentAt, tainted } = row.message;
        const text = changedText(row.message);
        return {
          id: mode === "steer" ? row.id : `${backlogPrefix}${row.id}`,
          text: address.chatType === "group" && senderName ? `${senderName}: ${text}` : text,
          sentAt,
          ...(tainted ? { tainted } : {}),
        };
      });
    };
  };
}
