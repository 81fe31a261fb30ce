import type { Clock, WorkContext } from "@travelagent/protocol/ports";
import { takeOverheard } from "../door/overheard.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import type { QueueSettings } from "../ports.ts";
import { isPlain } from "./mergeable.ts";
import { droppedLine } from "./prompt.ts";
import { quietTime, turnBatch } from "./quiet-time.ts";

/** What a turn answers. */
export interface Gathered {
  /** In order of arrival, the turn's own message first. */
  batch: InboxRow[];
  /** A line about each message that gave way since the last turn. */
  dropped: string[];
  /** The mode of the session when the turn began. */
  mode: QueueSettings["mode"];
  /** Ids of what others said in the group before, oldest first. */
  overheard?: string[];
  /** The turn waited until the customer was quiet: what was looked up before may be other now. */
  waited?: boolean;
}

export interface GatherOptions {
  inbox: Inbox;
  clock: Clock;
  /** A question of this conversation waits for its yes or no: nothing is merged then, so that a yes stays one message. */
  openQuestion(sessionKey: string): Promise<boolean>;
  /** Messages of a group that a turn is told of which addresses it, at most. */
  overheardLimit(): number;
}

/** Longest time asleep before it is looked again whether a button or a command has come. */
const napMs = 500;

/**
 * Waits until the customer is quiet, where the session wants that, without a slot; then takes what this turn answers, in one
 * commit that is remembered: after a restart the turn answers the same messages.
 */
export function createGather({ inbox, clock, openQuestion, overheardLimit }: GatherOptions) {
  return async (context: WorkContext, head: InboxRow, settings: QueueSettings, inboundMs: number): Promise<Gathered> => {
    const alone = !isPlain(head) || (await openQuestion(head.sessionKey));
    let waited = false;
    for (let nap = 0; !alone; nap++) {
      const rows = await inbox.openOf(head.sessionKey);
      const waitMs = quietTime({ head, rows, settings, inboundMs, now: clock.now() });
      if (waitMs <= 0) break;
      waited = true;
      await context.sleep(`quiet:${nap}`, Math.min(waitMs, napMs));
    }
    const read = new Map<string, InboxRow>();
    const taken = await context.transaction(
      "taken",
      async (tx) => {
        const rows = await inbox.openOf(head.sessionKey, tx);
        // Its writer may have changed it while the turn waited.
        const now = rows.find(({ id }) => id === head.id) ?? head;
        const batch = alone ? [now] : turnBatch({ head: now, rows, settings, inboundMs });
        for (const row of batch) {
          await inbox.take(tx, row.id, context.id);
          read.set(row.id, { ...row, takenBy: context.id });
        }
        const gone = isPlain(head)
          ? await tx.all(
              "select id, message from inbox where session_key = ? and dropped = 'summarize' and taken_by is null order by received_at, seq, id",
              head.sessionKey,
            )
          : [];
        const isTheirs = ({ tainted = false }: InboxRow["message"]) => tainted === (head.message.tainted ?? false);
        // Lines stand among the words of the turn, so what a third party wrote never comes into one of the customer's.
        const dropped = gone
          .map(({ id, message }) => ({ id: id as string, message: JSON.parse(message as string) as InboxRow["message"] }))
          .filter(({ message }) => isTheirs(message));
        for (const { id } of dropped) await tx.run("update inbox set taken_by = ? where id = ?", context.id, id);
        const lines = dropped.map(({ message }) => droppedLine(message.text));
        const { sessionKey, message } = head;
        const overheard = message.address.chatType === "group" ? await takeOverheard(tx, { sessionKey, runId: context.id, limit: overheardLimit() }) : [];
        return {
          ids: batch.map(({ id }) => id),
          dropped: lines.slice(-settings.cap),
          mode: settings.mode,
          ...(overheard.length > 0 ? { overheard } : {}),
        };
        // After a loss of power it is gathered anew: nobody has seen anything of the turn.
      },
      { durable: false },
    );
    // After a restart they are only remembered by their ids.
    const batch = await Promise.all(taken.ids.map((id) => read.get(id) ?? inbox.get(id)));
    return {
      batch: batch.filter((row) => row !== null),
      dropped: taken.dropped,
      mode: taken.mode,
      waited,
      ...(taken.overheard ? { overheard: taken.overheard } : {}),
    };
  };
}
