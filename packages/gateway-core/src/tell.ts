import { TravelAgentError } from "@travelagent/protocol";
import type { AssistantMessage, Card } from "@travelagent/protocol/messages";
import type { Clock, Database } from "@travelagent/protocol/ports";
import type { SendPurpose } from "./contact.ts";
import type { Conversations } from "./conversations.ts";
import type { Outbox } from "./outbox.ts";
import type { SessionPort } from "./ports.ts";
import { saidByGateway } from "./said.ts";
import { sessionMeta } from "./session-meta.ts";

/** Something the customer is to hear without having asked just now. */
export interface News {
  /** The same news again is told once. */
  id: string;
  sessionKey: string;
  text: string;
  cards?: Card[];
  /** What it is told for; whether the person wants to hear it is asked when it is sent. Default `service`. */
  purpose?: SendPurpose;
}

/** Durable when it resolves; goes out whoever owns the conversation. Raises `NOT_FOUND` for a conversation that never was. */
export type Tell = (news: News) => Promise<void>;

export const createTell =
  ({ db, conversations, outbox, sessions, clock }: { db: Database; conversations: Conversations; outbox: Outbox; sessions: SessionPort; clock: Clock }): Tell =>
  async ({ id, sessionKey, text, cards, purpose = "service" }) => {
    const conversation = await conversations.get(sessionKey);
    if (!conversation) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${sessionKey}`);
    const shown = cards && cards.length > 0 ? { cards } : {};
    await db.transaction((tx) =>
      outbox.insert(tx, { id, sessionKey, address: conversation.address, author: "system", epoch: conversation.epoch, message: { text, ...shown }, purpose }),
    );
    const message: AssistantMessage = { ...saidByGateway(text, clock.now()), ...shown };
    // A session that was deleted since is begun anew.
    await sessions.ensure(sessionKey, sessionMeta(conversation.agentId, conversation.address));
    await sessions.append(sessionKey, [{ id: `${id}:final`, message }], { durable: true });
    outbox.kick(sessionKey);
  };
