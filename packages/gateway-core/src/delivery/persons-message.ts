import { createHash } from "node:crypto";
import type { PersonsMessage } from "@travelagent/channel-kit";
import type { Address, OutboundMessage } from "@travelagent/protocol/messages";
import type { Clock, Database, Tx } from "@travelagent/protocol/ports";
import type { Announcer } from "../announce.ts";
import { cardFree } from "../card-free.ts";
import type { Conversations } from "../conversations.ts";
import type { Outbox } from "../outbox.ts";
import type { SessionPort } from "../ports.ts";
import type { Route } from "../route.ts";
import { saidByOperator } from "../said.ts";
import { sessionMeta } from "../session-meta.ts";

export interface PersonsMessagesOptions {
  db: Database;
  conversations: Conversations;
  outbox: Outbox;
  sessions: SessionPort;
  announcer: Announcer;
  clock: Clock;
  routeOf(address: Address): Promise<Route> | Route;
  onTakenOver(sessionKey: string): Promise<void>;
}

/**
 * Somebody of the agency answered a customer on the platform itself. The conversation is theirs when this resolves, and what the agent was
 * about to say is not sent. Our own messages that come back are known by their id and change nothing; neither does a repeat.
 */
export const createPersonsMessages =
  ({ db, conversations, outbox, sessions, announcer, clock, routeOf, onTakenOver }: PersonsMessagesOptions) =>
  async (given: PersonsMessage): Promise<void> => {
    const { address, externalId, sentAt } = given;
    const text = cardFree(given.text);
    const { channel, accountId } = address;
    const { agentId, sessionKey } = await routeOf(address);
    const id = `person-${createHash("sha256")
      .update(JSON.stringify([channel, accountId, externalId]))
      .digest("hex")
      .slice(0, 32)}`;
    const assignee = `a colleague on ${channel}`;
    const outcome = await db.transaction(async (tx) => {
      if (await tx.get("select 1 as found from outbox where id = ?", id)) return "known";
      const own = [channel, accountId, externalId] as const;
      const ours =
        (await tx.get("select id from outbox where channel = ? and account_id = ? and external_id = ? and id <> ?", ...own, id)) ??
        (await tx.get("select delivery_id from delivery_part where channel = ? and account_id = ? and external_id = ?", ...own));
      if (ours || (await isBeingSaid(tx, sessionKey, text))) return "ours";
      const at = Math.min(sentAt, clock.now());
      const before = await conversations.noteOutbound(tx, { sessionKey, agentId, address, displayName: address.peerId, preview: text, at });
      await outbox.record(tx, { id, sessionKey, address, message: { text }, epoch: before.epoch, externalId, at });
      await conversations.ownedBy(tx, sessionKey, assignee);
      await conversations.noteReply(tx, { sessionKey, preview: text, at });
      return "new";
    });
    if (outcome === "ours") return;
    if (outcome === "new") await onTakenOver(sessionKey);
    // A crash may have come between the commit and the transcript: the same entry is written once.
    await sessions.ensure(sessionKey, sessionMeta(agentId, address));
    await sessions.append(sessionKey, [{ id: `${id}:final`, message: saidByOperator(text, assignee, sentAt) }], { durable: true });
    const row = await conversations.get(sessionKey);
    if (row) announcer.conversation(row);
  };

/** A platform may show us our own message before it answers the send that made it. */
async function isBeingSaid(tx: Tx, sessionKey: string, text: string): Promise<boolean> {
  const rows = await tx.all("select message from outbox where session_key = ? and status in ('attempting', 'unknown') and author <> 'operator'", sessionKey);
  const bare = (words: string): string => words.replace(/[^\p{L}\p{N}]+/gu, "");
  const said = bare(text);
  return said !== "" && rows.some((row) => bare((JSON.parse(String(row.message)) as OutboundMessage).text).includes(said));
}
