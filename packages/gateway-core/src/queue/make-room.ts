import type { Tx } from "@travelagent/protocol/ports";
import type { Inbox, InboxRow } from "../inbox.ts";
import type { QueueSettings } from "../ports.ts";
import { isPlain } from "./mergeable.ts";

export interface Room {
  /** Why the new message cannot be taken. */
  full?: "cap" | "capacity";
  /** Messages that ended to make room for it, and the policy that ended them. */
  gone: { id: string; policy: "old" | "summarize" | "interrupt" }[];
}

/**
 * Decides, in the commit that takes a message in, what gives way to it: nothing, the oldest that wait, everything (mode
 * `interrupt`), or the new one. What gives way ends here as ignored.
 */
export async function makeRoom(
  tx: Tx,
  {
    inbox,
    coming,
    runId,
    sessionKey,
    settings,
    capacity,
    mayInterrupt,
    mayDrop,
  }: {
    inbox: Inbox;
    coming: Pick<InboxRow, "kind" | "message">;
    runId: string;
    sessionKey: string;
    settings: QueueSettings;
    capacity: number;
    /** False while a question is open (a yes on its way must not be lost), and while a person has the conversation. */
    mayInterrupt: boolean;
    /** False while a question is open: what waits may be its yes, so nothing gives way up to `capacity`. */
    mayDrop: boolean;
  },
): Promise<Room> {
  const open = await inbox.openOf(sessionKey, tx);
  const gone: Room["gone"] = [];
  const end = async (row: InboxRow, policy: Room["gone"][number]["policy"], reason: string): Promise<void> => {
    if (await inbox.end(tx, row.id, "ignored", reason)) gone.push({ id: row.id, policy });
  };
  if (isPlain(coming)) {
    if (settings.mode === "interrupt" && mayInterrupt) {
      for (const row of open) if (isPlain(row)) await end(row, "interrupt", `a newer message took its place: ${runId}`);
      return { gone };
    }
    const waiting = open.filter((row) => isPlain(row) && row.takenBy === undefined);
    const surplus = waiting.length - settings.cap + 1;
    if (surplus > 0 && settings.drop === "new") return { full: "cap", gone };
    for (const row of surplus > 0 && mayDrop ? waiting.slice(0, surplus) : []) {
      await end(row, settings.drop === "old" ? "old" : "summarize", "too many messages waited, and this was the oldest");
      if (settings.drop === "summarize") await tx.run("update inbox set dropped = 'summarize' where id = ?", row.id);
    }
  }
  return open.length - gone.length >= capacity ? { full: "capacity", gone } : { gone };
}
