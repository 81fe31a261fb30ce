import type { TurnMessage, TurnRequest } from "@travelagent/protocol/turn";
import type { ConversationRow } from "../conversations.ts";
import type { SessionFacts } from "../ports.ts";
import type { Gathered } from "../queue/gather.ts";
import { promptOf } from "../queue/prompt.ts";
import { isTimeZone } from "../time-zone.ts";

export interface TurnFacts {
  runId: string;
  conversation: ConversationRow;
  session: SessionFacts;
  gathered: Gathered;
  /** Said before, and tried again now: nothing in it is a yes to anything. */
  again: boolean;
  lastShown: string[];
  traceparent: string;
  /** Of the agency. */
  timeZone: string;
}

/** What whoever answers is told of a turn. */
export function requestOf({ runId, conversation, session, gathered, again, lastShown, traceparent, timeZone }: TurnFacts): TurnRequest {
  const { batch, dropped } = gathered;
  const head = batch[0];
  const customerId = session.customerId ?? conversation.customerId;
  const message = (): TurnMessage | undefined => {
    const last = batch.at(-1);
    if (!head || !last) return undefined;
    const attachments = batch.flatMap((row) => row.message.attachments ?? []);
    return {
      text: promptOf(batch, dropped),
      ...(attachments.length > 0 ? { attachments } : {}),
      sentAt: last.message.sentAt,
      receivedAt: head.receivedAt,
      lastShown,
      ...(head.message.action && !again ? { action: head.message.action } : {}),
      ...(head.message.tainted ? { tainted: true } : {}),
    };
  };
  const said = message();
  return {
    turn: {
      runId,
      agentId: conversation.agentId,
      sessionKey: conversation.sessionKey,
      channel: conversation.address.channel,
      accountId: conversation.address.accountId,
      chatType: conversation.address.chatType,
      peerId: conversation.address.peerId,
      timeZone: [batch.at(-1)?.message.timeZone, conversation.timeZone].find((zone) => zone !== undefined && isTimeZone(zone)) ?? timeZone,
      ...(customerId === undefined ? {} : { customerId }),
      ...(traceparent === "" ? {} : { traceparent }),
    },
    ...(said ? { message: said } : {}),
    ...(session.prefer ? { prefer: session.prefer } : {}),
    ...(head?.message.program && !again ? { program: head.message.program } : {}),
  };
}
