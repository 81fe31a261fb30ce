import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Tx } from "@travelagent/protocol/ports";
import { notMentioned } from "../admission.ts";
import type { Inbox, InboxRow } from "../inbox.ts";
import { withFileLines, wordsAlone } from "../media/file-lines.ts";

/** What becomes of a message that changes one that came before. */
export type Edited =
  /** It says nothing new, or is nobody's to change: on record with this reason. */
  | { kind: "nothing"; reason: string }
  /** The message it changes was still waiting and says this now. */
  | { kind: "replaced"; row: InboxRow; reason: string }
  /** A message of its own; `message` as it is to be kept. */
  | { kind: "message"; message: InboundMessage };

/** Of the messages of one person to several agents of a group, that of the same agent. */
const inSameGroup = (externalId: string, of: string): string => `${externalId}${/\nagent:.*$/s.exec(of)?.[0] ?? ""}`;
const sayTheSame = (one: InboundMessage, other: InboundMessage): boolean =>
  wordsAlone(one.text, one).trim() === wordsAlone(other.text, other).trim() &&
  (other.attachments === undefined || JSON.stringify(one.attachments ?? []) === JSON.stringify(other.attachments));

/** What it said, with what it says now in its place. Files stay where the change names none. */
function rewritten(before: InboundMessage, now: InboundMessage): InboundMessage {
  const { attachments, refusedAttachments, location, tainted } = now;
  return withFileLines({
    ...before,
    text: wordsAlone(now.text, now),
    ...(attachments ? { attachments } : {}),
    ...(refusedAttachments ? { refusedAttachments } : {}),
    ...(location ? { location } : {}),
    ...(tainted ? { tainted } : {}),
  });
}

/** The message and what its writer made of it since, newest last; none where it is not theirs. */
async function versionsOf(tx: Tx, inbox: Inbox, message: InboundMessage): Promise<InboxRow[]> {
  const externalId = inSameGroup(message.edits!, message.externalId);
  const original = await inbox.find(tx, { address: message.address, externalId });
  if (!original || original.message.senderId !== message.senderId || original.message.address.peerId !== message.address.peerId) return [];
  const later = await tx.all(
    "select external_id from inbox where session_key = ? and received_at >= ? and status <> 'ignored' and message like ? escape '\\' order by received_at, seq, id",
    original.sessionKey,
    original.receivedAt,
    `%"edits":${JSON.stringify(message.edits).replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`,
  );
  const rows: InboxRow[] = [original];
  for (const found of later) {
    const row = await inbox.find(tx, { address: message.address, externalId: String(found.external_id) });
    if (row && row.message.edits === message.edits && row.message.senderId === message.senderId) rows.push(row);
  }
  return rows;
}

/**
 * In the commit of the message. `admitted`: it would be answered. `mayBeHeard`: a turn that runs may have read what waits, so that a
 * change of it would come too late.
 */
export async function placeEdit(
  tx: Tx,
  inbox: Inbox,
  message: InboundMessage,
  { runId, admitted, mayBeHeard }: { runId: string; admitted: boolean; mayBeHeard: boolean },
): Promise<Edited> {
  const { edits, ...unmarked } = message;
  const versions = await versionsOf(tx, inbox, message);
  const latest = versions.at(-1);
  // Its first form never came here, or not to anybody: all that is known of it is what it says now.
  if (!latest) return (await isKnown(tx, inbox, message)) ? { kind: "nothing", reason: "edit-of-another" } : { kind: "message", message: unmarked };
  if (sayTheSame(latest.message, message) && !(latest.reason === notMentioned && admitted)) return { kind: "nothing", reason: "edit-changes-nothing" };
  const waits = latest.status === "accepted" && latest.takenBy === undefined && !mayBeHeard;
  const overheard = latest.status === "ignored" && latest.reason === notMentioned && latest.takenBy === undefined;
  if (waits || (overheard && !admitted)) {
    const now = rewritten(latest.message, message);
    await inbox.rewrite(tx, latest.id, now);
    return { kind: "replaced", row: { ...latest, message: now }, reason: `edit-of-waiting: ${latest.id}` };
  }
  // The agent addresses it now: it is the message itself, not something that was said before.
  if (overheard) await tx.run("update inbox set taken_by = ? where id = ?", runId, latest.id);
  return { kind: "message", message: latest.status === "ignored" ? unmarked : message };
}

const isKnown = async (tx: Tx, inbox: Inbox, { address, edits, externalId }: InboundMessage): Promise<boolean> =>
  (await inbox.find(tx, { address, externalId: inSameGroup(edits!, externalId) })) !== null;

/** How a changed message reads to whoever answers. */
export const changedText = ({ text, edits }: { text: string; edits?: string | undefined }): string =>
  edits === undefined ? text : `(Edited message:) ${text}`;
