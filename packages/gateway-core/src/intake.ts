import { randomUUID } from "node:crypto";
import type { Accepted } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { InboundMessage } from "@travelagent/protocol/messages";
import type { Database, Logger, Work } from "@travelagent/protocol/ports";
import { type Admission, type AdmissionRules, admit } from "./admission.ts";
import { cardFreeMessage } from "./card-free.ts";
import type { ConversationRow, Conversations } from "./conversations.ts";
import type { Flow, Origin } from "./flow.ts";
import type { Inbox } from "./inbox.ts";
import type { SessionPort } from "./ports.ts";
import { type Route, type RouteOptions, route } from "./route.ts";

export interface IntakeOptions {
  db: Database;
  work: Work;
  inbox: Inbox;
  conversations: Conversations;
  sessions: SessionPort;
  log: Logger;
  /** Asked for every message. */
  routing(): RouteOptions;
  /** By channel id. */
  admission(channel: string, accountId: string): AdmissionRules | undefined;
  turnTimeoutMs: number;
  onConversation(conversation: ConversationRow): void;
  flow: Flow;
}

/** What the caller fixes instead of having it routed: an operator's chat into a session of its own. */
export interface Fixed {
  runId: string;
  route: Route;
}

export interface Intake {
  /**
   * Takes a message in: resolves when it is durable and its turn is queued, in one commit. A repeat of the same external id
   * resolves with the first run and starts nothing. Raises `FORBIDDEN` when it was not admitted (it is on record as ignored).
   * Card numbers are taken out before anything is kept.
   */
  receive(message: InboundMessage, fixed?: Fixed, origin?: Origin): Promise<Accepted & { admission: Admission }>;
}

export const turnWork = "turn";
/** Of the ids of turns that a decided approval sets going. */
export const decisionPrefix = "decision:";

export function createIntake({
  db,
  work,
  inbox,
  conversations,
  sessions,
  log,
  routing,
  admission,
  turnTimeoutMs,
  onConversation,
  flow,
}: IntakeOptions): Intake {
  return {
    async receive(given, fixed, origin = {}) {
      const seen = flow.receiving(given.address.channel, origin);
      try {
        const received = await receive(given, fixed, seen.traceparent);
        seen.end({ ...received, admitted: received.admission.admitted });
        return received;
      } catch (error) {
        seen.failed(error);
        throw error;
      }
    },
  };

  async function receive(given: InboundMessage, fixed: Fixed | undefined, traceparent: string): Promise<Accepted & { admission: Admission }> {
    // What only programs may add never comes from a channel.
    const { program, ...delivered } = given;
    const message = cardFreeMessage(fixed && program ? given : delivered);
    const { address } = message;
    const verdict: Admission = fixed ? { admitted: true } : admit(message, admission(address.channel, address.accountId));
    const { agentId, sessionKey } = fixed?.route ?? route(address, routing());
    if (verdict.admitted)
      await sessions.ensure(sessionKey, {
        agentId,
        channel: address.channel,
        accountId: address.accountId,
        chatType: address.chatType,
        peerId: address.peerId,
        ...(address.threadId ? { threadId: address.threadId } : {}),
      });
    const runId = fixed?.runId ?? randomUUID();
    // An id that a caller chose must not be that of other work, which would then stand for this message.
    const foreign = fixed !== undefined && (runId.startsWith(decisionPrefix) || (await work.state(runId)) !== null);
    const received = await db.transaction(async (tx) => {
      const before = await inbox.find(tx, message);
      if (before) return { runId: before.id, sessionKey: before.sessionKey, duplicate: true };
      if (foreign || (fixed && (await tx.get("select 1 as found from inbox where id = ?", runId))))
        throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this key is the id of another run; use a new one");
      if (!verdict.admitted) {
        await inbox.insert(tx, { id: runId, sessionKey, message, epoch: 0, status: "ignored", reason: verdict.reason });
        return { runId, sessionKey, duplicate: false };
      }
      const conversation = await conversations.noteInbound(tx, {
        sessionKey,
        agentId,
        address,
        displayName: message.senderName ?? message.senderId,
        preview: message.text,
        at: message.sentAt,
        ...(message.timeZone ? { timeZone: message.timeZone } : {}),
      });
      await inbox.insert(tx, { id: runId, sessionKey, message, epoch: conversation.epoch, status: "accepted" });
      await work.submit(
        { name: turnWork, id: runId, lane: sessionKey, input: { inboxId: runId, ...(traceparent === "" ? {} : { traceparent }) }, timeoutMs: turnTimeoutMs },
        tx,
      );
      return { runId, sessionKey, duplicate: false, conversation };
    });
    if ("conversation" in received && received.conversation) onConversation(received.conversation);
    if (!verdict.admitted) log.info("a message was not admitted", { channel: address.channel, reason: verdict.reason });
    // A platform's repeat may be routed elsewhere by now: the first routing counts.
    return { runId: received.runId, sessionKey: received.sessionKey, duplicate: received.duplicate, admission: verdict };
  }
}
